// A phone of which only the sound is there: calls and sessions are set by the test, packets and 20 ms of sound go in and out.
import { readEndpoint, writeEndpoint, type Endpoint } from "../../host/abi.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { testCore, type TestCore } from "../harness.ts"

export const TICK = 160
export const STATE = { free: 0, preparing: 1, calling: 2, ringing: 3, incoming: 4, answering: 5, talking: 6, ending: 7, ended: 8 } as const
export const PCMU = 0, PCMA = 8, NONE = 0xff
export const DIRECTION = { inactive: 0, receive: 1, send: 2, both: 3 } as const

const SEND = 1, AUDIO = 6
// Offsets in the records of assembly/dialog and assembly/media/quality.ts.
const CALL = { state: 0, ended: 1, held: 7, muted: 9, focused: 10, mixed: 11, silentRing: 13, answeredAt: 24, endedAt: 32 } as const
const SESSION = {
  agreed: 0, direction: 1, codec: 2, payload: 3, payloadIn: 4, events: 5, eventsIn: 6, comfort: 7, comfortIn: 8, ptimeMs: 9, early: 10, version: 11, rtp: 12, rtcp: 16,
} as const

export type CallFields = Partial<Record<"state" | "ended" | "held" | "muted" | "focused" | "mixed" | "silentRing", number>> & { endedAt?: number }
export type SessionFields = Partial<Record<Exclude<keyof typeof SESSION, "version" | "rtp" | "rtcp">, number>>
export type Sent = { flow: number; peer: Endpoint; bytes: Uint8Array }
export type Quality = Record<
  "level" | "loss" | "lossOut" | "jitter" | "delay" | "roundTrip" | "packetsIn" | "packetsOut" | "concealed" | "late" | "duplicate" | "strange" | "malformed", number>

export class Phone {
  /** Whether the host is to tick, as the core said last. */
  ticking = false
  readonly #core: TestCore
  readonly #view: DataView
  readonly #flows = new Map<number, { rtp: number; rtcp: number }>()
  readonly #versions = [1, 1, 1]
  #ports = 40_000
  #key = ""

  constructor(core: TestCore, seed: number) {
    this.#core = core
    this.call("begin", seed)
    this.#view = new DataView(core.bytes.buffer, core.bytes.byteOffset)
  }

