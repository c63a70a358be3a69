// Reads the messages and expected readings of tests/wire/*.md. README of the format: tests/wire/format.md.
import { readFileSync, readdirSync } from "node:fs"

export type Block = { kind: string; words: string[]; text: string }
export type Case = { file: string; line: number; title: string; blocks: Block[] }

/** All cases of all files, in order: a heading of the second level, and the fenced blocks below it. */
export function readCases(): Case[] {
  const folder = new URL("./", import.meta.url)
  return readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "format.md").sort().flatMap((file) =>
    casesOf(file, readFileSync(new URL(file, folder), "utf8").split("\n")))
}

function casesOf(file: string, lines: string[]): Case[] {
  const cases: Case[] = []
  let open: { kind: string; words: string[]; lines: string[] } | undefined
  lines.forEach((line, i) => {
    if (open !== undefined) {
      if (line !== "```") open.lines.push(line)
      else {
        cases.at(-1)?.blocks.push({ kind: open.kind, words: open.words, text: open.lines.join("\n") })
        open = undefined
      }
    } else if (line.startsWith("## ")) cases.push({ file, line: i + 1, title: line.slice(3), blocks: [] })
    else if (line.startsWith("```")) {
      const [kind = "", ...words] = line.slice(3).trim().split(" ")
      open = { kind, words, lines: [] }
    }
  })
  return cases
}

/**
 * The bytes of a message block: lines end in CRLF, {{0d}} is a byte, {{abc*50}} a text repeated, {{times 50}} at its end repeats a line. The
 * block holds the empty line and the body. With the word `cut` in the block's first line nothing is added behind the last line.
 */
export function bytesOf(block: Block): Buffer {
  const lines = block.text.replace(/^(.*)\{\{times (\d+)\}\}$/gm, (_, line: string, count: string) =>
    Array<string>(Number(count)).fill(line).join("\n"))
  const repeated = lines.replace(/\{\{([^{}*]+)\*(\d+)\}\}/g, (_, text: string, count: string) => text.repeat(Number(count)))
  const wire = (block.words.includes("cut") ? repeated : `${repeated}\n`).replaceAll("\n", "\r\n")
  const pieces = wire.split(/\{\{([0-9a-f]{2})\}\}/)
  return Buffer.concat(pieces.map((piece, i) => i % 2 === 0 ? Buffer.from(piece) : Buffer.from(piece, "hex")))
}

/** "name: value" lines as a record. A name that occurs twice is a mistake in the file. */
export function linesOf(text: string): Record<string, string> {
  const record: Record<string, string> = {}
  for (const line of text.split("\n")) {
    const at = line.indexOf(":")
    if (at < 0) throw new Error(`not "name: value": ${line}`)
    const name = line.slice(0, at)
    if (name in record) throw new Error(`twice: ${name}`)
    record[name] = line.slice(at + 1).trim()
  }
  return record
}
