// A nameserver that is authoritative for some zones, and can be made to fail in all the ways in which nameservers fail.
//
// It owns no socket and no clock: bytes go in, and what is to be sent comes out. dns-packet encodes and decodes, so that the phone's own
// codec meets another one.
import { decode, encode, type Answer, type DecodedPacket, type OptAnswer, type Packet, type Question } from "dns-packet"
import type { Zone, ZoneRecord } from "./zone.ts"

/** How the server behaves. */
export type Fault =
  | { readonly kind: "none" }
  /** Nobody listens: whoever carries the packets reports a refusal (see `listening`). */
  | { readonly kind: "dead" }
  | { readonly kind: "silent" }
  | { readonly kind: "slow", readonly ms: number }
  | { readonly kind: "servfail" | "nxdomain" | "refused" }
  /** A forged answer comes before the true one. */
  | { readonly kind: "wrong id first" | "wrong question first" }
  /** Says that the answer was cut off (TC): without any record, or with the first one only. */
  | { readonly kind: "truncated" | "truncated in part" }
  | { readonly kind: "pointer loop" | "short rdata" }
  /** The first question of each name and type is lost. */
  | { readonly kind: "lossy first" }
  /** The answer comes from another port. */
  | { readonly kind: "other source" }
  | { readonly kind: "ttl", readonly seconds: number }
  /** Does not know EDNS: answers FORMERR to questions that have it. */
  | { readonly kind: "no edns" }

/** A datagram to send. */
export type Reply = { readonly bytes: Uint8Array, readonly delayMs: number, readonly otherSource: boolean }

/** A question that came in, and what became of it. */
export type Asked = { readonly name: string, readonly type: string, readonly rcode: string, readonly answers: number }

export type NameserverOptions = {
  /** Called for each question that is understood. */
  readonly onQuery?: (asked: Asked) => void
  /** Give the records of a set in turn, as public nameservers do. */
  readonly rotate?: boolean
}

const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const
type Rcode = typeof RCODES[number]
type Found = { readonly rcode: Rcode, readonly answers: readonly Answer[], readonly authorities: readonly Answer[] }

const RESPONSE_AUTHORITATIVE = 0x0400
const RESPONSE_TRUNCATED = 0x0200
const RECURSION_DESIRED = 0x0100
const RECURSION_AVAILABLE = 0x0080
const HEADER_SIZE = 12
const PLAIN_MAX = 512
const ALIASES_MAX = 16

export class Nameserver {
  fault: Fault = { kind: "none" }
  zones: readonly Zone[]
  readonly #options: NameserverOptions
  readonly #seen = new Set<string>()
  #turn = 0

  constructor(zones: readonly Zone[], options: NameserverOptions = {}) {
    this.zones = zones
    this.#options = options
  }

  /** False when a datagram sent to it is refused by the system (ICMP port unreachable). */
  get listening(): boolean { return this.fault.kind !== "dead" }

  /** Takes a datagram and returns the plain answer, or null where none comes. */
  receive(query: Uint8Array): Uint8Array | null { return this.replies(query)[0]?.bytes ?? null }

  /** Takes a datagram and returns all that is sent for it, in order. */
  replies(query: Uint8Array): readonly Reply[] {
    const packet = read(query)
    const question = packet?.questions?.[0]
    if (packet === undefined || question === undefined || packet.type !== "query") return []
    const { fault } = this
    const key = `${question.type} ${question.name.toLowerCase()}`
    const isFirst = !this.#seen.has(key)
    this.#seen.add(key)
    if (fault.kind === "dead" || fault.kind === "silent" || (fault.kind === "lossy first" && isFirst)) {
      this.#options.onQuery?.({ name: question.name, type: question.type, rcode: "-", answers: 0 })
      return []
    }
    const found = this.#failing(packet, question) ?? this.#find(question)
    this.#options.onQuery?.({ name: question.name, type: question.type, rcode: found.rcode, answers: found.answers.length })
    return this.#disturb(packet, question, found)
  }

