// One call of a simulated caller: its dialog (RFC 3261 12), its session, and what it does with requests inside the dialog.
import type { Came, Exchange } from "./exchange.ts"
import type { Manner } from "./manner.ts"
import { cseqOf, every, fieldsFrom, first, partsOf, REASONS, tagOf, uriOf, type Packet } from "./packet.ts"
import type { Endpoint } from "./phone.ts"
import type { Field } from "./sip.ts"
import type { Talk } from "./talk.ts"
import type { Wire } from "./wire.ts"

export type LegState = "calling" | "ringing" | "talking" | "over"

/** What a call belongs to. */
export type LegParts = {
  readonly wire: Wire
  readonly exchange: Exchange
  readonly talk: Talk
  readonly contact: string
  tell(what: string): void
  /** The call is over and needs its ports no more. */
  closed(): void
  /** Answers that requests of a method get instead of the usual one, used up one by one. */
  refusal(method: string): Refusal | undefined
  /** A REFER has come in: calls the target, and tells how that went. */
  refer(leg: Leg, target: string): void
}

export type Refusal = { readonly status: number, readonly fields: readonly string[] }

const OK: readonly [number, string] = [200, "OK"]

export class Leg {
  state: LegState
  readonly incoming: boolean
  readonly callId: string
  readonly localTag: string
  remoteTag = ""
  /** What From and To have, without tags. */
  readonly local: string
  readonly remote: string
  /** The INVITE that came, while it is not answered finally. */
  came: Came | undefined
  /** The INVITE that we sent. */
  sent: Packet | undefined
  ignoresAcks = 0
  /** Told once whether our call was answered. */
  whenSettled: (status: number, reason: string) => void = () => {}
  readonly parts: LegParts
  #target = ""
  #routes: readonly string[] = []
  #cseq: number
  #direct: Endpoint
  #ackCseq = 0
  #owesAnswer = false
  #body: string | undefined
  #rseq = 0
  #waitsForPrack = 0
  #sessionSec = 0
  #refreshedAt = 0
  #events = 0

  /** `direct`: where requests go that no route leads. */
  constructor(parts: LegParts, plan: { callId: string, localTag: string, local: string, remote: string, direct: Endpoint, came?: Came, cseq?: number }) {
    this.parts = parts
    this.callId = plan.callId
    this.localTag = plan.localTag
    this.local = plan.local
    this.remote = plan.remote
    this.came = plan.came
    this.incoming = plan.came !== undefined
    this.state = this.incoming ? "ringing" : "calling"
    this.#direct = plan.direct
    this.#cseq = plan.cseq ?? 1
    if (plan.came !== undefined) this.#learn(plan.came.request, tagOf(first(plan.came.request, "from")), every(plan.came.request, "record-route"))
  }

  get isOver(): boolean { return this.state === "over" }

  /** Whether the other side is the one with this number. */
  isWith(number: string): boolean { return partsOf(uriOf(this.remote)).user === number }

  /** Whether a message is about this call. */
  isOf(packet: Packet, ourTag: string, theirTag: string): boolean {
    return first(packet, "call-id") === this.callId && ourTag === this.localTag && (this.remoteTag === "" || theirTag === this.remoteTag)
  }

