// Both engines: what stops a module, what stays usable, and that results are the same.
import assert from "node:assert/strict"
import { EngineTrap, type EngineName, type TrapKind, type WasmValue } from "../../host/engine/engine.ts"
import { testCore, type TestCore } from "../harness.ts"

const ENGINES: EngineName[] = ["v8", "wasm3"]

function kindOf(call: () => unknown): TrapKind | "no trap" {
  try { call() } catch (error) {
    if (error instanceof EngineTrap) return error.kind
    throw error
  }
  return "no trap"
}

for (const engine of ENGINES) {
  describe(`The engine ${engine}`, () => {
    let core: TestCore
    before(async () => { core = await testCore("engines", engine) })
    afterEach(() => { assert.equal(core.exports.add?.(20, 22), 42, "the instance must go on") })
    const call = (name: string, ...args: WasmValue[]) => core.exports[name]?.(...args)

    it("stops a recursion without end and goes on", () => {
      assert.equal(kindOf(() => call("recurseForever", 1)), "stack")
      assert.equal(call("recurse", 100), 100)
    })

    it("stops a recursion that needs no wasm stack", () => { assert.equal(kindOf(() => call("recurseBare")), "stack") })

    it("stops reads and writes outside the page, at its last byte exactly", () => {
      assert.equal(call("readAt", 65532), 0)
      for (const at of [65533, 65536, 0x7fffffff, -1, -4]) assert.equal(kindOf(() => call("readAt", at)), "bounds", `at ${at}`)
      assert.equal(kindOf(() => call("writeAt", 65533, 1)), "bounds")
      assert.equal(kindOf(() => call("fillAt", 65530, 7)), "bounds")
      assert.equal(kindOf(() => call("copyTo", 0, 65530, 7)), "bounds")
      assert.equal(kindOf(() => call("fillAt", 65530, -1)), "bounds")
    })

    it("stops divisions without a result", () => {
      assert.equal(kindOf(() => call("divide", 1, 0)), "divide")
      assert.equal(kindOf(() => call("divide", -2147483648, -1)), "divide")
      assert.equal(kindOf(() => call("remainder", 1, 0)), "divide")
      assert.equal(call("remainder", -2147483648, -1), 0)
    })

    it("tells a deliberate stop from the others", () => { assert.equal(kindOf(() => call("stop")), "unreachable") })

    it("gives the module no second page, by whatever number it asks for one", () => {
      for (const pages of [1, 65535, 0x7fffffff, -1, -2]) assert.equal(call("grow", pages), -1, `grow by ${pages}`)
      assert.equal(call("grow", 0), 1)
      assert.equal(call("pages"), 1)
      assert.equal(core.bytes.length, 65536)
    })

    it("resolves every export, though the compiler has merged functions that are alike", () => {
      for (let i = 1; i <= 12; i++) assert.equal(call(`same${String(i).padStart(2, "0")}`, i), i * 3 + 1)
    })

    it("takes and gives numbers as WebAssembly does", () => {
      assert.equal(call("add", 2 ** 32 + 5, -1), 4)
      assert.equal(call("add", 1.9, -1.9), 0)
      assert.equal(call("add64", 0x7fff_ffff_ffff_ffffn, 1n), -0x8000_0000_0000_0000n)
      assert.equal(call("add64", 1n << 64n, 5n), 5n)
      assert.throws(() => call("add64", 1, 2n), TypeError)
    })

    it("shows memory live, both ways", () => {
      core.bytes[4096] = 0x2a
      assert.equal(call("readAt", 4096), 0x2a)
      call("writeAt", 4096, -1)
      assert.deepEqual([...core.bytes.subarray(4096, 4101)], [255, 255, 255, 255, 0])
    })
  })
}

describe("The engine wasm3", () => {
  it("stops loops that never end, with and without a condition, memory or calls, and goes on", async () => {
    const core = await testCore("engines", "wasm3")
    core.setFuel(1_000_000)
    for (const name of ["spin", "spinUntil", "spinInTwo"]) {
      assert.equal(kindOf(() => core.exports[name]?.()), "fuel", name)
      assert.equal(core.fuelUsed(), 1_000_001)
      assert.equal(core.exports.add?.(1, 2), 3)
    }
  })

  it("counts fuel for each call anew and the same each time", async () => {
    const core = await testCore("engines", "wasm3")
    core.setFuel(1000)
    for (let i = 0; i < 3; i++) {
      core.exports.turns?.(900)
      assert.ok(core.fuelUsed() >= 899 && core.fuelUsed() <= 901, `${core.fuelUsed()}`)
      assert.equal(kindOf(() => core.exports.turns?.(1100)), "fuel")
    }
  })

  it("keeps the fuel of two instances apart", async () => {
    const [one, two] = [await testCore("engines", "wasm3"), await testCore("engines", "wasm3")]
    one.setFuel(10)
    assert.equal(kindOf(() => one.exports.turns?.(100)), "fuel")
    assert.equal(kindOf(() => two.exports.turns?.(100)), "no trap")
  })
})

describe("Both engines", () => {
  it("give the same results and the same memory for a sample of calls", async () => {
    const [v8, wasm3] = [await testCore("engines", "v8"), await testCore("engines", "wasm3")]
    for (const [a, b] of pairs(200)) {
      for (const name of ["mix", "narrow", "shifts", "compares", "divides", "branches", "memories"]) {
        assert.equal(wasm3.exports[name]?.(a, b), v8.exports[name]?.(a, b), `${name}(${a}n, ${b}n)`)
      }
    }
    assert.ok(Buffer.from(v8.bytes).equals(Buffer.from(wasm3.bytes)), "the memories differ")
  })
})

/** Edge cases with each other, then numbers of a fixed generator. */
function pairs(count: number): [bigint, bigint][] {
  const edges = [0n, 1n, -1n, 2n, 31n, 32n, 63n, 64n, 255n, -128n, 0x7fffffffn, -0x80000000n, 0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n]
  const all = edges.flatMap((a) => edges.map((b): [bigint, bigint] => [a, b]))
  let state = 1n
  const next = () => BigInt.asIntN(64, state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n))
  for (let i = 0; i < count; i++) all.push([next(), next()])
  return all
}
