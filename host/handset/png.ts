// The phone's screen as a PNG file: its frame of one bit a pixel, larger, in two colours.
import { encode } from "fast-png"
import { FRAME_HEIGHT, FRAME_WIDTH } from "../abi.ts"
import { pixel } from "./frame.ts"

/** A pixel of the phone is SCALE wide and high; MARGIN of them are dark on each side. */
const SCALE = 4, MARGIN = 3
const DARK = [32, 36, 43], LIT = [159, 232, 255]

const WIDTH = (FRAME_WIDTH + 2 * MARGIN) * SCALE, HEIGHT = (FRAME_HEIGHT + 2 * MARGIN) * SCALE

/** The file. */
export function pngOf(frame: Uint8Array): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT / 8)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      if (isLit(frame, Math.floor(x / SCALE) - MARGIN, Math.floor(y / SCALE) - MARGIN)) data[(y * WIDTH + x) >> 3]! |= 0x80 >> (x & 7)
    }
  }
  return encode({ width: WIDTH, height: HEIGHT, depth: 1, channels: 1, data, palette: [DARK, LIT] })
}

function isLit(frame: Uint8Array, x: number, y: number): boolean { return x >= 0 && y >= 0 && x < FRAME_WIDTH && y < FRAME_HEIGHT && pixel(frame, x, y) }
