// The module under V8, Node's own engine. Fast; but a call that never ends cannot be stopped: there is no fuel.
import { instantiateSync } from "@assemblyscript/loader"
import { EngineTrap, type Engine, type TrapKind, type WasmFunction } from "./engine.ts"

// The part of the global object that we use. TypeScript's own declarations of it come with all names of a browser.
declare const WebAssembly: {
  Memory: new () => { buffer: ArrayBuffer }
  Global: new () => { value: unknown }
  RuntimeError: new () => Error
}

/** Loads a module that imports nothing. `setFuel` does nothing: use wasm3 where a runaway loop must end. */
export function loadV8<Exports = Record<string, WasmFunction>>(wasm: Uint8Array): Engine<Exports> {
  const exports = instantiateSync(wasm, {}).instance.exports as Record<string, unknown>
  const functions: Record<string, WasmFunction> = {}
  const globals: Record<string, number> = {}
  let memory = new Uint8Array(0)
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof WebAssembly.Memory) memory = new Uint8Array(value.buffer)
    else if (value instanceof WebAssembly.Global) globals[name] = Number(value.value)
    else if (typeof value === "function") functions[name] = trapping(value as WasmFunction)
  }
  return { name: "v8", exports: functions as Exports, globals, memory, setFuel() {} }
}

/** The same function, whose traps are EngineTrap. */
function trapping(call: WasmFunction): WasmFunction {
  return (...args) => {
    try {
      return call(...args)
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw new EngineTrap("v8", kindOf(error.message), error.message)
      if (error instanceof RangeError) throw new EngineTrap("v8", "stack", error.message)
      throw error
    }
  }
}

function kindOf(message: string): TrapKind {
  if (message === "unreachable") return "unreachable"
  if (message.includes("memory access out of bounds")) return "bounds"
  if (message.includes("divide") || message.includes("remainder")) return "divide"
  if (message.includes("table") || message.includes("signature")) return "call"
  return "other"
}
