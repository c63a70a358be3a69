// The host knows every event that the core tells, by the number that the core gives it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { EVENT } from "../../host/abi.ts"
import { eventName } from "../../host/calls.ts"

describe("the events", () => {
  it("of the core are those of the host, in the same order", () => {
    const source = readFileSync(new URL("../../assembly/outputs.ts", import.meta.url), "utf8")
    const names = /enum Event \{([^}]*)\}/.exec(source)?.[1]?.split(",").map((name) => name.trim()).filter((name) => name !== "") ?? []
    const told = names.map((name, code) => ({ name, code })).filter(({ name }) => name !== "NONE" && name !== "SPARE")
    assert.deepEqual(told.map(({ code }) => eventName(code)), told.map(({ name }) => name))
    assert.equal(Object.keys(EVENT).length, told.length)
  })
})
