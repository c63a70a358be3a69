// The people of the lab, for whoever wants to hear a call: an echo, a tune, somebody busy, nobody at home, and one who calls back.
import type { Endpoint } from "../abi.ts"
import { Caller } from "../sim/caller.ts"
import { mannerOf } from "../sim/manner.ts"
import type { Voice } from "../sim/talk.ts"
import type { Wire } from "../sim/wire.ts"
import { Sockets } from "./sockets.ts"

type Person = { readonly number: string, readonly name: string, readonly what: string, readonly manner: string, readonly voice: Voice }

const TUNE: Voice = { kind: "tune", hertz: [262, 294, 330, 349, 392, 392, 440, 440, 440, 440, 392, 0, 0], eachMs: 300 }

export const LAB_PEOPLE: readonly Person[] = [
  { number: "600", name: "echo", what: "an echo", manner: "answers after 1s", voice: { kind: "echo" } },
  { number: "601", name: "tune", what: "a tune", manner: "answers after 2s", voice: TUNE },
  { number: "602", name: "busy", what: "busy", manner: "busy", voice: { kind: "silence" } },
  { number: "603", name: "nobody", what: "no answer", manner: "rings", voice: { kind: "silence" } },
  { number: "604", name: "later", what: "calls back", manner: "busy", voice: TUNE },
]

/** Who calls when nobody is named. */
const USUAL = "601"
const BACK_MS = 3000
const LATER = "604"
const ADDRESS = "127.0.0.1"
/** Above the phone's own ports for sound; each lab on a machine takes the first block whose last port is free. */
const SOUND_PORTS = 35_000, SOUND_PORTS_MAX = 60_000, PERSON_PORTS = 1000

export type LabPeople = {
  /** The contact of whoever has this number. */
  locate(user: string): { readonly uri: string } | undefined
  /** Somebody calls the phone through a server; what is wrong, or nothing. */
  call(number: string | undefined): string | undefined
  /** Whether a packet is from one of them: the phone has to prove who it is, they have not. */
  includes(from: Endpoint): boolean
  /** Of the block of ports that their sound takes. */
  readonly firstSoundPort: number
  close(): void
}

/** The wire of the people, with a free port for each. */
export type PeopleSockets = Wire & {
  bind(address: string, receive: (bytes: Uint8Array, from: Endpoint) => void): Promise<Endpoint>
  /** Keeps a port for us; false when another program has it. Without it all ports are free. */
  reserve?(address: string, port: number): Promise<boolean>
  closeAll(): void
}

/** Everybody gets a socket. `through`: the server that knows the phone, for calls to it. Rejects with the system's error. */
export async function startPeople(
  domain: string, user: string, now: () => number, through: () => Endpoint | undefined, sockets: PeopleSockets = new Sockets(now),
): Promise<LabPeople> {
  const callers = new Map<string, Caller>(), firstSoundPort = await freeBlock(sockets)
  function call(number = USUAL): string | undefined {
    const caller = callers.get(number), via = through()
    if (caller === undefined) return `Nobody has the number ${number}; there are ${[...callers.keys()].join(", ")}.`
    if (via === undefined) return "The phone is registered at no server, so nobody can call it."
    caller.call(user, { via })
    return undefined
  }
  for (const [i, { number, name, manner, voice }] of LAB_PEOPLE.entries()) {
    const at = await sockets.bind(ADDRESS, (bytes, from) => {
      const caller = callers.get(number), before = caller?.calls ?? 0
      caller?.receive(bytes, from, at)
      if (number === LATER && (caller?.calls ?? 0) > before) sockets.after(BACK_MS, () => void call(LATER))
    })
    const caller = new Caller({ wire: sockets, name, number, domain, at, soundPort: firstSoundPort + PERSON_PORTS * i, voice })
    caller.manner = mannerOf(manner.split(" ")) ?? caller.manner
    callers.set(number, caller)
  }
  return {
    locate(asked) {
      const caller = [...callers.values()].find(({ options: { number, name } }) => number === asked || name === asked)
      return caller === undefined ? undefined : { uri: caller.contact }
    },
    call,
    firstSoundPort,
    includes: (from) => [...callers.values()].some(({ options: { at } }) => at.port === from.port && at.address === from.address),
    close: () => sockets.closeAll(),
  }
}

/** The first port of a block that no other lab of this machine has. */
async function freeBlock(sockets: PeopleSockets): Promise<number> {
  const size = PERSON_PORTS * LAB_PEOPLE.length
  for (let from = SOUND_PORTS; from <= SOUND_PORTS_MAX; from += size) {
    if (sockets.reserve === undefined || await sockets.reserve(ADDRESS, from + size - 1)) return from
  }
  sockets.closeAll()
  throw new Error(`the ports ${SOUND_PORTS} and above are used by other labs`)
}

/** Whom to dial, in one line. */
export const LAB_CALLS = LAB_PEOPLE.map(({ number, what }) => `${number} ${what}`).join(", ")
