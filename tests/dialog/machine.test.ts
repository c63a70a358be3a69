// Compares the table of the call machine with tests/dialog/machine.md, cell by cell.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { testCore } from "../harness.ts"

const STATES = ["FREE", "PREPARING", "CALLING", "RINGING", "INCOMING", "ANSWERING", "TALKING", "ENDING", "ENDED"]
const INPUTS = [
  "DIAL", "INVITED", "READY", "NO_WAY", "RINGING", "ACCEPTED", "LEFT", "AGAIN", "REFUSED", "ANSWER", "HANG_UP", "CANCELLED", "ACKED", "NO_ACK", "BYE", "LOST",
  "DUE", "DOWN", "DISMISS", "SLOW",
]
const ACTIONS = [
  "-", "PREPARE", "RING", "INVITE", "ALERT", "CONNECT", "NEXT", "REPEAT", "ACCEPT", "REFUSE", "ABANDON", "TALK", "AWAIT", "BYE", "END", "FREE", "NOTE",
]
const PAGE = new URL("machine.md", import.meta.url)

describe("the call machine", () => {
  it("answers every input in every state as tests/dialog/machine.md says", async () => {
    const { exports } = await testCore("calls")
    const cell = (state: number, input: number): string => {
      const next = Number(exports["nextOf"]!(state, input)), does = ACTIONS[Number(exports["actionOf"]!(state, input))]
      return does === "-" && next === state ? "" : `${STATES[next]} ${does}`
    }
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`
    const table = [
      line(["", ...STATES]), line(["---", ...STATES.map(() => "---")]),
      ...INPUTS.map((name, input) => line([name, ...STATES.map((_, state) => cell(state, input))])),
    ].join("\n")
    const page = readFileSync(PAGE, "utf8")
    const expected = page.split("\n").filter((text) => text.startsWith("|")).join("\n")
    if (process.env["UPDATE"] === "1") writeFileSync(PAGE, page.replace(expected, table))
    else assert.equal(expected, table)
  })
})
