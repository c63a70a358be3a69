// The lines of a trace: calls and outputs as JSON, with bytes as text where they are text and secrets sealed.
import { createHash } from "node:crypto"
import { BOOT, type Boot, type Endpoint } from "./abi.ts"
import { endpointOf, endpointText, type Call, type Output, type Refusal } from "./calls.ts"
import type { FlowEvent } from "./core.ts"
import type { Lock, Seal } from "./seal.ts"

/** Those of version 1 do not say where they end. */
export const TRACE_VERSION = 2, TRACE_VERSIONS: readonly unknown[] = [1, TRACE_VERSION]

/** A run of bytes: printable ones as they are, others in base64, so many zeros (silence), secret ones sealed. Several pieces follow each other. */
export type Piece = { text: string } | { zeros: number } | { base64: string } | { sealed: string }
export type Pieces = Piece | Piece[]

export type Header = { linehunt: "trace"; version: number; abi: number; module: string; engine: string; made: string }
export type Line =
  | Header
  | { lock: Lock }
  | { start: { boot: Boot; keep: Pieces | null; module?: string } }
  | { exchange: { module?: string } }
  | { n: number; now: number; call: Record<string, unknown> }
  | { n: number; out: Record<string, unknown> }
  | { n: number; refusal?: Refusal; deadline: number | null }
  | { n: number; trap: string }
  | { end: { calls: number } }

const ZEROS_MAX = 65_536
const PRINTABLE = /^[\t\n\r\x20-\x7e]*$/

/** Bytes in the clear. */
export function clear(bytes: Uint8Array): Piece {
  const text = Buffer.from(bytes).toString("latin1")
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) return { zeros: bytes.length }
  return PRINTABLE.test(text) ? { text } : { base64: Buffer.from(bytes).toString("base64") }
}

/** A piece cannot be opened: no password was given, or it was sealed under a key that no password unlocks. */
export class SealedError extends Error {}

/** The bytes again. Throws SealedError, or TypeError for what is no such thing. */
export function joined(pieces: unknown, seal: Seal | undefined): Uint8Array {
  const list: unknown[] = Array.isArray(pieces) ? pieces : [pieces]
  return new Uint8Array(Buffer.concat(list.map((piece) => {
    const { text, base64, sealed, zeros } = fields(piece)
    if (typeof zeros === "number" && zeros <= ZEROS_MAX) return Buffer.alloc(zeros)
    if (typeof text === "string") return Buffer.from(text, "latin1")
    if (typeof base64 === "string") return Buffer.from(base64, "base64")
    if (typeof sealed !== "string") throw new TypeError("bytes are missing")
    const opened = seal?.open(sealed)
    if (opened === undefined) throw new SealedError()
    return opened
  })))
}

const PASSWORD_LINE = /^[ \t]*password[ \t]*:[ \t]*([^\r\n]*)/gim
/** The word may be mistyped (passwrd, pasword, pwd): what stands behind it is hidden all the same. */
const PASSWORD_COMMAND = /\b(?:pass\w*|pa?s*w\w*)[\s:=]*/i

/** Where a settings text or a console line holds a password: [from, to) in bytes. */
export function secretsIn(kind: "settings" | "command", bytes: Uint8Array): Array<[from: number, to: number]> {
  const text = Buffer.from(bytes).toString("latin1")
  if (kind === "command") {
    const found = PASSWORD_COMMAND.exec(text)
    const from = found === null ? text.length : found.index + found[0].length
    return /^(--json)?\s*$/.test(text.slice(from)) ? [] : [[from, text.length]]
  }
  return [...text.matchAll(PASSWORD_LINE)].filter(([, value]) => value !== undefined && value !== "").map((match) => {
    const end = match.index + match[0].length
    return [end - (match[1]?.length ?? 0), end]
  })
}

/** Bytes with their secrets sealed. */
export function guarded(bytes: Uint8Array, secrets: ReadonlyArray<readonly [number, number]>, seal: Seal): Pieces {
  if (secrets.length === 0) return clear(bytes)
  const pieces: Piece[] = []
  let at = 0
  for (const [from, to] of secrets) {
    pieces.push(clear(bytes.subarray(at, from)), { sealed: seal.close(bytes.subarray(from, to)) })
    at = to
  }
  return [...pieces, clear(bytes.subarray(at))]
}

