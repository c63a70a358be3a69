// Reads what the board says of each call on its second serial channel (board/trace.c), and tells a watcher of it as the driver would. Writes calls for a board
// that makes those of a trace (board/port/riscv/replay.c).
import { BOOT, REFUSALS, ioRecord, readEndpoint, writeEndpoint, NEVER, type Boot, type Endpoint } from "../abi.ts"
import type { Call, Output, Picture, Refusal } from "../calls.ts"
import { describe, textOf, type FlowEvent } from "../core.ts"
import type { Done } from "../driver.ts"
import type { Trace } from "../trace.ts"
import { ICOUNT_SHIFT } from "./machine.ts"

/** Learns of everything that goes in and out of the core on the board; a trace is one. `instructions`: what the call has cost there. */
export type BoardWatcher = Omit<Trace, "close" | "done"> & { done(done: Done, instructions: number): void }

const PREFIX = 5, START_HEAD_BYTES = 40, CALL_HEAD = 56, OUTPUT_HEAD = 68, DONE_HEAD = 24, FRAME_BYTES = 1024, CELLS = 168, COLUMNS = 21
const OUTPUT_DISPLAY = 5

/** What a record of kind S begins with behind its length: how the board booted, whether KEEP was there. */
const START_HEAD = /^[\0-\x03]\0\0\0[\0\x01]\0\0\0/

/** The inputs of board/abi.h, by number. */
const INPUTS = ["none", "entropy", "open", "close", "network", "datagram", "flow", "key", "command", "wallclock", "timeout", "audio", "resume"] as const

const FLOW_EVENTS = ["", "opened", "closed", "refused", "failed"] as const

export class BoardRecords {
  private rest: Buffer = Buffer.alloc(0)
  /** Kind and length of the first record of all, a start: later starts are as long. */
  private start: Buffer | undefined
  private readonly watcher: BoardWatcher

  constructor(watcher: BoardWatcher) { this.watcher = watcher }

  /** Takes the next bytes of the channel. */
  readonly take = (bytes: Buffer): void => {
    this.rest = Buffer.concat([this.rest, bytes])
    while (this.rest.length >= PREFIX) {
      const length = PREFIX + this.rest.readUInt32LE(1)
      // A processor that is reset stops in the middle of a record: what it says first afterwards lies within that one, which is dropped.
      this.start ??= this.rest.subarray(0, PREFIX)
      const anew = this.nextStart()
      if (anew > 0 && anew < length) {
        this.rest = this.rest.subarray(anew)
        continue
      }
      if (this.rest.length < length) return
      this.one(String.fromCharCode(this.rest[0] ?? 0), this.rest.subarray(PREFIX, length))
      this.rest = this.rest.subarray(length)
    }
  }

  /** Where behind the first byte of what has come another start stands; -1 nowhere. */
  private nextStart(): number {
    for (let at = 1; this.start !== undefined;) {
      at = this.rest.indexOf(this.start, at)
      if (at < 0) break
      if (START_HEAD.test(this.rest.toString("latin1", at + PREFIX, at + PREFIX + 8))) return at
      at++
    }
    return -1
  }

  private one(kind: string, bytes: Buffer): void {
    const { watcher } = this
    switch (kind) {
      case "S": return watcher.start(bootOf(bytes.readUInt32LE(0)), bytes.readUInt32LE(4) === 0 ? undefined : new Uint8Array(bytes.subarray(START_HEAD_BYTES)), moduleOf(bytes.subarray(8, START_HEAD_BYTES)))
      case "X": return watcher.exchanged(moduleOf(bytes))
      case "C": return watcher.called(callOf(bytes), Number(bytes.readBigInt64LE(0)))
      case "O": return watcher.output(outputOf(bytes))
      case "D": return watcher.done(doneOf(bytes), bytes.readUInt32LE(16) >>> ICOUNT_SHIFT)
      case "T": return watcher.trapped({ error: new Error(bytes.toString("latin1")) })
      default: throw new Error(`the board tells of a ${kind}, which is not known here`)
    }
  }
}

/** The SHA-256 of a module; undefined for that of the firmware, whose name the board does not tell. */
function moduleOf(print: Buffer): string | undefined { return print.every((byte) => byte === 0) ? undefined : print.toString("hex") }

function bootOf(number: number): Boot {
  return Object.values(BOOT).find((each) => each === number) ?? BOOT.cold
}

function callOf(record: Buffer): Call {
  const kind = INPUTS[record.readUInt32LE(16)] ?? "none"
  const number = record.readInt32LE(20), event = record.readInt32LE(24), code = record.readUInt32LE(28)
  const peer = readEndpoint(record, 32), bytes = new Uint8Array(record.subarray(CALL_HEAD))
  switch (kind) {
    case "entropy": return { call: kind, bytes }
    case "open": return { call: kind, bytes, boot: bootOf(number) }
    case "network": return { call: kind, up: number !== 0, text: textOf(bytes) }
    case "datagram": return { call: kind, flow: number, peer, bytes }
    case "flow": return { call: kind, flow: number, event: eventOf(event, code, peer) }
    case "key": return { call: kind, key: String.fromCharCode(number), down: event !== 0 }
    case "command": return { call: kind, line: textOf(bytes) }
    case "wallclock": return { call: kind, unixMs: Number(record.readBigInt64LE(8)), zoneMin: number }
    case "audio": return { call: kind, bytes }
    case "close": case "timeout": case "resume": return { call: kind }
    case "none": throw new Error("the board tells of a call that is none")
  }
}

