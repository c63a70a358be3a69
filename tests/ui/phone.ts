// The user interface under test: keys by name, the screen as text, and the records that it reads.
import { testCore } from "../harness.ts"
import type { EngineName } from "../../host/engine/engine.ts"

export const KEYS: Record<string, string> = { left: "a", middle: "b", right: "c", up: "U", down: "D", back: "B", ok: "O", hook: "H", erase: "L", forward: "R" }
export const ACTIONS = ["none", "register", "unregister", "dns flush", "reboot", "store", "apply", "save", "trace on", "trace off"]
export const STATES = ["off", "locating", "registering", "registered", "refreshing", "unregistering", "waiting", "failed"]
export const TROUBLES = ["none", "no domain", "dns dead", "not found", "no address", "service absent", "not carried", "all failed", "rejected", "refused code",
  "network down", "stopped", "no password"]
export const VIEWS = ["home", "servers", "why", "menu", "account", "edit", "about", "message", "options", "history", "book", "contact", "call settings", "server", "tabs", "form", "empty"]
/** What the dialog room refuses, in its order. */
export const REFUSALS = ["not now", "no call", "all busy", "no account", "bad target", "no network"]
// Our symbols, in the order of assembly/ui/font.ts
const SYMBOLS = "✓○✗↑↓←→•_▲▼↕⌛…·▁▂▃▅▇"

export const CALL_STATES = ["free", "preparing", "calling", "ringing", "incoming", "answering", "talking", "ending", "ended"] as const
export const ENDS = ["none", "hung up", "peer hung up", "cancelled", "peer cancelled", "busy", "rejected", "no answer", "not found", "forbidden", "no server",
  "not registered", "refused", "no common sound", "transferred", "replaced", "elsewhere", "lost", "network down", "too long", "no room"] as const
const MARKS = ["outgoing", "held", "held by them", "muted", "mixed", "silent", "focused"] as const

export type Server = { address: string; name?: string; rank?: number; priority?: number; status?: "unknown" | "up" | "down" | "failed" }
const REASONS = ["none", "refused", "silent", "code", "unreachable", "rejected", "removed", "no flow"]
export type Known = { code?: number; failures?: number; roundTripMs?: number; reason?: string; seen?: number; left?: number; avoided?: number; held?: number; probe?: number }
/** A call: seconds since it began and since it was answered. */
export type Call = {
  state: typeof CALL_STATES[number]; name?: string; number?: string; diversion?: string; reason?: string; began?: number; talked?: number
  server?: number; marks?: (typeof MARKS[number])[]; ended?: typeof ENDS[number]; status?: number
}
export type Phone = Awaited<ReturnType<typeof openPhone>>