  get core(): TestCore { return this.#core }

  call(name: string, ...values: (number | bigint)[]): number { return Number(this.#core.exports[name]!(...values)) }

  at(name: string): number { return this.#core.globals[name]! }

  /** Sets fields of the call at a place. */
  set(place: number, fields: CallFields): void {
    const at = this.call("callAt", place)
    const { endedAt, ...bytes } = fields
    for (const [name, value] of Object.entries(bytes)) this.#view.setUint8(at + CALL[name as keyof typeof CALL], value)
    if (endedAt !== undefined) this.#view.setBigInt64(at + CALL.endedAt, BigInt(endedAt), true)
  }

  /** Sets fields of a session, and opens its flows on first use. Says so by another version. */
  agree(place: number, remote: Endpoint, fields: SessionFields = {}): void {
    if (!this.#flows.has(place)) this.#flows.set(place, { rtp: this.#open(), rtcp: this.#open() })
    const at = this.call("sessionAt", place), flows = this.flows(place)
    const all = {
      agreed: 1, direction: DIRECTION.both, codec: PCMU, payload: fields.codec ?? PCMU, payloadIn: fields.codec ?? PCMU, events: 101, eventsIn: 101,
      comfort: NONE, comfortIn: NONE, ptimeMs: 20, early: 0, ...fields, version: this.#versions[place]!++ & 0xff,
    }
    for (const [name, value] of Object.entries(all)) this.#view.setUint8(at + SESSION[name as keyof typeof SESSION], value)
    this.#view.setInt32(at + SESSION.rtp, flows.rtp, true)
    this.#view.setInt32(at + SESSION.rtcp, flows.rtcp, true)
    writeEndpoint(this.#core.bytes, this.call("remoteAt", place), remote)
    writeEndpoint(this.#core.bytes, this.call("remoteAt", place) + 20, { ...remote, port: remote.port + 1 })
  }

  flows(place: number): { rtp: number; rtcp: number } { return this.#flows.get(place)! }

  #open(): number {
    writeEndpoint(this.#core.bytes, this.at("RX_AT"), { address: "192.0.2.10", port: this.#ports++ })
    return this.call("openFlow")
  }

  /** A call that talks, with its session; `now` is when sound begins. */
  talk(place: number, remote: Endpoint, now: number, fields: SessionFields = {}, call: CallFields = {}): void {
    this.agree(place, remote, fields)
    this.set(place, { state: STATE.talking, focused: place === 0 ? 1 : 0, ...call })
    this.follow(now)
  }

  /** What the host is told of it after each input. */
  follow(now: number): void {
    this.call("follow", BigInt(now))
    this.#audio()
  }

  receive(flow: number, bytes: Uint8Array, from: Endpoint, now: number): void {
    writeEndpoint(this.#core.bytes, this.at("IO_AT") + 24, from)
    this.#core.bytes.set(bytes, this.at("RX_AT"))
    this.call("receive", flow, bytes.length, BigInt(now))
  }

  /** 20 ms: what the microphone hears goes in, what the speaker plays and what is sent comes out. */
  tick(now: number, microphone: Int16Array = new Int16Array(TICK)): { speaker: Int16Array; sent: Sent[] } {
    const at = this.at("AUDIO_AT")
    microphone.forEach((sample, i) => this.#view.setInt16(at + 2 * i, sample, true))
    this.call("tick", BigInt(now))
    const sent = this.drain(now)
    const speaker = this.#audio()
    if (speaker === undefined) throw new Error("no sound came for the speaker")
    return { speaker, sent }
  }

  drain(now: number): Sent[] {
    const sent: Sent[] = [], io = this.at("IO_AT")
    while (this.call("pollSend", BigInt(now)) === SEND) {
      const from = this.#view.getUint32(io + 4, true)
      sent.push({
        flow: this.#view.getUint32(io, true), peer: readEndpoint(this.#core.bytes, io + 24),
        bytes: this.#core.bytes.slice(from, from + this.#view.getUint32(io + 8, true)),
      })
    }
    return sent
  }

  #audio(): Int16Array | undefined {
    let speaker: Int16Array | undefined
    const io = this.at("IO_AT")
    while (this.call("pollAudio") === AUDIO) {
      const code = this.#view.getUint32(io + 12, true), from = this.#view.getUint32(io + 4, true)
      if (code === 2) speaker = Int16Array.from({ length: TICK }, (_, i) => this.#view.getInt16(from + 2 * i, true))
      else this.ticking = code === 1
    }
    return speaker
  }

  /** The key that is down, or "": pressed and let go as the screen says. */
  press(place: number, key: string): void {
    if (key === this.#key) return
    if (this.#key !== "") this.call("stopDigit", place)
    this.#key = key
    if (key !== "") this.call("startDigit", place, key.charCodeAt(0))
  }

  soonest(): number { return this.call("soonest") }

  expire(now: number): Sent[] {
    this.call("expire", BigInt(now))
    return this.drain(now)
  }

  quality(place: number, now = 0): Quality {
    const at = this.call("quality", place, BigInt(now)), { buffer, byteOffset } = this.#core.bytes
    const view = new DataView(buffer, byteOffset + at, 40)
    const long = (i: number) => view.getUint32(12 + 4 * i, true)
    return {
      level: view.getUint8(0), loss: view.getUint8(1), lossOut: view.getUint8(2), jitter: view.getUint16(4, true), delay: view.getUint16(6, true),
      roundTrip: view.getUint16(8, true), packetsIn: long(0), packetsOut: long(1), concealed: long(2), late: long(3), duplicate: long(4),
      strange: long(5), malformed: long(6),
    }
  }

  /** All bytes of the room, for comparing engines. */
  memory(): Uint8Array { return this.#core.bytes.slice(this.at("MEDIA_AT"), this.at("MEDIA_AT") + this.at("MEDIA_BYTES")) }
}

export async function phone(engine: EngineName = "v8", seed = 1): Promise<Phone> { return new Phone(await testCore("media", engine), seed) }
