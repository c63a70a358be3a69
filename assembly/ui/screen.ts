// The screen: 21 x 8 cells of text, and the 128 x 64 pixels that they make. Views write cells; only cells that changed are drawn.
import { SCREEN, SCREEN_SIZE, FRAME, FRAME_SIZE, UI_STATE } from "../memory"
import { Span, startOf, endOf, span } from "../base/span"
import { decode, NO_CHARACTER } from "../settings/character"
import { GLYPH_WIDTH, glyph, hasGlyph } from "./font"

export const COLUMNS: u32 = 21
export const ROWS: u32 = 8
const CELLS: u32 = COLUMNS * ROWS
const CELL_WIDTH: u32 = GLYPH_WIDTH + 1
const FRAME_WIDTH: u32 = 128
const MARGIN: u32 = 1                    // 128 = 1 + 21 * 6 + 1

// SCREEN: the cells, one Latin-1 byte each, row by row; behind them one bit per cell, lowest first: drawn inverse.
const FLAGS = SCREEN + CELLS
const SHOWN_SIZE: usize = CELLS + CELLS / 8
if (SHOWN_SIZE > SCREEN_SIZE || FRAME_SIZE != <usize>FRAME_WIDTH * ROWS) ERROR("the screen does not fit its regions")

/** What was drawn last lies at the beginning of UI_STATE; then a byte that says whether the frame has changed since it was given out. */
const DRAWN = UI_STATE
const DIRTY = DRAWN + SHOWN_SIZE
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

/** Draws `count` cells inverse. */
export function invert(row: u32, column: u32, count: u32): void {
  for (let i = row * COLUMNS + column; count > 0; i++, count--) {
    store<u8>(FLAGS + (i >>> 3), load<u8>(FLAGS + (i >>> 3)) | <u8>(<u32>1 << (i & 7)))
  }
}

/** The picture is complete: the pixels of all cells that differ from the picture before are drawn. */
export function finish(): void {
  for (let i: u32 = 0; i < CELLS; i++) {
    const flag = isInverse(SCREEN, i)
    if (load<u8>(SCREEN + i) == load<u8>(DRAWN + i) && flag == isInverse(DRAWN, i)) continue
    draw(i, flag)
    store<u8>(DIRTY, 1)
  }
  memory.copy(DRAWN, SCREEN, SHOWN_SIZE)
}

/** Forgets what was drawn: the next picture is drawn and given out whole. */
export function forget(): void {
  memory.fill(DRAWN, 0, SHOWN_SIZE)
  memory.fill(FRAME, 0, FRAME_SIZE)
  store<u8>(DIRTY, 1)
}

/** Whether the frame has changed since this was last asked. */
export function takeDirty(): bool {
  const dirty = load<u8>(DIRTY) != 0
  store<u8>(DIRTY, 0)
  return dirty
}

export function frame(): Span { return span(FRAME, <u32>FRAME_SIZE) }

/** A row of cells is a page of the frame: one byte is a column of eight pixels, of which the lowest stays dark between the rows. */
function draw(cell: u32, inverse: bool): void {
  const row = cell / COLUMNS, column = cell % COLUMNS
  const left = FRAME + row * FRAME_WIDTH
  const at = left + MARGIN + column * CELL_WIDTH
  const pattern = glyph(load<u8>(SCREEN + cell))
  const paper: u8 = inverse ? 0xff : 0
  for (let i: u32 = 0; i < GLYPH_WIDTH; i++) store<u8>(at + i, load<u8>(pattern + i) ^ paper)
  store<u8>(at + GLYPH_WIDTH, paper)
  // The margins go with the cells next to them, so that an inverse row reaches both edges
  if (column == 0) store<u8>(left, paper)
  if (column == COLUMNS - 1) store<u8>(left + FRAME_WIDTH - 1, paper)
}

// @ts-ignore: decorator
@inline
function isInverse(screen: usize, cell: u32): bool {
  return (load<u8>(screen + CELLS + (cell >>> 3)) >>> <u8>(cell & 7) & 1) != 0
}

function cellOf(c: u32): u32 {
  if (c == NO_CHARACTER) return 0x3f
  const code = c & 0xffffff
  return code < 256 && hasGlyph(code) && (code < 0x80 || code >= 0xa0) ? code : 0x3f
}
