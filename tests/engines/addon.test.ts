// The native addon itself: what it refuses, imports, and what outlives what.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { nativeAddon, type NativeImports, type NativeInstance } from "../../host/engine/wasm3.ts"
import { I32, I64, SECTION, body, dataSegment, exported, functionType, importedFunction, pages, section, startSection, wasmModule } from "../wasm.ts"

function load(wasm: Uint8Array, imports: NativeImports = {}, options: { maxPages?: number; fuel?: number } = {}): NativeInstance {
  return nativeAddon().instantiate(wasm, imports, { stackBytes: 65536, maxPages: 1, fuel: 1_000_000, ...options })
}

const GET = 0x20, CALL = 0x10, CONST = 0x41, STORE = 0x36, ADD = 0x6a, GROW = 0x40

// run(a) returns env.ask(a) + a
const ASKING = wasmModule(
  section(SECTION.type, functionType([I32], [I32])), section(SECTION.import, importedFunction("env", "ask", 0)), section(SECTION.function, [0]),
  section(SECTION.memory, pages(1, 1)), section(SECTION.export, exported("run", "function", 1)),
  section(SECTION.code, body([GET, 0, CALL, 0, GET, 0, ADD])))

describe("The wasm3 addon", () => {
  it("refuses what is not a module, what is cut off and what wants more memory than it may have", () => {
    assert.throws(() => load(Uint8Array.of(1, 2, 3)), { code: "WASM3_REFUSED" })
    assert.throws(() => load(new Uint8Array(0)), { code: "WASM3_REFUSED" })
    for (let length = 0; length < ASKING.length; length++) {
      try { load(ASKING.subarray(0, length), { env: { ask: () => 1 } }) } catch (error) { assert.ok(error instanceof Error && "code" in error) }
    }
    const two = wasmModule(section(SECTION.memory, pages(2)))
    assert.throws(() => load(two), /more memory than it may have/)
    assert.equal(load(two, {}, { maxPages: 2 }).memory().byteLength, 131072)
    const outside = wasmModule(section(SECTION.memory, pages(1, 1)), section(SECTION.data, dataSegment(65535, [1, 2])))
    assert.throws(() => load(outside), /out of bounds/)
    assert.throws(() => load("no" as unknown as Uint8Array), { code: "WASM3_REFUSED" })
  })

  it("refuses a module whose imports are not all there", () => {
    assert.throws(() => load(ASKING), /imports the function env.ask, which is not there/)
    assert.throws(() => load(ASKING, { env: { ask: 7 as never } }), /imports the function env.ask, which is not there/)
  })

  it("calls imported functions, lets their errors through as they are, and goes on", () => {
    const mine = new Error("mine")
    const instance = load(ASKING, { env: { ask: (a: number) => { if (a === 3) throw mine; return a * 10 } } })
    assert.equal(instance.exports.run?.(4), 44)
    assert.throws(() => instance.exports.run?.(3), (error) => error === mine)
    assert.equal(instance.exports.run?.(4), 44)
  })

  it("lets an imported function call back, on what is left of the fuel", () => {
    let depth = 0
    const instance: NativeInstance = load(ASKING, { env: { ask: (a: number): number => ++depth < 5 ? Number(instance.exports.run?.(a)) : 1 } })
    assert.equal(instance.exports.run?.(2), 1 + 5 * 2)
    instance.setFuel(1000)
    depth = -100_000
    assert.throws(() => instance.exports.run?.(2), (error) => error instanceof Error)
    depth = 5
    assert.equal(instance.exports.run?.(2), 3)
  })

  it("detaches the old view when the memory grows", () => {
    const growing = wasmModule(
      section(SECTION.type, functionType([I32], [I32])), section(SECTION.function, [0]), section(SECTION.memory, pages(1)),
      section(SECTION.export, exported("grow", "function", 0)), section(SECTION.code, body([GET, 0, GROW, 0])))
    const instance = load(growing, {}, { maxPages: 3 })
    const before = instance.memory()
    assert.equal(instance.memory(), before)
    assert.equal(instance.exports.grow?.(2), 1)
    assert.equal(before.byteLength, 0)
    assert.equal(instance.memory().byteLength, 3 * 65536)
    assert.equal(instance.exports.grow?.(1), -1)
    assert.equal(instance.exports.grow?.(-1), -1)
    assert.equal(instance.memory().byteLength, 3 * 65536)
  })

  it("runs the start function once, on fuel", () => {
    const starting = (code: number[]) => wasmModule(
      section(SECTION.type, functionType([], [])), section(SECTION.function, [0]), section(SECTION.memory, pages(1, 1)), startSection(0),
      section(SECTION.code, body(code)))
    assert.equal(new Uint8Array(load(starting([CONST, 16, CONST, 7, STORE, 2, 0])).memory())[16], 7)
    assert.throws(() => load(starting([0x03, 0x40, 0x0c, 0, 0x0b])), { code: "WASM3_TRAP", message: "out of fuel" })
    assert.throws(() => load(starting([0x00])), { code: "WASM3_TRAP" })
  })

  it("refuses functions with more parameters than it can pass", () => {
    const many = wasmModule(
      section(SECTION.type, functionType(new Array<number>(17).fill(I64), [])), section(SECTION.function, [0]),
      section(SECTION.export, exported("run", "function", 0)), section(SECTION.code, body([])))
    assert.throws(() => load(many), /too many parameters/)
  })

  it("needs no memory in a module", () => {
    const none = wasmModule(
      section(SECTION.type, functionType([], [I32])), section(SECTION.function, [0]), section(SECTION.export, exported("run", "function", 0)),
      section(SECTION.code, body([CONST, 7])))
    assert.equal(load(none).exports.run?.(), 7)
  })

  it("outlives its instance with each function and each view of the memory, and is freed with the last of them", function () {
    const script = fileURLToPath(new URL("lifetimes.ts", import.meta.url))
    const child = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", script], { encoding: "utf8" })
    assert.equal(child.signal, null, child.stderr)
    assert.equal(child.status, 0, child.stderr)
  })
})
