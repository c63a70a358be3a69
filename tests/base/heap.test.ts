import assert from "node:assert/strict"
import { Random } from "../../host/sim/random.ts"
import { testCore } from "../harness.ts"

const PLACES = 6, SIZE = 300

async function heap() {
  const core = await testCore("heap")
  const call = (name: string, ...args: number[]) => Number(core.exports[name]!(...args))
  const bytesOf = (place: number) => core.bytes.subarray(call("startAt", place), call("endAt", place))
  call("open", PLACES, SIZE)
  return {
    core, call,
    read: (place: number) => Buffer.from(bytesOf(place)).toString("latin1"),
    /** Takes a block for this text and fills it. */
    put(text: string): number {
      const place = call("take", text.length)
      if (place >= 0) bytesOf(place).set(Buffer.from(text, "latin1"))
      return place
    },
  }
}

describe("base/heap", () => {
  it("gives a block its bytes, until there are no more places", async () => {
    const h = await heap()
    const texts = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"]
    const places = texts.map(h.put)
    assert.deepEqual(places, [0, 1, 2, 3, 4, 5])
    assert.equal(h.put("g"), -1)
    assert.deepEqual(places.map(h.read), texts)
    assert.equal(h.call("used"), 21)
    assert.equal(h.call("room"), h.call("capacity") - 21)
  })

  it("uses every byte: blocks move together when a gap is too small", async () => {
    const h = await heap()
    const third = Math.floor(h.call("capacity") / 3), rest = h.call("capacity") - 2 * third
    h.put("a".repeat(third))
    h.put("b".repeat(third))
    h.put("c".repeat(rest))
    assert.equal(h.put("d"), -1)
    h.call("free", 0)
    assert.equal(h.put("d".repeat(third + 1)), -1)
    assert.equal(h.put("d".repeat(third)), 0)
    assert.deepEqual([0, 1, 2].map(h.read), ["d".repeat(third), "b".repeat(third), "c".repeat(rest)])
  })

  it("gives back what a block is trimmed by", async () => {
    const h = await heap()
    const all = h.call("capacity")
    h.put("0123456789".repeat(40).slice(0, all))
    h.call("trim", 0, 10)
    assert.equal(h.read(0), "0123456789")
    assert.equal(h.call("room"), all - 10)
    assert.equal(h.put("b".repeat(all - 10)), 1)
  })

  it("keeps the bytes of every block and never leaves its region, whatever comes", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 100000), random = new Random(seed, "heap")
    const h = await heap(), kept = new Map<number, string>()
    const below = (n: number) => random.between(0, n - 1)
    const guard = () => Buffer.from(h.core.bytes.subarray(h.core.globals.RX_AT! + SIZE, h.core.globals.RX_AT! + SIZE + 64)).toString("hex")
    const before = guard()
    for (let step = 0; step < 3000; step++) {
      const what = below(4), places = [...kept.keys()], place = places[below(Math.max(1, places.length))]
      if (what < 2) {
        const text = String.fromCharCode(33 + below(90)).repeat(1 + below(below(2) === 0 ? 8 : 120))
        const fits = kept.size < PLACES && text.length <= h.call("room"), taken = h.put(text)
        assert.equal(taken >= 0, fits, `step ${step}; SEED=${seed}`)
        if (fits) kept.set(taken, text)
      } else if (place !== undefined && what === 2) {
        h.call("free", place)
        kept.delete(place)
      } else if (place !== undefined) {
        const text = kept.get(place)!, length = 1 + below(text.length)
        h.call("trim", place, length)
        kept.set(place, text.slice(0, length))
      }
      for (const [at, text] of kept) assert.equal(h.read(at), text, `step ${step}; SEED=${seed} npx mocha tests/base/heap.test.ts`)
      assert.equal(h.call("used"), [...kept.values()].reduce((sum, text) => sum + text.length, 0))
    }
    assert.equal(guard(), before)
  })
})
