// The pictures in docs/screens: each is taken anew from the module's frame and compared, pixel by pixel, with the file.
import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { decode } from "fast-png"
import { FRAME_HEIGHT, FRAME_WIDTH } from "../../host/abi.ts"
import { pixel } from "../../host/handset/frame.ts"
import { pngOf } from "../../host/handset/png.ts"
import { oneEngine } from "./play.ts"
import { SCREENS, takePictures, writePictures } from "./pictures.ts"

const PAGE = readFileSync(new URL("../../docs/phone.md", import.meta.url), "utf8")

describe("The pictures of the main views", function () {

  it("They are what the phone shows: made anew, every pixel is the same (UPDATE=1 or npm run picture draws them again)", async () => {
    const taken = takePictures(await oneEngine())
    if (process.env["UPDATE"] === "1") writePictures(taken)
    assert.deepEqual(readdirSync(SCREENS).sort(), [...taken.keys()].map((name) => `${name}.png`).sort())
    for (const [name, frame] of taken) {
      const kept = decode(readFileSync(new URL(`${name}.png`, SCREENS))), made = decode(pngOf(frame))
      assert.deepEqual([kept.width, kept.height, kept.depth, kept.palette], [made.width, made.height, made.depth, made.palette], name)
      assert.ok(Buffer.compare(Buffer.from(kept.data.buffer), Buffer.from(made.data.buffer)) === 0, `${name}.png is not what the phone shows now: look at both, then npm run picture`)
    }
  })

  it("A pixel of the frame is a square of four by four in the picture, lit or dark, in a dark margin", () => {
    const frame = Uint8Array.from({ length: FRAME_WIDTH * FRAME_HEIGHT / 8 }, (_, i) => i * 37 & 0xff)
    const { width, height, data } = decode(pngOf(frame))
    assert.deepEqual([width, height], [FRAME_WIDTH * 4 + 24, FRAME_HEIGHT * 4 + 24])
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const column = Math.floor(x / 4) - 3, row = Math.floor(y / 4) - 3
        const inside = column >= 0 && row >= 0 && column < FRAME_WIDTH && row < FRAME_HEIGHT
        const lit = ((data[(y * width + x) >> 3] ?? 0) & 0x80 >> (x & 7)) !== 0
        if (lit !== (inside && pixel(frame, column, row))) assert.fail(`pixel ${x}, ${y}`)
      }
    }
  })

  it("docs/phone.md shows each of them, and no other", () => {
    const shown = [...PAGE.matchAll(/screens\/([a-z-]+\.png)/g)].map(([, file]) => file)
    assert.deepEqual(shown.sort(), readdirSync(SCREENS).sort())
  })
})
