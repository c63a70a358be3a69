// Gives a test the core, or the insides of one room, as a loaded module.
import { type CompileOptions, compile } from "../build/core.ts"
import type { EngineName, WasmFunction } from "../host/engine/engine.ts"
import { loadV8 } from "../host/engine/v8.ts"
import { loadWasm3 } from "../host/engine/wasm3.ts"

// Tests draw thousands of times in one call; what a message may cost is tested with setFuel.
const FUEL_PER_CALL = 2_000_000_000

export type TestCore = {
  exports: Record<string, WasmFunction>
  globals: Readonly<Record<string, number>>
  /** The whole memory. */
  bytes: Uint8Array
  /** The budget of each following call, in loop turns and calls. Only wasm3 counts. */
  setFuel(perCall: number): void
  /** What the last call has used; 0 on V8. */
  fuelUsed(): number
}

/**
 * A fresh instance of tests/entries/<name>.ts. Compiled when something that it imports has changed, otherwise taken from build/out/cache.
 * The engine is V8 unless said otherwise; `options` are those of another build (tests/builds.ts).
 */
export async function testCore(name: string, engine: EngineName = "v8", options?: CompileOptions): Promise<TestCore> {
  const wasm = await compile(`tests/entries/${name}.ts`, undefined, options)
  const loaded = engine === "v8" ? loadV8(wasm) : loadWasm3(wasm, FUEL_PER_CALL)
  const { exports, globals, setFuel, fuelUsed } = loaded
  return { exports, globals, setFuel, fuelUsed, get bytes() { return loaded.memory } }
}
