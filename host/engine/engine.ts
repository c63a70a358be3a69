// What the two engines have in common: a loaded module, its memory, and the errors that stop it.

export type WasmValue = number | bigint
export type WasmFunction = (...args: WasmValue[]) => WasmValue

/** A loaded module. `Exports` names its functions; i32 is a number, i64 a bigint. */
export type Engine<Exports = Record<string, WasmFunction>> = {
  readonly name: EngineName
  readonly exports: Exports
  /** Exported immutable globals. */
  readonly globals: Readonly<Record<string, number>>
  /** The whole linear memory, live. Under V8 it is another array after memory.grow; the core never does that. */
  readonly memory: Uint8Array
  /** How many loop turns and calls one call from outside may use, where the engine can count them. */
  setFuel(perCall: number): void
  /** What the last call has used; 0 where the engine cannot count. */
  fuelUsed(): number
}

export type EngineName = "v8" | "wasm3"

export type TrapKind = "fuel" | "unreachable" | "bounds" | "stack" | "divide" | "call" | "other"

/** The module stopped in the middle of a call. Its memory can be read, but it must not be called again. */
export class EngineTrap extends Error {
  readonly code = "ENGINE_TRAP"
  readonly kind: TrapKind
  readonly engine: EngineName
  constructor(engine: EngineName, kind: TrapKind, message: string) {
    super(message)
    this.name = "EngineTrap"
    this.engine = engine
    this.kind = kind
  }
}

/** The same function, whose errors become traps where `trapOf` sees one. */
export function trapping(call: WasmFunction, trapOf: (error: unknown) => EngineTrap | undefined): WasmFunction {
  return (...args) => {
    try {
      return call(...args)
    } catch (error) {
      throw trapOf(error) ?? error
    }
  }
}

/** An engine that cannot run on this machine. The message says what to do. */
export class EngineUnavailable extends Error {
  readonly code = "ADDON_MISSING"
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "EngineUnavailable"
  }
}
