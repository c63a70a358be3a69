// Typed calls on a loaded core. Knows the interface of the module and nothing of sockets, files or clocks. No Node API.
import {
  ABI_VERSION, FLOW, NEVER, OUTPUT, STORED_NOTES, REFUSALS, REGIONS, SCREEN_COLUMNS, SCREEN_ROWS,
  ioRecord, type Boot, type CoreErrorCode, type CoreExports, type Endpoint, type Io, type Region,
} from "./abi.ts"
import { EngineTrap, type Engine, type EngineName } from "./engine/engine.ts"

/** What has become of a flow. Codes of `failed` are abi.ts FAILURE. */
export type FlowEvent =
  | { readonly kind: "opened"; readonly local: Endpoint }
  | { readonly kind: "closed" }
  | { readonly kind: "refused"; readonly peer: Endpoint }
  | { readonly kind: "failed"; readonly code: number }

/** What the core wants done. Bytes are copies. `peer` undefined: a socket that receives from everyone. `local.address` empty: any; port 0: any. */
export type Output =
  | { readonly kind: "send"; readonly flow: number; readonly peer: Endpoint; readonly bytes: Uint8Array }
  | { readonly kind: "write"; readonly flow: number; readonly bytes: Uint8Array }
  | { readonly kind: "open"; readonly flow: number; readonly protocol: number; readonly local: Endpoint; readonly peer: Endpoint | undefined }
  | { readonly kind: "close"; readonly flow: number }
  /** 128 x 64 pixels in SSD1306 page order: a byte is 8 pixels of a column, the lowest bit on top. */
  | { readonly kind: "display"; readonly frame: Uint8Array }
  | { readonly kind: "audio"; readonly code: number; readonly bytes: Uint8Array }
  /** The settings, or the phone's own notes, which it is given back behind them. */
  | { readonly kind: "store"; readonly notes: boolean; readonly bytes: Uint8Array }
  | { readonly kind: "event"; readonly code: number; readonly text: string }
  | { readonly kind: "log"; readonly level: number; readonly text: string }
  | { readonly kind: "reply"; readonly code: number; readonly text: string; readonly last: boolean }

/**
 * A core. Inputs throw CoreError when the host has made a mistake, and EngineTrap when the core stops itself: it is then dead, and only what
 * reads its memory may still be called. After each input, `output` is to be called until it gives undefined, and then `deadline`. Times are
 * whole milliseconds on a clock that never goes back.
 */
export type Core = {
  readonly engine: EngineName
  entropy(bytes: Uint8Array): void
  open(settings: string | Uint8Array, boot: Boot, now: number): void
  resume(now: number): void
  close(now: number): void
  /** `text` has the lines of docs/abi.md: own addresses and DNS servers. */
  network(up: boolean, text: string, now: number): void
  datagram(flow: number, bytes: Uint8Array, from: Endpoint, now: number): void
  flow(flow: number, event: FlowEvent, now: number): void
  /** One character of abi.ts KEYS, or a digit. */
  key(key: string, down: boolean, now: number): void
  command(line: string, now: number): void
  /** 20 ms of the microphone: abi.ts AUDIO_BYTES. */
  audio(sound: Uint8Array, now: number): void
  wallclock(unixMs: number, zoneMinutes: number, now: number): void
  timeout(now: number): void
  output(): Output | undefined
  /** The next deadline; Infinity for none. */
  deadline(): number
  /** The lines of the screen, of 21 characters each. */
  screen(): string[]
  /** For each line of the screen, which of its characters are inverse. */
  inverse(): boolean[][]
  /** What a fresh core needs to go on after a trap; give it to `loadCore`. */
  keep(): Uint8Array
  /** The core's own words about why it stopped itself; undefined when it did not. */
  panic(): string | undefined
  /** The last log lines, oldest first; readable after a trap. */
  logLines(): string[]
  /** True when there is no call. */
  idle(): boolean
  /** Everything that changes: to be put with `takeOver` into a core made of a module with the same LAYOUT; then `resume`. */
  snapshot(): Uint8Array
  takeOver(snapshot: Uint8Array): void
  /** The whole memory, live. */
  memory(): Uint8Array
  /** Fuel that the last call has used; 0 where the engine does not count. */
  fuelUsed(): number
}

/** The host has called the core in a way that it refuses. `line` and `sentence`: of refused settings. */
export class CoreError extends Error {
  readonly code: CoreErrorCode
  readonly line: number
  constructor(code: CoreErrorCode, sentence: string, line = 0) {
    super(sentence)
    this.name = "CoreError"
    this.code = code
    this.line = line
  }
}

