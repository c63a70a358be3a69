// Compares the table of the subscription machine with tests/dialog/subscription.md, cell by cell.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { testCore } from "../harness.ts"

const STATES = ["IDLE", "WANTED", "ASKED", "ACTIVE", "PAUSED", "LEAVING"]
const INPUTS = ["HOME", "LEFT", "SENT", "NO_WAY", "AGAIN", "GRANTED", "REFUSED", "GONE", "DUE", "CLOSE"]
const ACTIONS = ["-", "BEGIN", "PAUSE", "END", "LEAVE"]

describe("the subscription machine", () => {
  it("answers every input in every state as tests/dialog/subscription.md says (RF-18)", async () => {
    const { exports } = await testCore("subscription")
    const cell = (state: number, input: number): string => {
      const next = Number(exports["nextOf"]!(state, input)), does = Number(exports["actionOf"]!(state, input))
      return does === 0 && next === state ? "" : `${STATES[next]} ${ACTIONS[does]}`
    }
    const line = (cells: string[]): string => `| ${cells.join(" | ")} |`
    const table = [
      line(["", ...INPUTS]), line(["---", ...INPUTS.map(() => "---")]),
      ...STATES.map((name, state) => line([name, ...INPUTS.map((_, input) => cell(state, input))])),
    ].join("\n")
    const expected = readFileSync(new URL("subscription.md", import.meta.url), "utf8")
    assert.equal(table, expected.split("\n").filter((text) => text.startsWith("|")).join("\n"))
  })
})
