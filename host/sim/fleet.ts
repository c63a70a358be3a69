// Many phones and the servers that they share, on one clock: what a crowd of phones does to a server when another one dies.
import { Nameserver } from "./nameserver.ts"
import { BOOT, type MakePhone } from "./phone.ts"
import { Random } from "./random.ts"
import { Registrar, type RegistrarOptions } from "./registrar.ts"
import type { Service } from "./service.ts"
import { World } from "./world.ts"
import { parseZone } from "./zone.ts"

export type FleetOptions = {
  readonly seed: number
  readonly phones: number
  readonly make: MakePhone
  /** Settings of all phones; each has a user of its own besides. */
  readonly settings: string
  readonly zone: string
  readonly servers: readonly ServerOptions[]
}

export type ServerOptions = Omit<RegistrarOptions, "onRequest" | "users"> & { readonly address: string }

const NAMESERVER = { address: "192.0.2.53", port: 53 }
const SIP_PORT = 5060
const PASSWORD = "secret"
/** Virtual time begins somewhere in 2026, as a phone's clock does. */
const CLOCK_ORIGIN = 1_780_000_000_000

/** A server of the fleet: up, or its process is gone and its machine refuses, or all of it is gone. */
export class FleetServer implements Service {
  state: "up" | "refuses" | "gone" = "up"
  /** When each REGISTER came, in milliseconds. */
  readonly registers: number[] = []
  readonly registrar: Registrar

  constructor(options: Omit<RegistrarOptions, "onRequest">) {
    this.registrar = new Registrar({ ...options, onRequest: ({ method }, _source, now) => { if (method === "REGISTER") this.registers.push(now) } })
  }

  receive(bytes: Uint8Array, from: { address: string, port: number }, now: number) {
    if (this.state === "gone") return []
    return this.state === "refuses" ? "refused" as const : this.registrar.receive(bytes, from, now)
  }
}

export class Fleet {
  now = 0
  readonly servers: readonly FleetServer[]
  readonly #worlds: readonly World[]
  readonly #random: Random

  constructor(options: FleetOptions) {
    this.#random = new Random(options.seed, "fleet")
    const names = Array.from({ length: options.phones }, (_, i) => String(10000 + i))
    const users = Object.fromEntries(names.map((name) => [name, PASSWORD]))
    this.servers = options.servers.map(({ address: _, ...server }) => new FleetServer({ ...server, users }))
    const nameserver = new Nameserver([parseZone(options.zone)])
    this.#worlds = names.map((name, i) => this.#settle(options, name, i, nameserver))
  }

  /** A world with one phone, and the servers of all. */
  #settle(options: FleetOptions, user: string, i: number, nameserver: Nameserver): World {
    const world = new World({
      seed: options.seed * 100_003 + i, make: options.make, settings: `${options.settings}user: ${user}\npassword: ${PASSWORD}\n`,
      addresses: [`10.0.${i >>> 8}.${i & 255}`], dns: [NAMESERVER.address], clockOrigin: CLOCK_ORIGIN, checks: [],
    })
    options.servers.forEach(({ address }, place) => world.place({ address, port: SIP_PORT }, this.servers[place] as FleetServer))
    world.place(NAMESERVER, { receive: (bytes, from) => nameserver.replies(bytes).map(({ bytes: answer, delayMs }) => ({ bytes: answer, delayMs, to: from })) })
    return world
  }

  /** Boots every phone, one after the other within so many milliseconds. */
  boot(withinMs: number): void {
    for (const world of this.#worlds) world.at(this.now + this.#random.between(0, withinMs), () => world.boot(BOOT.cold))
  }

  /** The network of every phone goes down, or comes back, at this instant. */
  network(up: boolean): void {
    this.#worlds.forEach((world) => {
      world.run(this.now)
      if (up) world.takeNetworkUp(world.addresses)
      else world.takeNetworkDown(false)
    })
  }

  /** Runs all phones until an instant, in the order of what happens to them: the servers' clock never goes back. */
  run(until: number): void {
    // A heap of worlds, the one whose turn is next on top: running it changes no other's turn.
    const heap = [...this.#worlds].sort((a, b) => a.queue.nextAt - b.queue.nextAt)
    for (let top; (top = heap[0]) !== undefined && top.queue.nextAt <= until;) {
      top.run(top.queue.nextAt)
      sink(heap, top)
    }
    this.now = until
  }
}

/** Puts the top of a heap where it belongs now. */
function sink(heap: World[], world: World): void {
  const at = world.queue.nextAt
  let place = 0
  for (;;) {
    const left = heap[2 * place + 1], right = heap[2 * place + 2]
    if (left === undefined) break
    const [child, down] = right !== undefined && right.queue.nextAt < left.queue.nextAt ? [right, 2 * place + 2] : [left, 2 * place + 1]
    if (child.queue.nextAt >= at) break
    heap[place] = child
    place = down
  }
  heap[place] = world
}

/** The busiest part of a time as a multiple of its mean: how many fall into each of `parts` equal parts between two instants. 0 when nothing does. */
export function peakToMean(instants: readonly number[], from: number, to: number, parts: number): number {
  const counts = new Array<number>(parts).fill(0)
  for (const at of instants) {
    const part = Math.floor((at - from) / (to - from) * parts)
    if (part >= 0 && part < parts) counts[part] = (counts[part] ?? 0) + 1
  }
  const total = counts.reduce((sum, count) => sum + count, 0)
  return total === 0 ? 0 : Math.max(...counts) / (total / parts)
}