/** Makes a core of a module that an engine has loaded. `keep` is what the one before it left. Throws CoreError WRONG_MODULE. */
export function loadCore(engine: Engine<CoreExports>, keep?: Uint8Array): Core {
  const { exports, memory } = engine
  const place = regionsOf(engine)
  const io = ioRecord(memory, place.IO.at)
  let dead = false

  const bytesAt = (at: number, length: number) => memory.slice(at, at + length)
  const textAt = (at: number, length: number) => textOf(memory.subarray(at, at + length))

  /** Calls into the core; a trap is its end. */
  function call<T>(input: () => T): T {
    if (dead) throw new CoreError("DEAD", "this core has stopped itself; load a fresh one")
    try {
      return input()
    } catch (error) {
      dead ||= error instanceof EngineTrap
      throw error
    }
  }

  function input(call_: () => number): void {
    const result = call(call_)
    if (result !== 0) throw refusal(result, io, textAt)
  }

  /** Puts the bytes of an input where the core wants them. */
  function put(bytes: Uint8Array, name: Region): number {
    if (bytes.length > place[name].size) throw new CoreError("TOO_LONG", `${bytes.length} bytes; the core takes ${place[name].size} at most`)
    memory.set(bytes, place[name].at)
    return bytes.length
  }

  call(() => exports._initialize())
  if (keep !== undefined) put(keep, "KEEP")

  return {
    engine: engine.name,
    entropy(bytes) { input(() => exports.handle_entropy(put(bytes, "RX"))) },
    open(settings, boot, now) { input(() => exports.core_open(put(bytesOf(settings), "CONFIG"), boot, time(now))) },
    resume(now) { input(() => exports.core_resume(time(now))) },
    close(now) { input(() => exports.core_close(time(now))) },
    network(up, text, now) { input(() => exports.handle_network(up ? 1 : 0, put(bytesOf(text), "RX"), time(now))) },
    datagram(flow, bytes, from, now) {
      io.setPeer(from)
      input(() => exports.handle_datagram(flow, put(bytes, "RX"), time(now)))
    },
    flow(flow, event, now) {
      if (event.kind === "opened") io.setLocal(event.local)
      if (event.kind === "refused") io.setPeer(event.peer)
      if (event.kind === "failed") io.setCode(event.code)
      input(() => exports.handle_flow(flow, FLOW[event.kind], time(now)))
    },
    key(key, down, now) { input(() => exports.handle_key(key.charCodeAt(0), down ? 1 : 0, time(now))) },
    command(line, now) { input(() => exports.handle_command(put(bytesOf(line), "RX"), time(now))) },
    audio(sound, now) {
      put(sound, "AUDIO")
      input(() => exports.handle_audio(time(now)))
    },
    wallclock(unixMs, zoneMinutes, now) { input(() => exports.handle_wallclock(time(unixMs), zoneMinutes, time(now))) },
    timeout(now) { input(() => exports.handle_timeout(time(now))) },
    output() { return describe(call(() => exports.poll_output()), io, bytesAt, textAt) },
    deadline() {
      const at = call(() => exports.poll_timeout())
      return at === NEVER ? Infinity : Number(at)
    },
    idle: () => call(() => exports.poll_idle()) === 1,
    ...readers(memory, place),
    snapshot: () => memory.slice(0, place.STATE.at + place.STATE.size),
    takeOver(snapshot) {
      if (snapshot.length !== place.STATE.at + place.STATE.size) throw new CoreError("WRONG_MODULE", "the snapshot is of another memory map")
      memory.set(snapshot)
    },
    memory: () => memory,
    fuelUsed: engine.fuelUsed,
  }
}

/** What only reads memory, and so works on a dead core too. */
function readers(memory: Uint8Array, place: Places): Pick<Core, "screen" | "inverse" | "keep" | "panic" | "logLines"> {
  const region = (name: Region) => memory.slice(place[name].at, place[name].at + place[name].size)
  const cells = SCREEN_COLUMNS * SCREEN_ROWS
  const grid = <T>(cell: (i: number) => T) =>
    Array.from({ length: SCREEN_ROWS }, (_, y) => Array.from({ length: SCREEN_COLUMNS }, (_, x) => cell(y * SCREEN_COLUMNS + x)))
  return {
    screen() {
      const screen = region("SCREEN")
      return grid((i) => String.fromCharCode(screen[i] ?? 0)).map((row) => row.join(""))
    },
    inverse() {
      const flags = region("SCREEN").subarray(cells)
      return grid((i) => ((flags[i >> 3] ?? 0) >> (i & 7) & 1) === 1)
    },
    keep: () => region("KEEP"),
    panic: () => panicText(region("PANIC"), memory),
    logLines: () => logLines(region("LOG")),
  }
}

