// The transactions of a simulated caller: requests are repeated until they are answered, answers are repeated when the request is (RFC 3261 17).
import { branchOf, cseqMethodOf, cseqOf, every, first, paramOf, readPacket, writePacket, type Packet } from "./packet.ts"
import type { Endpoint } from "./phone.ts"
import type { Wire } from "./wire.ts"

const T1_MS = 500, T2_MS = 4000, GIVE_UP_MS = 32_000

type Asked = { readonly request: Packet, readonly to: Endpoint, readonly answered: Answered, state: "asked" | "provisional" | "over" }
type Given = { readonly at: number, bytes: Uint8Array | undefined, to: Endpoint, acknowledged: boolean }

/** Gets each response, and undefined when there was none in time. */
export type Answered = (response: Packet | undefined, from: Endpoint) => void

/** A request that has come for the first time, and where from. An ACK comes as often as it comes. */
export type Came = { readonly request: Packet, readonly from: Endpoint }

export class Exchange {
  readonly #wire: Wire
  readonly #at: Endpoint
  readonly #name: string
  readonly #asked = new Map<string, Asked>()
  readonly #given = new Map<string, Given>()
  #branches = 0

  constructor(wire: Wire, at: Endpoint, name: string) {
    this.#wire = wire
    this.#at = at
    this.#name = name
  }

  /** How many requests still wait for their answer, and answers for their ACK. */
  get pending(): number { return [...this.#asked.values()].filter(({ state }) => state !== "over").length }

  /** Sends a request without Via until it is answered. Returns it as it was sent. */
  ask(request: Packet, to: Endpoint, answered: Answered): Packet {
    const sent = this.#withVia(request, `z9hG4bK${this.#name}${++this.#branches}`)
    const asked: Asked = { request: sent, to, answered, state: "asked" }
    const key = keyOf(sent)
    this.#asked.set(key, asked)
    this.#repeat(asked, T1_MS)
    this.#wire.after(GIVE_UP_MS, () => {
      if (asked.state === "asked" || (asked.state === "provisional" && request.method !== "INVITE")) {
        asked.state = "over"
        answered(undefined, to)
      }
      if (asked.state === "over") this.#asked.delete(key)
    })
    this.#send(to, sent)
    return sent
  }

