// The module under wasm3: the interpreter of the board. Slower than V8, but every call ends: it has fuel for so many loop turns and calls.
import { createRequire } from "node:module"
import { EngineTrap, EngineUnavailable, trapping, type Engine, type TrapKind, type WasmFunction, type WasmValue } from "./engine.ts"

/** What one call from outside may cost unless it is said otherwise: some 20 ms. A SIP message takes less than 50,000. */
export const FUEL_PER_CALL = 5_000_000

/** One page, as on the board. */
const PAGES_MAX = 1
const STACK_BYTES = 64 * 1024

// What the native addon gives; host/engine/node-wasm3/addon.c.
export type NativeInstance = {
  exports: Record<string, WasmFunction>
  globals: Record<string, WasmValue>
  memory(): ArrayBuffer
  setFuel(perCall: number): void
  fuelUsed(): number
}
export type NativeOptions = { stackBytes: number; maxPages: number; fuel: number }
export type NativeImports = Record<string, Record<string, (...args: never[]) => unknown>>
export type Addon = { instantiate(wasm: Uint8Array, imports: NativeImports, options: NativeOptions): NativeInstance }

let addon: Addon | undefined

/** The native addon. Throws EngineUnavailable where it has not been built. */
export function nativeAddon(): Addon {
  const file = new URL("../../build/out/node-wasm3.node", import.meta.url)
  try {
    addon ??= createRequire(import.meta.url)(file.pathname) as Addon
    return addon
  } catch (error) {
    throw new EngineUnavailable("The wasm3 engine is not there: its native addon could not be loaded. Use --engine v8, " +
      "or install a C compiler (Debian: apt install gcc libc6-dev) and run: npm run build:addon", { cause: error })
  }
}

/** Loads a module that imports nothing. `fuel` is what each call may cost; a call that wants more stops with a trap of kind "fuel". */
export function loadWasm3<Exports = Record<string, WasmFunction>>(wasm: Uint8Array, fuel = FUEL_PER_CALL, by = nativeAddon()): Engine<Exports> {
  const native = by.instantiate(wasm, {}, { stackBytes: STACK_BYTES, maxPages: PAGES_MAX, fuel })
  const functions = Object.fromEntries(Object.entries(native.exports).map(([name, call]) => [name, trapping(call, trapOf)]))
  const globals = Object.fromEntries(Object.entries(native.globals).map(([name, value]) => [name, Number(value)]))
  return {
    name: "wasm3", exports: functions as Exports, globals, memory: new Uint8Array(native.memory()),
    setFuel: native.setFuel, fuelUsed: native.fuelUsed,
  }
}

const KINDS: Record<string, TrapKind> = {
  "out of fuel": "fuel",
  "unreachable executed": "unreachable",
  "out of bounds memory access": "bounds",
  "stack overflow": "stack",
  "integer divide by zero": "divide",
  "integer overflow": "divide",
  "indirect call type mismatch": "call",
  "undefined element": "call",
  "null table element": "call",
}

/** Functions are compiled when they are first called: what wasm3 then refuses (no memory left) ends the call like a trap. */
function trapOf(error: unknown): EngineTrap | undefined {
  if (!(error instanceof Error && "code" in error && (error.code === "WASM3_TRAP" || error.code === "WASM3_REFUSED"))) return undefined
  return new EngineTrap("wasm3", KINDS[error.message] ?? "other", error.message)
}
