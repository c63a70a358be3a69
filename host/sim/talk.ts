// The sound of a simulated caller's call: offer and answer (RFC 3264), packets out every ptime (RFC 3550), and what came in, counted and judged.
import { decode, encode, type Law } from "./g711.ts"
import type { Endpoint } from "./phone.ts"
import { pitch, tone } from "./tone.ts"
import type { Wire } from "./wire.ts"

/** What a caller says: a tone of so many hertz, tones one after the other (0 is a pause), nothing audible, or what it hears. */
export type Voice = { readonly kind: "tone", readonly hertz: number } | { readonly kind: "tune", readonly hertz: readonly number[], readonly eachMs: number } | { readonly kind: "silence" } | { readonly kind: "echo" }

export type TalkOptions = {
  readonly wire: Wire
  /** Where RTP comes in; RTCP comes at the next port. */
  readonly at: Endpoint
  readonly voice: Voice
  /** Best first. */
  readonly codecs: readonly Law[]
  readonly ptimeMs: number
}

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive"

const STATIC: Readonly<Record<Law, number>> = { PCMU: 0, PCMA: 8 }
const EVENTS = 101
const DIGITS = "0123456789*#ABCD"
const HEARD_MAX = 8000

type Stream = { readonly ssrc: number, highest: number }

export class Talk {
  /** Sentences about packets that no phone may send. */
  readonly violations: string[] = []
  /** Digits that came as RFC 4733 events. */
  digits = ""
  packetsIn = 0
  packetsOut = 0
  reports = 0
  /** Packets that came although our side was not to receive any. */
  unwanted = 0
  direction: Direction = "sendrecv"
  readonly #options: TalkOptions
  #version = 1
  #remote: Endpoint | undefined
  #law: Law = "PCMU"
  #payload = 0
  #payloadsIn = new Map<number, Law>()
  #events = -1
  #stream: Stream | undefined
  #heard = new Int16Array(0)
  #running = 0
  #sequence = 100
  #stamp = 1000
  #firstAt = -1
  #lastAt = -1
  #lastDigit = -1

