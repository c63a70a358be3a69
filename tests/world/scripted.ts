// A phone and a registrar of a few lines each: to show that a world carries their packets, and that each check notices a phone that errs.
import type { Endpoint, FlowEvent, Output, Phone } from "../../host/sim/phone.ts"
import { endpointText } from "../../host/sim/phone.ts"
import { latin1, readSip, withoutParameters } from "../../host/sim/message.ts"
import type { Answer, Service } from "../../host/sim/service.ts"
import type { Binding } from "../../host/sim/checks.ts"

/** What is wrong with a scripted phone. */
export type Fault =
  | "registers twice" | "storms" | "has no deadline" | "lies on its screen" | "never rests" | "never registers" | "sends other bytes again"
  | "repeats its CSeq" | "goes on after the answer" | "changes its Call-ID" | "overlaps" | "lies after the end" | "answers another's challenge"
  | "offers a refused password for ever" | "uses a closed flow" | "sleeps through the timeout"

const T1 = 500
const EXPIRES = 120

/** A phone that registers at the first server of its settings ("servers a:port b:port"), refreshes at half time and moves on after 64*T1. */
export class ScriptedPhone implements Phone {
  readonly #faults: ReadonlySet<Fault>
  readonly #outputs: Output[] = []
  #servers: Endpoint[] = []
  #local: Endpoint | undefined
  #current = 0
  #cseq = 0
  #sent: { text: string, at: number, sends: number } | undefined
  #retryAt = Infinity
  #refreshAt = Infinity
  #until = 0
  #nonces: string[] = []

