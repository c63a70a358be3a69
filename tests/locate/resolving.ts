// Drives the locate room against nameservers in virtual time: what the host does with sockets, and what the network does with datagrams.
import { readFileSync } from "node:fs"
import { Nameserver, type Asked } from "../../host/sim/nameserver.ts"
import { parseZone, type Zone } from "../../host/sim/zone.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { testCore, type TestCore } from "../harness.ts"

export const TYPES = { A: 1, AAAA: 28, CNAME: 5, SOA: 6, SRV: 33, NAPTR: 35 } as const
export const ANSWERS = ["PENDING", "FOUND", "NODATA", "NXDOMAIN", "FAILED", "STALE"] as const
export const LOCATED = ["PENDING", "READY", "NOT_FOUND", "NO_ADDRESS", "DNS_DEAD", "SERVICE_ABSENT", "NOT_CARRIED"] as const
const COUNTS = ["sent", "answered", "ignored", "useless", "refused", "silent", "failed"] as const

const SEND = 1, OPEN = 3, CLOSE = 4
const OPENED_FAMILY = 4
const NEVER = 2n ** 63n - 1n
const PATH_MS = 5n
const STEPS_MAX = 5000

type Packet = { at: bigint, flow: number, bytes: Uint8Array, source: Uint8Array }
type Loss = { at: bigint, flow: number }

export function zoneOf(file: string): Zone {
  return parseZone(readFileSync(new URL(`zones/${file}.zone`, import.meta.url), "utf8"))
}

/** A core with its name servers, at 127.0.0.1, 127.0.0.2 and so on, port 53. */
export class Resolving {
  now = 1000n
  readonly core: TestCore
  readonly servers: Nameserver[] = []
  /** What was asked on the wire, "TYPE name" each, as the nameservers saw it. */
  readonly asked: string[] = []
  /** Open flows: local port by number. */
  readonly ports = new Map<number, number>()
  readonly sent: { at: bigint, server: number, bytes: Uint8Array }[] = []
  #packets: Packet[] = []
  #losses: Loss[] = []

  constructor(core: TestCore) { this.core = core }

  static async begin(zones: readonly Zone[], servers = 1, seed = 1, engine?: EngineName): Promise<Resolving> {
    const world = new Resolving(await testCore("locate", engine))
    world.call("reset", seed)
    world.call("setFamilies", 1, 0)
    for (let i = 0; i < servers; i++) world.addServer(zones)
    return world
  }

