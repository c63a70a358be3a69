// A SIP phone for lab and simulation: takes and makes calls as it is told, with sound, behind the simulated servers or straight at another phone.
import { Exchange, type Came } from "./exchange.ts"
import type { Law } from "./g711.ts"
import { Leg, type LegParts, type Refusal } from "./leg.ts"
import { PLAIN, mannerOf, type Manner } from "./manner.ts"
import { fieldsFrom, first, sessionOf, supports, tagOf, type Packet } from "./packet.ts"
import type { Endpoint } from "./phone.ts"
import { Talk, type Direction, type Voice } from "./talk.ts"
import type { Wire } from "./wire.ts"

export type CallerOptions = {
  readonly wire: Wire
  readonly name: string
  readonly number: string
  /** Where it listens for SIP. */
  readonly at: Endpoint
  readonly domain: string
  /** First port for sound; each call takes the next two. */
  readonly soundPort: number
  readonly voice?: Voice
  /** Told what happens, without the name: "is answered", "is hung up on; heard 100 packets in 2.0 s, 440 Hz". */
  readonly tell?: (what: string) => void
}

/** How a call is made. */
export type Outgoing = {
  /** The proxy, or the phone itself. */
  readonly via: Endpoint
  /** The INVITE has no offer. */
  readonly late?: boolean
  readonly fields?: readonly string[]
  /** Request-URI; otherwise the number at our domain. */
  readonly uri?: string
}

const CALLS_KEPT = 20

export class Caller {
  readonly options: CallerOptions
  /** How the next calls are taken. */
  manner: Manner = { ...PLAIN, status: 0 }
  voice: Voice
  codecs: readonly Law[] = ["PCMU", "PCMA"]
  ptimeMs = 20
  /** Newest last. */
  legs: Leg[] = []
  readonly #exchange: Exchange
  /** How many calls have come, taken or not. */
  calls = 0
  readonly #refusals: { readonly method: string, readonly refusal: Refusal }[] = []
  #made = 0

  constructor(options: CallerOptions) {
    this.options = options
    this.voice = options.voice ?? { kind: "tone", hertz: 1000 }
    this.#exchange = new Exchange(options.wire, options.at, options.name)
  }

  get contact(): string { return `sip:${this.options.name}@${hostOf(this.options.at)}:${this.options.at.port}` }
  /** The newest call that is not over. */
  get leg(): Leg | undefined { return this.legs.findLast(({ isOver }) => !isOver) }
  /** Calls that are not over. */
  get busy(): number { return this.legs.filter(({ isOver }) => !isOver).length }
  /** What no phone may send in a call. */
  get violations(): string[] { return this.legs.flatMap((leg) => leg.parts.talk.violations) }

  /** Takes a packet that came to `at`, one of its ports. */
  receive(bytes: Uint8Array, from: Endpoint, at: Endpoint): void {
    if (at.port !== this.options.at.port) return this.#sound(bytes, at.port)
    const came = this.#exchange.receive(bytes, from)
    if (came === undefined) return
    const { request } = came
    const ours = tagOf(first(request, "to")), theirs = tagOf(first(request, "from"))
    const legs = this.legs.filter((leg) => leg.isOf(request, ours === "" ? leg.localTag : ours, theirs))
    if (request.method === "ACK" && legs.some((leg) => leg.ignoresAcks-- > 0)) return
    if (request.method === "ACK") this.#exchange.heard(request)
    if (ours === "" && request.method === "INVITE") return this.#called(came)
    if (legs.length === 0) {
      if (request.method === "ACK") return
      const known = request.method === "OPTIONS" || request.method === "MESSAGE" || request.method === "NOTIFY"
      return this.#exchange.answer(came, known ? 200 : 481, known ? "OK" : "Call/Transaction Does Not Exist", "none", [])
    }
    // A CANCEL has no tag of ours: all that ring for that INVITE are meant.
    for (const leg of request.method === "CANCEL" ? legs : legs.slice(-1)) leg.take(came)
  }

