// The pixels: the font is the one that is drawn in font.md, and the frame shows the cells with it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { columnsOf, drawnGlyphs, tableRows } from "../../build/font.ts"
import { openPhone, type Phone } from "./phone.ts"

const glyphs = drawnGlyphs()

for (const engine of ["v8", "wasm3"] as const) {
  describe(`the frame under ${engine}`, () => {
    let phone: Phone
    before(async function () {
      this.timeout(180_000)
      phone = await openPhone(engine)
    })

    it("Every printable Latin-1 character and every symbol has the glyph that is drawn in font.md, and nothing else has one", () => {
      for (let code = 0; code < 256; code++) {
        const drawn = glyphs.get(code)
        assert.deepEqual(phone.glyph(code), drawn && columnsOf(drawn), `glyph ${code.toString(16)}`)
      }
      for (let code = 0x20; code < 0x100; code++) assert.equal(glyphs.has(code), code < 0x7f || code >= 0xa0 || (code >= 0x80 && code < 0x94))
    })

    it("The frame shows each cell at 1 + 6 * column, one row a page, inverse cells with the gaps and the margin beside them", () => {
      phone.settings("domain: example.com\nuser: 6001\ndisplay_name: Zoë ÅÇß\n")
      phone.clock("2026-03-01T12:00:00Z")
      for (const way of ["up", "back right", "down down", "1 1", "middle left hook"]) {
        phone.press(way)
        assert.deepEqual([...phone.frame()], expected(phone), way)
      }
    })
  })
}

it("The table in assembly/ui/font.ts is what build/font.ts makes of the drawing", () => {
  const source = readFileSync(join(import.meta.dirname, "../../assembly/ui/font.ts"), "utf8")
  assert.ok(source.includes(`[\n${tableRows().join("\n")}\n]`))
})

it("No two characters look the same, but for the spaces and the two hyphens", () => {
  const seen = new Map<string, number>()
  for (const [code, glyph] of glyphs) {
    if (code >= 0x80 && code <= 0xa0) continue
    const key = glyph.join("\n")
    assert.ok(!seen.has(key), `${code.toString(16)} looks like ${seen.get(key)?.toString(16)}`)
    seen.set(key, code)
  }
})

/** The frame, drawn here from the cells and the drawing. */
function expected(phone: Phone): number[] {
  const frame = new Array<number>(1024).fill(0)
  const inverse = phone.inverse()
  phone.cells().forEach((code, i) => {
    const row = Math.floor(i / 21), column = i % 21
    const paper = inverse[i] ? 0xff : 0
    columnsOf(glyphs.get(code)!).forEach((byte, x) => { frame[row * 128 + 1 + column * 6 + x] = byte ^ paper })
    frame[row * 128 + 1 + column * 6 + 5] = inverse[i] || column < 20 && inverse[i + 1] ? 0xff : 0
    if (column === 0) frame[row * 128] = paper
    if (column === 20) frame[row * 128 + 127] = paper
  })
  return frame
}
