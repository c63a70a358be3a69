// A board and its lab for those who look at it: starts them, waits for what happens, counts instructions. Used by the tests and by the measurement.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AUDIO_BYTES, AUDIO_MS, EVENT } from "../abi.ts"
import { realClock } from "../clock.ts"
import type { Call, Output, Picture } from "../calls.ts"
import { eventName } from "../calls.ts"
import { startLab, type Lab } from "../lab/lab.ts"
import { layer } from "../store.ts"
import { makeTrace } from "../trace.ts"
import { Upload } from "../upload.ts"
import { Machine } from "./machine.ts"
import { BoardRecords } from "./record.ts"
import { ConsoleLines } from "./run.ts"
import { Segment } from "./segment.ts"
import type { Network } from "./tap.ts"
import { makeStore } from "./store.ts"

export type BenchOptions = {
  program: string
  /** Changes of the lab's settings. */
  settings?: Readonly<Record<string, string>>
  /** A board out of its box: nothing is kept in its flash. */
  blank?: boolean
  /** Hash of the module, for the trace. */
  module?: string
  /** Servers of the lease; the lab's own is put in the place of "lab". */
  dns?: readonly string[]
  extra?: readonly string[]
}

const FRAME_SAMPLES = AUDIO_BYTES / 2

/** One call of the core with everything that came of it. */
export type Seen = { call: Call; now: number; outputs: Output[]; instructions: number; trap: string | undefined }

export class Bench {
  readonly network: Network
  readonly store: string
  /** Everything that the core was given and said, on all boots. */
  readonly seen: Seen[] = []
  readonly console: string[] = []
  readonly trace: string[] = []
  picture: Picture | undefined
  starts = 0
  private machine: Machine | undefined
  private readonly folder: string
  private readonly options: BenchOptions
  private waiting: Array<() => void> = []
  /** Is given the bytes of the console as they come. */
  onConsole: ((bytes: Buffer) => void) | undefined
  private sending: Upload | undefined

  private readonly standing: { segment: Segment, lab: Lab } | undefined

  /** A board on a network where others have put servers; `settings` is the whole text of its settings. */
  constructor(network: Network, settings: Uint8Array, options: BenchOptions, standing?: { segment: Segment, lab: Lab }) {
    this.network = network
    this.standing = standing
    this.options = options
    this.folder = mkdtempSync(join(tmpdir(), "linehunt-bench-"))
    this.store = join(this.folder, "store.bin")
    makeStore(this.store, options.blank ? new Uint8Array(0) : settings)
  }

  static async start(options: BenchOptions): Promise<Bench> {
    const segment = new Segment()
    const lab = await startLab(() => Math.floor(performance.now()), () => {}, segment)
    segment.dns = (options.dns ?? ["lab"]).map((each) => each === "lab" ? lab.dns.split(":")[0] ?? "" : each)
    const changes = Object.entries(options.settings ?? {}).map(([name, value]) => ({ name, value, flag: "the test" }))
    const bench = new Bench(segment, layer(new Uint8Array(0), [...lab.settings, ...changes]).text, options, { segment, lab })
    await bench.boot()
    return bench
  }

  /** Switches the board on. */
  async boot(): Promise<void> {
    const trace = makeTrace((line) => { this.trace.push(line) }, this.options.module ?? "", 1, "wasm3")
    const records = new BoardRecords({
      start: (boot, keep, module) => {
        this.starts++
        trace.start(boot, keep, module)
      },
      exchanged: (module) => trace.exchanged(module),
      called: (call, now) => {
        trace.called(call, now)
        this.seen.push({ call, now, outputs: [], instructions: 0, trap: undefined })
      },
      output: (output) => {
        trace.output(output)
        this.last?.outputs.push(output)
        if (output.kind === "display") this.picture = output.picture
      },
      done: (done, instructions) => {
        trace.done(done)
        if (this.last) this.last.instructions = instructions
        this.changed()
      },
      trapped: (trap) => {
        trace.trapped(trap)
        if (this.last) this.last.trap = trap.error.message
        this.changed()
      },
    })
    const lines = new ConsoleLines((line) => {
      this.console.push(line)
      this.changed()
    })
    const { program, extra } = this.options
    const onConsole = (bytes: Buffer): void => {
      lines.take(bytes)
      this.sending?.take(bytes)
      this.onConsole?.(bytes)
    }
    this.machine = await Machine.start({ program, store: this.store, network: this.network, onConsole, onTrace: records.take, extra: extra ?? [] })
  }

