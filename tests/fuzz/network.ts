// What is around an attacked phone: sockets, three registrars and a nameserver, and everything that is on its way, so that it can be damaged there.
import { createHash } from "node:crypto"
import { AUDIO, AUDIO_MS, FAILURE, OUTPUT, type Endpoint } from "../../host/abi.ts"
import { Nameserver } from "../../host/sim/nameserver.ts"
import { Registrar } from "../../host/sim/registrar.ts"
import { isSound } from "../../host/sim/sounding.ts"
import { parseZone } from "../../host/sim/zone.ts"
import type { Hash } from "../../host/sim/challenger.ts"
import { Pair, type Out } from "./pair.ts"

export const PASSWORD = "Zq7-correct-horse-battery-staple-0xC0FFEE"
export const SETTINGS = `domain: example.com\nuser: 6001\npassword: ${PASSWORD}\n`
export const SERVERS = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
export const STRANGER: Endpoint = { address: "203.0.113.9", port: 5060 }
const NAMESERVER = "192.0.2.53"
export const NETWORK = `address 192.0.2.100\ndns ${NAMESERVER}`

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")
const ZONE = `$ORIGIN example.com.
$TTL 600
@ IN SOA ns hostmaster 1 3600 600 604800 60
_sip._udp 300 IN SRV 0 1 5060 a
_sip._udp 300 IN SRV 1 1 5060 b
_sip._udp 300 IN SRV 2 1 5060 c
a IN A 192.0.2.1
b IN A 192.0.2.2
c IN A 192.0.2.3
`

/** Something that will come to the phone. */
export type Arrival =
  | { at: number; kind: "datagram"; flow: number; bytes: Uint8Array; peer: Endpoint }
  | { at: number; kind: "flow"; flow: number; event: number; local: Endpoint; peer: Endpoint; code: number }

export type Socket = { local: Endpoint; peer: Endpoint }

export class Network {
  readonly phone: Pair
  readonly registrars = new Map<string, Registrar>()
  readonly nameserver = new Nameserver([parseZone(ZONE)])
  readonly sockets = new Map<number, Socket>()
  /** Every flow that ever was. */
  readonly flows: number[] = []
  coming: Arrival[] = []
  /** The datagrams exchanged lately: templates for an attacker. */
  readonly heard: { flow: number; bytes: Buffer; peer: Endpoint }[] = []
  readonly said: { flow: number; bytes: Buffer; peer: Endpoint }[] = []
  /** Servers to which a 2xx with the branch of a request for them was given. */
  readonly granted = new Set<string>()
  readonly events: number[] = []
  /** Another program has the SIP port. */
  isPortTaken = false
  /** Those who can be called take what is sent to them or to a server; false when it is not theirs. */
  people: ((bytes: Buffer, from: Endpoint, to: Endpoint) => boolean) | undefined
  /** 20 ms of sound are wanted since this instant. */
  soundSince: number | undefined
  private timers: { at: number; then: () => void }[] = []
  private readonly branches = new Map<string, string>()
  private port = 40_000

  constructor(phone: Pair, maxExpiresSec = 600) {
    this.phone = phone
    for (const address of SERVERS) {
      const users = { 6001: PASSWORD, 6002: PASSWORD }
      this.registrars.set(address, new Registrar({
        realm: `${address}.example`, users, hash, secret: address, nonceLifeSec: 300, minExpiresSec: 60, maxExpiresSec,
        serviceRoutes: ["<sip:edge.example.com;lr>"],
      }))
    }
  }

  /** A phone that has just been opened, with a network. */
  static begin(wasm: Uint8Array, maxExpiresSec?: number): Network {
    const phone = new Pair(wasm)
    phone.secret = PASSWORD
    const network = new Network(phone, maxExpiresSec)
    network.boot()
    return network
  }

