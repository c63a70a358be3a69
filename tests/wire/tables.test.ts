// The generated tables and the words written as numbers are what they say they are.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { CLASSES, charTable, headerNames, headerTable } from "../../build/headers.ts"
import { enginesPresent, enumNames, wireCore } from "./wire-core.ts"

function source(name: string): string { return readFileSync(new URL(`../../assembly/wire/${name}`, import.meta.url), "utf8") }

describe("The tables of the wire room", () => {
  it("header-table.ts is what build/headers.ts makes of the names in header.ts", () => assert.equal(source("header-table.ts"), headerTable()))

  it("char-table.ts is what build/headers.ts makes of the classes, one for each bit of char.ts", () => {
    assert.equal(source("char-table.ts"), charTable())
    assert.equal(enumNames("assembly/wire/char.ts", "Class").length, CLASSES.length)
  })

  it("words.ts has the number of each word behind it", () => {
    let folded = false
    for (const line of source("words.ts").split("\n")) {
      if (line.startsWith("// In lower case")) folded = true
      const [, number, word = ""] = /^export const \w+: u64 = (0x[0-9a-f]{16}) +\/\/ "(.*)"$/.exec(line) ?? []
      if (number === undefined) continue
      const bytes = Buffer.alloc(8, folded ? 0x20 : 0)
      bytes.write(word, "latin1")
      assert.equal(BigInt(number), bytes.readBigUInt64LE(), line)
    }
  })
})

for (const engine of await enginesPresent()) {
  const core = await wireCore(engine)
  describe(`Names on ${engine}`, () => {
    it("every header name is known in full, in compact form and in any case of letters (RFC 3261 7.3.3)", () => {
      for (const { name, field } of headerNames()) {
        for (const form of [name, name.toLowerCase(), name.toUpperCase()]) assert.equal(core.call("fieldNumber", form), field, form)
      }
    })

    it("nothing else is a header name, however alike it looks", () => {
      const known = new Set(headerNames().map(({ name }) => name.toLowerCase()))
      for (const { name } of headerNames()) {
        for (let i = 0; i < name.length; i++) {
          const before = name.slice(0, i), behind = name.slice(i + 1)
          for (const other of [before + behind, `${before}x${behind}`, `${before}-${name.slice(i)}`]) {
            if (!known.has(other.toLowerCase())) assert.equal(core.call("fieldNumber", other), 0, other)
          }
        }
      }
    })

    it("every method is known in capitals only (RFC 3261 7.1)", () => {
      enumNames("assembly/wire/method.ts", "Method").forEach((name, number) => {
        if (number === 0) return
        assert.equal(core.call("methodNumber", name), number, name)
        assert.equal(core.call("methodNumber", name.toLowerCase()), 0, name)
        assert.equal(core.call("methodNumber", `${name}X`), 0, name)
        assert.equal(core.call("methodNumber", name.slice(1)), 0, name)
      })
    })
  })
}
