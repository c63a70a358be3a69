// A world with one phone in it: a virtual clock, the paths to its servers, the flows that it has opened, and the checks that watch it.
import { carry, PERFECT, type Quality } from "./link.ts"
import { summary } from "./message.ts"
import { BOOT, Difference, FAILURE, endpointText, type Boot, type Endpoint, type FlowEvent, type MakePhone, type Output, type Phone } from "./phone.ts"
import { EventQueue } from "./queue.ts"
import { Random } from "./random.ts"

/** What a server sends back, and how long it takes to think. */
export type Answer = { readonly bytes: Uint8Array, readonly to: Endpoint, readonly afterMs: number }

/** Somebody at an address and port. "refused": nobody listens there, so the machine refuses by ICMP. */
export type Service = { receive(bytes: Uint8Array, from: Endpoint, now: number): readonly Answer[] | "refused" }

/**
 * Something that must always hold. Each function is told what happened (times are milliseconds since the world began) and throws a
 * Violation when it should not have.
 */
export type Check = {
  readonly name: string
  /** The phone is started; `kept`: it got what the one before it left. */
  booted?(now: number, kept: boolean): void
  /** The phone sends. */
  sent?(now: number, flow: number, peer: Endpoint, bytes: Uint8Array): void
  /** A packet gets to the phone. `damaged`: it is not what its sender sent. */
  delivered?(now: number, from: Endpoint, bytes: Uint8Array, damaged: boolean): void
  /** A packet to or from this address was lost, refused or could not be sent; "" = the phone's own network. */
  troubled?(now: number, address: string): void
  /** The phone reports an event (code and text of the ABI), or logs a line (code 0). */
  told?(now: number, code: number, text: string): void
  /** The phone's deadline has passed; `deadline` is the next one. */
  woken?(now: number, deadline: number): void
  /** Something has happened and its consequences are drawn. */
  stepped?(now: number): void
}

/** A check has failed. */
export class Violation extends Error {
  readonly check: string
  constructor(check: string, sentence: string) {
    super(sentence)
    this.check = check
  }
}

export type WorldOptions = {
  readonly seed: number
  readonly make: MakePhone
  readonly settings: string
  /** The phone's own addresses, one of each family at most. */
  readonly addresses: readonly string[]
  /** DNS servers as the core reads them: an address, or address:port. */
  readonly dns: readonly string[]
  /** What the phone's clock shows when the world begins. */
  readonly clockOrigin: number
  readonly checks: readonly Check[]
  /** Gets a line for everything that happens. */
  readonly tell?: (line: string) => void
}

type Flow = { readonly local: Endpoint, readonly peer: Endpoint | undefined }

const OUTPUTS_MAX = 500 // after one input; more is a phone that never rests

