// The lab: a nameserver and three registrars on loopback addresses of this machine, to watch the phone hunt without a network.
import { createHash, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Endpoint } from "../abi.ts"
import { endpointText } from "../calls.ts"
import { UserError, because, systemCode } from "../errors.ts"
import type { LabLine, LabState } from "../handset/handset.ts"
import type { Override } from "../options.ts"
import type { Hash } from "../sim/challenger.ts"
import { CallServer } from "../sim/callserver.ts"
import { Nameserver } from "../sim/nameserver.ts"
import { Registrar, type Mode } from "../sim/registrar.ts"
import { parseZone } from "../sim/zone.ts"
import { LAB_CALLS, startPeople, type LabPeople, type PeopleSockets } from "./people.ts"
import { LabServer, type Listen, type Receive, type Serving } from "./server.ts"
import { Sockets } from "./sockets.ts"
import { fillZone, serversIn, type ZoneServer } from "./zone.ts"

export const LAB_DOMAIN = "rapidtech.phones"
/** The accounts of the lab and their passwords; the phone has the first. */
export const LAB_ACCOUNTS: Readonly<Record<string, string>> = { 6001: "hunt-6001", 6002: "hunt-6002", 6003: "hunt-6003", 6004: "hunt-6004" }
export const LAB_USER = "6001"
export const LAB_PASSWORD = "hunt-6001"

/** How long the lab's registrars grant: short, so that a server's death is noticed soon. */
export const LAB_EXPIRES_SEC = 15

const SETTINGS = { domain: LAB_DOMAIN, server: "", user: LAB_USER, auth_user: "", password: LAB_PASSWORD, sip_port: "0", enabled: "1" }

/**
 * What a phone has in the lab unless its kept settings say otherwise: nobody wants to watch for the way back for five minutes, and servers that fall
 * on purpose are not held down for it.
 */
export const LAB_DEFAULTS: Readonly<Record<string, string>> = { probe_interval: "30", hold_down: "0" }

const SIP_PORT = 5060, OTHER_PORT = 15060

export type Lab = {
  /** The nameserver, as the core wants it. */
  readonly dns: string
  lines(): LabLine[]
  /** Changes server n, counted from 1; resolves to what is wrong, or nothing. */
  set(server: number, state: LabState): Promise<string | undefined>
  /** Somebody of the lab calls the phone: who has this number, or the usual one. What is wrong, or nothing. */
  call(number?: string): string | undefined
  /** Settings with which the phone finds the lab. */
  readonly settings: Override[]
  close(): void
}

type Member = { zone: ZoneServer; server: Serving; registrar: Registrar; calls: CallServer; state: LabState }

/** Where the lab's servers and people are. */
export type LabNet = { listen: Listen; sockets(now: () => number): PeopleSockets }

const LOOPBACK: LabNet = { listen: (at, receive) => new LabServer(at, receive), sockets: (now) => new Sockets(now) }

/** Starts the lab. `changed` is called whenever a line of it has changed. Throws UserError. */
export async function startLab(now: () => number, changed: () => void, net = LOOPBACK): Promise<Lab> {
  const text = readFileSync(new URL("rapidtech.zone", import.meta.url), "latin1")
  const members: Member[] = []
  const through = (): Endpoint | undefined => members.find((member) => isKnown(member, now()))?.server.at
  const people = await startPeople(LAB_DOMAIN, LAB_USER, now, through, net.sockets(now)).catch((error: unknown) => {
    throw new UserError("lab", `The lab's people cannot listen on 127.0.0.1: ${because(error)}; is the loopback interface up?`)
  })
  const locate = (user: string): { readonly uri: string } | undefined => people.locate(user)
    ?? members.flatMap(({ registrar }) => registrar.bindings(now())).find(({ aor }) => aor.startsWith(`sip:${user}@`))
  for (const [i, zone] of serversIn(text).entries()) members.push(await startMember(zone, i, now, changed, people, locate, net))
  const nameserver = new Nameserver([parseZone(fillZone(text, members.map(({ zone, server }) => ({ ...zone, at: server.at }))))])
  const dns = net.listen({ address: "127.0.0.1", port: 0 }, (bytes, from) => {
    const answer = nameserver.receive(bytes)
    return answer === null ? [] : [{ bytes: answer, to: from }]
  })
  try {
    await dns.start()
  } catch (error) {
    throw new UserError("lab", `The lab's nameserver cannot listen on 127.0.0.1: ${because(error)}; is the loopback interface up?`)
  }
  return {
    dns: endpointText(dns.at),
    lines: () => members.map((member) => lineOf(member, now())),
    async set(n, state) {
      const member = members[n - 1]
      if (member === undefined) return `There is no server ${n}; there are 1 to ${members.length}.`
      const wrong = await change(member, state)
      changed()
      return wrong
    },
    settings: overrides(SETTINGS),
    call: (number) => people.call(number),
    close() {
      people.close()
      for (const each of [dns, ...members.map(({ server }) => server)]) each.crash()
    },
  }
}

