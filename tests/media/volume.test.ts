// The volume of the speaker.
import assert from "node:assert/strict"
import { testCore } from "../harness.ts"

const core = await testCore("media")
const louder = (sample: number, volume: number) => Number(core.exports.louder!(sample, volume))

describe("media: the volume", () => {
  it("doubles the sound every second step; 6 leaves it as it is and 0 is silence", () => {
    assert.deepEqual(Array.from({ length: 11 }, (_, volume) => louder(1000, volume)), [0, 175, 250, 351, 500, 707, 1000, 1414, 2000, 2828, 4000])
  })

  it("holds what is too loud at the limit", () => {
    assert.deepEqual([louder(20_000, 10), louder(-20_000, 10), louder(-32_768, 7)], [32_767, -32_768, -32_768])
  })
})