export class World {
  now = 0
  readonly queue = new EventQueue()
  /** The last things that happened. */
  readonly history: string[] = []
  readonly #options: WorldOptions
  readonly #random: Random
  readonly #entropy: Random
  readonly #services = new Map<string, Service>()
  readonly #qualities = new Map<string, Quality>()
  readonly #flows = new Map<number, Flow>()
  #addresses: readonly string[]
  #networkUp = true
  #phone: Phone | undefined
  #lives = 0
  #timer: number | undefined
  #timerVersion = 0
  #stalledUntil = 0
  #backlog: (() => void)[] = []
  #nextPort = 40_000

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = new Random(options.seed, "links")
    this.#entropy = new Random(options.seed, "entropy")
    this.#addresses = options.addresses
  }

  get networkUp(): boolean { return this.#networkUp }
  get addresses(): readonly string[] { return this.#addresses }
  get phone(): Phone | undefined { return this.#phone }

  place(at: Endpoint, service: Service): void { this.#services.set(endpointText(at), service) }

  /** Sets how good the path to and from an address is. */
  path(address: string, quality: Quality): void { this.#qualities.set(address, quality) }

  /** Calls back at an instant. */
  at(when: number, happen: () => void): void { this.queue.plan(Math.max(when, this.now), happen) }

  /** Runs until an instant; everything that happens before it or at it is done. */
  run(until: number): void {
    while (this.queue.nextAt <= until) {
      const event = this.queue.take()
      if (event === undefined) break
      this.now = Math.max(this.now, event.at)
      event.happen()
      this.#each(check => check.stepped?.(this.now))
    }
    this.now = Math.max(this.now, until)
    this.#each(check => check.stepped?.(this.now))
  }

  note(line: string): void {
    const whole = `${timeText(this.now)}  ${line}`
    this.history.push(whole)
    if (this.history.length > 40) this.history.shift()
    this.#options.tell?.(whole)
  }

  // -- The phone's life

  /** Starts the phone; one that runs is cut off as by pulling its plug. Its sockets are closed. */
  boot(boot: Boot): void {
    const kept = boot === BOOT.trap ? this.#phone?.keep().slice() : undefined
    this.note(`BOOT ${this.#lives === 0 ? "the first time" : boot === BOOT.trap ? "with what was kept" : "from nothing"}`)
    this.#lives++
    this.#flows.clear()
    this.#backlog = []
    this.#stalledUntil = 0
    const phone = this.#options.make(kept)
    this.#phone = phone
    this.#each(check => check.booted?.(this.now, kept !== undefined))
    this.#input("entropy", () => phone.entropy(this.#entropy.bytes(48)))
    this.#input("open", () => phone.open(this.#options.settings, boot, this.#clock()))
    if (this.#networkUp) this.#input("network up", () => phone.network(true, this.#networkText(), this.#clock()))
  }

  /** Asks the phone to unregister and rest. */
  close(): void { this.#take("close", phone => phone.close(this.#clock())) }

  /** Presses and releases a key. */
  press(key: string): void {
    this.#take(`key ${key}`, phone => phone.key(key, true, this.#clock()))
    this.#take(`key ${key} up`, phone => phone.key(key, false, this.#clock()))
  }

  /** Types a console line. */
  type(line: string): void { this.#take(`command ${line}`, phone => phone.command(line, this.#clock())) }

  /** The host is busy for a while: whatever comes waits, and the phone hears of it late. */
  stall(ms: number): void {
    this.note(`the host stalls for ${ms} ms`)
    this.#stalledUntil = this.now + ms
    this.at(this.#stalledUntil, () => {
      const waiting = this.#backlog
      this.#backlog = []
      for (const happen of waiting) happen()
      this.#arm()
    })
  }

  // -- The phone's network

  takeNetworkDown(): void {
    if (!this.#networkUp) return
    this.note("the network goes down")
    this.#networkUp = false
    this.#each(check => check.troubled?.(this.now, ""))
    this.#take("network down", phone => phone.network(false, "", this.#clock()))
  }

  /** The network comes, or changes when it is there. */
  takeNetworkUp(addresses: readonly string[]): void {
    this.note(`the network is up: ${addresses.join(", ")}`)
    this.#networkUp = true
    this.#addresses = addresses
    this.#each(check => check.troubled?.(this.now, ""))
    this.#take("network up", phone => phone.network(true, this.#networkText(), this.#clock()))
  }

  #networkText(): string {
    return [...this.#addresses.map(address => `address ${address}`), ...this.#options.dns.map(dns => `dns ${dns}`)].join("\n")
  }

  // -- Inputs and outputs

  #clock(): number { return this.#options.clockOrigin + this.now }

  /** Gives the phone an input, now or when its host is no longer busy. */
  #take(what: string, give: (phone: Phone) => void): void {
    const phone = this.#phone
    if (phone === undefined) return
    const happen = (): void => {
      if (this.#phone === phone) this.#input(what, () => give(phone))
    }
    if (this.now < this.#stalledUntil) this.#backlog.push(happen)
    else happen()
  }

  // The loop of driver.ts: one input, all its outputs, the next deadline.
  #input(what: string, give: () => void): void {
    const phone = this.#phone
    if (phone === undefined) return
    this.#guarded(what, give)
    for (let count = 0; ; count++) {
      const output = this.#guarded(`output after ${what}`, () => phone.output())
      if (output === undefined) break
      if (count >= OUTPUTS_MAX) throw new Violation("the phone rests", `more than ${OUTPUTS_MAX} outputs after ${what}`)
      this.#carryOut(output)
    }
    this.#arm()
  }

  /** A trap, a refused input and a difference between engines are violations. */
  #guarded<T>(what: string, call: () => T): T {
    try {
      return call()
    } catch (error) {
      if (error instanceof Violation) throw error
      if (error instanceof Difference) throw new Violation("both engines do the same", error.message)
      throw new Violation("the core takes every input", `${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #arm(): void {
    const phone = this.#phone
    if (phone === undefined) return
    const deadline = this.#guarded("deadline", () => phone.deadline()) - this.#options.clockOrigin
    if (deadline === this.#timer && deadline > this.now) return
    this.#timer = deadline
    const version = ++this.#timerVersion
    if (deadline === Infinity) return
    this.at(Math.max(deadline, this.#stalledUntil), () => this.#wake(version))
  }

  #wake(version: number): void {
    const phone = this.#phone
    if (phone === undefined || version !== this.#timerVersion) return
    if (this.now < this.#stalledUntil) return this.at(this.#stalledUntil, () => this.#wake(version))
    this.#timer = undefined
    this.#input("timeout", () => phone.timeout(this.#clock()))
    const next = phone.deadline() - this.#options.clockOrigin
    this.#each(check => check.woken?.(this.now, next))
  }

  #carryOut(output: Output): void {
    switch (output.kind) {
      case "send": return this.#send(output.flow, output.peer, output.bytes)
      case "open": return this.#open(output.flow, output.local, output.peer)
      case "close": return void this.#flows.delete(output.flow)
      case "event":
        this.note(`EVENT ${output.code} ${output.text}`)
        return this.#each(check => check.told?.(this.now, output.code, output.text))
      case "log":
        this.note(`log ${output.text}`)
        return this.#each(check => check.told?.(this.now, 0, output.text))
      case "reply": return this.note(`reply ${output.text}`)
      default: return
    }
  }

  // -- Flows

  #open(flow: number, local: Endpoint, peer: Endpoint | undefined): void {
    if (this.#flows.has(flow)) throw new Violation("flows are used in order", `flow ${flow} is opened twice`)
    const family = peer?.address.includes(":") ?? false
    const own = this.#addresses.find(address => address.includes(":") === family)
    if (!this.#networkUp || (peer !== undefined && own === undefined)) return this.#flowEvent(flow, { kind: "failed", code: FAILURE.unreachable })
    const taken = [...this.#flows.values()].some(other => other.local.port === local.port && (other.peer === undefined) === (peer === undefined))
    if (peer === undefined && local.port !== 0 && taken) return this.#flowEvent(flow, { kind: "failed", code: FAILURE.busyPort })
    const address = local.address !== "" ? local.address : peer === undefined ? "0.0.0.0" : own ?? "0.0.0.0"
    const opened = { address, port: local.port !== 0 ? local.port : this.#freePort() }
    this.#flows.set(flow, { local: opened, peer })
    this.#flowEvent(flow, { kind: "opened", local: opened })
  }

  #freePort(): number {
    this.#nextPort = this.#nextPort >= 60_000 ? 40_000 : this.#nextPort + 1
    return this.#nextPort
  }

  /** Tells the phone of a flow a moment later: never inside the drain of outputs. */
  #flowEvent(flow: number, event: FlowEvent, afterMs = 0): void {
    const life = this.#lives
    this.at(this.now + afterMs, () => {
      if (life !== this.#lives) return
      if (event.kind !== "failed" && !this.#flows.has(flow)) return
      this.#take(`flow ${flow} ${event.kind}`, phone => phone.flow(flow, event, this.#clock()))
    })
  }

  // -- Packets

  #send(flow: number, peer: Endpoint, bytes: Uint8Array): void {
    const entry = this.#flows.get(flow)
    if (entry === undefined) throw new Violation("flows are used in order", `a packet for ${endpointText(peer)} is sent on flow ${flow}, which is not open`)
    if (entry.peer !== undefined && endpointText(entry.peer) !== endpointText(peer)) {
      throw new Violation("flows are used in order", `a packet for ${endpointText(peer)} is sent on flow ${flow}, which is connected to ${endpointText(entry.peer)}`)
    }
    this.note(`-> ${endpointText(peer)} ${summary(bytes)}`)
    this.#each(check => check.sent?.(this.now, flow, peer, bytes))
    const source = this.#sourceOf(entry, peer)
    if (!this.#networkUp || source === undefined) {
      this.#trouble(peer.address)
      return this.#flowEvent(flow, { kind: "failed", code: FAILURE.unreachable })
    }
    const from = { address: source, port: entry.local.port }
    // A damaged packet never gets into a server: it would make bindings that nobody asked for. UDP's checksum does the same.
    const arrivals = carry(this.#pathTo(peer.address), bytes, 0, this.#random)
    if (arrivals.length === 0) this.#trouble(peer.address)
    for (const arrival of arrivals) this.at(this.now + arrival.afterMs, () => this.#arrive(flow, from, peer, arrival.bytes))
  }

  /** The address that a packet leaves from; undefined when the one that its flow is bound to is no longer ours. */
  #sourceOf(flow: Flow, peer: Endpoint): string | undefined {
    if (flow.local.address !== "0.0.0.0") return this.#addresses.find(address => address === flow.local.address)
    return this.#addresses.find(address => address.includes(":") === peer.address.includes(":"))
  }

  #arrive(flow: number, from: Endpoint, at: Endpoint, bytes: Uint8Array): void {
    const service = this.#services.get(endpointText(at))
    if (service === undefined) return this.#trouble(at.address)
    const answers = service.receive(bytes, from, this.now)
    if (answers !== "refused") return answers.forEach(answer => this.reply(at, answer))
    this.#trouble(at.address)
    if (carry(this.#pathTo(at.address), new Uint8Array(0), 0, this.#random).length === 0) return
    if (this.#flows.get(flow)?.peer === undefined) return
    this.note(`<- ${endpointText(at)} refuses`)
    this.#flowEvent(flow, { kind: "refused", peer: at }, this.#pathTo(at.address).delayMs)
  }

  /** A server sends a packet. */
  reply(from: Endpoint, answer: Answer): void {
    this.at(this.now + answer.afterMs, () => {
      const isDns = from.port === 53
      // A damaged DNS answer with its id and question intact would be believed: damage is kept to the part that shows it.
      const arrivals = carry(this.#pathTo(from.address), answer.bytes, isDns ? 12 : answer.bytes.length, this.#random)
      if (arrivals.length === 0) this.#trouble(from.address)
      for (const { afterMs, bytes, damaged } of arrivals) this.at(this.now + afterMs, () => this.#deliver(from, answer.to, bytes, damaged))
    })
  }

  #deliver(from: Endpoint, to: Endpoint, bytes: Uint8Array, damaged: boolean): void {
    const flow = this.#networkUp && this.#addresses.includes(to.address) ? this.#flowFor(from, to) : undefined
    if (flow === undefined) return this.#trouble(from.address)
    if (damaged) this.#trouble(from.address)
    this.#take(`datagram from ${endpointText(from)}`, phone => {
      // It waits in the socket while the host is busy; a socket that is closed meanwhile takes it along.
      if (!this.#flows.has(flow)) return
      this.note(`<- ${endpointText(from)} ${summary(bytes)}${damaged ? " damaged" : ""}`)
      this.#each(check => check.delivered?.(this.now, from, bytes, damaged))
      phone.datagram(flow, bytes, from, this.#clock())
    })
  }

  /** The flow that a datagram goes to: one connected to its sender before one that is open for everyone. */
  #flowFor(from: Endpoint, to: Endpoint): number | undefined {
    let open: number | undefined
    for (const [number, flow] of this.#flows) {
      if (flow.local.port !== to.port) continue
      if (flow.peer === undefined) open = number
      else if (flow.local.address === to.address && endpointText(flow.peer) === endpointText(from)) return number
    }
    return open
  }

  #pathTo(address: string): Quality { return this.#qualities.get(address) ?? PERFECT }

  #trouble(address: string): void { this.#each(check => check.troubled?.(this.now, address)) }

  #each(call: (check: Check) => void): void { for (const check of this.#options.checks) call(check) }
}

/** Milliseconds as days, hours, minutes and seconds: 0d 00:00:32.500. */
export function timeText(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0")
  const day = 86_400_000
  const clock = `${two(ms % day / 3_600_000)}:${two(ms % 3_600_000 / 60_000)}:${two(ms % 60_000 / 1000)}.${String(ms % 1000).padStart(3, "0")}`
  return `${Math.floor(ms / day)}d ${clock}`
}
