// A load balancer as of the SKUDONET document: one virtual address, and behind it backends with address, port and weight (LSLB farm, profile L4xNAT, type SIP).
// It looks at addresses and ports only. Who has come once stays with his backend until that is dropped or he has been quiet for long.
import { endpointText, type Endpoint } from "./phone.ts"
import type { Answer, Service } from "./service.ts"

export type Backend = { readonly name: string, readonly at: Endpoint, readonly weight: number, readonly service: Service }

/** What an administrator fills in: the farm's address and ports; `dnat` keeps the client's address towards the backends, `nat` hides it behind the farm's. */
export type FarmOptions = { readonly address: string, readonly ports: readonly number[], readonly nat: "nat" | "dnat", readonly backends: readonly Backend[] }

type Session = { readonly client: Endpoint, backend: Backend, readonly port: number, usedAt: number }

const QUIET_MS = 180_000
const FIRST_PORT = 20_000

export class Balancer implements Service {
  readonly options: FarmOptions
  /** The unit in charge does not answer: the other one has yet to take over its address. */
  silent = false
  readonly #sessions = new Map<string, Session>()
  readonly #dropped = new Set<string>()
  readonly #credit = new Map<string, number>()
  #port = FIRST_PORT

  constructor(options: FarmOptions) { this.options = options }

  /** A health check has found a backend out of order: nobody gets there any more. */
  drop(name: string): void { this.#dropped.add(name) }

  restore(name: string): void { this.#dropped.delete(name) }

  /** The backend that serves this client now. */
  backendOf(client: Endpoint): string | undefined { return this.#sessions.get(endpointText(client))?.backend.name }

  receive(bytes: Uint8Array, from: Endpoint, now: number, at: Endpoint): readonly Answer[] | "refused" {
    if (this.silent || !this.options.ports.includes(at.port)) return []
    const session = this.#sessionOf(from, now)
    if (session === undefined) return []
    const { backend, client, port } = session
    const seen = this.options.nat === "dnat" ? client : { address: this.options.address, port }
    const answers = backend.service.receive(bytes, seen, now, backend.at)
    // A backend that is not there refuses; at layer 4 that gets no further than the balancer.
    if (answers === "refused") return []
    return answers.map((answer) => endpointText(answer.to) === endpointText(seen) ? { ...answer, to: client } : answer)
  }

  #sessionOf(client: Endpoint, now: number): Session | undefined {
    const key = endpointText(client), known = this.#sessions.get(key)
    const backend = known !== undefined && now - known.usedAt < QUIET_MS && !this.#dropped.has(known.backend.name) ? known.backend : this.#choose()
    if (backend === undefined) return undefined
    const session = { client, backend, port: known?.port ?? this.#port++, usedAt: now }
    this.#sessions.set(key, session)
    return session
  }

  /** Smooth weighted round robin: everybody gains his weight, the richest is chosen and pays for all. */
  #choose(): Backend | undefined {
    const up = this.options.backends.filter(({ name }) => !this.#dropped.has(name))
    for (const { name, weight } of up) this.#credit.set(name, (this.#credit.get(name) ?? 0) + weight)
    const best = up.reduce<Backend | undefined>((chosen, each) => chosen === undefined || this.#creditOf(each) > this.#creditOf(chosen) ? each : chosen, undefined)
    if (best !== undefined) this.#credit.set(best.name, this.#creditOf(best) - up.reduce((sum, { weight }) => sum + weight, 0))
    return best
  }

  #creditOf({ name }: Backend): number { return this.#credit.get(name) ?? 0 }
}