  #learn(packet: Packet, tag: string, routes: readonly string[]): void {
    this.remoteTag = tag
    const contact = first(packet, "contact")
    if (contact !== "") this.#target = uriOf(contact)
    this.#routes = routes
  }

  // -- Calling

  /** Sends the INVITE. `late`: without a session description. */
  invite(uri: string, late: boolean, extra: readonly string[]): void {
    const { exchange, talk, contact } = this.parts
    this.#target = uri
    const fields = [...this.#fields("INVITE", ++this.#cseq), ...fieldsFrom([`Contact: <${contact}>`, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY",
      "Supported: replaces, 100rel, timer", ...extra])]
    const body = late ? "" : talk.offer()
    this.sent = exchange.ask(this.#request("INVITE", fields, body), this.#direct, (response) => this.#answered(response, late))
  }

  #answered(response: Packet | undefined, late: boolean): void {
    const { talk, tell } = this.parts
    if (response === undefined) return this.#refused(408, REASONS[408] ?? "")
    if (response.status < 200) return this.#provisional(response, late)
    if (response.status >= 300) return this.#refused(response.status, response.reason)
    const tag = tagOf(first(response, "to"))
    if (this.state === "talking" && tag === this.remoteTag) return this.#acknowledge("")
    if (this.state === "over") {
      // A 2xx that crossed our CANCEL: it is acknowledged, and ended.
      this.#learn(response, tag, every(response, "record-route").reverse())
      this.#ackCseq = cseqOf(response)
      this.#acknowledge("")
      return void this.#end("BYE")
    }
    this.#learn(response, tag, every(response, "record-route").reverse())
    this.#ackCseq = cseqOf(response)
    if (late && response.body !== "") {
      const answer = talk.answerTo(response.body)
      this.#acknowledge(answer ?? "")
    } else {
      if (response.body !== "") talk.take(response.body)
      this.#acknowledge("")
    }
    this.state = "talking"
    talk.start()
    tell("is answered")
    this.whenSettled(200, "OK")
  }

  #refused(status: number, reason: string): void {
    this.whenSettled(status, reason)
    this.end(`gets ${status} ${reason}`)
  }

  #provisional(response: Packet, late: boolean): void {
    const { talk, exchange } = this.parts
    // RFC 3262 5: an offer there is answered by the PRACK.
    const answer = late && response.body !== "" ? talk.answerTo(response.body) ?? "" : ""
    if (response.body !== "" && (answer !== "" || talk.take(response.body))) talk.start()
    if (!/100rel/i.test(first(response, "require"))) return
    this.#learn(response, tagOf(first(response, "to")), every(response, "record-route").reverse())
    const rack = `RAck: ${first(response, "rseq")} ${first(response, "cseq")}`
    exchange.ask(this.#request("PRACK", [...this.#fields("PRACK", ++this.#cseq), ...fieldsFrom(answer === "" ? [rack] : [rack, "Content-Type: application/sdp"])], answer), this.next, () => {})
  }

  #acknowledge(body: string): void {
    const type = body === "" ? [] : fieldsFrom(["Content-Type: application/sdp"])
    this.parts.exchange.tell(this.#request("ACK", [...this.#fields("ACK", this.#ackCseq), ...type], body, true), this.next)
  }

  // -- Being called

  /** 180 or 183. */
  ring(status: number, manner: Manner): void {
    const { exchange, talk, contact } = this.parts
    if (this.came === undefined) return
    const lines = [`Contact: <${contact}>`, ...manner.fields, ...this.#recorded()]
    let body = ""
    if (manner.early && this.came.request.body !== "") {
      body = this.#description() ?? ""
      lines.push("Content-Type: application/sdp")
      talk.start()
    }
    if (manner.reliable) lines.push("Require: 100rel", `RSeq: ${++this.#rseq}`)
    const send = (): void => {
      if (this.came !== undefined) exchange.answer(this.came, status, status === 180 ? "Ringing" : "Session Progress", this.localTag, fieldsFrom(lines), body)
    }
    send()
    if (manner.reliable) this.#waitsForPrack = this.#rseq
    if (manner.reliable) this.#ringAgain(send, 500)
  }

  // RFC 3262 3
  #ringAgain(send: () => void, afterMs: number): void {
    this.parts.wire.after(afterMs, () => {
      if (this.#waitsForPrack === 0 || this.state !== "ringing" || afterMs > 32_000) return
      send()
      this.#ringAgain(send, 2 * afterMs)
    })
  }

  /** Takes the call. */
  accept(manner: Manner): void {
    const { exchange, talk, contact, wire } = this.parts
    if (this.came === undefined || this.state !== "ringing") return
    const { request } = this.came
    const lines = [`Contact: <${contact}>`, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY", "Supported: replaces, timer",
      ...manner.fields, ...this.#recorded()]
    if (manner.sessionSec > 0) {
      lines.push("Require: timer", `Session-Expires: ${manner.sessionSec};refresher=${manner.refresher}`)
      this.#sessionSec = manner.sessionSec
      this.#refreshedAt = wire.now()
      this.#watchSession(manner.refresher === "uas")
    }
    const body = request.body === "" ? talk.offer() : this.#description()
    if (body === undefined) return this.refuse(488, [])
    this.#owesAnswer = request.body === ""
    this.ignoresAcks = manner.ignoresAcks
    this.state = "talking"
    const came = this.came
    this.came = undefined
    this.#ackCseq = cseqOf(request)
    exchange.answer(came, ...OK, this.localTag, fieldsFrom([...lines, "Content-Type: application/sdp"]), body)
    if (request.body !== "") talk.start()
  }

  /** The same answer in 183 and 200. */
  #description(): string | undefined {
    this.#body ??= this.parts.talk.answerTo(this.came?.request.body ?? "")
    return this.#body
  }

  /** Does not take the call. */
  refuse(status: number, lines: readonly string[]): void {
    if (this.came === undefined) return
    this.parts.exchange.answer(this.came, status, REASONS[status] ?? "Refused", this.localTag, fieldsFrom([...this.#recorded(), ...lines]))
    this.came = undefined
    this.end("")
  }

  #recorded(): string[] { return every(this.came?.request ?? EMPTY, "record-route").map((route) => `Record-Route: ${route}`) }

  // RFC 4028: the refresher refreshes at half time, the other one hangs up shortly before the end.
  #watchSession(ours: boolean): void {
    const { wire } = this.parts
    const since = this.#refreshedAt
    wire.after(this.#sessionSec * (ours ? 500 : 1000) - (ours ? 0 : Math.min(32_000, this.#sessionSec * 333)), () => {
      if (this.state !== "talking") return
      if (ours) this.send("UPDATE", [`Session-Expires: ${this.#sessionSec};refresher=uac`, "Supported: timer"], "")
      else if (this.#refreshedAt === since) return this.hangUp("was not refreshed")
      if (ours) this.#refreshedAt = wire.now()
      this.#watchSession(ours)
    })
  }

  // -- Inside the dialog

  /** A request inside the dialog, or the CANCEL of its INVITE. */
  take(came: Came): void {
    const { exchange, tell, refusal } = this.parts
    const { request } = came
    if (request.method === "ACK") return this.#takeAck(request)
    if (request.method === "CANCEL") return this.#takeCancel(came)
    const refused = refusal(request.method)
    if (refused !== undefined) exchange.answer(came, refused.status, REASONS[refused.status] ?? "Refused", this.localTag, fieldsFrom(refused.fields))
    // RFC 3261 15.1.1: whatever is said to it, who sent a BYE has gone.
    if (refused !== undefined) return request.method === "BYE" ? this.end("is hung up on") : undefined
    if (this.state === "over") return exchange.answer(came, 481, "Call/Transaction Does Not Exist", this.localTag, [])
    switch (request.method) {
      case "BYE":
        exchange.answer(came, ...OK, this.localTag, [])
        return this.end("is hung up on")
      case "PRACK":
        this.#waitsForPrack = 0
        return exchange.answer(came, ...OK, this.localTag, [])
      case "INVITE": case "UPDATE": return this.#takeOffer(came)
      case "REFER":
        exchange.answer(came, 202, "Accepted", this.localTag, fieldsFrom([`Contact: <${this.parts.contact}>`]))
        return this.parts.refer(this, uriOf(first(request, "refer-to")))
      case "INFO":
        tell(`gets INFO ${request.body.trim().replace(/\s+/g, " ")}`)
        return exchange.answer(came, ...OK, this.localTag, [])
      case "NOTIFY":
        tell(`gets NOTIFY ${first(request, "event")} ${request.body.split("\r\n")[0] ?? ""}`.trimEnd())
        return exchange.answer(came, ...OK, this.localTag, [])
      default: return exchange.answer(came, ...(request.method === "OPTIONS" ? OK : [405, "Method Not Allowed"] as const), this.localTag, [])
    }
  }

  #takeAck(request: Packet): void {
    if (!this.#owesAnswer || request.body === "") return
    this.#owesAnswer = false
    if (this.parts.talk.take(request.body)) this.parts.talk.start()
  }

  #takeCancel(came: Came): void {
    const { exchange } = this.parts
    exchange.answer(came, ...OK, this.localTag, [])
    if (this.came === undefined) return
    exchange.answer(this.came, 487, "Request Terminated", this.localTag, [])
    this.came = undefined
    this.end("is cancelled")
  }

  #takeOffer(came: Came): void {
    const { exchange, talk, contact, wire } = this.parts
    const { request } = came
    const lines = [`Contact: <${contact}>`, ...every(request, "record-route").map((route) => `Record-Route: ${route}`)]
    this.#refreshedAt = wire.now()
    const session = first(request, "session-expires")
    if (session !== "") lines.push("Require: timer", `Session-Expires: ${/refresher/.test(session) ? session : `${session};refresher=uac`}`)
    const newTarget = first(request, "contact")
    if (newTarget !== "") this.#target = uriOf(newTarget)
    if (request.method === "UPDATE" && request.body === "") return exchange.answer(came, ...OK, this.localTag, fieldsFrom(lines))
    const body = request.body === "" ? talk.offer() : talk.answerTo(request.body)
    if (body === undefined) return exchange.answer(came, 488, "Not Acceptable Here", this.localTag, [])
    this.#owesAnswer = request.body === ""
    exchange.answer(came, ...OK, this.localTag, fieldsFrom([...lines, "Content-Type: application/sdp"]), body)
  }

  /** Sends a request inside the dialog. With `offer` it carries our session description. */
  send(method: string, lines: readonly string[], body: string): void {
    const { exchange, talk, tell, contact } = this.parts
    // There is no dialog yet, or none in which an offer may be made anew.
    if (this.remoteTag === "" || (method === "INVITE" && this.state !== "talking")) return
    const cseq = ++this.#cseq
    const hasContact = ["INVITE", "UPDATE", "REFER"].includes(method) ? [`Contact: <${contact}>`] : []
    const isOffer = body.startsWith("v=0")
    const type = isOffer ? ["Content-Type: application/sdp"] : []
    const request = this.#request(method, [...this.#fields(method, cseq), ...fieldsFrom([...hasContact, ...type, ...lines])], body)
    exchange.ask(request, this.next, (response) => {
      if (response === undefined) return tell(`gets no answer to ${method}`)
      if (response.status < 200) return
      if (response.status >= 300) tell(`gets ${response.status} to ${method}`)
      if (response.status < 300 && isOffer) talk.take(response.body)
      if (method !== "INVITE" || response.status >= 300) return
      this.#ackCseq = cseq
      this.#acknowledge(isOffer ? "" : talk.answerTo(response.body) ?? "")
    })
  }

  /** A NOTIFY about a REFER that came in (RFC 3515 2.4.4). */
  notify(statusLine: string, ends: boolean): void {
    if (this.state === "over" && this.#events++ > 3) return
    this.send("NOTIFY", ["Event: refer", `Subscription-State: ${ends ? "terminated;reason=noresource" : "active;expires=60"}`,
      "Content-Type: message/sipfrag;version=2.0", `Contact: <${this.parts.contact}>`], `SIP/2.0 ${statusLine}\r\n`)
  }

  /** Ends the call, whatever its state: CANCEL, 603 or BYE. */
  hangUp(why = ""): void {
    const { exchange } = this.parts
    if (this.state === "over") return
    if (this.state === "ringing") return this.refuse(603, [])
    if (this.state === "calling" && this.sent !== undefined) exchange.cancel(this.sent)
    else this.#end("BYE")
    this.end(why)
  }

  #end(method: string): void {
    this.parts.exchange.ask(this.#request(method, this.#fields(method, ++this.#cseq)), this.next, (response) => {
      if (response === undefined) this.parts.tell(`gets no answer to ${method}`)
    })
  }

  /** The call is over; `how` is told together with what was heard. */
  end(how: string): void {
    if (this.state === "over") return
    const { talk, tell } = this.parts
    this.state = "over"
    const wasOn = talk.isOn
    talk.stop()
    this.parts.closed()
    const heard = wasOn ? `heard ${talk.report()}` : ""
    const words = [how, heard].filter((text) => text !== "").join("; ")
    if (words !== "") tell(words)
    for (const violation of talk.violations) tell(`VIOLATION: ${violation}`)
  }

  // -- Requests

  /** How Replaces names this call (RFC 3891), from the other side's view. */
  get replaces(): string { return `${this.callId};to-tag=${this.remoteTag};from-tag=${this.localTag}` }

  get target(): string { return this.#target }
  #fields(method: string, cseq: number): Field[] {
    const to = this.remoteTag === "" ? this.remote : `${this.remote};tag=${this.remoteTag}`
    return fieldsFrom([
      ...this.#isStrict ? [...this.#routes.slice(1), `<${this.#target}>`].map(routeLine) : this.#routes.map(routeLine), "Max-Forwards: 70", `From: ${this.local};tag=${this.localTag}`, `To: ${to}`,
      `Call-ID: ${this.callId}`, `CSeq: ${cseq} ${method}`,
    ])
  }

  #request(method: string, fields: readonly Field[], body = "", typed = false): Packet {
    const isInvite = method === "INVITE" && body !== "" && !typed && !fields.some(({ name }) => name === "content-type")
    const all = isInvite ? [...fields, ...fieldsFrom(["Content-Type: application/sdp"])] : fields
    return { method, uri: this.#isStrict ? uriOf(this.#routes[0] ?? "") : this.#target, status: 0, reason: "", fields: all, body }
  }

  /** RFC 3261 12.2.1.1: a first route without lr goes into the Request-URI, and the target to the end of the routes. */
  get #isStrict(): boolean { return this.#routes.length > 0 && !/;lr\b/.test(this.#routes[0] ?? "") }

  /** RFC 3261 12.2.1.1: the first route, else the target. */
  get next(): Endpoint {
    const route = this.#routes[0]
    const { host, port } = partsOf(uriOf(route ?? this.#target))
    return /^[\d.]+$|:/.test(host) ? { address: host, port: port === 0 ? 5060 : port } : this.#direct
  }
}

const routeLine = (route: string): string => `Route: ${route}`

const EMPTY: Packet = { method: "", uri: "", status: 0, reason: "", fields: [], body: "" }
