// The transaction room on the bench: messages as text, time as numbers, and what leaves as lines.
import type { EngineName } from "../../host/engine/engine.ts"
import { testCore, type TestCore } from "../harness.ts"
import { readEndpoint, writeEndpoint } from "../transport/bench.ts"

export const METHOD = { INVITE: 1, ACK: 2, OPTIONS: 3, BYE: 4, CANCEL: 5, REGISTER: 6 } as const
export const STATE = ["TERMINATED", "CALLING", "TRYING", "PROCEEDING", "COMPLETED", "CONFIRMED", "ACCEPTED", "LEFT"]
export const EVENT = ["NONE", "PROVISIONAL", "FINAL", "TIMEOUT", "REFUSED", "UNREACHABLE", "LATE_2XX"]
export const RECEIVED = ["NEW", "RETRANSMISSION", "ACK_MATCHED", "CANCEL_MATCHED", "STRAY_ACK", "FULL"]

export const SERVER = "192.0.2.1:5060", PHONE = "192.0.2.10:5060"
const NEVER = 2n ** 63n - 1n

export class Bench {
  now = 0
  /** "instant peer first-line" of every packet that left. */
  readonly sent: string[] = []
  readonly packets: string[] = []
  common = 0
  private readonly core: TestCore
  private readonly view: DataView

  constructor(core: TestCore) {
    this.core = core
    this.view = new DataView(core.bytes.buffer, core.bytes.byteOffset)
  }

  /** A phone whose SIP socket is open, at this instant of its clock. */
  static async open(now = 0, t1 = 500, t2 = 4000, t4 = 5000, engine: EngineName = "v8"): Promise<Bench> {
    const b = new Bench(await testCore("transaction", engine))
    b.now = now
    b.call("seedWith", 1)
    b.call("setTimers", t1, t2, t4)
    b.common = b.call("listen")
    b.call("pollFlow")
    b.open(b.common)
    return b
  }

  call(name: string, ...args: (number | bigint)[]): number { return Number(this.core.exports[name]!(...args)) }

  /** A connected flow to this server, open. */
  towards(peer = SERVER): number {
    this.peer(peer)
    const flow = this.call("towards", BigInt(this.now))
    while (this.call("pollFlow") !== 0);
    this.open(flow)
    return flow
  }

  /** Sends a request. `flow` 0: by the connected flow to the peer. */
  start(text: string, { peer = SERVER, giveUpMs = 0, flow = 0 } = {}): number {
    const by = flow || this.towards(peer)
    const method = METHOD[text.split(" ")[0] as keyof typeof METHOD]
    this.peer(peer)
    const handle = this.call("start", method, this.put(text), by, BigInt(giveUpMs), BigInt(this.now))
    this.drain()
    return handle
  }

  /** A response comes: the handle, -1 when it is stray. */
  response(text: string): number {
    const handle = this.call("receiveResponse", this.put(text), BigInt(this.now))
    this.drain()
    return handle
  }

  /** A request comes: Received by name. */
  request(text: string, { peer = SERVER, flow = 0 } = {}): string {
    this.peer(peer)
    const received = this.call("receiveRequest", this.put(text), flow || this.common, BigInt(this.now))
    this.drain()
    return RECEIVED[received] ?? "DROPPED"
  }

  /** The transaction user answers. */
  respond(handle: number, text: string): number {
    const sent = this.call("respond", handle, this.put(text), BigInt(this.now))
    this.drain()
    return sent
  }

  /** Lets time pass; every deadline is kept to the millisecond. */
  until(end: number): void {
    for (let at = this.soonest(); at !== NEVER && at <= BigInt(end); at = this.soonest()) {
      this.now = Math.max(this.now, Number(at))
      this.call("expire", BigInt(this.now))
      this.drain()
    }
    this.now = end
  }

  /** The host was busy: its clock jumps, and the deadlines are told only now. */
  jumpTo(now: number): void {
    this.now = now
    this.call("expire", BigInt(now))
    this.drain()
  }