  constructor(options: TalkOptions) { this.#options = options }

  get at(): Endpoint { return this.#options.at }
  get isOn(): boolean { return this.#running > 0 }
  get codec(): Law { return this.#law }
  get agreed(): boolean { return this.#remote !== undefined }

  /** Our description of the session as an offer. */
  offer(direction: Direction = this.direction): string {
    this.direction = direction
    const { codecs } = this.#options
    codecs.forEach((law) => this.#payloadsIn.set(STATIC[law], law))
    this.#events = EVENTS
    return this.#describe(codecs.map((law) => [STATIC[law], law] as const), EVENTS)
  }

  /** Takes an offer and gives our answer; undefined when there is nothing in common. */
  answerTo(offer: string): string | undefined {
    const media = audioOf(offer)
    const common = media?.codecs.filter(([, law]) => this.#options.codecs.includes(law)) ?? []
    const chosen = common[0]
    if (media === undefined || chosen === undefined) return undefined
    this.#payloadsIn = new Map(common)
    this.#use(media, chosen)
    this.direction = mirrored(media.direction, this.direction === "sendonly" || this.direction === "inactive")
    return this.#describe(common, media.events)
  }

  /** Takes the answer to our offer. */
  take(answer: string): boolean {
    const media = audioOf(answer), chosen = media?.codecs[0]
    if (media === undefined || chosen === undefined) return false
    this.#use(media, chosen)
    return true
  }

  #use(media: Media, [payload, law]: readonly [number, Law]): void {
    this.#remote = media.at
    this.#payload = payload
    this.#law = law
    this.#events = media.events
  }

  #describe(codecs: readonly (readonly [number, Law])[], events: number): string {
    const { at: { address, port }, ptimeMs } = this.#options
    const kind = address.includes(":") ? "IP6" : "IP4"
    const numbers = [...codecs.map(([number]) => number), ...(events >= 0 ? [events] : [])]
    return [
      "v=0", `o=caller 1 ${this.#version++} IN ${kind} ${address}`, "s=-", `c=IN ${kind} ${address}`, "t=0 0", `m=audio ${port} RTP/AVP ${numbers.join(" ")}`,
      ...codecs.map(([number, law]) => `a=rtpmap:${number} ${law}/8000`),
      ...(events >= 0 ? [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-16`] : []), `a=ptime:${ptimeMs}`, `a=${this.direction}`, "",
    ].join("\r\n")
  }

  /** Speaks from now on. */
  start(): void {
    if (this.#running > 0) return
    this.#running = this.#options.wire.now() + 1
    this.#speak(this.#running, 1)
  }

  stop(): void { this.#running = 0 }

  /** One packet after another, each at its own instant since the beginning. */
  #speak(since: number, count: number): void {
    const { wire, ptimeMs } = this.#options
    wire.after(since + count * ptimeMs - wire.now() - 1, () => {
      if (this.#running !== since) return
      if (this.direction === "sendrecv" || this.direction === "sendonly") this.#say()
      this.#speak(since, count + 1)
    })
  }

  #say(): void {
    const { voice, ptimeMs } = this.#options
    const count = 8 * ptimeMs
    if (this.#remote === undefined || voice.kind === "echo") return
    const samples = this.#sounding(voice, count)
    this.#put(encode(this.#law, samples), this.#payload, count)
  }

  #sounding(voice: Voice, count: number): Int16Array {
    if (voice.kind === "tone") return tone(voice.hertz, this.#stamp, count)
    if (voice.kind !== "tune") return new Int16Array(count)
    const note = voice.hertz[Math.floor(this.#stamp / 8 / voice.eachMs) % voice.hertz.length] ?? 0
    return tone(note, this.#stamp, count)
  }

  #put(sound: Uint8Array, payload: number, count: number): void {
    const { wire, at } = this.#options
    if (this.#remote === undefined) return
    const bytes = new Uint8Array(12 + sound.length), view = new DataView(bytes.buffer)
    bytes.set([0x80, payload | (this.packetsOut === 0 ? 0x80 : 0)])
    view.setUint16(2, this.#sequence++ & 0xffff)
    view.setUint32(4, this.#stamp)
    view.setUint32(8, 0x1000_0000 + at.port)
    bytes.set(sound, 12)
    this.#stamp += count
    this.packetsOut++
    wire.send(at, this.#remote, bytes)
  }

  /** Takes a packet that came to `port`, ours or the next one. */
  receive(bytes: Uint8Array, port: number): void {
    const isReport = port !== this.at.port || (bytes[1] ?? 0) >= 192 && (bytes[1] ?? 0) <= 223
    if (isReport) return void this.reports++
    if (bytes.length < 12 || (bytes[0] ?? 0) >> 6 !== 2) return this.#note(`a packet of ${bytes.length} bytes is no RTP`)
    const now = this.#options.wire.now()
    this.packetsIn++
    if (this.#firstAt < 0) this.#firstAt = now
    this.#lastAt = now
    if (this.#running === 0 || this.direction === "sendonly" || this.direction === "inactive") this.unwanted++
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const payload = (bytes[1] ?? 0) & 0x7f
    this.#follow(view.getUint32(8), view.getUint16(2))
    // RFC 4733 2.3: event, then the end bit.
    if (payload === this.#events) return this.#digit(bytes[12] ?? 0, ((bytes[13] ?? 0) & 0x80) !== 0, view.getUint32(4))
    const law = this.#payloadsIn.get(payload)
    if (law === undefined) {
      if (payload !== 13) this.#note(`payload ${payload} was not agreed on`)
      return
    }
    this.#hear(decode(law, bytes.subarray(12)))
    if (this.#options.voice.kind === "echo" && this.#running > 0) this.#put(bytes.slice(12), this.#payload, bytes.length - 12)
  }

  // RFC 3550 5.1: one source, whose sequence numbers rise by one.
  #follow(ssrc: number, sequence: number): void {
    if (this.#stream?.ssrc !== ssrc) this.#stream = { ssrc, highest: sequence - 1 }
    const stream = this.#stream
    if (stream === undefined) return
    const ahead = sequence - stream.highest << 16 >> 16
    if (Math.abs(ahead) > 3000) this.#note(`sequence number ${sequence} after ${stream.highest & 0xffff}`)
    if (ahead > 0) stream.highest += ahead
  }

  #digit(event: number, ends: boolean, stamp: number): void {
    if (!ends || stamp === this.#lastDigit) return
    this.#lastDigit = stamp
    this.digits += DIGITS[event] ?? "?"
  }

  #hear(samples: Int16Array): void {
    const all = new Int16Array(this.#heard.length + samples.length)
    all.set(this.#heard)
    all.set(samples, this.#heard.length)
    this.#heard = all.length > HEARD_MAX ? all.slice(-HEARD_MAX) : all
  }

  #note(sentence: string): void { if (this.violations.length < 20) this.violations.push(sentence) }

  /** What was heard since the last report, in words: "150 packets in 3.0 s, 440 Hz". Begins anew. */
  report(): string {
    const words = this.packetsIn === 0 ? "nothing" : `${this.packetsIn} packets in ${((this.#lastAt - this.#firstAt) / 1000).toFixed(1)} s, ${pitch(this.#heard)}`
    const digits = this.digits === "" ? "" : `, digits ${this.digits}`
    const unwanted = this.unwanted === 0 ? "" : `, ${this.unwanted} unwanted`
    this.packetsIn = this.unwanted = 0
    this.#firstAt = -1
    this.digits = ""
    this.#heard = new Int16Array(0)
    return `${words}${digits}${unwanted}`
  }
}

type Media = { readonly at: Endpoint, readonly codecs: readonly (readonly [number, Law])[], readonly events: number, readonly direction: Direction }

/** The first audio of a session description that is not refused. */
export function audioOf(sdp: string): Media | undefined {
  const [session = "", ...parts] = sdp.split(/^(?=m=)/m)
  const audio = parts.find((part) => /^m=audio [1-9]/.test(part))
  const line = /^m=audio (\d+)\S* RTP\/AVP ([\d ]+)/.exec(audio ?? "")
  if (audio === undefined || line === null) return undefined
  const address = /^c=IN IP[46] (\S+)/m.exec(audio)?.[1] ?? /^c=IN IP[46] (\S+)/m.exec(session)?.[1] ?? ""
  const names = new Map([[0, "PCMU"], [8, "PCMA"]])
  for (const [, number, name] of audio.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)/gm)) names.set(Number(number), (name ?? "").toUpperCase())
  const numbers = (line[2] ?? "").trim().split(" ").map(Number)
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(audio)?.[1] ?? /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(session)?.[1] ?? "sendrecv"
  return {
    at: { address, port: Number(line[1]) }, direction: direction as Direction,
    codecs: numbers.flatMap((number) => {
      const name = names.get(number)
      return name === "PCMU" || name === "PCMA" ? [[number, name] as const] : []
    }),
    events: numbers.find((number) => names.get(number) === "TELEPHONE-EVENT") ?? -1,
  }
}

/** Our direction for theirs; `holding`: we have them on hold. */
function mirrored(theirs: Direction, holding: boolean): Direction {
  const receives = !holding && (theirs === "sendrecv" || theirs === "sendonly")
  const sends = theirs === "sendrecv" || theirs === "recvonly"
  return receives ? sends ? "sendrecv" : "recvonly" : sends ? "sendonly" : "inactive"
}
