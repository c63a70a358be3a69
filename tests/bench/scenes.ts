// Scenes: a few inputs of the whole phone, recorded while a flow is played, that can be given to any instance again and again.
import { compile } from "../../build/core.ts"
import { ioRecord, OUTPUT, type CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import type { Engine, WasmFunction, WasmValue } from "../../host/engine/engine.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { play } from "../flow/play.ts"

/** Bytes that lie in the memory from `at` on. */
export type Patch = { at: number; bytes: Uint8Array }
/** A call of an export, with what the host wrote into the memory before it, and what it returned. */
export type Step = { name: string; args: WasmValue[]; patches: Patch[]; result: WasmValue }
/** `before` and `after` are the whole memory; `undo` leads back from one to the other. */
export type Scene = { title: string; before: Uint8Array; after: Uint8Array; undo: Patch[]; steps: Step[] }

/**
 * A scene begins with the first call of the input `input` for which `begins` is true of its first argument and of the text in RX. It ends when the phone
 * is at rest again after it has sent a packet that begins with `sends`.
 */
export type Wanted = {
  title: string; script: string; input: keyof CoreExports; begins: (first: WasmValue, text: string) => boolean; sends: string
}

// Patches closer than this are one.
const GAP = 16

/** Records each scene from a flow of its own (tests/flow/README.md). Throws when the flow does not have it. */
export async function scenes(wanted: Wanted[]): Promise<Scene[]> {
  const wasm = await compile("assembly/index.ts")
  return wanted.map((each) => {
    const recorder = new Recorder(each, loadV8(wasm))
    play(each.script, (keep) => loadCore(recorder.engine, keep))
    if (recorder.scene === undefined) throw new Error(`the flow has no "${each.title}"`)
    return recorder.scene
  })
}

/** Prepares an instance for a scene, which it is then given by `perform`. Throws when it does not do in it what was recorded. */
export function prepare(engine: Engine, scene: Scene): void {
  engine.memory.set(scene.before)
  for (const { name, args, patches, result } of scene.steps) {
    patch(engine, patches)
    if (engine.exports[name]!(...args) !== result) throw new Error(`${name} of "${scene.title}" returns something else under ${engine.name}`)
  }
  if (differences(engine.memory, scene.after).length > 0) throw new Error(`"${scene.title}" does not end the same under ${engine.name}`)
}

/** Plays a scene `n` times on an instance that is prepared for it. */
export function perform(engine: Engine, scene: Scene, n: number): void {
  for (let i = 0; i < n; i++) {
    patch(engine, scene.undo)
    for (const { name, args, patches } of scene.steps) {
      patch(engine, patches)
      engine.exports[name]!(...args)
    }
  }
}

/** The scene as tests/bench/count.c reads it. Numbers are little-endian. */
export function serialise(scene: Scene): Uint8Array {
  const u32 = (value: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32LE(value); return b }
  const i64 = (value: WasmValue): Buffer => { const b = Buffer.alloc(8); b.writeBigInt64LE(BigInt(value)); return b }
  const list = (patches: Patch[]): Uint8Array[] => [u32(patches.length), ...patches.flatMap(({ at, bytes }) => [u32(at), u32(bytes.length), bytes])]
  return Buffer.concat([scene.before, ...list(scene.undo), u32(scene.steps.length), ...scene.steps.flatMap(({ name, args, patches, result }) => [
    Buffer.from(name.padEnd(24, "\0")), u32(args.length), ...args.map(i64), i64(result), ...list(patches),
  ])])
}

function patch({ memory }: Engine, patches: Patch[]): void { for (const { at, bytes } of patches) memory.set(bytes, at) }

/** What has to be written over `from` to make it `to`. */
function differences(from: Uint8Array, to: Uint8Array): Patch[] {
  if (Buffer.compare(from, to) === 0) return []
  const runs: { begin: number; end: number }[] = []
  for (let i = 0; i < to.length; i++) {
    if (from[i] === to[i]) continue
    const last = runs.at(-1)
    if (last !== undefined && i - last.end < GAP) last.end = i + 1
    else runs.push({ begin: i, end: i + 1 })
  }
  return runs.map(({ begin, end }) => ({ at: begin, bytes: to.slice(begin, end) }))
}

/** Stands between a core and its engine. */
class Recorder {
  scene: Scene | undefined
  readonly engine: Engine<CoreExports>
  readonly #wanted: Wanted
  readonly #inner: Engine
  #rest: Uint8Array
  #before: Uint8Array | undefined
  #steps: Step[] = []
  #sent = false

  constructor(wanted: Wanted, inner: Engine) {
    this.#wanted = wanted
    this.#inner = inner
    this.#rest = inner.memory.slice()
    const exports = Object.entries(inner.exports).map(([name, call]) => [name, this.#recorded(name, call)] as const)
    this.engine = { ...inner, memory: inner.memory, exports: Object.fromEntries(exports) as unknown as CoreExports }
  }

  #recorded(name: string, call: WasmFunction): WasmFunction {
    return (...args) => {
      if (this.scene !== undefined) return call(...args)
      const memory = this.#inner.memory
      if (this.#before === undefined && name === this.#wanted.input && this.#wanted.begins(args[0] ?? 0, this.#text("RX"))) this.#before = this.#rest
      const patches = this.#before === undefined ? [] : differences(this.#rest, memory)
      const result = call(...args)
      this.#rest = memory.slice()
      if (this.#before !== undefined) this.#note({ name, args, patches, result }, this.#before)
      return result
    }
  }

  #note(step: Step, before: Uint8Array): void {
    this.#steps.push(step)
    const { memory, globals } = this.#inner
    if (step.name === "poll_output" && step.result === OUTPUT.send) {
      const io = ioRecord(memory, globals["IO_AT"] ?? 0)
      this.#sent ||= latin1(memory.subarray(io.at(), io.at() + io.length())).startsWith(this.#wanted.sends)
    }
    if (!this.#sent || step.name !== "poll_timeout") return
    this.scene = { title: this.#wanted.title, before, after: this.#rest, undo: differences(this.#rest, before), steps: this.#steps }
  }

  #text(region: string): string {
    const at = this.#inner.globals[`${region}_AT`] ?? 0
    return latin1(this.#inner.memory.subarray(at, at + 1500))
  }
}

function latin1(bytes: Uint8Array): string { return Buffer.from(bytes).toString("latin1") }
