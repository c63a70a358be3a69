// The program's own loop (host/run.ts) around tests/entries/stream.ts, with sockets of the system.
import { compile } from "../../build/core.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import type { Actions } from "../../host/handset/handset.ts"
import { otherLoader, type Loader } from "../../host/loader.ts"
import { replay, type Verdict } from "../../host/replay.ts"
import { run } from "../../host/run.ts"
import { microphoneOf } from "../../host/sound/microphone.ts"
import { speakerOf } from "../../host/sound/speaker.ts"
import { makeTrace } from "../../host/trace.ts"
import { until } from "../interop/process.ts"

const MODULE = "build/out/stream.wasm"

export class StreamPhone {
  /** Lines of its log, and warnings of the host. */
  readonly said: string[] = []
  readonly trace: string[] = []
  private readonly loader: Loader
  private readonly actions: Actions
  private readonly ended: Promise<unknown>

  private constructor(loader: Loader) {
    this.loader = loader
    let actions: Actions | undefined
    const silence = microphoneOf("silence", () => {}), nobody = speakerOf("none", () => {})
    this.ended = run({
      loader, settings: new Uint8Array(0), lab: undefined, dns: [], json: false, firstCommands: [], lines: undefined, endsWithLines: false,
      store: { path: "", read: () => null, readGood: () => null, write() {}, readNotes: () => new Uint8Array(0), writeNotes() {}, good() {} },
      trace: makeTrace((line) => { this.trace.push(line) }, loader.hash, loader.abi, loader.engine),
      handset: (all) => {
        actions = all
        return { display() {}, line: (kind, text) => { if (kind !== "command") this.said.push(text) }, event() {}, reply() {}, lab() {}, close() {} }
      },
      microphone: silence, speaker: nobody, onLab() {},
    })
    if (actions === undefined) throw new Error("it has no handset")
    this.actions = actions
  }

  static async start(engine: EngineName): Promise<StreamPhone> {
    await compile("tests/entries/stream.ts", MODULE)
    return new StreamPhone(otherLoader(engine, MODULE))
  }

  command(line: string): void { this.actions.command(line) }

  /** Waits for the next line that is like this. */
  async says(what: RegExp): Promise<string> {
    await until(() => `it says ${String(what)}; it said: ${this.said.join("; ")}`, 10_000, () => this.said.some((line) => what.test(line)))
    return this.said.splice(this.said.findIndex((line) => what.test(line)), 1)[0] ?? ""
  }

  /** The bytes of each piece that it was given. */
  pieces(): number[] {
    const lines = this.trace.map((line) => JSON.parse(line) as { call?: { call: string; bytes: { text?: string; base64?: string; zeros?: number } } })
    return lines.flatMap(({ call }) => call?.call === "datagram" ? [call.bytes.text?.length ?? call.bytes.zeros ?? Buffer.from(call.bytes.base64 ?? "", "base64").length] : [])
  }

  /** What its trace comes to when it is played again. */
  replayed(): Verdict {
    const { load, hash } = this.loader
    return replay({ text: this.trace.join("\n"), name: "the trace", load, module: hash, password: undefined, known: [], warn: (line) => { throw new Error(line) } })
  }

  async end(): Promise<void> {
    this.actions.quit()
    await this.ended
  }
}