/** Those of the lab's defaults that are not set already. */
export function labDefaults(isSet: (name: string) => boolean): Override[] {
  return overrides(Object.fromEntries(Object.entries(LAB_DEFAULTS).filter(([name]) => !isSet(name))))
}

function overrides(settings: Readonly<Record<string, string>>): Override[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value, flag: "the lab" }))
}

type Locate = (user: string) => { readonly uri: string } | undefined

async function startMember(
  zone: ZoneServer, index: number, now: () => number, changed: () => void, people: LabPeople, locate: Locate, net: LabNet,
): Promise<Member> {
  const registrar = new Registrar({
    realm: zone.host, users: LAB_ACCOUNTS, hash: nodeHash, secret: randomBytes(8).toString("hex"), maxExpiresSec: LAB_EXPIRES_SEC,
    algorithms: ["SHA-256", "MD5"],
  })
  let calls: CallServer | undefined
  const server = await serverAt(net, places(zone.at.address, index), (bytes, from) => {
    const answers = calls?.receive(bytes, from, now()) ?? []
    changed()
    return answers
  })
  calls = new CallServer({ at: server.at, domain: LAB_DOMAIN, registrar, locate, isTrusted: people.includes })
  calls.challenges = "invite"
  calls.knowsCalls = true
  return { zone, registrar, server, calls, state: "up" }
}

function isKnown({ registrar, state }: Member, now: number): boolean { return state === "up" && registrar.bindings(now).length > 0 }

const nodeHash: Hash = (name, text) => createHash(name === "SHA-512-256" ? "sha512-256" : name).update(text, "latin1").digest("hex")

const MODES: Record<LabState, Mode> = {
  up: { kind: "well" }, crashed: { kind: "refuse" }, silent: { kind: "silent" }, "503": { kind: "code", code: 503 },
}

/** Where a server may be, best first: its own address; another port of it; 127.0.0.1, where a system has no other address. */
function places(address: string, index: number): Endpoint[] {
  const at = (address: string, ...ports: number[]): Endpoint[] => ports.map((port) => ({ address, port }))
  return [...at(address, SIP_PORT, OTHER_PORT + index, 0), ...at("127.0.0.1", OTHER_PORT + index, 0)]
}

async function serverAt(net: LabNet, candidates: Endpoint[], receive: Receive): Promise<Serving> {
  let last: unknown
  for (const at of candidates) {
    const server = net.listen(at, receive)
    try {
      await server.start()
      return server
    } catch (error) {
      if (!["EADDRINUSE", "EADDRNOTAVAIL", "EACCES"].includes(systemCode(error))) throw error
      last = error
    }
  }
  throw new UserError("lab", `The lab's servers cannot listen on loopback addresses: ${because(last)}; is the loopback interface up?`)
}

async function change(member: Member, state: LabState): Promise<string | undefined> {
  member.registrar.mode = MODES[state]
  if (state === "crashed") {
    member.server.crash()
    // A server that crashes forgets who was registered, and every call.
    member.registrar.restart()
    member.calls.restart()
  } else {
    try {
      await member.server.start()
    } catch (error) {
      return `${endpointText(member.server.at)} cannot be brought back: ${because(error)}.`
    }
  }
  member.state = state
  return undefined
}

function lineOf({ zone, server, registrar, state }: Member, now: number): LabLine {
  const name = zone.host.split(".")[0] ?? zone.host, share = `${zone.priority} ${zone.weight}`
  return { name, at: endpointText(server.at), share, state, registered: registrar.bindings(now).length > 0 }
}

/** The lab as lines of text. */
export function labText(lines: readonly LabLine[]): string {
  return [...lines.map((line, i) => `${i + 1} ${line.name} ${line.at} ${line.share} ${line.state}${line.registered ? " registered" : ""}`), `people: ${LAB_CALLS}`, `accounts: ${Object.keys(LAB_ACCOUNTS).join(", ")}; the password of 6002 is hunt-6002, and so on`].join("\n")
}
