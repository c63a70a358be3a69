// The wire room on one engine, with texts and bytes instead of addresses.
import { readFileSync } from "node:fs"
import { type TestCore, testCore } from "../harness.ts"
import type { EngineName } from "../../host/engine/engine.ts"

export const INCOMING = 0
export const KEPT = 1

export type WireCore = TestCore & {
  /** RX, where messages from the network lie. */
  rx: number
  /** The first 4 KiB of OUTBOX: room for the arguments of calls; the second half of it is for messages. */
  room: number
  /** Puts bytes at `at`, RX unless said otherwise, and parses them. Bytes used, or -1. */
  read(message: Uint8Array, which?: number, at?: number): number
  /** Calls an export with texts as spans, numbers as they are. */
  call(name: string, ...args: (string | number | bigint)[]): number
  /** The same, and gives what it wrote. */
  text(name: string, ...args: (string | number | bigint)[]): string
  fault(which?: number): string
}

export async function wireCore(engine: EngineName): Promise<WireCore> {
  const core = await testCore("wire", engine)
  const rx = Number(core.exports.rxAt!()), room = Number(core.exports.argumentsAt!())
  const call = (name: string, ...args: (string | number | bigint)[]): number => {
    let at = room
    const numbers = args.map((argument) => {
      if (typeof argument !== "string") return argument
      const bytes = Buffer.from(argument)
      core.bytes.set(bytes, at)
      const span = at | bytes.length << 16
      at += bytes.length
      return span
    })
    return Number(core.exports[name]!(...numbers))
  }
  const written = (): string => {
    const length = call("outLength")
    if (length < 0) throw new Error("what the core wrote is longer than its room")
    const at = call("outAt")
    return Buffer.from(core.bytes.slice(at, at + length)).toString()
  }
  return {
    ...core,
    rx,
    room,
    call,
    read(message, which = INCOMING, at = rx) {
      core.bytes.set(message, at)
      return call("read", which, at, message.length)
    },
    text(name, ...args) {
      call(name, ...args)
      return written()
    },
    fault: (which = INCOMING) => FAULTS[call("faultOf", which)] ?? "?",
  }
}

/** The engines that are there: V8 always, wasm3 where its addon was built. */
export async function enginesPresent(): Promise<EngineName[]> {
  try {
    await testCore("wire", "wasm3")
    return ["v8", "wasm3"]
  } catch (error) {
    if ((error as { code?: string }).code !== "ADDON_MISSING") throw error
    return ["v8"]
  }
}

/** The names of the values of a const enum in a source of the core, in order. */
export function enumNames(path: string, name: string): string[] {
  const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
  const body = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? ""
  return body.replace(/\/\/.*$/gm, "").split(",").map((word) => word.trim()).filter(Boolean)
}

const FAULTS = enumNames("assembly/wire/fault.ts", "Fault")
