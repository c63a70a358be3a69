// A registrar that is a proxy as well: it passes calls on without keeping state (RFC 3261 16.11), to callers by number and to the phone by its binding.
import type { Mailbox } from "./mailbox.ts"
import { latin1 } from "./message.ts"
import { seen } from "./exchange.ts"
import { branchOf, every, first, paramOf, partsOf, readPacket, uriOf, writePacket, type Packet } from "./packet.ts"
import type { Answer, Endpoint, Registrar } from "./registrar.ts"
import type { Field } from "./sip.ts"

export type CallServerOptions = {
  readonly at: Endpoint
  readonly domain: string
  readonly registrar: Registrar
  /** Where the user part of a URI of ours is: a caller, or a binding of any server that shares its knowledge with this one. */
  locate(user: string, now: number): { readonly uri: string } | undefined
  /** Takes SUBSCRIBEs, where there is one. */
  readonly mailbox?: Mailbox
  /** Whether a packet comes from somebody who need not prove who they are. */
  isTrusted(from: Endpoint): boolean
}

type Next = { readonly uri: string, readonly to: Endpoint }

/** Nobody repeats a request any more. */
const FORGET_MS = 64_000
/** No call rings for so long (RFC 3261 16.6: timer C is more than three minutes). */
const PASSED_MS = 240_000

export class CallServer {
  /** It stays in the path of a call (RFC 3261 16.6). */
  records = true
  /** By the name of its domain, which the servers share, and not by its address. */
  namesDomain = false
  /** It is a router of RFC 2543, which wants to stand in the Request-URI itself and takes the next route into it. */
  strict = false
  /** It knows which calls went through it: requests inside others, and inside all from before it was started anew, get 481 (RFC 3261 12.2.2). */
  knowsCalls = false
  /** Which requests of calls it wants credentials for. */
  challenges: "nothing" | "invite" | "everything" = "nothing"
  readonly options: CallServerOptions
  /** Where INVITEs went, by branch. */
  readonly #passed = new Map<string, Next & { readonly at: number }>()
  /** Branches of INVITEs that this server has answered itself: their ACKs end here. */
  readonly #ended = new Map<string, number>()
  /** Calls that it knows, by Call-ID, and since when they are over. */
  readonly #calls = new Map<string, number>()

  constructor(options: CallServerOptions) { this.options = options }

  /** Starts anew, and knows nothing of what was. */
  restart(): void {
    this.#ended.clear()
    this.#passed.clear()
    this.#calls.clear()
  }

  receive(bytes: Uint8Array, from: Endpoint, now: number): readonly Answer[] {
    const { registrar } = this.options
    const { mode } = registrar
    const packet = readPacket(bytes)
    if (packet === undefined || mode.kind === "refuse") return packet === undefined ? registrar.receive(bytes, from, now) : []
    if (packet.status !== 0) {
      this.options.mailbox?.answered(bytes, from)
      return registrar.isFor("", "silent") ? [] : this.#back(packet)
    }
    const isForUs = packet.method === "REGISTER" || (packet.method === "OPTIONS" && partsOf(packet.uri).user === "")
    const isRefused = registrar.isFor(packet.method, "silent") || registrar.isFor(packet.method, "code")
    if (isForUs || isRefused) {
      if (packet.method === "INVITE") this.#end(packet, now)
      return registrar.receive(bytes, from, now)
    }
    const isTrusted = this.options.isTrusted(from)
    if (!isTrusted && !registrar.watches(bytes, latin1(bytes), from, now)) return registrar.receive(bytes, from, now)
    const delayMs = mode.kind === "late" ? mode.ms : 0
    return this.#pass(packet, bytes, from, now, isTrusted).map((answer) => ({ ...answer, delayMs }))
  }

  #end(packet: Packet, now: number): void {
    for (const [branch, when] of this.#ended) if (when < now - FORGET_MS) this.#ended.delete(branch)
    this.#ended.set(branchOf(packet), now)
  }

