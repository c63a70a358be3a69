// The screen: 21 x 8 cells of text, and the 128 x 64 pixels that they make. Views write cells; they are drawn when the host takes the frame.
import { SCREEN, SCREEN_SIZE, FRAME, FRAME_SIZE, UI_STATE } from "../memory"
import { Span, startOf, endOf, span } from "../base/span"
import { decode, NO_CHARACTER } from "../settings/character"
import { GLYPH_WIDTH, glyph, hasGlyph } from "./font"

export const COLUMNS: u32 = 21
export const ROWS: u32 = 8
const CELLS: u32 = COLUMNS * ROWS
const FRAME_WIDTH: u32 = 128             // 1 + 21 * 6 + 1: a margin, glyphs with a gap behind each, a margin

// SCREEN: the cells, one Latin-1 byte each, row by row; behind them one bit per cell, lowest first: drawn inverse.
const FLAGS = SCREEN + CELLS
const SHOWN_SIZE: usize = CELLS + CELLS / 8
if (SHOWN_SIZE > SCREEN_SIZE || FRAME_SIZE != <usize>FRAME_WIDTH * ROWS) ERROR("the screen does not fit its regions")

/** The picture before lies at the beginning of UI_STATE; then a byte that says whether it has changed since the frame was given out. */
const SHOWN = UI_STATE
const DIRTY = SHOWN + SHOWN_SIZE
export const SCREEN_STATE_SIZE: usize = SHOWN_SIZE + 3

/** Begins a new picture: all cells empty, none inverse. */
export function clear(): void {
  memory.fill(SCREEN, 0x20, CELLS)
  memory.fill(FLAGS, 0, CELLS / 8)
}

/** Puts one character; outside the screen nothing happens. */
export function put(row: u32, column: u32, code: u32): void {
  if (row < ROWS && column < COLUMNS) store<u8>(SCREEN + row * COLUMNS + column, <u8>code)
}

/** Writes UTF-8 text from a column on and returns the column behind it. What does not fit the row is cut; what Latin-1 lacks becomes "?". */
export function write(row: u32, column: u32, s: Span): u32 {
  const end = endOf(s)
  for (let p = startOf(s); p < end && column < COLUMNS; column++) {
    const c = decode(p, end)
    put(row, column, cellOf(c))
    p += c == NO_CHARACTER ? 1 : c >>> 24
  }
  return column
}

/** Writes text so that it ends in the last column. */
export function writeRight(row: u32, s: Span): void {
  const width = widthOf(s)
  write(row, width < COLUMNS ? COLUMNS - width : 0, s)
}

/** Columns that a text takes. */
export function widthOf(s: Span): u32 {
  const end = endOf(s)
  let width: u32 = 0
  for (let p = startOf(s); p < end; width++) {
    const c = decode(p, end)
    p += c == NO_CHARACTER ? 1 : c >>> 24
  }
  return width
}

/** Draws `count` cells inverse, or as they were when they are already. */
export function invert(row: u32, column: u32, count: u32): void {
  for (let i = row * COLUMNS + column; count > 0; i++, count--) {
    store<u8>(FLAGS + (i >>> 3), load<u8>(FLAGS + (i >>> 3)) ^ <u8>(<u32>1 << (i & 7)))
  }
}

/** The picture is complete. */
export function finish(): void {
  for (let i: usize = 0; i < SHOWN_SIZE; i++) {
    if (load<u8>(SCREEN + i) == load<u8>(SHOWN + i)) continue
    memory.copy(SHOWN, SCREEN, SHOWN_SIZE)
    store<u8>(DIRTY, 1)
    return
  }
}

/** Forgets what was given out: the next picture is given out whatever it is. */
export function forget(): void { store<u8>(DIRTY, 1) }

/** Whether the picture has changed since this was last asked. */
export function takeDirty(): bool {
  const dirty = load<u8>(DIRTY) != 0
  store<u8>(DIRTY, 0)
  return dirty
}

/** The pixels of the picture, drawn into FRAME, where they are good until something else is composed in TX. */
export function frame(): Span {
  for (let row: u32 = 0; row < ROWS; row++) drawRow(row)
  return span(FRAME, <u32>FRAME_SIZE)
}

/** A row of cells is a page of the frame: one byte is a column of eight pixels, of which the lowest stays dark between the rows. */
function drawRow(row: u32): void {
  let at = FRAME + row * FRAME_WIDTH
  store<u8>(at, 0)
  for (let cell = row * COLUMNS; cell < (row + 1) * COLUMNS; cell++) {
    const pattern = glyph(load<u8>(SCREEN + cell)), paper = paperOf(cell)
    // The gaps on both sides belong to an inverse cell: a label has a margin before its first letter too, and a row reaches both edges
    store<u8>(at, load<u8>(at) | paper)
    at++
    for (let i: u32 = 0; i < GLYPH_WIDTH; i++) store<u8>(at++, load<u8>(pattern + i) ^ paper)
    store<u8>(at, paper)
  }
  store<u8>(at + 1, paperOf((row + 1) * COLUMNS - 1))
}

function paperOf(cell: u32): u8 { return load<u8>(FLAGS + (cell >>> 3)) >>> <u8>(cell & 7) & 1 ? 0xff : 0 }

function cellOf(c: u32): u32 {
  if (c == NO_CHARACTER) return 0x3f
  const code = c & 0xffffff
  return code < 256 && hasGlyph(code) && (code < 0x80 || code >= 0xa0) ? code : 0x3f
}