  /** Switches it off, as a power cut does. */
  async off(): Promise<void> { await this.machine?.stop() }

  async end(): Promise<void> {
    await this.off()
    this.standing?.lab.close()
    this.network.detach()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Where the board stands with the lab; a mistake anywhere else. */
  get lab(): Lab { return this.inLab.lab }
  get segment(): Segment { return this.inLab.segment }
  private get inLab(): { segment: Segment, lab: Lab } {
    if (this.standing === undefined) throw new Error("this board does not stand in the lab")
    return this.standing
  }

  get board(): Machine {
    if (this.machine === undefined) throw new Error("the board is off")
    return this.machine
  }

  private get last(): Seen | undefined { return this.seen[this.seen.length - 1] }

  private changed(): void {
    const { waiting } = this
    this.waiting = []
    for (const each of waiting) each()
  }

  /** Waits until something holds; rejects with what the board has said when that takes too long. */
  async until<T>(what: string, holds: () => T | undefined | false, withinMs = 25_000): Promise<T> {
    const end = performance.now() + withinMs
    for (;;) {
      const value = holds()
      if (value !== undefined && value !== false) return value
      const left = end - performance.now()
      if (left <= 0) throw new Error(`${what}: not within ${withinMs} ms. The console said:\n${this.console.slice(-30).join("\n")}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 200))
        this.waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** Waits for an event that comes after the first `from` calls; gives its text. */
  event(name: keyof typeof EVENT, from = 0, withinMs = 25_000): Promise<string> {
    return this.until(eventName(EVENT[name]), () => this.seen.slice(from).flatMap(({ outputs }) => outputs)
      .map((output) => output.kind === "event" && output.code === EVENT[name] ? output.text : undefined).find((text) => text !== undefined), withinMs)
  }

  /** Enters a line at the console; gives the lines that were printed until the board answered. `own`: the last line of its answer, where it is one for the board itself. */
  async command(line: string, own?: RegExp): Promise<string[]> {
    const from = this.console.length, calls = this.seen.length
    this.board.type(`${line}\r`)
    await this.until(`an answer to "${line}"`, () => own === undefined ? this.seen.slice(calls).some(({ call }) => call.call === "command") : this.console.slice(from).some((each) => own.test(each)))
    await this.quiet()
    return this.console.slice(from)
  }

  /** Dials somebody of the lab and says a tone into the microphone for so long; gives the samples that the loudspeaker played meanwhile. */
  async talk(number: string, ms: number, hertz: number): Promise<Int16Array> {
    const from = this.seen.length
    await this.command(`dial ${number}`)
    await this.event("callTalking", from)
    // All at once: the board takes a frame each 20 ms of its own clock.
    const samples = Int16Array.from({ length: FRAME_SAMPLES * ms / AUDIO_MS }, (_, i) => 8000 * Math.sin(i / 8000 * 2 * Math.PI * hertz))
    this.board.channel(new Uint8Array(samples.buffer))
    const frames = (): number => this.seen.slice(from).filter(({ call }) => call.call === "audio").length, before = frames()
    await this.until(`${ms} ms of sound`, () => frames() - before >= ms / AUDIO_MS, 20_000)
    const played = this.seen.slice(from).flatMap(({ outputs }) => outputs)
      .flatMap((output) => output.kind === "audio" && output.bytes.length > 0 ? [Buffer.from(output.bytes)] : [])
    const all = Uint8Array.from(Buffer.concat(played))
    return new Int16Array(all.buffer)
  }

  /** What the board says of its memory. */
  async figures(): Promise<Record<string, number>> {
    const from = this.console.length
    this.board.type("board\r")
    await this.until("the figures of the board", () => this.console.slice(from).some((line) => line.startsWith("stack-high ")))
    return Object.fromEntries(this.console.slice(from).map((line) => /^([a-z-]+) (\d+)$/.exec(line)).filter((match) => match !== null)
      .map(([, name, value]) => [name, Number(value)]))
  }

  /** Sends a module over the console; `write` may do otherwise than the line would. Rejects with UploadError. */
  async update(module: Uint8Array, write = (bytes: Uint8Array): void => this.board.type(bytes)): Promise<void> {
    this.sending = new Upload({ module, clock: realClock, write })
    this.sending.start()
    await this.sending.finished
  }

  /** Waits until the console has been silent for a moment. */
  async quiet(): Promise<void> {
    for (let length = -1; length !== this.console.length;) {
      length = this.console.length
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }
}
