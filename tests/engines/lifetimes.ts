// Run with --expose-gc by addon.test.ts: keeps parts of instances, collects the rest, uses the parts. A mistake here is a crash of the process.
import assert from "node:assert/strict"
import { nativeAddon, type NativeInstance } from "../../host/engine/wasm3.ts"
import { compile } from "../../build/core.ts"
import { I32, SECTION, body, exported, functionType, importedFunction, pages, section, wasmModule } from "../wasm.ts"

const gc = globalThis.gc ?? (() => { throw new Error("run me with --expose-gc") })
const wasm = await compile("tests/entries/engines.ts")
const load = () => nativeAddon().instantiate(wasm.slice(), {}, { stackBytes: 65536, maxPages: 1, fuel: 1_000_000 })

/** Collects garbage and lets the finalizers run. */
async function collect(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    gc()
    await new Promise((done) => setImmediate(done))
  }
}

/** How many of `count` values of `make` are still there after a collection. */
async function survivors(count: number, make: () => object): Promise<number> {
  const all = Array.from({ length: count }, () => new WeakRef(make()))
  await collect()
  return all.filter((one) => one.deref() !== undefined).length
}

const functionsOnly = Array.from({ length: 20 }, () => load().exports.add)
const viewsOnly = Array.from({ length: 20 }, () => new Uint8Array(load().memory()))
const pairs = Array.from({ length: 20 }, () => {
  const instance = load()
  return { write: instance.exports.writeAt, view: new Uint8Array(instance.memory()) }
})
await collect()
for (const add of functionsOnly) assert.equal(add?.(1, 2), 3)
for (const [i, view] of viewsOnly.entries()) {
  view.fill(i + 1)
  assert.equal(view[65535], i + 1)
}
for (const { write, view } of pairs) {
  write?.(100, 77)
  assert.equal(view[100], 77)
}

// The imported function knows the instance, which knows the function: a circle that the collector must see through.
const asking = wasmModule(
  section(SECTION.type, functionType([I32], [I32])), section(SECTION.import, importedFunction("env", "ask", 0)), section(SECTION.function, [0]),
  section(SECTION.memory, pages(1, 1)), section(SECTION.export, exported("run", "function", 1)), section(SECTION.code, body([0x20, 0, 0x10, 0])))
function circle(): NativeInstance {
  const ask = (a: number): number => a > 0 ? Number(instance.exports.run?.(a - 1)) : 42
  const instance = nativeAddon().instantiate(asking, { env: { ask } }, { stackBytes: 65536, maxPages: 1, fuel: 1000 })
  return instance
}
const runs = Array.from({ length: 20 }, () => circle().exports.run)
await collect()
for (const run of runs) assert.equal(run?.(3), 42)

assert.ok(await survivors(200, load) <= 2, "instances are not collected")
assert.ok(await survivors(200, circle) <= 2, "instances in a circle with their imports are not collected")
assert.ok(await survivors(200, () => load().memory()) <= 2, "views are not collected")

// Instances that nobody keeps must not add up: 3,000 pages would be 190 MiB.
const before = process.memoryUsage().rss
for (let i = 0; i < 3000; i++) {
  load().memory()
  if (i % 100 === 0) await collect()
}
await collect()
const grown = (process.memoryUsage().rss - before) / 2 ** 20
assert.ok(grown < 60, `memory has grown by ${grown.toFixed(0)} MiB`)