function eventOf(event: number, code: number, endpoint: Endpoint): FlowEvent {
  const kind = FLOW_EVENTS[event]
  if (kind === "opened") return { kind, local: endpoint }
  if (kind === "refused") return { kind, peer: endpoint }
  return kind === "failed" ? { kind, code } : { kind: "closed" }
}

/** The IO record stands before the bytes: together they are memory enough for an output. */
function outputOf(record: Buffer): Output {
  const kind = record.readUInt32LE(0), bytes = new Uint8Array(record.subarray(OUTPUT_HEAD))
  const io = ioRecord(new Uint8Array(record.subarray(4, OUTPUT_HEAD)), 0)
  if (kind === OUTPUT_DISPLAY) return { kind: "display", picture: pictureOf(bytes), secret: (io.flags() & 1) !== 0 }
  const output = describe(kind, io, () => bytes, () => textOf(bytes))
  if (output === undefined || output.kind === "display") throw new Error("the board tells of an output that is none")
  return output
}

function pictureOf(bytes: Uint8Array): Picture {
  const cells = bytes.subarray(FRAME_BYTES, FRAME_BYTES + CELLS), flags = bytes.subarray(FRAME_BYTES + CELLS)
  const rows = Array.from({ length: CELLS / COLUMNS }, (_, row) => Array.from({ length: COLUMNS }, (_, column) => row * COLUMNS + column))
  return {
    frame: bytes.slice(0, FRAME_BYTES),
    lines: rows.map((row) => row.map((cell) => String.fromCharCode(cells[cell] ?? 0)).join("")),
    inverse: rows.map((row) => row.map((cell) => ((flags[cell >> 3] ?? 0) >> (cell & 7) & 1) === 1)),
  }
}

function doneOf(record: Buffer): Done {
  const deadline = record.readBigInt64LE(0), result = record.readInt32LE(8), line = record.readUInt32LE(12)
  return { refusal: refusalOf(result, line, textOf(record.subarray(DONE_HEAD))), deadline: deadline === NEVER ? Infinity : Number(deadline) }
}

function refusalOf(result: number, line: number, sentence: string): Refusal | undefined {
  const known = REFUSALS[result]
  if (result === 0 || known === undefined) return undefined
  return known.code === "SETTINGS_REFUSED" ? { code: known.code, line, sentence } : { code: known.code, line: 0, sentence: known.sentence }
}

/** The record of a start. */
export function startRecord(boot: Boot, keep: Uint8Array | undefined): Buffer {
  const head = Buffer.alloc(START_HEAD_BYTES)
  head.writeUInt32LE(boot, 0)
  head.writeUInt32LE(keep === undefined ? 0 : 1, 4)
  return recordOf("S", head, keep)
}

/** The record of a call. */
export function callRecord(call: Call, now: number): Buffer {
  const head = Buffer.alloc(CALL_HEAD)
  head.writeBigInt64LE(BigInt(now), 0)
  head.writeUInt32LE(INPUTS.indexOf(call.call), 16)
  switch (call.call) {
    case "open": head.writeInt32LE(call.boot, 20); break
    case "network": head.writeInt32LE(call.up ? 1 : 0, 20); break
    case "datagram": head.writeInt32LE(call.flow, 20); writeEndpoint(head, 32, call.peer); break
    case "flow": writeEvent(head, call.flow, call.event); break
    case "key": head.writeInt32LE(call.key.charCodeAt(0), 20); head.writeInt32LE(call.down ? 1 : 0, 24); break
    case "wallclock": head.writeBigInt64LE(BigInt(call.unixMs), 8); head.writeInt32LE(call.zoneMin, 20); break
    default: break
  }
  return recordOf("C", head, bytesOf(call))
}

/** A record that asks for the figures of the board, which come on its console. */
export const askFigures = (): Buffer => recordOf("F", Buffer.alloc(0), undefined)

/** A record that lets the board compile everything ahead. */
export const workAhead = (): Buffer => recordOf("A", Buffer.alloc(0), undefined)

function writeEvent(head: Buffer, flow: number, event: FlowEvent): void {
  head.writeInt32LE(flow, 20)
  head.writeInt32LE(FLOW_EVENTS.indexOf(event.kind), 24)
  if (event.kind === "failed") head.writeUInt32LE(event.code, 28)
  if (event.kind === "opened") writeEndpoint(head, 32, event.local)
  if (event.kind === "refused") writeEndpoint(head, 32, event.peer)
}

function bytesOf(call: Call): Uint8Array | undefined {
  if (call.call === "network") return Buffer.from(call.text)
  if (call.call === "command") return Buffer.from(call.line)
  return "bytes" in call ? call.bytes : undefined
}

function recordOf(kind: string, head: Buffer, bytes: Uint8Array = new Uint8Array(0)): Buffer {
  const prefix = Buffer.from(`${kind}\0\0\0\0`, "latin1")
  prefix.writeUInt32LE(head.length + bytes.length, 1)
  return Buffer.concat([prefix, head, bytes])
}
