// A router that hides the phone behind one address of its own (RFC 4787 4.1: endpoint-independent mapping), and now and then forgets its mappings.
import { endpointText, type Endpoint } from "./phone.ts"

const FIRST_PORT = 40_000

export class Nat {
  readonly #address: string
  #port = FIRST_PORT
  readonly #outer = new Map<string, Endpoint>()
  readonly #inner = new Map<string, Endpoint>()

  constructor(address: string) { this.#address = address }

  /** Where the outside sees a packet from `from` come from. */
  out(from: Endpoint): Endpoint {
    const known = this.#outer.get(endpointText(from))
    if (known !== undefined) return known
    const mapped = { address: this.#address, port: this.#port++ }
    this.#outer.set(endpointText(from), mapped)
    this.#inner.set(endpointText(mapped), from)
    return mapped
  }

  /** Whom a packet from outside is for; undefined: nobody. */
  in(to: Endpoint): Endpoint | undefined { return this.#inner.get(endpointText(to)) }

  /** The router has been started anew: whatever goes out next has another port, and the old ones lead nowhere. */
  forget(): void {
    this.#outer.clear()
    this.#inner.clear()
  }
}
