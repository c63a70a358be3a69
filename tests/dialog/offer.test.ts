import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { enginesPresent } from "../wire/wire-core.ts"
import { Offers, bytesOf, sectionsOf, type Block } from "./offers.ts"

const PAGES = ["offer.md", "sdp.md"].map((name) => ({ name, at: new URL(name, import.meta.url) }))

type State = { taken: string; description: Uint8Array }

/** What a block should hold, or undefined where it is what the other side says. */
function happened(phone: Offers, block: Block, state: State): string | undefined {
  if (block.kind === "set") for (const line of block.text.trim().split("\n")) phone.set(line)
  else if (block.kind === "own") phone.own(block.text.trim())
  else if (block.kind === "offer" || block.kind === "theirs") state.taken = phone.take(block.kind, bytesOf(block))
  else if (block.kind === "ours" || block.kind === "answer") return phone.write(block.kind, block.word)
  else if (block.kind === "description") state.description = bytesOf(block)
  else if (block.kind === "reading") return phone.read(state.description)
  else if (block.kind === "session") return phone.session()
  else if (block.kind === "taken") return `${state.taken}\n`
  else assert.fail(`unknown block: ${block.kind}`)
  return undefined
}

const afresh = (): State => ({ taken: "", description: Buffer.alloc(0) })

for (const engine of await enginesPresent()) {
  const phone = await Offers.open(engine)
  for (const { name, at } of PAGES) {
    describe(`${name} on ${engine}`, () => {
      for (const { title, blocks } of sectionsOf(readFileSync(at, "utf8"))) {
        it(title, () => {
          phone.begin()
          const state = afresh()
          for (const [i, block] of blocks.entries()) {
            const text = happened(phone, block, state)
            if (text !== undefined) assert.equal(text, block.text)
            else if (state.taken !== "" && blocks[i + 1]?.kind !== "taken") assert.equal(state.taken, "AGREED")
          }
        })
      }
    })
  }
}

if (process.env["UPDATE"] === "1") {
  const phone = await Offers.open("v8")
  for (const { at } of PAGES) {
    const sections = readFileSync(at, "utf8").split("\n## ").map((part, i) => {
      if (i === 0) return part
      phone.begin()
      const state = afresh()
      return part.replace(/^```(\w+) ?(\w*)\n([^]*?)^```$/gm, (whole, kind: string, word: string, text: string) => {
        const found = happened(phone, { kind, word, text }, state)
        return found === undefined ? whole : `\`\`\`${kind}${word === "" ? "" : ` ${word}`}\n${found}\`\`\``
      })
    })
    writeFileSync(at, sections.join("\n## "))
  }
}
