// Gives a test the core, or the insides of one room, as a loaded module.
import { compile } from "../build/core.ts"
import type { Engine, EngineName, WasmFunction } from "../host/engine/engine.ts"
import { loadV8 } from "../host/engine/v8.ts"

export type TestCore = {
  exports: Record<string, WasmFunction>
  globals: Readonly<Record<string, number>>
  /** The whole memory. */
  bytes: Uint8Array
  setFuel(perCall: number): void
}

/**
 * A fresh instance of tests/entries/<name>.ts. Compiled when something that it imports has changed, otherwise taken from build/out/cache.
 * The engine is V8 unless said otherwise.
 */
export async function testCore(name: string, engine: EngineName = "v8"): Promise<TestCore> {
  const loaded = await load(engine, await compile(`tests/entries/${name}.ts`))
  return { exports: loaded.exports, globals: loaded.globals, bytes: loaded.memory, setFuel: loaded.setFuel }
}

async function load(engine: EngineName, wasm: Uint8Array): Promise<Engine> {
  if (engine === "v8") return loadV8(wasm)
  throw new Error("wasm3 is not there yet")
}