  #sound(bytes: Uint8Array, port: number): void {
    this.legs.findLast(({ parts: { talk } }) => talk.at.port === port || talk.at.port + 1 === port)?.parts.talk.receive(bytes, port)
  }

  // -- Being called

  #called(came: Came): void {
    const { request } = came, { manner } = this
    const { wire } = this.options
    this.calls++
    if (manner.silent) return
    if (manner.minSec > 0 && supports(request, "timer") && sessionOf(request) < manner.minSec) {
      return this.#exchange.answer(came, 422, "Session Interval Too Small", this.#tag(), fieldsFrom([`Min-SE: ${manner.minSec}`]))
    }
    const replaced = this.#replaced(request)
    const legs = Array.from({ length: manner.forks }, () => this.#legFor(came))
    if (replaced !== undefined) {
      legs[0]?.accept(PLAIN)
      return replaced.hangUp("is replaced")
    }
    if (manner.early) legs.forEach((leg) => leg.ring(183, manner))
    else if (!manner.unheard) legs.forEach((leg) => leg.ring(180, manner))
    if (manner.status === 0) return
    const answer = (): void => legs.forEach((leg) => this.#decide(leg, manner))
    if (manner.afterMs === 0) answer()
    else wire.after(manner.afterMs, answer)
  }

  #legFor(came: Came): Leg {
    const { request } = came
    const to = first(request, "to").replace(/;\s*tag=[^;]*/, ""), from = first(request, "from").replace(/;\s*tag=[^;]*/, "")
    return this.#keep(new Leg(this.#parts(), { callId: first(request, "call-id"), localTag: this.#tag(), local: to, remote: from, direct: came.from, came }))
  }

  #decide(leg: Leg, { status, contact, fields, ...rest }: Manner): void {
    if (leg.state !== "ringing") return
    if (status < 300) leg.accept({ status, contact, fields, ...rest })
    else leg.refuse(status, contact === "" ? fields : [`Contact: <${contact.startsWith("sip:") ? contact : `sip:${contact}@${this.options.domain}`}>`, ...fields])
  }

  // RFC 3891 3: the call that an INVITE is to take the place of.
  #replaced(request: Packet): Leg | undefined {
    const value = first(request, "replaces")
    if (value === "") return undefined
    const [callId = ""] = value.split(";")
    return this.legs.find((leg) => !leg.isOver && leg.callId === callId && value.includes(`to-tag=${leg.localTag}`) && value.includes(`from-tag=${leg.remoteTag}`))
  }

  // -- What it is told to do

  /** Calls a number, or a URI. */
  call(number: string, how: Outgoing): Leg {
    const { name, domain, at } = this.options
    const uri = how.uri ?? `sip:${number}@${domain}`
    const callId = `${name}-${++this.#made}@${hostOf(at)}`
    const local = `"${name[0]?.toUpperCase() ?? ""}${name.slice(1)}" <sip:${this.options.number}@${domain}>`
    const leg = this.#keep(new Leg(this.#parts(), { callId, localTag: this.#tag(), local, remote: `<${number.startsWith("sip:") ? number : `sip:${number}@${domain}`}>`, direct: how.via }))
    leg.invite(uri, how.late ?? false, how.fields ?? [])
    return leg
  }

  /** Takes calls in this manner from now on; what rings already is answered so, too. */
  answer(manner: Manner): void {
    this.manner = manner
    const ringing = this.legs.filter(({ state, incoming }) => incoming && state === "ringing")
    if (manner.status === 0) return
    const decide = (): void => ringing.forEach((leg) => this.#decide(leg, manner))
    if (manner.afterMs === 0) decide()
    else this.options.wire.after(manner.afterMs, decide)
  }

  /** The next request of this method inside a call is refused. */
  refuse(method: string, refusal: Refusal): void { this.#refusals.push({ method, refusal }) }

  /** Offers the session anew, on hold or not. */
  reinvite(direction: Direction): void {
    const leg = this.leg
    leg?.send("INVITE", [], leg.parts.talk.offer(direction))
  }

  /** Asks the other side to call somebody else (RFC 3515). `replaced`: a call of ours whose place that call takes. */
  transfer(target: string, replaced?: Leg): void {
    const uri = target.startsWith("sip:") ? target : `sip:${target}@${this.options.domain}`
    const header = replaced === undefined ? "" : `?Replaces=${encodeURIComponent(replaced.replaces)}`
    const leg = this.legs.findLast((each) => !each.isOver && each !== replaced)
    leg?.send("REFER", [`Refer-To: <${replaced === undefined ? uri : replaced.target}${header}>`, `Referred-By: <sip:${this.options.number}@${this.options.domain}>`], "")
  }

  /** A sentence of a script, without the name. `via`: the server that new calls go to. Returns false when it understands nothing of it. */
  perform(words: readonly string[], via: Endpoint): boolean {
    const [verb = "", ...rest] = words
    const manner = mannerOf(words)
    if (manner !== undefined) this.answer(manner)
    else if (verb === "calls") this.call(rest[0] ?? "", { via, late: rest.includes("late"), fields: linesAfter(rest) })
    else if (verb === "hangs-up") this.legs.filter(({ isOver }) => !isOver).forEach((leg) => leg.hangUp("hangs up"))
    else if (verb === "holds") this.reinvite("sendonly")
    else if (verb === "resumes") this.reinvite("sendrecv")
    else if (verb === "transfers") this.transfer(rest[0] ?? "", rest[1] !== "attended" ? undefined : rest[2] === "older" ? this.legs.find(({ isOver }) => !isOver) : this.leg)
    else if (verb === "refuses") this.refuse(rest[0] ?? "", { status: Number(rest[1]), fields: linesAfter(rest) })
    else if (verb === "sends") this.leg?.send(rest[0] ?? "", linesAfter(rest), rest[1] === "sdp" ? this.leg.parts.talk.offer() : bodyAfter(rest))
    else if (verb === "says") this.voice = voiceOf(rest)
    else if (verb === "speaks") this.codecs = rest.filter((law): law is Law => law === "PCMU" || law === "PCMA")
    else if (verb === "ptime") this.ptimeMs = Number(rest[0])
    else if (verb === "hears") this.options.tell?.(`hears ${this.leg?.parts.talk.report() ?? "nothing"}`)
    else return false
    return true
  }

  // -- Legs

  #keep(leg: Leg): Leg {
    this.legs.push(leg)
    if (this.legs.length > CALLS_KEPT) this.legs = this.legs.filter((each, i) => !each.isOver || i > CALLS_KEPT / 2)
    return leg
  }

  #tag(): string { return `${this.options.name}${++this.#made}` }

  #parts(): LegParts {
    const { wire, at, soundPort, tell = () => {} } = this.options
    const taken = new Set(this.legs.filter(({ isOver }) => !isOver).map(({ parts }) => parts.talk.at.port))
    // Ports are not used again soon, so that what is late is not taken for what is new.
    let port = soundPort + 2 * (this.#made % 500)
    while (taken.has(port)) port += 2
    const talk = new Talk({ wire, at: { address: at.address, port }, voice: this.voice, codecs: this.codecs, ptimeMs: this.ptimeMs })
    const places = [{ address: at.address, port }, { address: at.address, port: port + 1 }]
    for (const place of places) wire.open?.(place, (bytes) => talk.receive(bytes, place.port))
    return {
      wire, exchange: this.#exchange, talk, closed: () => places.forEach((place) => wire.close?.(place)), contact: this.contact, tell,
      refusal: (method) => {
        const i = this.#refusals.findIndex((each) => each.method === method)
        return i < 0 ? undefined : this.#refusals.splice(i, 1)[0]?.refusal
      },
      refer: (leg, target) => this.#referred(leg, target),
    }
  }

  // RFC 3515 2.4.4: the one who asked hears how it goes.
  #referred(leg: Leg, target: string): void {
    const [uri = "", headers = ""] = target.split("?")
    const replaces = /(?:^|&)Replaces=([^&]*)/i.exec(headers)?.[1]
    leg.notify("100 Trying", false)
    const via = leg.came?.from ?? leg.next
    const call = this.call(uri, { via, uri, fields: replaces === undefined ? [] : [`Replaces: ${decodeURIComponent(replaces)}`] })
    call.whenSettled = (status, reason) => leg.notify(`${status} ${reason}`, true)
  }
}

/** `with A: b|C: d` towards the end of a sentence. */
function linesAfter(words: readonly string[]): string[] {
  const at = words.indexOf("with"), body = words.indexOf("body")
  return at < 0 ? [] : words.slice(at + 1, body < 0 ? undefined : body).join(" ").split("|")
}

/** `body v=0|s=-` at the end of a sentence. */
function bodyAfter(words: readonly string[]): string {
  const at = words.indexOf("body")
  return at < 0 ? "" : words.slice(at + 1).join(" ").split("|").map((line) => `${line}\r\n`).join("")
}

function voiceOf([kind, hertz]: readonly string[]): Voice {
  return kind === "tone" ? { kind, hertz: Number(hertz) } : { kind: kind === "echo" ? "echo" : "silence" }
}

function hostOf({ address }: Endpoint): string { return address.includes(":") ? `[${address}]` : address }
