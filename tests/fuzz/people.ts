// Who can be called in an attacked world: two callers behind the three servers, whose messages are templates for whatever an attacker sends.
import { type Endpoint } from "../../host/abi.ts"
import { Caller } from "../../host/sim/caller.ts"
import { CallServer } from "../../host/sim/callserver.ts"
import type { Wire } from "../../host/sim/wire.ts"
import { SERVERS, type Network } from "./network.ts"

const PHONE = "192.0.2.100", DOMAIN = "example.com", DELAY_MS = 2

export class People implements Wire {
  readonly callers: readonly Caller[]
  private readonly world: Network
  private readonly servers: ReadonlyMap<string, CallServer>

  constructor(world: Network) {
    this.world = world
    this.callers = ["bob", "carol"].map((name, i) => new Caller({
      wire: this, name, number: `70${i + 1}`, domain: DOMAIN, at: { address: `198.51.100.2${i + 1}`, port: 5060 }, soundPort: 20_000,
    }))
    this.servers = new Map([...world.registrars].map(([address, registrar]) => [address, new CallServer({
      at: { address, port: 5060 }, domain: DOMAIN, registrar,
      isTrusted: (from) => from.address !== PHONE,
      locate: (user, now) => {
        const caller = this.callers.find(({ options: { number, name } }) => number === user || name === user)
        if (caller !== undefined) return { uri: caller.contact }
        return [registrar, ...world.registrars.values()].flatMap((each) => each.bindings(now)).find(({ aor }) => aor.startsWith(`sip:${user}@`))
      },
    })]))
    world.people = (bytes, from, to) => this.took(bytes, from, to)
  }

  now(): number { return this.world.phone.now }
  after(ms: number, then: () => void): void { this.world.after(ms, then) }

  /** Something goes to the phone, to a server or to one of them. */
  send(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    if (to.address === PHONE) this.world.arrive(bytes, from, to.port)
    else this.after(DELAY_MS, () => void this.took(Buffer.from(bytes), from, to))
  }

  private took(bytes: Buffer, from: Endpoint, to: Endpoint): boolean {
    const caller = this.callers.find(({ options: { at } }) => at.address === to.address)
    if (caller !== undefined) {
      caller.receive(bytes, from, to)
      return true
    }
    const server = this.servers.get(to.address)
    if (server === undefined || server.options.registrar.mode.kind === "refuse" && SERVERS.includes(to.address)) return false
    for (const answer of server.receive(bytes, from, this.now())) this.after(answer.delayMs ?? 0, () => this.send(server.options.at, answer.to, answer.bytes))
    return true
  }
}