  constructor(...faults: Fault[]) { this.#faults = new Set(faults) }

  entropy(): void {}
  open(settings: string | Uint8Array): void {
    const text = typeof settings === "string" ? settings : latin1(settings)
    this.#servers = text.split(" ").map(one => ({ address: one.split(":")[0] ?? "", port: Number(one.split(":")[1]) }))
  }
  close(): void {}
  network(up: boolean): void {
    if (up) this.#outputs.push({ kind: "open", flow: 1, protocol: 1, local: { address: "", port: 5060 }, peer: undefined })
  }
  flow(_flow: number, event: FlowEvent, now: number): void {
    if (event.kind !== "opened") return
    this.#local = event.local
    if (!this.#has("never registers")) this.#register(now)
    else this.#refreshAt = now + 60_000
  }
  key(): void {}
  command(): void {}
  audio(): void {}
  screen(): string[] {
    const registered = this.#until > 0 || this.#has("lies on its screen")
    return [registered ? "Registered" : "Not registered", ...new Array<string>(7).fill("")]
  }
  keep(): Uint8Array { return new Uint8Array(0) }
  memory(): Uint8Array { return new Uint8Array(0) }
  output(): Output | undefined {
    if (this.#has("never rests")) return { kind: "display", frame: new Uint8Array(0) }
    return this.#outputs.shift()
  }
  deadline(): number {
    if (this.#has("has no deadline")) return Infinity
    if (this.#has("sleeps through the timeout")) return 2 ** 40
    return Math.min(this.#retryAt, this.#refreshAt, this.#until > 0 && !this.#has("lies after the end") ? this.#until : Infinity)
  }

  timeout(now: number): void {
    if (this.#until > 0 && now >= this.#until && !this.#has("lies after the end")) this.#until = 0
    if (this.#has("never registers")) this.#refreshAt = now + 60_000
    else if (now >= this.#retryAt && this.#sent !== undefined) this.#again(now, this.#sent)
    else if (now >= this.#refreshAt) this.#register(now)
  }

  datagram(_flow: number, bytes: Uint8Array, from: Endpoint, now: number): void {
    const sip = readSip(bytes)
    if (sip === undefined || sip.cseq !== this.#cseq) return
    if (sip.nonce !== "") this.#nonces.push(sip.nonce)
    if (sip.status === 401) return this.#register(now, this.#has("answers another's challenge") ? this.#servers[1 - this.#indexOf(from)] : from)
    if (sip.status !== 200) return
    this.#until = now + EXPIRES * 1000
    this.#refreshAt = this.#has("lies after the end") ? now + 3_600_000 : now + EXPIRES * 500
    if (!this.#has("goes on after the answer")) this.#retryAt = Infinity
    if (this.#has("registers twice") && this.#cseq === 1) this.#register(now, this.#servers[1])
    if (this.#has("uses a closed flow")) {
      this.#outputs.push({ kind: "close", flow: 1 })
      this.#register(now)
    }
  }

  #indexOf(server: Endpoint): number { return this.#servers.findIndex(one => endpointText(one) === endpointText(server)) }
  #has(fault: Fault): boolean { return this.#faults.has(fault) }

  #register(now: number, server = this.#servers[this.#current]): void {
    if (server === undefined || this.#local === undefined) return
    if (!this.#has("repeats its CSeq") || this.#cseq === 0) this.#cseq++
    const callId = this.#has("changes its Call-ID") ? `call${this.#cseq}` : `call${this.#indexOf(server)}`
    const nonce = this.#nonces.at(-1)
    const text = `REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP phone;branch=z9hG4bK${now}.${this.#cseq}.${this.#outputs.length}\r\n`
      + `Call-ID: ${callId}\r\nCSeq: ${this.#cseq} REGISTER\r\nContact: <sip:me@192.0.2.10:5060>\r\nExpires: ${EXPIRES}\r\n`
      + `${nonce === undefined ? "" : `Authorization: Digest nonce="${nonce}"\r\n`}\r\n`
    this.#sent = { text, at: now, sends: 1 }
    this.#refreshAt = this.#has("overlaps") ? now + T1 / 2 : Infinity
    this.#retryAt = now + T1
    this.#send(server, text)
    const options = (i: number): string =>
      text.replaceAll("REGISTER", "OPTIONS").replace("branch=", `branch=${i}`).replace("Call-ID: ", `Call-ID: ${i}`)
    for (let i = 0; i < (this.#has("storms") ? 10 : 0); i++) this.#send(server, options(i))
  }

  #again(now: number, sent: { text: string, at: number, sends: number }): void {
    const server = this.#servers[this.#current]
    if (now - sent.at >= 64 * T1) {
      this.#until = 0
      this.#current = (this.#current + 1) % this.#servers.length
      return this.#register(now)
    }
    this.#retryAt = Math.min(now + Math.min(T1 * 2 ** sent.sends, 4000), sent.at + 64 * T1)
    sent.sends++
    if (server !== undefined) this.#send(server, this.#has("sends other bytes again") ? sent.text.replace("Expires: 120", "Expires: 121") : sent.text)
  }

  #send(peer: Endpoint, text: string): void {
    this.#outputs.push({ kind: "send", flow: 1, peer, bytes: Uint8Array.from(text, character => character.charCodeAt(0)) })
  }
}

/** How a scripted registrar answers. */
export type Manner = "accepts" | "is silent" | "refuses" | "challenges" | "forgets"

/** Binds whoever asks. */
export class ScriptedRegistrar implements Service {
  readonly at: Endpoint
  manner: Manner = "accepts"
  readonly complaints: string[] = []
  readonly #bindings = new Map<string, Binding>()

  constructor(at: Endpoint) { this.at = at }

  bindings(now: number): Binding[] { return [...this.#bindings.values()].filter(binding => binding.expiresAt > now) }

  receive(bytes: Uint8Array, from: Endpoint, now: number): readonly Answer[] | "refused" {
    const sip = readSip(bytes)
    const contact = sip?.contacts[0]
    if (this.manner === "refuses") return "refused"
    if (this.manner === "is silent" || sip === undefined || contact === undefined) return []
    const challenge = `WWW-Authenticate: Digest nonce="${this.at.address}"\r\n`
    if (this.manner === "challenges") return [this.#answer(bytes, from, "401 Unauthorized", challenge)]
    if (this.manner === "forgets") this.#bindings.clear()
    else {
      const { expires, callId, cseq } = sip
      this.#bindings.set(contact.uri, { contact: withoutParameters(contact.uri), expiresAt: now + expires * 1000, callId, cseq })
    }
    return [this.#answer(bytes, from, "200 OK", `Contact: <${contact.uri}>;expires=${sip.expires}\r\n`)]
  }

  #answer(bytes: Uint8Array, to: Endpoint, status: string, more: string): Answer {
    const kept = latin1(bytes).split("\r\n").filter(line => /^(Via|Call-ID|CSeq):/.test(line)).join("\r\n")
    return { bytes: Uint8Array.from(`SIP/2.0 ${status}\r\n${kept}\r\n${more}\r\n`, character => character.charCodeAt(0)), to }
  }
}
