// The people of a flow: who can be called and calls, behind which servers, and the sound that goes between them and the phone.
import { Caller } from "../../host/sim/caller.ts"
import { CallServer } from "../../host/sim/callserver.ts"
import type { Mailbox } from "../../host/sim/mailbox.ts"
import type { Endpoint } from "../../host/sim/phone.ts"
import type { Registrar } from "../../host/sim/registrar.ts"
import { pitch, samplesFrom } from "../../host/sim/tone.ts"
import type { World } from "../../host/sim/world.ts"

/** Number and address by name. */
export const PEOPLE: Readonly<Record<string, { readonly number: string, readonly address: string, readonly hertz: number }>> = {
  bob: { number: "701", address: "198.51.100.21", hertz: 1000 },
  carol: { number: "702", address: "198.51.100.22", hertz: 600 },
  dave: { number: "703", address: "198.51.100.23", hertz: 300 },
}

const HEARD_MAX = 4000

export class People {
  readonly callers = new Map<string, Caller>()
  readonly #say: (text: string) => void
  readonly #servers: ReadonlyMap<string, Endpoint>
  #world: World | undefined
  #streams = new Map<string, { packets: number, since: number, at: number }>()
  #heard = new Int16Array(0)

  readonly #domain: string

  /** `domain`: theirs and the phone's. */
  constructor(servers: ReadonlyMap<string, Endpoint>, domain: string, say: (text: string) => void) {
    this.#servers = servers
    this.#domain = domain
    this.#say = say
  }

  /** Puts everybody into the world. */
  enter(world: World): void {
    this.#world = world
    for (const [name, { number, address, hertz }] of Object.entries(PEOPLE)) {
      const caller = new Caller({
        wire: world.wire, name, number, domain: this.#domain, at: { address, port: 5060 }, soundPort: 20_000, voice: { kind: "tone", hertz },
        tell: (what) => this.#say(`${name} ${what}`),
      })
      this.callers.set(name, caller)
      world.placeHost(address, { receive: (bytes, from, _now, at) => {
        caller.receive(bytes, from, at)
        return []
      } })
    }
  }

  /** A registrar that passes calls on to these people, and theirs to the phone. */
  serve(at: Endpoint, registrar: Registrar, all: ReadonlyMap<string, Registrar>, mailbox: Mailbox): CallServer {
    return new CallServer({
      at, domain: this.#domain, registrar, mailbox,
      isTrusted: ({ address }) => Object.values(PEOPLE).some((each) => each.address === address) || [...this.#servers.values()].some((each) => each.address === address),
      locate: (user, now) => {
        const person = [...this.callers.values()].find(({ options }) => options.number === user || options.name === user)
        if (person !== undefined) return { uri: person.contact }
        return [registrar, ...all.values()].flatMap((each) => each.bindings(now)).find(({ aor }) => aor.startsWith(`sip:${user}@`))
      },
    })
  }

  /** A sentence about one of them; false when it is none. */
  perform(name: string, words: readonly string[]): boolean {
    const caller = this.callers.get(name)
    if (caller === undefined) return false
    const at = words.indexOf("via")
    const via = this.#servers.get(at < 0 ? "a" : words[at + 1] ?? "") ?? { address: words[at + 1] ?? "", port: 5060 }
    const rest = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)]
    const whole = rest[0] === "calls" && !/^[\w.:@]+$/.test(rest[1] ?? "") ? ["calls", "6001", ...rest.slice(1)] : rest
    return caller.perform(whole, via)
  }

  // -- Sound

  /** RTP or RTCP between the phone and somebody; the first packets after a silence are told. */
  sound(out: boolean, other: Endpoint): void {
    const now = this.#world?.now ?? 0
    const key = `${out ? "->" : "<-"} ${nameOf(other.address)}`
    const stream = this.#streams.get(key)
    if (other.port % 2 === 1) return
    if (stream === undefined || now - stream.at > 1000) this.#say(`${key} sound`)
    const packets = stream?.packets ?? 0
    this.#streams.set(key, { packets: packets + 1, since: packets === 0 ? now : stream?.since ?? now, at: now })
  }

  /** 20 ms came out of the phone's speaker. */
  heard(bytes: Uint8Array): void {
    this.#heard = Int16Array.from([...this.#heard, ...samplesFrom(bytes)].slice(-HEARD_MAX))
  }

  /** Says what went both ways since it was last asked. */
  report(): void {
    const streams = [...this.#streams].filter(([, { packets }]) => packets > 1).map(([key, { packets, since, at }]) => `${key} ${Math.round((packets - 1) * 1000 / (at - since))}/s`)
    this.#say(`sound: ${[...streams, `the phone hears ${this.#heard.length === 0 ? "nothing" : pitch(this.#heard)}`].join(", ")}`)
    for (const [key, { at }] of this.#streams) this.#streams.set(key, { packets: 0, since: at, at })
    this.#heard = new Int16Array(0)
  }
}

/** Who is at an address; the address itself when nobody is known there. */
export function nameOf(address: string): string { return Object.entries(PEOPLE).find(([, person]) => person.address === address)?.[0] ?? address }