/** A call as it is written; `bytes` and `key` have been made safe by the trace. */
export function callRecord(call: Call, bytes: Pieces | undefined, secretKey: string | undefined): Record<string, unknown> {
  switch (call.call) {
    case "datagram": return { call: call.call, flow: call.flow, peer: endpointText(call.peer), bytes }
    case "flow": return { call: call.call, flow: call.flow, event: eventRecord(call.event) }
    case "key": return secretKey === undefined ? { ...call } : { call: call.call, sealed: secretKey }
    case "command": return { call: call.call, bytes }
    case "entropy": case "open": case "audio": return { ...call, bytes }
    default: return { ...call }
  }
}

function eventRecord(event: FlowEvent): Record<string, unknown> {
  if (event.kind === "opened") return { kind: event.kind, local: endpointText(event.local) }
  return event.kind === "refused" ? { kind: event.kind, peer: endpointText(event.peer) } : { ...event }
}

/** The call that a record stands for. Throws SealedError or TypeError. */
export function callOf(record: unknown, seal: Seal | undefined): Call {
  const it = fields(record)
  const bytes = (): Uint8Array => joined(it["bytes"], seal)
  switch (it["call"]) {
    case "entropy": return { call: "entropy", bytes: bytes() }
    case "open": return { call: "open", bytes: bytes(), boot: bootOf(it["boot"]) }
    case "network": return { call: "network", up: it["up"] === true, text: string(it["text"]) }
    case "datagram": return { call: "datagram", flow: number(it["flow"]), peer: endpointOf(string(it["peer"])), bytes: bytes() }
    case "flow": return { call: "flow", flow: number(it["flow"]), event: eventOf(fields(it["event"])) }
    case "key": return it["sealed"] === undefined ? { call: "key", key: string(it["key"]), down: it["down"] === true } : sealedKey(it, seal)
    case "command": return { call: "command", line: Buffer.from(bytes()).toString("utf8") }
    case "audio": return { call: "audio", bytes: bytes() }
    case "wallclock": return { call: "wallclock", unixMs: number(it["unixMs"]), zoneMin: number(it["zoneMin"]) }
    case "close": case "resume": case "timeout": return { call: it["call"] }
    default: throw new TypeError(`there is no call ${String(it["call"])}`)
  }
}

function sealedKey(it: Record<string, unknown>, seal: Seal | undefined): Call {
  const opened = fields(JSON.parse(Buffer.from(joined({ sealed: it["sealed"] }, seal)).toString("latin1")))
  return { call: "key", key: string(opened["key"]), down: opened["down"] === true }
}

function eventOf(it: Record<string, unknown>): FlowEvent {
  switch (it["kind"]) {
    case "opened": return { kind: "opened", local: endpointOf(string(it["local"])) }
    case "closed": return { kind: "closed" }
    case "refused": return { kind: "refused", peer: endpointOf(string(it["peer"])) }
    case "failed": return { kind: "failed", code: number(it["code"]) }
    default: throw new TypeError(`a flow cannot be ${String(it["kind"])}`)
  }
}

/** An output as it is written: flat, its bytes made safe by `write`. */
export function outputRecord(output: Output, write: (bytes: Uint8Array) => Pieces): Record<string, unknown> {
  if (output.kind === "display") {
    const { frame, lines, inverse } = output.picture
    const text = Buffer.from(lines.join("\n"), "latin1")
    return { kind: output.kind, secret: output.secret, frame: write(frame), text: write(text), inverse: write(bits(inverse.flat())) }
  }
  // What comes out of the speaker follows from what went in: that it is the same is enough.
  if (output.kind === "audio") return { kind: output.kind, code: output.code, sound: createHash("sha256").update(output.bytes).digest("base64").slice(0, 16) }
  const it: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(output)) {
    it[name] = value instanceof Uint8Array ? write(value) : isEndpoint(value) ? endpointText(value) : value
  }
  return it
}

/** The same output with its bytes read back, as a flat record of values that can be compared. Throws SealedError. */
export function flatRecord(record: Record<string, unknown>, seal: Seal | undefined): Record<string, unknown> {
  const plain = (value: unknown): unknown => typeof value === "object" && value !== null ? joined(value, seal) : value
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, plain(value)]))
}

function bits(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8))
  for (const [i, flag] of flags.entries()) if (flag) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | 1 << (i & 7)
  return bytes
}

function isEndpoint(value: unknown): value is Endpoint { return typeof value === "object" && value !== null && "address" in value && "port" in value }

export function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new TypeError("a record is missing")
  return value as Record<string, unknown>
}

export function number(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("a number is missing")
  return value
}

export function string(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a word is missing")
  return value
}

/** Throws TypeError. */
export function bootOf(value: unknown): Boot {
  const boot = Object.values(BOOT).find((each) => each === value)
  if (boot === undefined) throw new TypeError(`there is no boot ${String(value)}`)
  return boot
}
