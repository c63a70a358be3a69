// The tables of the four machines against machine.md, every state with every input, and what must hold of all of them.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { testCore, type TestCore } from "../harness.ts"
import { cellText, INPUTS, MACHINES, STATES } from "./machine.ts"

const TERMINATED = 0
const DEADLINE = INPUTS.indexOf("deadline"), RESEND = INPUTS.indexOf("resend")

type Walk = (visit: (machine: number, state: number, input: number) => void) => void

const everyCell: Walk = (visit) => {
  for (const m of MACHINES.keys()) for (const s of STATES.keys()) for (const i of INPUTS.keys()) visit(m, s, i)
}

/** The cells that machine.md lists: "machine | state | input" -> "next, does". */
function expected(): Map<string, string> {
  const cells = new Map<string, string>()
  let machine = ""
  for (const line of readFileSync(new URL("machine.md", import.meta.url), "utf8").split("\n")) {
    if (line.startsWith("## ")) machine = line.slice(3)
    const [, state, input, does] = line.split("|").map((part) => part.trim())
    if (!line.startsWith("|") || state === "state" || state === "-") continue
    assert.ok(STATES.includes(state!) && INPUTS.includes(input!), line)
    assert.ok(!cells.has(`${machine} | ${state} | ${input}`), `twice: ${line}`)
    cells.set(`${machine} | ${state} | ${input}`, does!)
  }
  return cells
}

describe("transaction/machine", () => {
  let core: TestCore
  const cell = (machine: number, state: number, input: number) => Number(core.exports.cell!(machine, state, input))
  before(async () => { core = await testCore("transaction") })

  it("every machine does in every state with every input what machine.md says (RF-01)", () => {
    const want = expected(), is: string[] = [], should: string[] = []
    everyCell((m, s, i) => {
      const name = `${MACHINES[m]} | ${STATES[s]} | ${INPUTS[i]}`
      is.push(`${name} | ${cellText(cell(m, s, i))}`)
      should.push(`${name} | ${want.get(name) ?? "-"}`)
    })
    assert.equal(is.length, 4 * 8 * 11)
    assert.deepEqual(is, should)
  })

  it("what is terminated stays so, and tells nothing", () => {
    everyCell((m, s, i) => { if (s === TERMINATED) assert.equal(cell(m, s, i), -1) })
  })

  it("whoever ends lets both timers go", () => {
    everyCell((m, s, i) => {
      const c = cell(m, s, i)
      if (c >= 0 && (c & 255) === TERMINATED) assert.deepEqual([c >> 12 & 15, c >> 16 & 15], [1, 1], `${MACHINES[m]} ${STATES[s]} ${INPUTS[i]}`)
    })
  })

  it("every state that can be reached and in which a timer may run has a row for it, and can end", () => {
    for (const [m, first] of [[0, "CALLING"], [1, "TRYING"], [2, "PROCEEDING"], [3, "TRYING"]] as const) {
      const reached = reachableFrom(m, STATES.indexOf(first))
      for (const s of reached) {
        if (s === TERMINATED) continue
        if (!(MACHINES[m] === "INVITE server" && STATES[s] === "PROCEEDING")) assert.ok(cell(m, s, DEADLINE) >= 0, `${MACHINES[m]} ${STATES[s]}`)
        assert.ok(reachableFrom(m, s).has(TERMINATED), `${MACHINES[m]} ${STATES[s]}`)
        const setsResend = INPUTS.some((_, i) => cell(m, s, i) >= 0 && (cell(m, s, i) & 255) === s && (cell(m, s, i) >> 16 & 15) > 1)
        if (setsResend) assert.ok(cell(m, s, RESEND) >= 0)
      }
    }
  })

  function reachableFrom(machine: number, state: number): Set<number> {
    const reached = new Set([state])
    for (const s of reached) for (const i of INPUTS.keys()) if (cell(machine, s, i) >= 0) reached.add(cell(machine, s, i) & 255)
    return reached
  }
})
