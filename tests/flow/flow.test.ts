// Plays every flow of tests/flow/*.md on both engines in lockstep and compares what went over the wire, and the screen at the end, with the text.
import assert from "node:assert/strict"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bothEngines, play } from "./play.ts"
import type { MakePhone } from "../../host/sim/phone.ts"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const FLOW = /^## (?<title>.+)\n(?<story>[^]*?)^```\n(?<script>[^]*?)^```\n+^```\n(?<expected>[^]*?)^```$/gm

describe("flows", function () {
  let make: MakePhone
  before(async () => { make = await bothEngines() })

  for (const file of readdirSync(HERE).filter((name) => name.endsWith(".md") && name !== "README.md")) {
    describe(file, () => {
      const text = readFileSync(join(HERE, file), "utf8")
      for (const { groups } of text.matchAll(FLOW)) {
        it(groups?.["title"] ?? "", () => {
          const script = groups?.["script"] ?? "", expected = groups?.["expected"] ?? ""
          const happened = play(script, make) + "\n"
          // UPDATE=1 writes what happened; whoever does so reads every changed line.
          if (process.env["UPDATE"] === "1") rewrite(join(HERE, file), script, happened)
          else assert.equal(happened, expected)
        })
      }
    })
  }
})

function rewrite(path: string, script: string, happened: string): void {
  const text = readFileSync(path, "utf8")
  const at = text.indexOf("```\n", text.indexOf(script)) + 4
  const from = text.indexOf("```\n", at) + 4
  writeFileSync(path, text.slice(0, from) + happened + text.slice(text.indexOf("```", from)))
}
