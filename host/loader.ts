// Finds the phone's module and an engine for it.
import { readFileSync } from "node:fs"
import { ABI_VERSION, type CoreExports } from "./abi.ts"
import type { Machine } from "./calls.ts"
import { CoreError } from "./core.ts"
import { EngineUnavailable, type Engine, type EngineName } from "./engine/engine.ts"
import { loadV8 } from "./engine/v8.ts"
import { loadWasm3 } from "./engine/wasm3.ts"
import { UserError, because } from "./errors.ts"
import { layoutOf, unusable } from "./facts.ts"
import { machineOf } from "./machine.ts"
import { sha256 } from "./trace.ts"

export type Loader = Build & {
  readonly module: Uint8Array
  readonly abi: number
  readonly engine: EngineName
}

/** A module that can be the phone. */
export type Build = {
  /** Its SHA-256 in hex, and what its memory is laid out like: another with the same number can go on with it. */
  readonly hash: string
  readonly layout: number
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
  const loader = loaderOf(engine, module)
  try {
    loader.load(undefined)
  } catch (error) {
    if (error instanceof EngineUnavailable) throw new UserError("build", error.message)
    if (error instanceof CoreError) throw new UserError("build", `${error.message}.`)
    throw error
  }
  return loader
}

function loaderOf(engine: EngineName, module: Uint8Array): Loader {
  const instance = (): Engine<CoreExports> => engine === "v8" ? loadV8(module) : loadWasm3(module)
  return { module, abi: ABI_VERSION, engine, hash: sha256(module), layout: layoutOf(module), load: (keep) => machineOf(instance(), keep) }
}

/** A module from a file, looked at as the gate does. Throws UserError with what is wrong with it. */
export function otherModule(path: string): Uint8Array {
  let module: Uint8Array
  try {
    module = new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new UserError("file", `The module ${path} cannot be read: ${because(error)}; check its name.`)
  }
  const [wrong] = unusable(module)
  if (wrong !== undefined) throw new UserError("file", `The module ${path} cannot be the phone: ${wrong}.`)
  return module
}

/** A phone from such a file. Throws UserError. */
export function otherLoader(engine: EngineName, path: string): Loader { return loaderOf(engine, otherModule(path)) }
