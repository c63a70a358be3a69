// Operations that the addon makes one (host/engine/node-wasm3/fused.c) do what they do alone: random functions give the same on both engines.
import assert from "node:assert/strict"
import { EngineTrap, type Engine } from "../../host/engine/engine.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { Random } from "../../host/sim/random.ts"
import { randomModule } from "./program.ts"

const SEED = Number(process.env.SEED ?? 1)
const COUNT = Number(process.env.COUNT ?? 300)
const FUEL = 1_000_000

const ARGUMENTS: [number, number, bigint, bigint][] = [[0, 0, 0n, 0n], [1, -1, 1n, -1n], [0x12345678, 77, 0x0102030405060708n, 3n], [-0x80000000, 0x7fffffff, 1n << 62n, -5n]]

/** What a call returns, or which trap it ends with. */
function outcome(engine: Engine, values: typeof ARGUMENTS[number]): string {
  try { return String(engine.exports.run?.(...values)) } catch (error) {
    if (error instanceof EngineTrap) return `trap: ${error.kind}`
    throw error
  }
}

describe("Random functions", () => {
  it(`give the same results, traps and memory on both engines (SEED=${SEED} COUNT=${COUNT})`, () => {
    let results = 0
    for (let seed = SEED; seed < SEED + COUNT; seed++) {
      const wasm = randomModule(new Random(seed, "program")), v8 = loadV8(wasm), wasm3 = loadWasm3(wasm, FUEL)
      for (const values of ARGUMENTS) {
        const expected = outcome(v8, values)
        assert.equal(outcome(wasm3, values), expected, `run(${values.join()}) of SEED=${seed} COUNT=1`)
        if (!expected.startsWith("trap")) results++
      }
      assert.ok(Buffer.from(v8.memory).equals(Buffer.from(wasm3.memory)), `the memories of SEED=${seed} COUNT=1 differ`)
    }
    assert.ok(results > COUNT, "most functions end without a trap")
  })
})
