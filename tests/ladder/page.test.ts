import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { compile } from "../../build/core.ts"
import { PAGE, worked, type Worked } from "./page.ts"

describe("The examples of docs/redundancy.md", function () {
  const page = readFileSync(PAGE, "utf8")
  let made: Worked
  before(async () => { made = worked(page, await compile("assembly/index.ts")) })

  it("are what the phone does: their ladders come out the same (else: npm run ladders, and read what has changed)", () => {
    assert.equal(made.page, page)
    for (const [place, drawing] of made.drawings) assert.equal(drawing, readFileSync(new URL(place, PAGE), "utf8"), place)
  })

  it("are there for each of the five documents, and no drawing is left over", () => {
    assert.deepEqual(readdirSync(new URL("ladders/", PAGE)).map((name) => `ladders/${name}`).sort(), [...made.drawings.keys()].sort())
    for (const chapter of ["Snom", "BIND", "Versity", "Baker", "SKUDONET"]) {
      const [, text = ""] = page.split(new RegExp(`^## .*${chapter}.*$`, "m"))
      assert.match(text.split(/^## /m)[0] ?? "", /^```story$/m, chapter)
    }
  })
})