type Places = Readonly<Record<Region, { at: number; size: number }>>

function regionsOf(engine: Engine<CoreExports>): Places {
  const global = (name: string) => {
    const value = engine.globals[name]
    if (value === undefined) throw new CoreError("WRONG_MODULE", `the module does not export ${name}`)
    return value
  }
  const version = global("ABI_VERSION")
  if (version !== ABI_VERSION) {
    throw new CoreError("WRONG_MODULE", `the module speaks version ${version} of the interface, this host version ${ABI_VERSION}; run npm run build`)
  }
  const places = REGIONS.map((name) => [name, { at: global(`${name}_AT`), size: global(`${name}_SIZE`) }] as const)
  return Object.fromEntries(places) as Places
}

type BytesAt = (at: number, length: number) => Uint8Array
type TextAt = (at: number, length: number) => string

function refusal(result: number, io: Io, textAt: TextAt): CoreError {
  const known = REFUSALS[result]
  if (known === undefined) return new CoreError("UNKNOWN_CODE", `the core returned ${result}, which this host does not know`)
  if (known.code !== "SETTINGS_REFUSED") return new CoreError(known.code, known.sentence)
  return new CoreError(known.code, textAt(io.at(), io.length()), io.code())
}

/** The output of kind `kind`, which IO describes. */
export function describe(kind: number, io: Io, bytesAt: BytesAt, textAt: TextAt): Output | undefined {
  const bytes = () => bytesAt(io.at(), io.length())
  const text = () => textAt(io.at(), io.length())
  switch (kind) {
    case OUTPUT.rest: return undefined
    case OUTPUT.send: return { kind: "send", flow: io.flow(), peer: io.peer(), bytes: bytes() }
    case OUTPUT.write: return { kind: "write", flow: io.flow(), bytes: bytes() }
    case OUTPUT.open: {
      const peer = io.peer()
      return { kind: "open", flow: io.flow(), protocol: io.protocol(), local: io.local(), peer: peer.address === "" ? undefined : peer }
    }
    case OUTPUT.close: return { kind: "close", flow: io.flow() }
    case OUTPUT.display: return { kind: "display", frame: bytes() }
    case OUTPUT.audio: return { kind: "audio", code: io.code(), bytes: bytes() }
    case OUTPUT.store: return { kind: "store", notes: io.code() === STORED_NOTES, bytes: bytes() }
    case OUTPUT.event: return { kind: "event", code: io.code(), text: text() }
    case OUTPUT.log: return { kind: "log", level: io.code(), text: text() }
    case OUTPUT.reply: return { kind: "reply", code: io.code(), text: text(), last: (io.flags() & 1) === 1 }
    default: throw new CoreError("UNKNOWN_CODE", `the core gave an output of kind ${kind}, which this host does not know`)
  }
}

// PANIC: u32 1, u32 address and u32 length of a text (assembly/base/panic.ts).
function panicText(panic: Uint8Array, memory: Uint8Array): string | undefined {
  const view = new DataView(panic.buffer, panic.byteOffset)
  const at = view.getUint32(4, true)
  return view.getUint32(0, true) === 1 ? textOf(memory.subarray(at, at + view.getUint32(8, true))) : undefined
}

// LOG: u32 bytes ever written, three more u32, then the ring; a line is its level, the text and a newline (assembly/base/log.ts).
function logLines(log: Uint8Array): string[] {
  const header = 16
  const written = new DataView(log.buffer, log.byteOffset).getUint32(0, true)
  const ring = log.subarray(header)
  const start = written % ring.length
  const all = written < ring.length ? ring.subarray(0, written) : Uint8Array.of(...ring.subarray(start), ...ring.subarray(0, start))
  const lines = latin1(all).split("\n")
  if (written > ring.length) lines.shift()
  return lines.slice(0, -1).map((line) => line.slice(1))
}

function time(ms: number): bigint { return BigInt(ms) }

function bytesOf(text: string | Uint8Array): Uint8Array { return typeof text === "string" ? new TextEncoder().encode(text) : text }

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Text of the core: UTF-8 when it is that, Latin-1 otherwise. */
export function textOf(bytes: Uint8Array): string {
  try { return utf8.decode(bytes) } catch { return latin1(bytes) }
}

function latin1(bytes: Uint8Array): string { return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("") }
