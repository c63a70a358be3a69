// What a trace tells as a ladder: who took part, and row by row what went between them and what changed. text.ts and svg.ts draw it.
import { EVENT, FAILURE, KEYS, LEVEL, type Endpoint } from "../abi.ts"
import { endpointOf, endpointText, eventName } from "../calls.ts"
import { damaged, type Entry, type Recorded, type Recording } from "../recording.ts"
import { fields, joined, number, string } from "../records.ts"
import { withoutPassword } from "../supervisor.ts"
import { Names } from "./names.ts"
import { dnsTold, sipTold, type Told } from "./packet.ts"
import { Sounds, isReport, isSound } from "./sound.ts"
import { stunSummary } from "../sim/stun.ts"

/** A line of life. `lines` say who it is, the most important first. */
export type Column = { readonly id: string; readonly kind: "phone" | "dns" | "server" | "other"; readonly lines: readonly string[] }

/** Times are milliseconds from the beginning of the trace. A message that was repeated is one row: `count` times in all, the last one at `until`. */
export type Row =
  | { readonly kind: "message"; readonly at: number; until: number; count: number; readonly out: boolean; readonly with: string; readonly label: string; readonly details: readonly string[] }
  | { readonly kind: "event"; readonly at: number; readonly event: string; readonly text: string }
  | { readonly kind: "user"; readonly at: number; text: string; readonly reply: string[] }
  | { readonly kind: "host"; readonly at: number; readonly text: string }
  | { readonly kind: "sound"; readonly at: number; until: number; readonly with: string; out: number; in: number }

export type Ladder = { readonly columns: readonly Column[]; readonly rows: readonly Row[]; readonly lasts: number }

export type Part = { readonly from: number; readonly to: number; readonly sipOnly: boolean }
export const WHOLE: Part = { from: 0, to: Infinity, sipOnly: false }

/** The same bytes to the same place within this time are the same message sent again (RFC 3261: 64*T1 at the most, T1 up to 5 s). */
const REPEATED_MS = 64 * 5000

/** Keys that follow each other within this time stand in one row. */
const KEYS_MS = 2000

const REPLY_LINES_MAX = 8

type Sent = Extract<Row, { kind: "message" }>

/** Reads a recording as a ladder. Throws TraceDamage. */
export function ladderOf(recording: Recording, name: string, part: Part = WHOLE): Ladder {
  const builder = new Builder()
  for (const entry of recording.entries) {
    try {
      builder.take(entry)
    } catch (error) {
      // A RangeError is an address that is none.
      throw error instanceof TypeError || error instanceof RangeError ? damaged(name, entry.line, error.message) : error
    }
  }
  return builder.ladder(part)
}

class Builder {
  private readonly rows: Row[] = []
  private readonly names = new Names()
  private readonly sounds = new Sounds((row) => { this.rows.push(row) })
  private readonly sent = new Map<string, Sent>()
  private readonly dns = new Set<string>()
  private own = ""
  private at = 0
  private origin: number | undefined
  private starts = 0
  private reply = ""

  take(entry: Entry): void {
    if ("start" in entry) return this.started(entry.start.keep)
    if ("exchange" in entry) return this.host("another module goes on in the place of the one before")
    const call = fields(entry.call)
    // Whoever gives entropy may do so before any clock runs.
    if (call["call"] !== "entropy") this.tick(entry.now)
    this.input(call)
    for (const output of entry.outputs) this.output(output)
    this.end(entry)
  }

  ladder({ from, to, sipOnly }: Part): Ladder {
    const lasts = this.at
    const shown = this.rows.filter((row) => row.at <= to && ("until" in row ? row.until : row.at) >= from && (!sipOnly || this.isSip(row)))
    return { columns: this.columns(shown), rows: shown, lasts }
  }

  private isSip(row: Row): boolean { return row.kind === "event" || (row.kind === "message" && row.with !== "dns") }

  /** The clock of a board begins anew when it does. */
  private tick(now: number): void {
    this.origin ??= now
    if (now - this.origin < this.at) this.origin = now - this.at
    this.at = now - this.origin
  }

  private started(keep: unknown): void {
    if (++this.starts > 1) this.rows.push({ kind: "host", at: this.at, text: keep === null ? "the phone starts anew" : "the phone starts anew with what was kept" })
    this.sent.clear()
  }

  // -- Inputs

