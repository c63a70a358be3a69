// The sockets of a simulated phone: which flows are open, where packets leave from and who takes those that come.
import { Violation } from "./check.ts"
import { FAILURE, endpointText, type Endpoint, type FlowEvent } from "./phone.ts"

type Flow = { readonly local: Endpoint, readonly peer: Endpoint | undefined }

const NAME = "flows are used in order"
const ANY = "0.0.0.0" // what a real socket that is open for everyone says of itself
const FIRST_PORT = 40_000
const LAST_PORT = 60_000

/** Flows by number. A phone that uses one in a way that no host permits is in violation. */
export class Flows {
  readonly #flows = new Map<number, Flow>()
  #lastPort = FIRST_PORT
  // A phone whose socket is opened again should have the same port as before, as its Contact names it: host/run.ts does so too.
  #chosenPort: number | undefined

  has(flow: number): boolean { return this.#flows.has(flow) }
  isConnected(flow: number): boolean { return this.#flows.get(flow)?.peer !== undefined }
  /** How many receive from everyone. */
  get listeners(): number { return [...this.#flows.values()].filter(({ peer }) => peer === undefined).length }
  close(flow: number): void { this.#flows.delete(flow) }
  closeAll(): void { this.#flows.clear() }

  /** Opens a flow on a machine with these addresses; returns what becomes of it. */
  open(flow: number, local: Endpoint, peer: Endpoint | undefined, addresses: readonly string[]): FlowEvent {
    if (this.#flows.has(flow)) throw new Violation(NAME, `flow ${flow} is opened twice`)
    const own = addresses.find(address => peer === undefined || isIp6(address) === isIp6(peer.address))
    if (own === undefined) return { kind: "failed", code: FAILURE.unreachable }
    // Several sockets may have one port, as long as each talks with a peer of its own, and one with everyone.
    const taken = [...this.#flows.values()].some(other => other.local.port === local.port && textOf(other.peer) === textOf(peer))
    if (local.port !== 0 && taken) return { kind: "failed", code: FAILURE.busyPort }
    const address = local.address !== "" ? local.address : peer === undefined ? ANY : own
    if (peer === undefined && local.port === 0) this.#chosenPort ??= this.#freePort()
    const opened = { address, port: local.port !== 0 ? local.port : peer === undefined ? this.#chosenPort ?? 0 : this.#freePort() }
    this.#flows.set(flow, { local: opened, peer })
    return { kind: "opened", local: opened }
  }

  #freePort(): number {
    this.#lastPort = this.#lastPort >= LAST_PORT ? FIRST_PORT : this.#lastPort + 1
    return this.#lastPort
  }

  /** The local port of a flow that may send to this peer. */
  portToward(flow: number, peer: Endpoint): number {
    const entry = this.#flows.get(flow)
    const what = `a packet for ${endpointText(peer)} is sent on flow ${flow}`
    if (entry === undefined) throw new Violation(NAME, `${what}, which is not open`)
    if (entry.peer !== undefined && textOf(entry.peer) !== endpointText(peer)) {
      throw new Violation(NAME, `${what}, which is connected to ${endpointText(entry.peer)}`)
    }
    return entry.local.port
  }

  /** The address that a packet leaves from; undefined when the one that its flow is bound to is no longer ours. */
  sourceOf(flow: number, peer: Endpoint, addresses: readonly string[]): string | undefined {
    const bound = this.#flows.get(flow)?.local.address
    return addresses.find(address => bound === ANY ? isIp6(address) === isIp6(peer.address) : address === bound)
  }

  /** The flow that takes a datagram: one connected to its sender before one that is open for everyone. */
  taker(from: Endpoint, to: Endpoint): number | undefined {
    let open: number | undefined
    for (const [number, flow] of this.#flows) {
      if (flow.local.port !== to.port) continue
      if (flow.peer === undefined) open = number
      else if (flow.local.address === to.address && textOf(flow.peer) === endpointText(from)) return number
    }
    return open
  }
}

function isIp6(address: string): boolean { return address.includes(":") }

function textOf(peer: Endpoint | undefined): string { return peer === undefined ? "" : endpointText(peer) }
