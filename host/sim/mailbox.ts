// The voice mail of a simulated server (RFC 3842): takes subscriptions to message-summary, and tells how many messages wait.
import { Exchange } from "./exchange.ts"
import { every, fieldsFrom, first, partsOf, tagOf, uriOf, type Packet } from "./packet.ts"
import type { Endpoint } from "./phone.ts"
import type { Wire } from "./wire.ts"

export type MailboxOptions = {
  readonly wire: Wire
  readonly at: Endpoint
  readonly domain: string
  /** Names its branches and tags. */
  readonly name: string
}

type Subscription = { readonly request: Packet, readonly tag: string, readonly to: Endpoint, until: number, cseq: number }

/** What a SUBSCRIBE gets: the fields of the answer, and our tag. */
export type Granted = { readonly status: number, readonly reason: string, readonly fields: readonly string[], readonly tag: string }

export class Mailbox {
  fresh = 0
  old = 0
  /** Shortest and longest lifetime, in seconds. */
  minSec = 60
  maxSec = 3600
  /** Answers to SUBSCRIBE instead of 200, used up one by one. */
  refusals: number[] = []
  readonly #options: MailboxOptions
  readonly #exchange: Exchange
  readonly #subscriptions = new Map<string, Subscription>()
  #made = 0

  constructor(options: MailboxOptions) {
    this.#options = options
    this.#exchange = new Exchange(options.wire, options.at, `m${options.name}`)
  }

  /** Subscriptions that are in force. */
  get subscribers(): number { return [...this.#subscriptions.values()].filter(({ until }) => until > this.#options.wire.now()).length }

  /** An answer to a NOTIFY of ours. */
  answered(bytes: Uint8Array, from: Endpoint): void { this.#exchange.receive(bytes, from) }

  /** Takes a SUBSCRIBE from `from`. */
  subscribe(request: Packet, from: Endpoint): Granted {
    const now = this.#options.wire.now()
    const refusal = this.refusals.shift()
    if (refusal !== undefined) return { status: refusal, reason: "No", fields: [], tag: this.#tag() }
    if (first(request, "event") !== "message-summary") return { status: 489, reason: "Bad Event", fields: ["Allow-Events: message-summary"], tag: this.#tag() }
    const tag = tagOf(first(request, "to"))
    const known = this.#subscriptions.get(`${first(request, "call-id")} ${tag}`)
    if (tag !== "" && (known === undefined || known.until <= now)) return { status: 481, reason: "Subscription Does Not Exist", fields: [], tag: "" }
    const asked = Number(first(request, "expires") || this.maxSec)
    if (asked > 0 && asked < this.minSec) return { status: 423, reason: "Interval Too Brief", fields: [`Min-Expires: ${this.minSec}`], tag: this.#tag() }
    const seconds = Math.min(asked, this.maxSec)
    const kept = known ?? { request, tag: this.#tag(), to: from, until: 0, cseq: 0 }
    kept.until = now + seconds * 1000
    this.#subscriptions.set(`${first(request, "call-id")} ${kept.tag}`, kept)
    this.#options.wire.after(1, () => this.#notify(kept, seconds > 0 ? `active;expires=${seconds}` : "terminated;reason=timeout"))
    return { status: 200, reason: "OK", fields: [`Expires: ${seconds}`, `Contact: <${this.#contact}>`], tag: kept.tag }
  }

  /** So many messages wait from now on; whoever has subscribed is told. */
  hold(fresh: number, old: number): void {
    this.fresh = fresh
    this.old = old
    for (const each of this.#subscriptions.values()) {
      if (each.until > this.#options.wire.now()) this.#notify(each, `active;expires=${Math.round((each.until - this.#options.wire.now()) / 1000)}`)
    }
  }

  /** Tells somebody who has not subscribed (RFC 3842 lets a server do so by arrangement). */
  tell(contact: string): void {
    const { host, port } = partsOf(contact)
    const fields = ["Max-Forwards: 70", `From: <sip:mail@${this.#options.domain}>;tag=${this.#tag()}`, `To: <${contact}>`, `Call-ID: ${this.#tag()}`, "CSeq: 1 NOTIFY"]
    this.#send(contact, fields, "", { address: host, port: port === 0 ? 5060 : port })
  }

  /** Ends all subscriptions, and says so with a reason. */
  end(reason: string): void {
    for (const each of this.#subscriptions.values()) {
      each.until = 0
      this.#notify(each, `terminated;reason=${reason}`)
    }
  }

  /** Knows nothing of its subscriptions any more, and says nothing. */
  forget(): void { this.#subscriptions.clear() }

  #notify(to: Subscription, state: string): void {
    const { request } = to
    const target = uriOf(first(request, "contact"))
    const routes = every(request, "record-route").map((value) => `Route: ${value}`)
    const from = `From: ${first(request, "to").replace(/;\s*tag=[^;]*/, "")};tag=${to.tag}`
    const fields = [...routes, "Max-Forwards: 70", from, `To: ${first(request, "from")}`, `Call-ID: ${first(request, "call-id")}`, `CSeq: ${++to.cseq} NOTIFY`]
    this.#send(target, [...fields, `Contact: <${this.#contact}>`], state, to.to)
  }

  #send(uri: string, fields: readonly string[], state: string, to: Endpoint): void {
    const { domain } = this.#options
    const body = `Messages-Waiting: ${this.fresh > 0 ? "yes" : "no"}\r\nMessage-Account: sip:mail@${domain}\r\nVoice-Message: ${this.fresh}/${this.old} (0/0)\r\n`
    const told = ["Event: message-summary", ...state === "" ? [] : [`Subscription-State: ${state}`], "Content-Type: application/simple-message-summary"]
    this.#exchange.ask({ method: "NOTIFY", uri, status: 0, reason: "", fields: fieldsFrom([...fields, ...told]), body }, to, () => {})
  }

  get #contact(): string { return `sip:mail@${this.#options.at.address}:${this.#options.at.port}` }
  #tag(): string { return `m${this.#options.name}${++this.#made}` }
}