  /** Seeds and opens a phone, and gives it a network. */
  boot(settings = SETTINGS, boot = 0): void {
    this.phone.forgetPace()
    const entropy = Uint8Array.from({ length: 48 }, (_, i) => i * 7 + this.phone.now & 255)
    this.phone.input("entropy", "handle_entropy", [48], entropy)
    const bytes = Buffer.from(settings)
    this.take(this.phone.input(`open ${boot}`, "core_open", [bytes.length, boot, BigInt(this.phone.now)], bytes).outputs)
    this.up()
  }

  up(text = NETWORK): void { this.network(1, text) }
  down(): void { this.network(0, "") }
  private network(event: number, text: string): void {
    const bytes = Buffer.from(text, "latin1")
    this.take(this.phone.input(`network ${event} ${text.slice(0, 60)}`, "handle_network", [event, bytes.length, BigInt(this.phone.now)], bytes).outputs)
  }

  type(line: string): void { this.take(this.phone.command(line)) }
  press(...keys: string[]): void { for (const key of keys) this.take(this.phone.key(key)) }
  datagram(flow: number, bytes: Uint8Array, peer: Endpoint): void {
    this.noteGrant(bytes)
    this.take(this.phone.datagram(flow, bytes, peer))
  }

  flow(flow: number, event: number, given: { local?: Endpoint; peer?: Endpoint; code?: number } = {}): void {
    this.take(this.phone.input(`flow ${flow} event ${event}`, "handle_flow", [flow, event, BigInt(this.phone.now)], undefined, given).outputs)
  }

  /** The flow that hears everyone; undefined while there is none. */
  get listening(): number | undefined { return this.hearing.find(([, { local }]) => local.port === 5060)?.[0] ?? this.hearing[0]?.[0] }
  private get hearing(): [number, Socket][] { return [...this.sockets].filter(([, { peer }]) => peer.address === "") }

  /** The flow connected to this peer, or the listening one. */
  towards(peer: Endpoint): number | undefined {
    return [...this.sockets].find(([, socket]) => socket.peer.address === peer.address && socket.peer.port === peer.port)?.[0] ?? this.listening
  }

  /** Carries out outputs. */
  take(outputs: Out[]): void {
    for (const out of outputs) {
      if (out.kind === OUTPUT.open) this.open(out)
      else if (out.kind === OUTPUT.close) this.sockets.delete(out.flow)
      else if (out.kind === OUTPUT.send) this.sent(out)
      else if (out.kind === OUTPUT.event) this.events.push(out.code)
      else if (out.kind === OUTPUT.audio && out.code !== AUDIO.speaker) this.sound(out.code === AUDIO.start)
    }
  }

  /** Calls back after a time. */
  after(ms: number, then: () => void): void { this.timers.push({ at: this.phone.now + Math.max(0, ms), then }) }

  private sound(wanted: boolean): void {
    if (!wanted) this.soundSince = undefined
    else if (this.soundSince === undefined) {
      this.soundSince = this.phone.now
      this.tick(this.phone.now)
    }
  }

  private tick(since: number): void {
    this.after(AUDIO_MS, () => {
      if (this.soundSince !== since) return
      this.take(this.phone.input("sound", "handle_audio", [BigInt(this.phone.now)]).outputs)
      this.tick(since)
    })
  }

  /** Lets time pass; what comes is delivered, deadlines are kept. */
  run(ms: number): void {
    const end = this.phone.now + ms
    for (;;) {
      const next = [...this.coming, ...this.timers].reduce((first, { at }) => Math.min(first, at), Infinity)
      const at = Math.min(next, this.phone.deadline())
      if (at > end) break
      this.phone.now = Math.max(this.phone.now, at)
      if (next <= this.phone.now) this.deliver()
      else this.take(this.phone.timeout())
    }
    this.phone.now = end
  }

  /** What is due, in the order in which it was sent. */
  deliver(): void {
    const now = this.timers.filter(({ at }) => at <= this.phone.now).sort((a, b) => a.at - b.at)
    this.timers = this.timers.filter(({ at }) => at > this.phone.now)
    for (const { then } of now) then()
    const due = this.coming.filter(({ at }) => at <= this.phone.now)
    this.coming = this.coming.filter(({ at }) => at > this.phone.now)
    for (const one of due) {
      if (!this.sockets.has(one.flow)) continue
      if (one.kind === "flow" && one.event === 4) this.sockets.delete(one.flow)
      if (one.kind === "datagram") this.datagram(one.flow, one.bytes, one.peer)
      else this.flow(one.flow, one.event, one)
    }
  }

