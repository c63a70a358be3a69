// What every view is made of: a title with the registration's icon, text that is wrapped and scrolled, and the labels of the soft keys.
import { TX, TX_SIZE } from "../memory"
import { Prose } from "../base/prose"
import { NONE, Span, lengthOf, startOf, endOf, between, byteAt, after, span } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { COLUMNS, ROWS, put, write, writeRight, widthOf, invert } from "./screen"
import { Symbol } from "./font"
import { panel } from "./panel"

/** Rows between the title and the soft keys. */
export const BODY_TOP: u32 = 1
export const BODY_ROWS: u32 = ROWS - 2

// Lines of a view are composed in TX, which nobody else uses while an input is being worked on.
const PEN = TX
const LINE = TX + WRITER_SIZE
const LINE_SIZE: usize = 320
const SPELLING = LINE + LINE_SIZE
const SPELLED = SPELLING + WRITER_SIZE
const SPELLED_SIZE: usize = 96
if (SPELLED + SPELLED_SIZE > TX + TX_SIZE) ERROR("TX is too small for a line of a view")

/** A writer for one line of text; the line before is gone. */
export function pen(): Writer {
  const w = changetype<Writer>(PEN)
  w.open(LINE, LINE_SIZE)
  return w
}

/** The first row: icon, title, and everything inverse. */
export function title(icon: Symbol, s: Span): void {
  put(0, 0, icon)
  write(0, 2, s)
  invert(0, 0, COLUMNS)
}

/** The text of a prose, up to 96 bytes, until the next one is spelled. */
export function spell(p: Prose): Span {
  const w = changetype<Writer>(SPELLING)
  w.open(SPELLED, SPELLED_SIZE)
  w.say(p)
  return w.written
}

/** The last row: what the three soft keys do. */
export function softKeys(left: Prose, middle: Prose, right: Prose): void {
  label(0, spell(left))
  const centred = spell(middle)
  label((COLUMNS + 1 - lengthOf(centred)) / 2, centred)
  const last = spell(right)
  label(COLUMNS - lengthOf(last), last)
}

function label(column: u32, s: Span): void {
  write(ROWS - 1, column, s)
  invert(ROWS - 1, column, lengthOf(s))
}

/** One row of text; what is too long ends in an ellipsis. */
export function fitted(row: u32, column: u32, s: Span): void { facing(row, column, s, NONE) }

/** One row with another text at its right end: the first one ends in an ellipsis when there is no room for both. */
export function facing(row: u32, column: u32, left: Span, right: Span): void {
  const room = COLUMNS - (right == NONE ? 0 : widthOf(right) + 1)
  write(row, column, left)
  if (column + widthOf(left) > room) {
    put(row, room - 1, Symbol.ELLIPSIS)
    for (let i = room; i < COLUMNS; i++) put(row, i, 0x20)
  }
  writeRight(row, right)
}

/** Begins a text of any length, of which the rows from panel().top on are shown. */
export function beginText(): void { panel().rows = 0 }

/** Adds a paragraph: wrapped at spaces, or anywhere when a word is longer than a row; its second and later rows are indented. */
export function paragraph(s: Span, indent: u32): void {
  let rest = s, column: u32 = 0
  do {
    const taken = rowLength(rest, COLUMNS - column)
    addRow(column, span(startOf(rest), taken))
    rest = withoutSpaces(after(rest, taken))
    column = indent
  } while (lengthOf(rest) > 0)
}

/** Adds two texts in one row with two spaces between; the second goes to the end of a row of its own when one row is too short. */
export function pair(left: Span, right: Span, indent: u32): void {
  if (widthOf(left) + 2 + widthOf(right) > COLUMNS) {
    paragraph(left, indent)
    addRow(COLUMNS - min(widthOf(right), COLUMNS), right)
    return
  }
  addRow(0, left)
  addRowPart(widthOf(left) + 2, right)
}

/** Ends the text: keeps the scroll position within it, and marks in the title where there is more. */
export function endText(): void {
  const p = panel()
  const above = p.top > 0, below = <u32>p.top + BODY_ROWS < p.rows
  if (above || below) put(0, COLUMNS - 1, above && below ? Symbol.BOTH : above ? Symbol.ABOVE : Symbol.BELOW)
}

/** Moves the text by one row. */
export function scroll(down: bool): void {
  const p = panel()
  if (down && <u32>p.top + BODY_ROWS < p.rows) p.top++
  if (!down && p.top > 0) p.top--
}

/** Whether the text has become shorter than the place where the user is in it. If so the view is to be drawn again. */
export function scrolledTooFar(): bool {
  const p = panel()
  const last = <u32>p.rows > BODY_ROWS ? p.rows - BODY_ROWS : 0
  if (p.top <= <u16>last) return false
  p.top = <u16>last
  return true
}

function addRow(column: u32, s: Span): void {
  panel().rows++
  addRowPart(column, s)
}

/** More text for the row that was added last. */
function addRowPart(column: u32, s: Span): void {
  const p = panel()
  const row: u32 = p.rows - 1 - p.top
  if (p.rows > p.top && row < BODY_ROWS) write(BODY_TOP + row, column, s)
}

/** How many bytes of `s` go into a row of `width` columns. */
function rowLength(s: Span, width: u32): u32 {
  if (widthOf(s) <= width) return lengthOf(s)
  let length: u32 = 0, atSpace: u32 = 0
  for (let columns: u32 = 0; columns <= width; columns++) {
    if (byteAt(s, length) == 0x20) atSpace = length
    if (columns == width) break
    length++
    while (length < lengthOf(s) && (byteAt(s, length) & 0xc0) == 0x80) length++
  }
  return atSpace > 0 ? atSpace : length
}

function withoutSpaces(s: Span): Span {
  let p = startOf(s)
  while (p < endOf(s) && load<u8>(p) == 0x20) p++
  return between(p, endOf(s))
}
