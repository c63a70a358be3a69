// The phone's screen as characters: its frame of pixels in half blocks or braille, or its text cells.

export const FRAME_WIDTH = 128, FRAME_HEIGHT = 64, FRAME_BYTES = 1024
export const TEXT_COLUMNS = 21, TEXT_ROWS = 8

/** What the phone shows: the pixels, and the cells that they were drawn from. */
export type Picture = { frame: Uint8Array; cells: Uint8Array }

/** A piece of one row in one style. */
export type Run = { text: string; inverse: boolean }

/** One pixel of a frame in SSD1306 page order: a byte is 8 pixels downwards, the lowest bit on top. */
export function pixel(frame: Uint8Array, x: number, y: number): boolean {
  return (((frame[(y >> 3) * FRAME_WIDTH + x] ?? 0) >> (y & 7)) & 1) === 1
}

/** 128 x 32 characters: the pixels keep their shape. */
export function halfBlocks(frame: Uint8Array): string[] {
  const blocks = [" ", "▀", "▄", "█"]
  return rows(FRAME_WIDTH, FRAME_HEIGHT / 2, (x, row) =>
    blocks[Number(pixel(frame, x, row * 2)) + 2 * Number(pixel(frame, x, row * 2 + 1))] ?? " ")
}

/** 64 x 16 characters: half as wide and high, for terminals of 80 columns. */
export function braille(frame: Uint8Array): string[] {
  return rows(FRAME_WIDTH / 2, FRAME_HEIGHT / 4, (column, row) => {
    let dots = 0
    // Unicode 4.8, braille patterns: dots 1-3 and 7 are the left column downwards, 4-6 and 8 the right one.
    for (const [bit, x, y] of DOTS) if (pixel(frame, column * 2 + x, row * 4 + y)) dots |= 1 << bit
    return String.fromCodePoint(0x2800 + dots)
  })
}

const DOTS: ReadonlyArray<readonly [bit: number, x: number, y: number]> =
  [[0, 0, 0], [1, 0, 1], [2, 0, 2], [3, 1, 0], [4, 1, 1], [5, 1, 2], [6, 0, 3], [7, 1, 3]]

/** 21 x 8 characters: what the frame was drawn from, for terminals without room or glyphs for pixels. */
export function textCells(cells: Uint8Array): Run[][] {
  const inverseAt = TEXT_COLUMNS * TEXT_ROWS
  return Array.from({ length: TEXT_ROWS }, (_, row) => {
    const runs: Run[] = []
    for (let column = 0; column < TEXT_COLUMNS; column++) {
      const cell = row * TEXT_COLUMNS + column
      const inverse = (((cells[inverseAt + (cell >> 3)] ?? 0) >> (cell & 7)) & 1) === 1
      const text = printable(cells[cell] ?? 0)
      const last = runs.at(-1)
      if (last !== undefined && last.inverse === inverse) last.text += text
      else runs.push({ text, inverse })
    }
    return runs
  })
}

/** The cells as eight lines of text, without trailing blanks. */
export function screenText(cells: Uint8Array): string[] {
  return textCells(cells).map((runs) => runs.map((run) => run.text).join("").trimEnd())
}

/** Cells below 0x20 are signs of the phone's own font; a terminal gets something of the same meaning. */
function printable(code: number): string {
  if (code < 0x20) return SIGNS[code] ?? "·"
  return code >= 0x7f && code < 0xa0 ? "·" : String.fromCharCode(code)
}

const SIGNS: Record<number, string> = { 0: " " }

function rows(width: number, height: number, at: (x: number, y: number) => string): string[] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => at(x, y)).join(""))
}
