// The module under V8, Node's own engine. Fast; but a call that never ends cannot be stopped: there is no fuel.
import { instantiateSync } from "@assemblyscript/loader"
import { EngineTrap, trapping, type Engine, type TrapKind, type WasmFunction } from "./engine.ts"

// The part of the global object that we use. TypeScript's own declarations of it come with all names of a browser.
declare const WebAssembly: {
  Memory: new () => { buffer: ArrayBuffer }
  Global: new () => { value: unknown }
  RuntimeError: new () => Error
}

/** Loads a module that imports nothing. `setFuel` does nothing: use wasm3 where a runaway loop must end. */
export function loadV8<Exports = Record<string, WasmFunction>>(wasm: Uint8Array): Engine<Exports> {
  const exports = Object.entries(instantiateSync(wasm, {}).instance.exports as Record<string, unknown>)
  const functions: Record<string, WasmFunction> = {}
  const globals: Record<string, number> = {}
  for (const [name, value] of exports) {
    if (value instanceof WebAssembly.Global) globals[name] = Number(value.value)
    else if (typeof value === "function") functions[name] = trapping(value as WasmFunction, trapOf)
  }
  const linear = exports.map(([, value]) => value).find((value) => value instanceof WebAssembly.Memory)
  let memory = new Uint8Array(linear?.buffer ?? new ArrayBuffer(0))
  return {
    name: "v8", exports: functions as Exports, globals,
    get memory() { return memory.length === 0 && linear ? memory = new Uint8Array(linear.buffer) : memory },
    setFuel() {}, fuelUsed: () => 0,
  }
}

function trapOf(error: unknown): EngineTrap | undefined {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return undefined
  return new EngineTrap("v8", kindOf(error.message), error.message)
}

function kindOf(message: string): TrapKind {
  if (message === "unreachable") return "unreachable"
  if (message.includes("memory access out of bounds")) return "bounds"
  if (message.includes("Maximum call stack")) return "stack"
  if (message.includes("divide") || message.includes("remainder by zero")) return "divide"
  if (message.includes("table") || message.includes("signature")) return "call"
  return "other"
}
