// What one selection and one list made anew cost, counted in loop turns and calls: the same on every machine. npm run bench has times and instructions.
import assert from "node:assert/strict"
import { SERVERS_MAX } from "../builds.ts"
import { HUNTING, SERVERS } from "../bench/rows.ts"
import { testCore } from "../harness.ts"

const FUEL = 2_000_000_000, TURNS = 10
const WORK = [
  { story: "one selection", first: 0, most: 10_000 },
  { story: "one list made anew", first: SERVERS.length, most: 4_000 },
]

describe("The cost of hunting", () => {
  for (const { story, first, most } of WORK) {
    it(`of ${story}, from 2 servers to 64, is never four times that of half as many, and ${most} loop turns and calls at most for the ${SERVERS_MAX} that a line knows`, async () => {
      const core = await testCore(HUNTING.entry, "wasm3", HUNTING.build)
      core.setFuel(FUEL)
      const fuel = (row: number, turns: number): number => { core.exports["work"]!(row, turns); return core.fuelUsed() }
      const costs = SERVERS.map((_, i) => (fuel(first + i, TURNS + 1) - fuel(first + i, 1)) / TURNS)
      assert.equal(SERVERS.at(-1), 64)
      // A single server is not drawn, so that the step to two is another one.
      for (let i = 2; i < costs.length; i++) assert.ok(costs[i]! > costs[i - 1]! && costs[i]! < 4 * costs[i - 1]!, `${SERVERS[i]} servers cost ${costs[i]}, half as many ${costs[i - 1]}`)
      assert.ok(costs[SERVERS.indexOf(SERVERS_MAX)]! <= most, `${costs}`)
    })
  }
})
