// A world with one phone in it: a virtual clock, the paths to its servers, the flows that it has opened, and the checks that watch it.
import { carry, PERFECT, type Quality } from "./link.ts"
import { summary } from "./message.ts"
import { BOOT, Difference, FAILURE, endpointText, type Boot, type Endpoint, type FlowEvent, type MakePhone, type Output, type Phone } from "./phone.ts"
import { Violation, type Check } from "./check.ts"
import { Flows } from "./flows.ts"
import type { Nat } from "./nat.ts"
import { EventQueue } from "./queue.ts"
import { AUDIO } from "../abi.ts"
import { withNotes } from "../store.ts"
import { Random } from "./random.ts"
import type { Answer, Service } from "./service.ts"
import { isSound } from "./sounding.ts"
import { SoundCard, type Sounding } from "./soundcard.ts"
import { timeText } from "./timetext.ts"
import type { Wire } from "./wire.ts"

export type WorldOptions = {
  readonly seed: number
  readonly make: MakePhone
  readonly settings: string
  /** The phone's own addresses, one of each family at most. */
  readonly addresses: readonly string[]
  /** DNS servers as the core reads them: an address, or address:port. */
  readonly dns: readonly string[]
  readonly nat?: Nat
  /** What the phone's clock shows when the world begins. */
  readonly clockOrigin: number
  readonly checks: readonly Check[]
  /** What the phone's microphone takes up: 160 samples, from sample number `from` on. Default: silence. */
  readonly microphone?: Sounding
  /** Gets a line for everything that happens. */
  readonly tell?: (line: string) => void
  /** Gets every packet of SIP that the phone sends (`out`) or that gets to it; sound too. */
  readonly watch?: (out: boolean, other: Endpoint, bytes: Uint8Array) => void
}