  private input(call: Record<string, unknown>): void {
    switch (call["call"]) {
      case "open": return this.names.settings(clearBytes(call["bytes"]))
      case "network": return this.network(call["up"] === true, string(call["text"]))
      case "datagram": return this.packet(false, endpointOf(string(call["peer"])), joined(call["bytes"], undefined))
      case "flow": return this.flow(fields(call["event"]))
      case "key": return this.key(call)
      case "command": return void this.rows.push({ kind: "user", at: this.at, text: `> ${withoutPassword(clearText(call["bytes"]))}`, reply: [] })
      case "close": return this.host("told to unregister and end")
      case "entropy": case "resume": case "audio": case "wallclock": case "timeout": return
      default: throw new TypeError(`there is no call ${String(call["call"])}`)
    }
  }

  private network(up: boolean, text: string): void {
    const of = (word: string): string[] => text.split("\n").filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim())
    for (const server of of("dns")) this.dns.add(withPort(server))
    if (up) this.own = of("address").join(" ")
    this.host(up ? `the network is up${this.own === "" ? "" : `: ${this.own}`}` : "the network is down")
  }

  private flow(event: Record<string, unknown>): void {
    if (event["kind"] === "refused") {
      const peer = endpointOf(string(event["peer"]))
      this.message(false, this.placeOf(peer), { label: "refused", details: ["nobody listens there (ICMP)"] })
    }
    if (event["kind"] === "failed") this.host(`nothing can be sent: ${reasonOf(number(event["code"]))}`)
  }

  private key(call: Record<string, unknown>): void {
    if (call["sealed"] === undefined && call["down"] !== true) return
    const key = call["sealed"] === undefined ? keyWord(string(call["key"])) : "?"
    const last = this.rows.at(-1)
    if (last?.kind === "user" && last.text.startsWith("key") && this.at - last.at <= KEYS_MS) last.text = `${last.text.replace(/^key /, "keys ")} ${key}`
    else this.rows.push({ kind: "user", at: this.at, text: `key ${key}`, reply: [] })
  }

  private host(text: string): void { this.rows.push({ kind: "host", at: this.at, text }) }

  // -- Outputs

  private output(record: Record<string, unknown>): void {
    switch (record["kind"]) {
      case "send": return this.packet(true, endpointOf(string(record["peer"])), joined(record["bytes"], undefined))
      case "event": return void this.rows.push({ kind: "event", at: this.at, event: eventName(number(record["code"])), text: string(record["text"]).trim() || eventWords(number(record["code"])) })
      case "store": return record["notes"] === true ? undefined : this.names.settings(clearBytes(record["bytes"]))
      case "reply": return this.replied(string(record["text"]), record["last"] === true)
      case "log": if (record["level"] === LEVEL.warning) this.host(`warning: ${string(record["text"])}`)
    }
  }

  /** Pieces of one reply are joined again. */
  private replied(text: string, last: boolean): void {
    this.reply += text
    if (!last) return
    const lines = this.reply.trimEnd().split("\n"), row = this.rows.findLast((each) => each.kind === "user")
    this.reply = ""
    if (row?.kind !== "user") return
    row.reply.push(...lines.slice(0, REPLY_LINES_MAX))
    if (lines.length > REPLY_LINES_MAX) row.reply.push(`and ${lines.length - REPLY_LINES_MAX} more lines`)
  }

  private end({ end }: Recorded): void {
    if (end?.["refusal"] !== undefined) this.host(`not taken: ${string(fields(end["refusal"])["sentence"])}`)
    if (typeof end?.["trap"] === "string") this.host(`the phone stopped itself: ${end["trap"]}`)
  }

  // -- Packets

  private packet(out: boolean, peer: Endpoint, bytes: Uint8Array): void {
    if (this.isDns(peer)) {
      if (!out) this.names.answered(bytes)
      return this.message(out, "dns", dnsTold(bytes) ?? unreadable(bytes), bytes)
    }
    const told = sipTold(bytes)
    if (told === undefined && isReport(bytes)) return
    if (told === undefined && isSound(bytes)) return this.sounds.packet(this.at, out, endpointText(peer))
    // RFC 5626 3.5.1: empty lines keep a path open.
    this.message(out, this.placeOf(peer), told ?? stunTold(bytes) ?? (/^[\r\n\0]*$/.test(Buffer.from(bytes).toString("latin1")) ? { label: "keep-alive", details: [] } : unreadable(bytes)), bytes)
  }

  /** A message that has been sent or received before is counted there. */
  private message(out: boolean, place: string, told: Told, bytes?: Uint8Array): void {
    const key = bytes === undefined ? undefined : `${out ? ">" : "<"}${place} ${Buffer.from(bytes).toString("latin1")}`
    const before = key === undefined ? undefined : this.sent.get(key)
    if (before !== undefined && this.at - before.until <= REPEATED_MS) {
      before.count++
      before.until = this.at
      return
    }
    const row: Sent = { kind: "message", at: this.at, until: this.at, count: 1, out, with: place, label: told.label, details: told.details }
    this.rows.push(row)
    if (key !== undefined) this.sent.set(key, row)
  }

  private isDns(peer: Endpoint): boolean { return peer.port === 53 || this.dns.has(endpointText(peer)) }

  private placeOf(peer: Endpoint): string { return this.isDns(peer) ? "dns" : endpointText(peer) }

  // -- Columns

  /** The phone, DNS, the servers by rank and priority, and whoever else was spoken with. */
  private columns(rows: readonly Row[]): Column[] {
    const places = [...new Set(rows.flatMap((row) => row.kind === "message" ? [row.with] : []))]
    const peers = places.filter((place) => place !== "dns").map((place) => ({ place, who: this.names.at(endpointOf(place)) }))
    const known = peers.filter(({ who }) => who.rank > 0)
      .sort(({ who: a }, { who: b }) => a.rank - b.rank || a.priority - b.priority || a.order - b.order)
    const aor = this.names.user === "" ? this.names.domain : `${this.names.user}@${this.names.domain}`
    return [
      { id: "phone", kind: "phone", lines: ["phone", ...[aor, this.own].filter((line) => line !== "")] },
      ...(places.includes("dns") ? [{ id: "dns", kind: "dns", lines: ["DNS", ...[...this.dns].map(withoutPort)] } as const] : []),
      ...known.map(({ place, who }) => ({
        id: place, kind: "server", lines: [withoutPort(place), ...[this.relative(who.name)].filter((line) => line !== ""), `P${who.rank}:${who.priority}`],
      } as const)),
      ...peers.filter(({ who }) => who.rank === 0).map(({ place, who }) => ({
        id: place, kind: "other", lines: [withoutPort(place), ...[this.relative(who.name)].filter((line) => line !== "")],
      } as const)),
    ]
  }

  /** A name below the account's domain without that. */
  private relative(name: string): string {
    const domain = this.names.domain.toLowerCase()
    return domain !== "" && name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : name
  }
}