  at(peer: string, name: "refused" | "unreachable", flow: number): void {
    this.peer(peer)
    this.call(name, flow, BigInt(this.now))
    this.drain()
  }

  command(name: "cancel" | "abandon", handle: number): void {
    this.call(name, handle, BigInt(this.now))
    this.drain()
  }

  answer(allowed = true): number {
    const status = this.call("answer", allowed ? 1 : 0, BigInt(this.now))
    this.drain()
    return status
  }

  /** Events of clients that nobody fetched yet: "handle EVENT status". */
  events(): string[] {
    const lines: string[] = []
    for (let h = this.call("clientEvent"); h >= 0; h = this.call("clientEvent")) {
      lines.push(`${h} ${EVENT[this.call("eventOf", h)]} ${this.call("statusOf", h)}`)
    }
    return lines
  }

  serverEvents(): string[] {
    const lines: string[] = []
    for (let h = this.call("serverEvent"); h >= 0; h = this.call("serverEvent")) lines.push(`${h} ${EVENT[this.call("serverEventOf", h)]}`)
    return lines
  }

  state(handle: number): string { return STATE[this.call("stateOf", handle)]! }
  serverState(handle: number): string { return STATE[this.call("serverState", handle)]! }
  soonest(): bigint { return this.core.exports.soonest!() as bigint }

  /** The instants at which packets whose first line begins so have left. */
  instants(start: string): number[] {
    return this.sent.filter((line) => line.split(" ").slice(2).join(" ").startsWith(start)).map((line) => Number(line.split(" ")[0]))
  }

  put(text: string): number {
    const bytes = Buffer.from(text, "latin1")
    this.core.bytes.set(bytes, this.core.globals.RX_AT!)
    return bytes.length
  }

  peer(endpoint: string): void {
    const [ip, port] = endpoint.split(":")
    writeEndpoint(this.core.bytes, this.core.globals.IO_AT! + 24, ip!, Number(port))
  }

  private open(flow: number): void {
    this.peer(PHONE)
    this.call("opened", flow)
  }

  private drain(): void {
    const io = this.core.globals.IO_AT!
    while (this.call("pollFlow") !== 0);
    while (this.call("pollSend", BigInt(this.now)) === 1) {
      const at = this.view.getUint32(io + 4, true)
      const text = Buffer.from(this.core.bytes.subarray(at, at + this.view.getUint32(io + 8, true))).toString("latin1")
      this.packets.push(text)
      this.sent.push(`${this.now} ${readEndpoint(this.core.bytes, io + 24)} ${text.slice(0, text.indexOf("\r\n"))}`)
    }
  }
}

/** A message from lines. */
export function message(...lines: string[]): string { return lines.join("\r\n") + "\r\n\r\n" }

type RequestParts = { branch?: string; fromTag?: string; toTag?: string; callId?: string; cseq?: number; via?: string; more?: string[] }

export function request(method: string, parts: RequestParts = {}): string {
  const { branch = "z9hG4bKabc", fromTag = ";tag=f1", toTag = "", callId = "c1@192.0.2.10", cseq = 1, more = [] } = parts
  const via = parts.via ?? `SIP/2.0/UDP ${PHONE};rport;branch=${branch}`
  return message(`${method} sip:bob@example.com SIP/2.0`, `Via: ${via}`, "Max-Forwards: 70", `From: <sip:alice@example.com>${fromTag}`,
    `To: <sip:bob@example.com>${toTag}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`, ...more, "Content-Length: 0")
}

/** What a server says to this request. */
export function reply(to: string, status: number, { toTag = ";tag=t1", method = "", via = "" } = {}): string {
  const line = (name: string) => to.split("\r\n").find((l) => l.startsWith(`${name}: `))!
  const cseq = method === "" ? line("CSeq") : line("CSeq").replace(/\w+$/, method)
  const to1 = line("To").includes("tag=") || status === 100 ? line("To") : line("To") + toTag
  return message(`SIP/2.0 ${status} Words`, via === "" ? line("Via") : `Via: ${via}`, line("From"), to1, line("Call-ID"), cseq, "Content-Length: 0")
}