/** Between servers and callers: they stand in one room. */
const NEAR_MS = 1

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
  readonly #flows = new Flows()
  #addresses: readonly string[]
  #networkUp = true
  #silently = false
  #phone: Phone | undefined
  #lives = 0
  #timer: number | undefined
  #timerVersion = 0
  #notes = new Uint8Array(0)   // as the flash of the phone keeps them
  #stalledUntil = 0
  #backlog: (() => void)[] = []
  #asked: string | undefined
  readonly #card: SoundCard

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = new Random(options.seed, "links")
    this.#entropy = new Random(options.seed, "entropy")
    this.#addresses = options.addresses
    this.#card = new SoundCard(this.wire, options.microphone, sound => {
      const phone = this.#phone
      if (phone !== undefined && !this.isStalled) this.#input("sound", () => phone.audio(sound, this.#clock()))
    })
  }

  get networkUp(): boolean { return this.#networkUp }
  /** The phone's host is busy: it neither takes inputs nor asks for deadlines. */
  get isStalled(): boolean { return this.now < this.#stalledUntil }
  /** The phone's next deadline in the world's time, Infinity for none; undefined while nobody can ask. */
  get deadline(): number | undefined {
    const phone = this.#phone
    return phone === undefined || this.isStalled ? undefined : this.#guarded("deadline", () => phone.deadline()) - this.#options.clockOrigin
  }
  /** The phone wants sound. */
  get isSounding(): boolean { return this.#card.isOn }
  get listeners(): number { return this.#flows.listeners }
  get addresses(): readonly string[] { return this.#addresses }
  get phone(): Phone | undefined { return this.#phone }

  place(at: Endpoint, service: Service): void { this.#services.set(endpointText(at), service) }

  /** Sets how good the path to and from an address is. */
  path(address: string, quality: Quality): void { this.#qualities.set(address, quality) }

  /** All ports of an address. */
  placeHost(address: string, service: Service): void { this.#services.set(`${address}:*`, service) }

  /** What those who live here need: the clock, and a way for packets. */
  get wire(): Wire {
    return {
      now: () => this.now,
      after: (ms, then) => this.at(this.now + ms, then),
      send: (from, to, bytes) => this.reply(from, { bytes, to }),
    }
  }

  #serviceAt(at: Endpoint): Service | undefined { return this.#services.get(endpointText(at)) ?? this.#services.get(`${at.address}:*`) }

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
    this.#flows.closeAll()
    this.#backlog = []
    this.#stalledUntil = 0
    this.#card.stop()
    const phone = this.#options.make(kept)
    this.#phone = phone
    this.#each(check => check.booted?.(this.now, kept !== undefined))
    this.#input("entropy", () => phone.entropy(this.#entropy.bytes(48)))
    this.#input("open", () => phone.open(withNotes(this.#options.settings, this.#notes), boot, this.#clock()))
    if (this.#networkUp || this.#silently) this.#input("network up", () => phone.network(true, this.#networkText(), this.#clock()))
  }

  /** Asks the phone to unregister and rest. */
  close(): void { this.#take("close", phone => phone.close(this.#clock())) }

  /** Presses and releases a key. */
  press(key: string): void {
    this.#take(`key ${key}`, phone => phone.key(key, true, this.#clock()))
    this.#take(`key ${key} up`, phone => phone.key(key, false, this.#clock()))
  }

  /** Types a console line and returns the reply; undefined while the phone cannot be asked. */
  ask(line: string): string | undefined {
    const phone = this.#phone
    if (phone === undefined || this.isStalled) return undefined
    this.#asked = ""
    this.#input(`command ${line}`, () => phone.command(line, this.#clock()))
    const reply = this.#asked
    this.#asked = undefined
    return reply
  }

  /** Types a console line. */
  type(line: string): void { this.#take(`command ${line}`, phone => phone.command(line, this.#clock())) }
  tellTime(unixMs: number): void { this.#take("wallclock", phone => phone.wallclock?.(unixMs, 0, this.#clock())) }

  /** The host is busy for a while: whatever comes waits, and the phone hears of it late. */
  stall(ms: number): void {
    this.note(`the host stalls for ${ms} ms`)
    this.#stalledUntil = Math.max(this.#stalledUntil, this.now + ms)
    this.#trouble("")
    this.at(this.#stalledUntil, () => {
      if (this.isStalled) return
      this.#trouble("")
      const waiting = this.#backlog
      this.#backlog = []
      for (const happen of waiting) happen()
      this.#arm()
      // Whatever else comes at this instant finds a phone that has caught up.
      if (this.#timer !== undefined && this.#timer <= this.now) this.#wake(this.#timerVersion)
    })
  }

  // -- The phone's network

  /** Nothing gets through any more. `silently`: packets vanish, and the phone is not told. */
  takeNetworkDown(silently: boolean): void {
    if (!this.#networkUp) return
    this.note(`the network goes down${silently ? " silently" : ""}`)
    this.#networkUp = false
    this.#silently = silently
    this.#trouble("")
    if (!silently) this.#take("network down", phone => phone.network(false, "", this.#clock()))
  }

  /** The network comes back, perhaps with other addresses. The phone is told unless nothing was said before and nothing has changed. */
  takeNetworkUp(addresses: readonly string[]): void {
    if (this.#networkUp) return
    this.note(`the network is up: ${addresses.join(", ")}`)
    const told = !this.#silently || addresses.join() !== this.#addresses.join()
    this.#networkUp = true
    this.#addresses = addresses
    this.#trouble("")
    if (told) this.#take("network up", phone => phone.network(true, this.#networkText(), this.#clock()))
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
    const happen = (): void => { if (this.#phone === phone) this.#input(what, () => give(phone)) }
    if (this.isStalled) this.#backlog.push(happen)
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
      const panic = this.#phone?.panic?.()
      throw new Violation("the core takes every input", `${what}: ${error instanceof Error ? error.message : String(error)}${panic === undefined ? "" : `; it expected: ${panic}`}`)
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
    if (this.isStalled) return this.at(this.#stalledUntil, () => this.#wake(version))
    this.#timer = undefined
    this.#input("timeout", () => phone.timeout(this.#clock()))
    const next = phone.deadline() - this.#options.clockOrigin
    this.#each(check => check.woken?.(this.now, next))
  }

  #carryOut(output: Output): void {
    switch (output.kind) {
      case "send": return this.#send(output.flow, output.peer, output.bytes)
      case "open": return this.#open(output.flow, output.local, output.peer)
      case "close": return this.#flows.close(output.flow)
      case "event":
        this.note(`EVENT ${output.code} ${output.text}`)
        return this.#each(check => check.told?.(this.now, output.code, output.text))
      case "log":
        this.note(`log ${output.text}`)
        return this.#each(check => check.told?.(this.now, 0, output.text))
      case "reply":
        if (this.#asked !== undefined) return void (this.#asked += output.text)
        return this.note(`reply ${output.text}`)
      case "audio": return this.#sound(output.code, output.bytes)
      case "store": if (output.notes) this.#notes = new Uint8Array(output.bytes)
    }
  }

  // -- Sound

  #sound(code: number, bytes: Uint8Array): void {
    if (code === AUDIO.speaker) return this.#each(check => check.heard?.(this.now, bytes))
    if (code === AUDIO.start) this.#card.start()
    else this.#card.stop()
  }

  // -- Flows

  #open(flow: number, local: Endpoint, peer: Endpoint | undefined): void {
    const reachable = this.#networkUp || this.#silently
    this.#flowEvent(flow, this.#flows.open(flow, local, peer, reachable ? this.#addresses : []))
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
    const port = this.#flows.portToward(flow, peer)
    this.#options.watch?.(true, peer, bytes)
    if (!isSound(bytes, peer.port)) this.note(`-> ${endpointText(peer)} ${summary(bytes)}`)
    this.#each(check => check.sent?.(this.now, flow, peer, bytes))
    const source = this.#flows.sourceOf(flow, peer, this.#addresses)
    if (!this.#networkUp || source === undefined) {
      this.#trouble(peer.address)
      if (this.#networkUp || !this.#silently) this.#flowEvent(flow, { kind: "failed", code: FAILURE.unreachable })
      return
    }
    const from = this.#options.nat?.out({ address: source, port }) ?? { address: source, port }
    // A damaged packet never gets into a server: it would make bindings that nobody asked for. UDP's checksum does the same.
    const arrivals = carry(this.pathTo(peer.address), bytes, 0, this.#random)
    if (arrivals.length === 0) this.#trouble(peer.address)
    for (const arrival of arrivals) this.at(this.now + arrival.afterMs, () => this.#arrive(flow, from, peer, arrival.bytes))
  }

  #arrive(flow: number, from: Endpoint, at: Endpoint, bytes: Uint8Array): void {
    const service = this.#serviceAt(at)
    if (service === undefined) return this.#trouble(at.address)
    const answers = service.receive(bytes, from, this.now, at)
    if (answers !== "refused") return answers.forEach(answer => this.reply(at, answer))
    this.#trouble(at.address)
    if (carry(this.pathTo(at.address), new Uint8Array(0), 0, this.#random).length === 0) return
    if (!this.#flows.isConnected(flow)) return
    this.note(`<- ${endpointText(at)} refuses`)
    this.#flowEvent(flow, { kind: "refused", peer: at }, this.pathTo(at.address).delayMs)
  }

  /** A server sends a packet. */
  reply(from: Endpoint, answer: Answer): void {
    const neighbour = this.#serviceAt(answer.to)
    if (neighbour !== undefined) return this.#pass(neighbour, from, answer)
    this.at(this.now + (answer.delayMs ?? 0), () => {
      const isDns = from.port === 53
      // A damaged DNS answer with its id and question intact would be believed: damage is kept to the part that shows it.
      const arrivals = carry(this.pathTo(from.address), answer.bytes, isDns ? 12 : answer.bytes.length, this.#random)
      if (arrivals.length === 0) this.#trouble(from.address)
      for (const { afterMs, bytes, damaged } of arrivals) this.at(this.now + afterMs, () => this.#deliver(from, answer.to, bytes, damaged))
    })
  }

  /** From one of the servers and callers to another: nothing is lost there. */
  #pass(service: Service, from: Endpoint, { bytes, to, delayMs = 0 }: Answer): void {
    this.at(this.now + delayMs + NEAR_MS, () => {
      const answers = service.receive(bytes, from, this.now, to)
      if (answers !== "refused") answers.forEach(answer => this.reply(to, answer))
    })
  }

  #deliver(from: Endpoint, to: Endpoint, bytes: Uint8Array, damaged: boolean): void {
    const inside = this.#options.nat === undefined ? to : this.#options.nat.in(to)
    const flow = inside !== undefined && this.#networkUp && this.#addresses.includes(inside.address) ? this.#flows.taker(from, inside) : undefined
    if (flow === undefined) return this.#trouble(from.address)
    if (damaged) this.#trouble(from.address)
    this.#take(`datagram from ${endpointText(from)}`, phone => {
      // It waits in the socket while the host is busy; a socket that is closed meanwhile takes it along.
      if (!this.#flows.has(flow)) return
      this.#options.watch?.(false, from, bytes)
      if (!isSound(bytes, from.port)) this.note(`<- ${endpointText(from)} ${summary(bytes)}${damaged ? " damaged" : ""}`)
      this.#each(check => check.delivered?.(this.now, from, bytes, damaged))
      phone.datagram(flow, bytes, from, this.#clock())
    })
  }

  /** How good the path to and from an address is. */
  pathTo(address: string): Quality { return this.#qualities.get(address) ?? PERFECT }

  #trouble(address: string): void { this.#each(check => check.troubled?.(this.now, address)) }

  #each(call: (check: Check) => void): void { for (const check of this.#options.checks) call(check) }
}