  /** What a server in trouble says instead of an answer. */
  #failing(packet: DecodedPacket, question: Question): Found | undefined {
    const only = (rcode: Rcode): Found => ({ rcode, answers: [], authorities: [] })
    switch (this.fault.kind) {
      case "servfail": return only("SERVFAIL")
      case "refused": return only("REFUSED")
      case "nxdomain": return { rcode: "NXDOMAIN", answers: [], authorities: soaOf(this.#zoneOf(question.name)) }
      case "no edns": return optOf(packet) === undefined ? undefined : only("FORMERR")
      default: return undefined
    }
  }

  #disturb(packet: DecodedPacket, question: Question, found: Found): readonly Reply[] {
    const { fault } = this
    const id = packet.id ?? 0
    const plain = respond(packet, question, id, found)
    const reply = (bytes: Uint8Array, delayMs = 0, otherSource = false): Reply => ({ bytes, delayMs, otherSource })
    switch (fault.kind) {
      case "slow": return [reply(plain, fault.ms)]
      case "wrong id first": return [reply(respond(packet, question, id ^ 0x1234, forged(found))), reply(plain)]
      case "wrong question first": return [reply(respond(packet, { ...question, name: `x${question.name}` }, id, forged(found))), reply(plain)]
      case "truncated": return [reply(respond(packet, question, id, { ...found, answers: [] }, true))]
      case "truncated in part": return [reply(respond(packet, question, id, { ...found, answers: found.answers.slice(0, 1) }, true))]
      case "pointer loop": return [reply(pointerLoop(plain))]
      case "short rdata": return [reply(shortRdata(plain))]
      case "other source": return [reply(plain, 0, true)]
      case "ttl": return [reply(respond(packet, question, id, { ...found, answers: found.answers.map((answer) => ({ ...answer, ttl: fault.seconds }) as Answer) }))]
      default: return [reply(plain)]
    }
  }

  // -- Looking up. RFC 1034 4.3.2

  #find(question: Question): Found {
    const answers: Answer[] = []
    let name = question.name.toLowerCase()
    for (let aliases = 0; aliases <= ALIASES_MAX; aliases++) {
      const zone = this.#zoneOf(name)
      // RFC 1034 4.3.2: where an alias leads out of our zones, the answer ends with the alias.
      if (zone === undefined) return { rcode: answers.length > 0 ? "NOERROR" : "REFUSED", answers, authorities: [] }
      const here = recordsAt(zone, name)
      if (here === undefined) return { rcode: "NXDOMAIN", answers, authorities: soaOf(zone) }
      const records = here.filter((record) => record.type === question.type)
      if (records.length > 0) return { rcode: "NOERROR", answers: [...answers, ...this.#turned(records).map((record) => toAnswer(record, name))], authorities: [] }
      const alias = here.find((record) => record.type === "CNAME")
      if (alias?.type !== "CNAME") return { rcode: "NOERROR", answers, authorities: soaOf(zone) }
      answers.push(toAnswer(alias, name))
      name = alias.target
    }
    return { rcode: "NOERROR", answers, authorities: [] }
  }

  /** The zone that a name is in: the one with the longest apex. */
  #zoneOf(name: string): Zone | undefined {
    const lower = name.toLowerCase()
    return this.zones
      .filter(({ apex }) => apex === "" || lower === apex || lower.endsWith(`.${apex}`))
      .sort((a, b) => b.apex.length - a.apex.length)[0]
  }

  #turned(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    if (this.#options.rotate !== true) return records
    const by = this.#turn++ % records.length
    return [...records.slice(by), ...records.slice(0, by)]
  }
}

/** The records of a name, those of a wildcard that covers it, none of a name that only has names below it; undefined: no such name. */
function recordsAt(zone: Zone, name: string): readonly ZoneRecord[] | undefined {
  const exact = zone.records.filter((record) => record.name === name)
  if (exact.length > 0) return exact
  if (zone.records.some((record) => record.name.endsWith(`.${name}`))) return []
  // RFC 4592: the wildcard right below the closest name that exists.
  for (let parent = name.indexOf("."), rest = name; parent >= 0; parent = rest.indexOf(".")) {
    rest = rest.slice(parent + 1)
    const wild = zone.records.filter((record) => record.name === `*.${rest}`)
    if (wild.length > 0) return wild
    if (rest === zone.apex || zone.records.some((record) => record.name === rest || record.name.endsWith(`.${rest}`))) return undefined
  }
  return undefined
}

