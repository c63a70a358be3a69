// The phone's screen as characters: its frame of pixels in half blocks or braille, or its text cells.
import { FRAME_HEIGHT, FRAME_WIDTH } from "../abi.ts"
import type { Picture } from "../calls.ts"

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
export function textRuns({ lines, inverse }: Picture, unicode: boolean): Run[][] {
  return lines.map((line, y) => {
    const runs: Run[] = []
    for (const [x, character] of [...line].entries()) {
      const stands = inverse[y]?.[x] ?? false
      const last = runs.at(-1)
      if (last !== undefined && last.inverse === stands) last.text += printable(character, unicode)
      else runs.push({ text: printable(character, unicode), inverse: stands })
    }
    return runs
  })
}

/** The signs of the phone's own font stand from 0x80 on (assembly/ui/font.ts). */
function printable(character: string, unicode: boolean): string {
  const sign = character.charCodeAt(0) - 0x80
  if (sign < 0 || sign >= 0x20) return character === "\0" ? " " : character
  return (unicode ? SIGNS : PLAIN_SIGNS)[sign] ?? " "
}

const SIGNS = "●○×↑↓←→■▁↑↓↕◌»·▁▂▃▅▇", PLAIN_SIGNS = "+-x^v<>*_^v|.>.|||||"

function rows(width: number, height: number, at: (x: number, y: number) => string): string[] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => at(x, y)).join(""))
}