  addServer(zones: readonly Zone[]): Nameserver {
    const onQuery = ({ type, name }: Asked): void => { this.asked.push(`${type} ${name}`) }
    const server = new Nameserver(zones, { onQuery })
    this.servers.push(server)
    this.put(this.#endpoint(this.servers.length - 1))
    this.call("addServer")
    return server
  }

  call(name: string, ...args: (number | bigint)[]): number {
    const call = this.core.exports[name]
    if (call === undefined) throw new Error(`the entry has no ${name}`)
    return Number(call(...args))
  }

  put(bytes: Uint8Array | string): number {
    const data = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes
    this.core.bytes.set(data, this.core.globals["RX_AT"] ?? 0)
    return data.length
  }

  out(length: number): string { return Buffer.from(this.core.bytes).toString("latin1", this.#outAt, this.#outAt + length) }
  outBytes(length: number): Uint8Array { return this.core.bytes.slice(this.#outAt, this.#outAt + length) }
  get #outAt(): number { return this.core.globals["OUT_AT"] ?? 0 }

  set(name: string, value: string | number): void {
    this.put(`${name}${value}`)
    if (this.call("set", name.length, String(value).length) === 0) throw new Error(`${name} ${value} is refused`)
  }

  /** Asks until there is an answer; returns its name. */
  ask(type: keyof typeof TYPES, name: string): typeof ANSWERS[number] {
    return ANSWERS[this.#until(() => this.call("ask", this.put(name), TYPES[type], this.now))] ?? "PENDING"
  }

  askOnce(type: keyof typeof TYPES, name: string): typeof ANSWERS[number] {
    const result = ANSWERS[this.call("ask", this.put(name), TYPES[type], this.now)] ?? "PENDING"
    this.drain()
    return result
  }

  /** Searches for a name, or for what the settings say, to the end. */
  locate(name?: string, port = 0): typeof LOCATED[number] {
    if (name !== undefined) {
      this.set("domain", name)
      this.set("server", port === 0 ? "" : `${name}:${port}`)
    }
    this.call("begin", this.now)
    return LOCATED[this.#until(() => this.call("advance", this.now))] ?? "PENDING"
  }

  targets(): string[] {
    return Array.from({ length: this.call("targetCount") }, (_, i) => this.out(this.call("targetText", i)))
  }

  /** Lets time pass. */
  pass(ms: number): void {
    const end = this.now + BigInt(ms)
    for (let step = 0; step < STEPS_MAX; step++) {
      this.drain()
      const next = this.#nextInstant()
      if (next > end) break
      this.#goTo(next)
    }
    this.now = end
  }

  show(): string[] { return this.out(this.call("show", this.now)).split("\n").slice(0, -1) }

  log(): string[] {
    const lines: string[] = []
    for (let length = this.call("logLine"); length >= 0; length = this.call("logLine")) lines.push(this.out(length))
    return lines
  }

  counts(): Record<typeof COUNTS[number], number> {
    return Object.fromEntries(COUNTS.map((name, i) => [name, this.call("count", i)])) as Record<typeof COUNTS[number], number>
  }

  /** Sends bytes to the core by a flow, as from the server of that number. */
  deliver(flow: number, bytes: Uint8Array, server = 0): void { this.#receive({ at: this.now, flow, bytes, source: this.#endpoint(server) }) }

  #until(step: () => number): number {
    for (let i = 0; i < STEPS_MAX; i++) {
      const result = step()
      this.drain()
      if (result !== 0) return result
      const next = this.#nextInstant()
      if (next >= NEVER) throw new Error("the core waits for nothing")
      this.#goTo(next)
    }
    throw new Error("the core comes to no end")
  }

  #nextInstant(): bigint {
    const soonest = this.core.exports["soonest"]?.() as bigint
    return [...this.#packets, ...this.#losses].reduce((first, { at }) => at < first ? at : first, soonest)
  }

  /** Goes to that instant and does one thing that is due. */
  #goTo(at: bigint): void {
    if (at > this.now) this.now = at
    const packet = this.#packets.find((one) => one.at <= this.now)
    const loss = this.#losses.find((one) => one.at <= this.now)
    if (packet !== undefined) {
      this.#packets = this.#packets.filter((one) => one !== packet)
      if (this.ports.has(packet.flow)) this.#receive(packet)
    } else if (loss !== undefined) {
      this.#losses = this.#losses.filter((one) => one !== loss)
      this.call("refused", loss.flow, this.now)
    } else this.call("expire", this.now)
    this.drain()
  }

  #receive({ flow, bytes, source }: Packet): void {
    this.core.bytes.set(source, (this.core.globals["IO_AT"] ?? 0) + 24)
    this.call("receive", flow, this.put(bytes), this.now)
  }

  /** Does what the core wants done with sockets, and carries what it sends. */
  drain(): void {
    for (let kind = this.call("pollFlow") || this.call("pollSend", this.now); kind !== 0; kind = this.call("pollFlow") || this.call("pollSend", this.now)) {
      const io = new DataView(this.core.bytes.buffer, this.core.bytes.byteOffset + (this.core.globals["IO_AT"] ?? 0), 128)
      const flow = io.getUint32(0, true)
      if (kind === OPEN) this.#open(flow, io)
      else if (kind === CLOSE) this.ports.delete(flow)
      else if (kind === SEND) this.#carry(flow, io)
    }
  }

  #open(flow: number, io: DataView): void {
    const port = io.getUint16(46, true)
    this.ports.set(flow, port)
    const local = new Uint8Array(20)
    local.set([OPENED_FAMILY, 0, port & 0xff, port >> 8, 127, 0, 0, 1])
    this.put(local)
    this.call("opened", flow)
  }

  #carry(flow: number, io: DataView): void {
    const at = io.getUint32(4, true), length = io.getUint32(8, true)
    const query = this.core.bytes.slice(at, at + length)
    const index = io.getUint8(24 + 7) - 1
    const server = this.servers[index]
    if (server === undefined) throw new Error("a question to nobody")
    this.sent.push({ at: this.now, server: index, bytes: query })
    if (!server.listening) {
      this.#losses.push({ at: this.now + 1n, flow })
      return
    }
    for (const { bytes, delayMs, otherSource } of server.replies(query)) {
      const source = this.#endpoint(index)
      if (otherSource) source[2] = 54
      this.#packets.push({ at: this.now + PATH_MS + BigInt(delayMs), flow, bytes, source })
    }
  }

  #endpoint(index: number): Uint8Array {
    const bytes = new Uint8Array(20)
    bytes.set([4, 0, 53, 0, 127, 0, 0, index + 1])
    return bytes
  }
}