  /** Sends a request once: an ACK of a 2xx. */
  tell(request: Packet, to: Endpoint): void { this.#send(to, this.#withVia(request, `z9hG4bK${this.#name}${++this.#branches}`)) }

  /** RFC 3261 9.1: the CANCEL of an INVITE that `ask` has sent. */
  cancel(sent: Packet): void {
    const asked = this.#asked.get(keyOf(sent))
    if (asked === undefined) return
    const kept = ["via", "route", "from", "to", "call-id", "max-forwards"]
    const fields = [...sent.fields.filter(({ name }) => kept.includes(name)), { name: "cseq", value: `${cseqOf(sent)} CANCEL` }]
    const request: Packet = { ...sent, method: "CANCEL", fields, body: "" }
    const cancel: Asked = { request, to: asked.to, answered: () => {}, state: "asked" }
    this.#asked.set(keyOf(request), cancel)
    this.#repeat(cancel, T1_MS)
    this.#send(asked.to, request)
  }

  /** Answers a request: `fields` come behind those of the request, and `tag` is put on To. Of an INVITE, final answers come again until acknowledged. */
  answer({ request, from }: Came, status: number, reason: string, tag: string, fields: Packet["fields"], body = ""): void {
    const copied = request.fields.filter(({ name }) => ["via", "from", "call-id", "cseq"].includes(name))
    const via = copied.findIndex(({ name }) => name === "via")
    const marked = copied.map((field, i) => i === via ? { ...field, value: seen(field.value, from) } : field)
    const to = first(request, "to")
    const tagged = paramOf(to, "tag") === undefined && tag !== "" ? `${to};tag=${tag}` : to
    const response: Packet = { method: "", uri: "", status, reason, fields: [...marked, { name: "to", value: tagged }, ...fields], body }
    const bytes = writePacket(response)
    const given = this.#given.get(keyOf(request))
    if (given !== undefined) given.bytes = bytes
    this.#wire.send(this.#at, from, bytes)
    if (given !== undefined && request.method === "INVITE" && status >= 200) this.#answerAgain(given, bytes, T1_MS, this.#wire.now())
  }

  /** An ACK has been heard: the answer that it is for does not come again. */
  heard(ack: Packet): void {
    for (const [key, given] of this.#given) if (key.endsWith(` INVITE ${first(ack, "call-id")} ${cseqOf(ack)}`)) given.acknowledged = true
  }

  /** Takes what has come. Returns a request that is new, and any ACK; answers and repetitions are dealt with. */
  receive(bytes: Uint8Array, from: Endpoint): Came | undefined {
    const packet = readPacket(bytes)
    if (packet === undefined) return undefined
    if (packet.status !== 0) return void this.#answered(packet, from)
    if (packet.method === "ACK") return { request: packet, from }
    const key = keyOf(packet), known = this.#given.get(key)
    if (known !== undefined) {
      if (known.bytes !== undefined) this.#wire.send(this.#at, known.to, known.bytes)
      return undefined
    }
    const now = this.#wire.now()
    for (const [old, { at }] of this.#given) if (at < now - 2 * GIVE_UP_MS) this.#given.delete(old)
    this.#given.set(key, { at: now, bytes: undefined, to: from, acknowledged: false })
    return { request: packet, from }
  }

  #answered(response: Packet, from: Endpoint): void {
    const asked = this.#asked.get(`${branchOf(response)} ${cseqMethodOf(response)} ${first(response, "call-id")} ${cseqOf(response)}`)
    if (asked === undefined) return
    const isInvite = asked.request.method === "INVITE"
    // RFC 3261 17.1.1.3: each final answer but a 2xx is acknowledged, as often as it comes.
    if (isInvite && response.status >= 300) this.#send(asked.to, ackOf(asked.request, response))
    // Every 2xx of an INVITE matters, also the second one.
    if (asked.state === "over" && !(isInvite && response.status >= 200 && response.status < 300)) return
    asked.state = response.status >= 200 ? "over" : "provisional"
    asked.answered(response, from)
  }

  #repeat(asked: Asked, afterMs: number): void {
    this.#wire.after(afterMs, () => {
      const isInvite = asked.request.method === "INVITE"
      if (asked.state === "over" || (isInvite && asked.state === "provisional") || afterMs > GIVE_UP_MS) return
      this.#send(asked.to, asked.request)
      this.#repeat(asked, isInvite ? 2 * afterMs : Math.min(2 * afterMs, T2_MS))
    })
  }

  #answerAgain(given: Given, bytes: Uint8Array, afterMs: number, since: number): void {
    this.#wire.after(afterMs, () => {
      if (given.acknowledged || this.#wire.now() - since > GIVE_UP_MS) return
      this.#wire.send(this.#at, given.to, bytes)
      this.#answerAgain(given, bytes, Math.min(2 * afterMs, T2_MS), since)
    })
  }

  #withVia(request: Packet, branch: string): Packet {
    const { address, port } = this.#at
    const host = address.includes(":") ? `[${address}]` : address
    return { ...request, fields: [{ name: "via", value: `SIP/2.0/UDP ${host}:${port};branch=${branch};rport` }, ...request.fields] }
  }

  #send(to: Endpoint, packet: Packet): void { this.#wire.send(this.#at, to, writePacket(packet)) }
}

function keyOf(packet: Packet): string { return `${branchOf(packet)} ${packet.method} ${first(packet, "call-id")} ${cseqOf(packet)}` }

// RFC 3261 17.1.1.3
function ackOf(invite: Packet, response: Packet): Packet {
  const fields = [
    { name: "via", value: first(invite, "via") }, ...every(invite, "route").map((value) => ({ name: "route", value })),
    ...invite.fields.filter(({ name }) => ["from", "call-id", "max-forwards"].includes(name)),
    { name: "to", value: first(response, "to") }, { name: "cseq", value: `${cseqOf(invite)} ACK` },
  ]
  return { ...invite, method: "ACK", fields, body: "" }
}

/** RFC 3261 18.2.1, RFC 3581 4: the topmost Via with where the request came from. */
export function seen(via: string, from: Endpoint): string {
  return `${via.replace(/;\s*rport(?=\s*(;|$))/i, `;rport=${from.port}`)};received=${from.address}`
}