/** Keys that are not what they stand for have names: ok, hook, soft-left. */
function keyWord(key: string): string {
  const name = key === KEYS.star || key === KEYS.hash ? key : Object.entries(KEYS).find(([, each]) => each === key)?.[0] ?? key
  return name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)
}

/** RFC 6223: a keep-alive, or what answers it. */
function stunTold(bytes: Uint8Array): Told | undefined {
  const label = stunSummary(bytes)
  return label === undefined ? undefined : { label, details: ["keep-alive"] }
}

function unreadable(bytes: Uint8Array): Told { return { label: `${bytes.length} bytes`, details: ["that cannot be read"] } }

function reasonOf(code: number): string {
  if (code === FAILURE.busyPort) return "the port is used by another program"
  if (code === FAILURE.unreachable) return "the address cannot be reached"
  return code === FAILURE.notPermitted ? "the system does not permit it" : `failure ${code}`
}

function eventWords(code: number): string {
  return Object.values(EVENT).some((known) => known === code) ? eventName(code).toLowerCase().replaceAll("_", " ") : `event ${code}`
}

function withPort(server: string): string { return /:\d+$/.test(server) && (server.includes("]") || server.split(":").length === 2) ? server : `${server}:53` }

function withoutPort(endpoint: string): string { return endpoint.replace(/:(5060|53)$/, "").replace(/^\[(.*)\]$/, "$1") }

/** Bytes of which sealed parts are left out. */
function clearBytes(pieces: unknown): Uint8Array {
  const list: unknown[] = Array.isArray(pieces) ? pieces : [pieces]
  return joined(list.filter((piece) => fields(piece)["sealed"] === undefined), undefined)
}

/** A text of which sealed parts are dots. */
function clearText(pieces: unknown): string {
  const list: unknown[] = Array.isArray(pieces) ? pieces : [pieces]
  return list.map((piece) => fields(piece)["sealed"] === undefined ? Buffer.from(joined(piece, undefined)).toString("utf8") : "...").join("")
}
