// The servers of a world: registrar and nameserver of the lab with the troubles that a scenario gives them.
import type { CallServer } from "./callserver.ts"
import { Nameserver, type Fault } from "./nameserver.ts"
import type { Endpoint } from "./phone.ts"
import { Registrar, type Binding, type Mode } from "./registrar.ts"
import type { Hash } from "./challenger.ts"
import { PASSWORD, type DnsTrouble, type RegistrarTrouble, type Scenario } from "./scenario.ts"
import type { Answer, Service } from "./service.ts"
import { parseZone } from "./zone.ts"

/** Packets may overtake each other by so much: jitter and holding back, and once more for the slowest path. */
const REORDER_MS = 8000

export class SimRegistrar implements Service {
  readonly at: Endpoint
  readonly #registrar: Registrar
  /** Passes calls on, in worlds that have some. */
  calls: CallServer | undefined
  #how: RegistrarTrouble | undefined

  constructor(scenario: Scenario, index: number, hash: Hash) {
    const plan = scenario.servers[index]
    if (plan === undefined) throw new RangeError(`there is no server ${index}`)
    this.at = { address: plan.address, port: plan.port }
    this.#registrar = new Registrar({
      realm: plan.realm, users: { [scenario.user]: PASSWORD }, hash, secret: `${scenario.seed} ${index} ${scenario.user}`, algorithms: plan.algorithms, qop: plan.qop,
      nonceLifeSec: plan.nonceLifeSec, saysStale: plan.saysStale, givesNextNonce: plan.givesNextNonce,
      minExpiresSec: plan.minExpiresSec, maxExpiresSec: plan.maxExpiresSec, reorderMs: REORDER_MS,
    })
  }

  get inner(): Registrar { return this.#registrar }
  get isUp(): boolean { return this.#how === undefined }
  get violations(): readonly string[] { return this.#registrar.violations }

  bindings(now: number): readonly Binding[] { return this.#registrar.bindings(now) }

  /** Puts it into trouble, or out of it. A registrar that crashes or restarts forgets its bindings; one whose machine is gone keeps them. */
  trouble(how: RegistrarTrouble | undefined): void {
    if (how?.kind === "crashed" || how?.kind === "restart") this.#registrar.restart()
    this.#how = how
    this.#registrar.mode = modeOf(how)
  }

  receive(bytes: Uint8Array, from: Endpoint, now: number): readonly Answer[] | "refused" {
    if (this.#how?.kind === "gone") return []
    if (this.#registrar.mode.kind === "refuse") return "refused"
    return (this.calls ?? this.#registrar).receive(bytes, from, now)
  }
}

function modeOf(how: RegistrarTrouble | undefined): Mode {
  switch (how?.kind) {
    case "crashed": return { kind: "refuse" }
    case "gone": case "silent": return { kind: "silent" }
    case "late": return { kind: "late", ms: how.ms }
    case "code": return how.retryAfterSec > 0 ? { kind: "code", code: how.code, retryAfterSec: how.retryAfterSec } : { kind: "code", code: how.code }
    case "challenges": return { kind: "challenge", nonce: how.nonce }
    case "brief": return { kind: "brief" }
    default: return { kind: "well" }
  }
}

export class SimNameserver implements Service {
  readonly #nameserver: Nameserver

  constructor(zones: readonly string[], rotate: boolean) { this.#nameserver = new Nameserver(zones.map(zone => parseZone(zone)), { rotate }) }

  serve(zones: readonly string[]): void { this.#nameserver.zones = zones.map(zone => parseZone(zone)) }

  trouble(how: DnsTrouble | undefined): void { this.#nameserver.fault = faultOf(how) }

  receive(bytes: Uint8Array, from: Endpoint): readonly Answer[] | "refused" {
    if (!this.#nameserver.listening) return "refused"
    // An answer from another port never gets to the connected socket of a resolver.
    const replies = this.#nameserver.replies(bytes).filter(reply => !reply.otherSource)
    return replies.map(({ bytes: answer, delayMs }) => ({ bytes: answer, to: from, delayMs }))
  }
}

function faultOf(how: DnsTrouble | undefined): Fault {
  switch (how) {
    case undefined: return { kind: "none" }
    case "crashed": return { kind: "dead" }
    case "slow": return { kind: "slow", ms: 3000 }
    case "no lifetime": return { kind: "ttl", seconds: 0 }
    default: return { kind: how }
  }
}
