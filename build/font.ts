// Makes the table of assembly/ui/font.ts from the drawing in tests/ui/font.md: one row per glyph, five columns, the lowest bit on top.
import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve, dirname } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const DRAWING = join(ROOT, "tests/ui/font.md")
const TABLE = join(ROOT, "assembly/ui/font.ts")
const COLUMNS = 5, ROWS = 7, PITCH = COLUMNS + 2

/** Every glyph that the drawing shows: its code, and its rows of '#' and '.'. */
export function drawnGlyphs(markdown = readFileSync(DRAWING, "utf8")): Map<number, string[]> {
  const glyphs = new Map<number, string[]>()
  for (const [, block] of markdown.matchAll(/```\n([^]*?)```/g)) {
    const [labels, ...rows] = block!.trimEnd().split("\n")
    for (let x = 0; x < labels!.length; x += PITCH) {
      const code = parseInt(labels!.slice(x, x + 2), 16)
      const glyph = rows.map((row) => row.slice(x, x + COLUMNS))
      if (glyph.length !== ROWS || glyph.some((row) => !/^[#.]{5}$/.test(row))) throw new Error(`tests/ui/font.md: glyph ${code.toString(16)} is not 5 x 7`)
      glyphs.set(code, glyph)
    }
  }
  return glyphs
}

/** The columns of a glyph as bytes. */
export function columnsOf(glyph: string[]): number[] {
  return Array.from({ length: COLUMNS }, (_, x) => glyph.reduce((byte, row, y) => row[x] === "#" ? byte | 1 << y : byte, 0))
}

/** The lines of the table, in the order of the codes. */
export function tableRows(): string[] {
  return [...drawnGlyphs()].sort(([a], [b]) => a - b).map(([code, glyph]) => {
    const bytes = columnsOf(glyph).map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")
    const shown = code > 0x20 && code < 0x7f || code > 0xa0 && code !== 0xad ? ` ${String.fromCharCode(code)}` : ""
    return `  ${bytes},  // ${code.toString(16)}${shown}`
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const source = readFileSync(TABLE, "utf8")
  writeFileSync(TABLE, source.replace(/(?<=memory\.data<u8>\(\[\n)[^]*?(?=\]\))/, `${tableRows().join("\n")}\n`))
}
