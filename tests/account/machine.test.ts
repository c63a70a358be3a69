// Compares the table of the registration machine with tests/account/machine.md, cell by cell.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { testCore } from "../harness.ts"

const STATES = ["OFF", "LOCATING", "REGISTERING", "REGISTERED", "REFRESHING", "UNREGISTERING", "WAITING", "FAILED"]
const INPUTS = ["BEGIN", "LOCATED", "LOST", "GRANTED", "LEFT", "EXHAUSTED", "REJECTED", "DUE", "STOP", "DOWN", "UP", "MOVE", "REST"]
const ACTIONS = ["-", "LOCATE", "HUNT", "TRY", "HOLD", "REFRESH", "RENEW", "BACK_OFF", "REPORT", "UNREGISTER", "FREEZE", "END"]

/** The table as machine.md writes it: a row per state, a column per input, `NEXT ACTION` in each cell that is not empty. */
function rows(next: (state: number, input: number) => number, action: (state: number, input: number) => number): string {
  const cell = (state: number, input: number) => {
    const does = ACTIONS[action(state, input)]
    return does === "-" && next(state, input) === state ? "" : `${STATES[next(state, input)]} ${does}`
  }
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`
  return [
    line(["", ...INPUTS]), line(["---", ...INPUTS.map(() => "---")]),
    ...STATES.map((name, state) => line([name, ...INPUTS.map((_, input) => cell(state, input))])),
  ].join("\n")
}

describe("the registration machine", () => {
  it("answers every input in every state as tests/account/machine.md says", async () => {
    const { exports } = await testCore("registration")
    const next = (state: number, input: number) => Number(exports["nextOf"]!(state, input))
    const action = (state: number, input: number) => Number(exports["actionOf"]!(state, input))
    const expected = readFileSync(new URL("machine.md", import.meta.url), "utf8")
    const table = rows(next, action)
    assert.equal(expected.split("\n").filter((text) => text.startsWith("|")).join("\n"), table)
  })
})
