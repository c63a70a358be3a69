import assert from "node:assert/strict"
import { type TestCore, testCore } from "../harness.ts"

for (const engine of ["v8", "wasm3"] as const) {
  describe(`prose under ${engine}`, () => {
    let core: TestCore
    before(async () => { core = await testCore("prose", engine) })

    const call = (name: string, ...args: number[]) => Number(core.exports[name]!(...args))
    const ROOM = 100
    const rows = () => Array.from({ length: core.globals.ROWS! }, (_, row) => row)
    const text = (row: number) => Buffer.from(core.bytes.slice(call("textStart", row), call("textEnd", row))).toString("latin1")
    const said = (length: number) => Buffer.from(core.bytes.slice(core.globals.TX_AT!, core.globals.TX_AT! + length)).toString("latin1")

    it("is written as it was given", () => {
      assert.deepEqual(rows().map((row) => said(call("say", row, ROOM))), rows().map(text))
    })

    it("is smaller than its text when it repeats itself", () => {
      const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0)
      assert.ok(sum(rows().map((row) => call("packed", row))) < sum(rows().map((row) => text(row).length)) / 2)
    })

    it("that does not fit is not written at all, and that is remembered", () => {
      for (const row of rows().slice(1)) {
        assert.equal(call("say", row, text(row).length - 1), 0)
        assert.equal(call("overflow"), 1)
        assert.equal(call("say", row, text(row).length), text(row).length)
        assert.equal(call("overflow"), 0)
      }
    })
  })
}