  #pass(packet: Packet, bytes: Uint8Array, from: Endpoint, now: number, isTrusted: boolean): Answer[] {
    if (packet.method === "ACK" && this.#ended.has(branchOf(packet))) return []
    if (!this.#isKnown(packet, now)) return this.#answer(packet, from, now, 481, "Call/Transaction Does Not Exist")
    const refusal = isTrusted ? undefined : this.#refusal(packet, bytes, now)
    if (refusal !== undefined) return this.#answer(packet, from, now, refusal.status, refusal.reason, refusal.fields)
    if (Number(first(packet, "max-forwards")) === 0) return this.#answer(packet, from, now, 483, "Too Many Hops")
    if (packet.method === "SUBSCRIBE" && this.options.mailbox !== undefined) {
      const { status, reason, fields, tag } = this.options.mailbox.subscribe(packet, from)
      return this.#answer(packet, from, now, status, reason, fields, tag)
    }
    const routed = this.#withoutOwnRoute(packet)
    const next = this.#sameAs(packet, now) ?? this.#next(routed, now)
    if (next === undefined) return this.#answer(packet, from, now, 404, "Not Found")
    if (packet.method === "INVITE" && branchOf(packet) !== "") this.#passed.set(branchOf(packet), { ...next, at: now })
    const forwarded = { bytes: writePacket(this.#forwarded({ ...routed, uri: next.uri }, from)), to: next.to }
    return packet.method === "INVITE" ? [...this.#answer(packet, from, now, 100, "Trying"), forwarded] : [forwarded]
  }

  /** Whether a request begins something or belongs to what is known. A call is known for a while after its BYE, which may be repeated. */
  #isKnown(packet: Packet, now: number): boolean {
    if (!this.knowsCalls || packet.method === "CANCEL") return true
    const id = first(packet, "call-id"), isInside = paramOf(first(packet, "to"), "tag") !== undefined
    for (const [old, over] of this.#calls) if (over < now - FORGET_MS) this.#calls.delete(old)
    if (isInside && !this.#calls.has(id)) return false
    if (!isInside || packet.method === "BYE") this.#calls.set(id, packet.method === "BYE" ? now : Infinity)
    return true
  }

  /** What a request without good credentials gets (RFC 3261 22.3). */
  #refusal(packet: Packet, bytes: Uint8Array, now: number): { status: number, reason: string, fields: readonly string[] } | undefined {
    if (this.challenges === "nothing" || packet.method === "ACK" || packet.method === "CANCEL") return undefined
    if (this.challenges === "invite" && packet.method !== "INVITE") return undefined
    return this.options.registrar.judgeCall(bytes, now)
  }

  #answer(packet: Packet, from: Endpoint, now: number, status: number, reason: string, lines: readonly string[] = [], tag = ""): Answer[] {
    if (packet.method === "ACK") return []
    if (status >= 200 && packet.method === "INVITE") this.#end(packet, now)
    const copied = packet.fields.filter(({ name }) => ["via", "from", "call-id", "cseq"].includes(name))
    const to = first(packet, "to")
    const tagged = status === 100 || paramOf(to, "tag") !== undefined ? to : `${to};tag=${tag === "" ? `p${branchOf(packet).slice(-8)}` : tag}`
    const extra = lines.map((line) => ({ name: line.slice(0, line.indexOf(":")).toLowerCase(), value: line.slice(line.indexOf(":") + 1).trim() }))
    const fields = [...marked(copied, from), { name: "to", value: tagged }, ...extra]
    return [{ bytes: writePacket({ method: "", uri: "", status, reason, fields, body: "" }), to: from }]
  }

  #withoutOwnRoute(packet: Packet): Packet {
    const at = packet.fields.findIndex(({ name }) => name === "route")
    if (at >= 0 && this.strict && this.#isOurs(packet.uri)) return { ...packet, uri: uriOf(packet.fields[at]?.value ?? ""), fields: packet.fields.filter((_, i) => i !== at) }
    if (at < 0 || !this.#isOurs(uriOf(packet.fields[at]?.value ?? ""))) return packet
    return { ...packet, fields: packet.fields.filter((_, i) => i !== at) }
  }

  /** Whether a URI names this server, or its domain. */
  #isOurs(uri: string): boolean {
    const { at, domain } = this.options
    const { host, port } = partsOf(uri)
    return host === domain || host.endsWith(`.${domain}`) || (host === at.address && (port === at.port || (port === 0 && at.port === 5060)))
  }

  // RFC 3261 16.11: an INVITE that comes again, its CANCEL and the ACK of its refusal go where it went, whatever has been registered since.
  #sameAs(packet: Packet, now: number): Next | undefined {
    for (const [branch, { at }] of this.#passed) if (at < now - PASSED_MS) this.#passed.delete(branch)
    return ["INVITE", "CANCEL", "ACK"].includes(packet.method) ? this.#passed.get(branchOf(packet)) : undefined
  }

  /** Where a request goes, and with which Request-URI (RFC 3261 16.5, 16.6). */
  #next(packet: Packet, now: number): Next | undefined {
    const route = first(packet, "route")
    const uri = route === "" && this.#isOurs(packet.uri) ? this.options.locate(partsOf(packet.uri).user, now)?.uri : packet.uri
    if (uri === undefined) return undefined
    const { host, port } = partsOf(route === "" ? uri : uriOf(route))
    return /^[\d.]+$|:/.test(host) ? { uri, to: { address: host, port: port === 0 ? 5060 : port } } : undefined
  }

  #forwarded(packet: Packet, from: Endpoint): Packet {
    const { at, domain } = this.options
    const host = at.address.includes(":") ? `[${at.address}]` : at.address
    const route = this.namesDomain ? domain : `${host}:${at.port}`
    const via = { name: "via", value: `SIP/2.0/UDP ${host}:${at.port};branch=${branchOf(packet)}.p` }
    const recorded = this.records && ["INVITE", "SUBSCRIBE", "REFER"].includes(packet.method) && paramOf(first(packet, "to"), "tag") === undefined
    const hops = Math.max(0, Number(first(packet, "max-forwards") || 70) - 1)
    const fields = marked(packet.fields, from).map((field) => field.name === "max-forwards" ? { ...field, value: String(hops) } : field)
    const credentials = fields.filter(({ name }) => name !== "proxy-authorization")
    return { ...packet, fields: [via, ...recorded ? [{ name: "record-route", value: `<sip:${route}${this.strict ? "" : ";lr"}>` }] : [], ...credentials] }
  }

  /** A response goes on to the next Via. 100 is only between neighbours. */
  #back(packet: Packet): Answer[] {
    const vias = every(packet, "via")
    const next = vias[1]
    if (next === undefined || packet.status === 100) return []
    const at = packet.fields.findIndex(({ name }) => name === "via")
    const [, host = "", port = "5060"] = /^SIP\/2\.0\/UDP\s+(\[[^\]]+\]|[^:;\s]+)(?::(\d+))?/i.exec(next) ?? []
    const to = { address: (paramOf(next, "received") ?? host).replace(/^\[|\]$/g, ""), port: Number(paramOf(next, "rport") || port) }
    return [{ bytes: writePacket({ ...packet, fields: packet.fields.filter((_, i) => i !== at) }), to }]
  }
}

/** The topmost Via says where the request came from. */
function marked(fields: readonly Field[], from: Endpoint): Field[] {
  const via = fields.findIndex(({ name }) => name === "via")
  return fields.map((field, i) => i === via ? { ...field, value: seen(field.value, from) } : field)
}