function soaOf(zone: Zone | undefined): readonly Answer[] {
  const soa = zone?.records.find((record) => record.type === "SOA")
  return soa === undefined ? [] : [toAnswer(soa, soa.name)]
}

// -- Packets

function read(bytes: Uint8Array): DecodedPacket | undefined {
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch {
    return undefined
  }
}

function optOf(packet: DecodedPacket): OptAnswer | undefined {
  return packet.additionals?.find((answer): answer is OptAnswer => answer.type === "OPT")
}

/** Encodes the response; what does not fit into what the client takes is left out, and the response says so. */
function respond(packet: DecodedPacket, question: Question, id: number, found: Found, cut = false): Uint8Array {
  const opt = optOf(packet)
  const limit = opt === undefined ? PLAIN_MAX : Math.max(PLAIN_MAX, opt.udpPayloadSize)
  const flags = RESPONSE_AUTHORITATIVE | RECURSION_AVAILABLE | ((packet.flags ?? 0) & RECURSION_DESIRED) | RCODES.indexOf(found.rcode)
  const response = (answers: readonly Answer[], truncated: boolean): Uint8Array => {
    const contents: Packet = {
      type: "response", id, flags: flags | (truncated ? RESPONSE_TRUNCATED : 0), questions: [question], answers: [...answers],
      authorities: truncated ? [] : [...found.authorities],
      additionals: opt === undefined ? [] : [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, flag_do: false, extendedRcode: 0, ednsVersion: 0, options: [] }],
    }
    return new Uint8Array(encode(contents))
  }
  let bytes = response(found.answers, cut)
  for (let count = found.answers.length - 1; bytes.length > limit && count >= 0; count--) bytes = response(found.answers.slice(0, count), true)
  return bytes
}

function toAnswer(record: ZoneRecord, name: string): Answer {
  const common = { name, ttl: record.ttl, class: "IN" } as const
  const dotted = (target: string): string => target === "" ? "." : target
  switch (record.type) {
    case "A": case "AAAA": return { ...common, type: record.type, data: record.address }
    case "CNAME": case "NS": return { ...common, type: record.type, data: dotted(record.target) }
    case "SRV": return { ...common, type: "SRV", data: { priority: record.priority, weight: record.weight, port: record.port, target: dotted(record.target) } }
    case "NAPTR": return {
      ...common, type: "NAPTR",
      data: { order: record.order, preference: record.preference, flags: record.flags, services: record.services, regexp: record.regexp, replacement: dotted(record.replacement) },
    }
    case "SOA": return {
      ...common, type: "SOA",
      data: { mname: dotted(record.mname), rname: dotted(record.rname), serial: record.serial, refresh: record.refresh, retry: record.retry, expire: record.expire, minimum: record.minimum },
    }
    case "TXT": return { ...common, type: "TXT", data: [...record.strings] }
  }
}

// -- Damage

/** What a forger says: the same records with an address of his own. */
function forged(found: Found): Found {
  const answers = found.answers.map((answer): Answer => answer.type === "A" ? { ...answer, data: "127.0.9.9" } : answer)
  return { ...found, answers }
}

/** Where the first answer begins, or -1 when there is none. */
function firstAnswer(bytes: Uint8Array): number {
  if (((bytes[6] ?? 0) << 8 | (bytes[7] ?? 0)) === 0) return -1
  return skipName(bytes, HEADER_SIZE) + 4
}

function skipName(bytes: Uint8Array, from: number): number {
  let at = from
  while ((bytes[at] ?? 0) !== 0) at += (bytes[at] ?? 0) + 1
  return at + 1
}

/** The owner of the first answer becomes a pointer to itself. */
function pointerLoop(plain: Uint8Array): Uint8Array {
  const at = firstAnswer(plain)
  if (at < 0) return plain
  const behind = skipName(plain, at)
  return new Uint8Array([...plain.slice(0, at), 0xc0 | at >> 8, at & 0xff, ...plain.slice(behind)])
}

/** The first answer says that its data are longer than the message. */
function shortRdata(plain: Uint8Array): Uint8Array {
  const at = firstAnswer(plain)
  if (at < 0) return plain
  const bytes = plain.slice()
  const length = skipName(plain, at) + 8
  bytes[length] = 0x7f
  return bytes
}