  private open({ flow, local, peer }: Out): void {
    const at = { address: peer.address === "" ? "0.0.0.0" : "192.0.2.100", port: local.port || ++this.port }
    this.flows.push(flow)
    if (this.flows.length > 60) this.flows.shift()
    this.sockets.set(flow, { local: at, peer })
    const event = this.isPortTaken && peer.address === "" ? 4 : 1
    this.coming.push({ at: this.phone.now, kind: "flow", flow, event, local: at, peer, code: 1 })
  }

  private sent({ flow, bytes, peer }: Out): void {
    if (!isSound(bytes, peer.port)) keep(this.said, { flow, bytes, peer })
    const socket = this.sockets.get(flow)
    if (socket === undefined) return
    const from = { address: "192.0.2.100", port: socket.local.port }
    if (peer.port === 53) return this.question(flow, bytes, peer)
    if (this.people?.(bytes, from, peer) === true) return
    const registrar = this.registrars.get(peer.address)
    const branch = /branch=(z9hG4bK\w+)/.exec(bytes.toString("latin1"))?.[1]
    if (branch !== undefined && bytes.subarray(0, 8).toString("latin1") === "REGISTER") this.branches.set(branch, peer.address)
    if (registrar === undefined) return
    if (registrar.mode.kind === "refuse") {
      this.coming.push({ at: this.phone.now + 5, kind: "flow", flow, event: 3, local: from, peer, code: 0 })
      return
    }
    for (const { bytes: answer, delayMs } of registrar.receive(bytes, from, this.phone.now)) this.comes(flow, answer, peer, delayMs)
  }

  private question(flow: number, bytes: Buffer, peer: Endpoint): void {
    if (peer.address !== NAMESERVER || !this.nameserver.listening) return
    for (const { bytes: answer, delayMs } of this.nameserver.replies(bytes)) this.comes(flow, answer, peer, delayMs)
  }

  /** Somebody sends to a port of the phone. */
  arrive(bytes: Uint8Array, from: Endpoint, port: number): void {
    const to = [...this.sockets].filter(([, { local }]) => local.port === port)
    const flow = to.find(([, { peer }]) => peer.address === from.address && peer.port === from.port) ?? to.find(([, { peer }]) => peer.address === "")
    if (flow !== undefined) this.comes(flow[0], bytes, from)
  }

  private comes(flow: number, bytes: Uint8Array, peer: Endpoint, delayMs = 0): void {
    if (!isSound(bytes, peer.port)) keep(this.heard, { flow, bytes: Buffer.from(bytes), peer })
    this.coming.push({ at: this.phone.now + 5 + delayMs, kind: "datagram", flow, bytes, peer })
  }

  private noteGrant(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString("latin1")
    if (!/^SIP\/2.0\s+2/i.test(text)) return
    for (const [branch, address] of this.branches) if (text.toLowerCase().includes(branch.toLowerCase())) this.granted.add(address)
  }
}

/** A request from a stranger; those of one number and method are the same. */
export function requestFrom(n: number, method: string, fields = "", body = ""): Buffer {
  return Buffer.from(`${method} sip:6001@192.0.2.100 SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKs${n}\r\nMax-Forwards: 70\r\n` +
    `From: <sip:s@example.com>;tag=${n}\r\nTo: <sip:6001@example.com>\r\nCall-ID: s${n}\r\nCSeq: 1 ${method}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`, "latin1")
}

function keep<T>(list: T[], one: T): void {
  list.push(one)
  if (list.length > 40) list.shift()
}

/** What a phone says when its host could not open or send: FAILED with these codes. */
export const FAILURES = [...Object.values(FAILURE), 0, 8, 77, 0xffffffff]