export async function openPhone(engine: EngineName) {
  const core = await testCore("ui", engine)
  const call = (name: string, ...args: (number | bigint)[]) => core.exports[name]!(...args)
  const rx = Number(call("rx")), screen = Number(call("screen"))
  let now = 0n
  const write = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    core.bytes.set(bytes, rx)
    return bytes.length
  }
  const read = (span: number) => new TextDecoder().decode(core.bytes.subarray(Number(call("textStart", span)), Number(call("textStart", span)) + Number(call("textLength", span))))
  const cells = () => Array.from({ length: 168 }, (_, i) => core.bytes[screen + i]!)
  const inverse = () => Array.from({ length: 168 }, (_, i) => (core.bytes[screen + 168 + (i >> 3)]! >> (i & 7) & 1) === 1)
  call("open", now)
  return {
    call,
    cells,
    inverse,
    read,
    write,
    frame() {
      const at = Number(call("frame"))
      return core.bytes.slice(at, at + 1024)
    },
    glyph: (code: number) => { const at = Number(call("glyphAt", code)); return at === 0 ? undefined : [...core.bytes.slice(at, at + 5)] },
    open: () => { now = 0n; call("open", now) },
    settings: (text: string) => { if (call("load", write(text)) !== 0) throw new Error("bad settings") },
    stand: (state: string, trouble = "none", status = 0, at = -1) => { call("stand", STATES.indexOf(state), TROUBLES.indexOf(trouble), status, at); call("update", now) },
    times: (granted: number, expires: number, refresh: number, retry: number) => {
      call("times", granted, now, now + BigInt(expires) * 1000n, now + BigInt(refresh) * 1000n, now + BigInt(retry) * 1000n)
      call("update", now)
    },
    servers: (list: Server[], active = -1) => {
      call("serverCount", list.length)
      list.forEach((s, i) => {
        const name = new TextEncoder().encode(s.name ?? "").length
        call("server", i, s.rank ?? 1, s.priority ?? 1, ["unknown", "up", "down", "failed"].indexOf(s.status ?? "unknown"), write(s.address + (s.name ?? "")) - name, name)
      })
      call("active", active + 1)
      call("update", now)
    },
    /** What is known of a server besides, in seconds from now. */
    know: (i: number, { code = 0, failures = 0, roundTripMs = 0, reason = "none", seen, left, avoided, held, probe }: Known) => {
      const ago = (sec: number | undefined, none: bigint) => sec === undefined ? none : now - BigInt(sec * 1000)
      const ahead = (sec: number | undefined) => sec === undefined ? 0n : now + BigInt(sec * 1000)
      call("know", i, code, failures, roundTripMs, REASONS.indexOf(reason), ago(seen, 0x7fffffffffffffffn), ago(left, 0n), ahead(avoided), ahead(held), ahead(probe))
      call("update", now)
    },
    clock: (iso: string, zoneMin = 0) => { call("setClock", BigInt(Date.parse(iso)), zoneMin, now); call("update", now) },
    /** Presses keys one after the other; gives the action of the last. */
    press: (keys: string) => {
      let action = 0
      for (const name of keys.split(" ")) {
        const code = (KEYS[name] ?? name).charCodeAt(0)
        now += 50n
        action = Number(call("key", code, 1, now))
        now += 50n
        call("key", code, 0, now)
      }
      return ACTIONS[action]!
    },
    hold: (name: string, ms: number) => {
      const code = (KEYS[name] ?? name).charCodeAt(0)
      call("key", code, 1, now)
      const end = now + BigInt(ms)
      for (let at = BigInt(call("soonest")); at <= end; at = BigInt(call("soonest"))) { now = at; call("expire", now) }
      now = end
      call("key", code, 0, now)
    },
    /** Lets time pass, with every deadline kept; gives how often the picture changed. */
    pass: (ms: number) => {
      const end = now + BigInt(ms)
      let pictures = 0
      for (let at = BigInt(call("soonest")); at <= end; at = BigInt(call("soonest"))) {
        if (at < now) throw new Error("a deadline lies in the past")
        now = at
        call("expire", now)
        if (call("pollDisplay") !== 0) pictures++
      }
      now = end
      return pictures
    },
    /** Types a console line; gives the whole reply, its code, and the action. */
    type: (line: string | Uint8Array, at: number) => {
      const bytes = typeof line === "string" ? new TextEncoder().encode(line) : line
      core.bytes.set(bytes, rx)
      const action = ACTIONS[Number(call("command", bytes.length, BigInt(at)))]!
      const pieces: number[] = []
      for (let last = false, code = 0; ; ) {
        const piece = Number(call("piece"))
        if (piece === 0) {
          if (!last) throw new Error("the reply has no last piece")
          return { text: new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(pieces)), code, action }
        }
        if (last) throw new Error("there is a piece behind the last one")
        const start = Number(call("textStart", piece))
        pieces.push(...core.bytes.subarray(start, start + Number(call("textLength", piece))))
        last = (Number(call("pieceFlags")) & 1) === 1
        code = Number(call("pieceCode"))
      }
    },
    /** The network as the host tells it, and the port of SIP open on every address. */
    network: (lines: string, port: number) => { call("network", write(lines)); call("openPort", port); call("update", now) },
    /** What DNS has answered: fresh for 100 seconds more. */
    dns: (name: string, type: number, ...records: number[][]) => {
      const length = write(name)
      core.bytes.set(records.flat(), rx + length)
      call("dnsEntry", length, type, 1, records.length, records.flat().length, 112_000n)
    },
    /** What the dialog room says of the call at a place. */
    ring: (i: number, c: Call) => {
      const texts = [c.name ?? "", c.number ?? "6002", c.diversion ?? "", c.reason ?? ""]
      write(texts.join(""))
      const ago = (seconds: number | undefined) => seconds === undefined ? -1n : now - BigInt(seconds) * 1000n
      call("place", i, CALL_STATES.indexOf(c.state), ago(c.began ?? 0), ago(c.talked), ...texts.map((text) => new TextEncoder().encode(text).length))
      call("marks", i, (c.marks ?? (i === 0 ? ["focused"] : [])).reduce((bits, mark) => bits | 1 << MARKS.indexOf(mark), 0), c.server ?? 0)
      if (c.state === "ended") call("endCall", i, ENDS.indexOf(c.ended ?? "none"), c.status ?? 0, now)
      call("update", now)
    },
    /** What has come of a call's sound: packets, percent lost, seconds since the last one. */
    sound: (place: number, packets: number, lostPercent: number, silentSec: number) => {
      call("sound", place, packets, Math.round(lostPercent * 2.56), now - BigInt(silentSec) * 1000n)
      call("update", now)
    },
    callState: (i: number) => CALL_STATES[Number(call("stateOf", i))]!,
    /** An entry of the call history, of now. */
    past: (kind: "missed" | "received" | "dialled" | "rejected", name: string, number: string) => {
      write(name + number)
      call("past", ["missed", "received", "dialled", "rejected"].indexOf(kind), new TextEncoder().encode(name).length, number.length)
      call("update", now)
    },
    down: (name: string) => { call("key", (KEYS[name] ?? name).charCodeAt(0), 1, now) },
    up: (name: string) => { call("key", (KEYS[name] ?? name).charCodeAt(0), 0, now) },
    ringing: () => call("ringing") === 1,
    shownCall: () => Number(call("shownCall")),
    digit: () => { const code = Number(call("digitWanted")); return code === 0 ? "" : String.fromCharCode(code) },
    /** A call does not do what it was told. */
    refuse: (refusal: string) => { call("refuse", -1 - REFUSALS.indexOf(refusal)); call("update", now) },
    voiceMail: (fresh: number) => { call("voiceMail", fresh); call("update", now) },
    /** A transfer of the call at a place: 1 asked for, 2 under way, 3 failed with a status. */
    transfer: (i: number, state: number, status = 0) => { call("transfer", i, state, status); call("update", now) },
    fail: () => { call("announceFailure"); call("update", now) },
    drawn: () => call("pollDisplay") !== 0,
    depth: () => Number(call("depth")),
    view: () => VIEWS[Number(call("shownView"))]!,
    soonest: () => BigInt(call("soonest")),
    /** Eight lines of 21 characters. */
    screen: () => Array.from({ length: 8 }, (_, row) => cells().slice(row * 21, row * 21 + 21)
      .map((code) => code >= 0x80 && code < 0xa0 ? SYMBOLS[code - 0x80]! : String.fromCharCode(code)).join("")).join("\n"),
  }
}
