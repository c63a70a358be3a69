// Finds the phone's module and an engine for it.
import { readFileSync } from "node:fs"
import { ABI_VERSION, type CoreExports } from "./abi.ts"
import type { Machine } from "./calls.ts"
import { CoreError } from "./core.ts"
import { EngineUnavailable, type Engine, type EngineName } from "./engine/engine.ts"
import { loadV8 } from "./engine/v8.ts"
import { loadWasm3 } from "./engine/wasm3.ts"
import { UserError, because } from "./errors.ts"
import { machineOf } from "./machine.ts"

export type Loader = {
  readonly module: Uint8Array
  readonly abi: number
  readonly engine: EngineName
  /** A fresh instance. */
  load(keep: Uint8Array | undefined): Machine
}

const MODULE = new URL("../build/out/linehunt.wasm", import.meta.url)

/** Throws UserError when the module or the engine is not there. */
export function makeLoader(engine: EngineName): Loader {
  let module: Uint8Array
  try {
    module = new Uint8Array(readFileSync(MODULE))
  } catch (error) {
    throw new UserError("build", `The phone's module build/out/linehunt.wasm cannot be read: ${because(error)}; run npm run build.`)
  }
  const instance = (): Engine<CoreExports> => engine === "v8" ? loadV8(module) : loadWasm3(module)
  const load = (keep: Uint8Array | undefined): Machine => machineOf(instance(), keep)
  try {
    load(undefined)
  } catch (error) {
    if (error instanceof EngineUnavailable) throw new UserError("build", error.message)
    if (error instanceof CoreError) throw new UserError("build", `${error.message}.`)
    throw error
  }
  return { module, abi: ABI_VERSION, engine, load }
}
