// Runs a drawn world from its beginning to its end: makes the servers, lets the troubles happen and be mended, and asks for a clean end.
import { allChecks, type Binding, type Claim, type Limits, type RegistrarView, type View } from "./checks.ts"
import { boundOf, returnOf } from "./bound.ts"
import type { Hash } from "./challenger.ts"
import type { Return } from "./checks/redundancy.ts"
import type { Deed } from "./calling.ts"
import { knobsOf } from "./knobs.ts"
import type { Quality } from "./link.ts"
import { Party } from "./party.ts"
import { BOOT, type MakePhone } from "./phone.ts"
import { settingsText, zoneText, type DnsTrouble, type RegistrarTrouble, type Scenario, type Trouble, type ZonePlan } from "./scenario.ts"
import { SimNameserver, SimRegistrar } from "./servers.ts"
import { Violation, type Check } from "./check.ts"
import { World } from "./world.ts"

export type RunOptions = {
  readonly make: MakePhone
  /** Hashes for the registrars. */
  readonly hash: Hash
  /** Troubles that do not happen, by their place in the scenario. */
  readonly without?: ReadonlySet<number>
  /** The world ends at this instant, at the latest, and nobody asks for a clean end. */
  readonly untilMs?: number
  /** Calls that are made and taken besides: calling.ts. */
  readonly calling?: readonly Deed[]
  /** Gets a line for everything that happens. */
  readonly tell?: (line: string) => void
}

/** How a world ended. */
export type Outcome = {
  readonly violation: Violation | undefined
  readonly atMs: number
  /** The last things that happened. */
  readonly history: readonly string[]
  readonly packets: number
  readonly moves: number
  readonly calls: number
}

/** Codes that make a phone leave the account alone instead of the server (AMB-23): anything that is not on its list of failures. */
const FAILS_OVER: readonly number[] = [408, 500, 503, 504]

/** Wrong answers that look like right ones. */
const BELIEVED: readonly (DnsTrouble | undefined)[] = ["nxdomain", "truncated in part"]

/** Runs a world. */
export function runScenario(scenario: Scenario, options: RunOptions): Outcome {
  const run = new Run(scenario, options)
  try {
    run.live(options.untilMs)
    return run.outcome(undefined)
  } catch (error) {
    if (error instanceof Violation) return run.outcome(error)
    throw error
  }
}

class Run {
  readonly #scenario: Scenario
  readonly #world: World
  readonly #limits: Limits
  readonly #back: Return
  readonly #registrars: SimRegistrar[]
  readonly #nameservers: SimNameserver[]
  /** Troubles that go on, oldest first. */
  readonly #active = new Set<Trouble>()
  readonly #without: ReadonlySet<number>
  readonly #party: Party | undefined
  readonly #calling: readonly Deed[]
  /** Servers that have rejected the account since the last start. */
  readonly #rejected = new Set<number>()
  #calmSince = 0
  #closing = false
  #packets = 0
  #moves = 0

  constructor(scenario: Scenario, { make, hash, without = new Set(), calling = [], tell }: RunOptions) {
    this.#scenario = scenario
    this.#without = without
    this.#calling = calling
    const whole = { ...scenario, settings: knobsOf(make, settingsText(scenario)) }
    this.#limits = boundOf(whole)
    this.#back = returnOf(whole, this.#limits)
    this.#registrars = scenario.servers.map((_, i) => new SimRegistrar(scenario, i, hash))
    this.#nameservers = scenario.nameservers.map(() => new SimNameserver(zoneText(scenario, scenario.zone), scenario.rotates))
    const count = { name: "counts", sent: () => void this.#packets++, told: (_now: number, code: number) => { if (code === 4) this.#moves++ } }
    const checks: Check[] = [count, ...allChecks(this.#view(), this.#limits, this.#back)]
    this.#world = new World({
      seed: scenario.seed, make, settings: settingsText(scenario), addresses: scenario.addresses, dns: scenario.nameservers,
      clockOrigin: scenario.clockOrigin, checks, ...(tell ? { tell } : {}),
    })
    this.#registrars.forEach(registrar => this.#world.place(registrar.at, registrar))
    this.#nameservers.forEach((nameserver, i) => this.#world.place({ address: scenario.nameservers[i] ?? "", port: 53 }, nameserver))
    for (const address of [...scenario.servers.map(server => server.address), ...scenario.nameservers]) this.#world.path(address, scenario.path)
    if (calling.length === 0) return
    this.#party = new Party(this.#world, scenario, this.#registrars)
    checks.push(this.#party.check)
  }

  live(untilMs = Infinity): void {
    for (const deed of this.#calling) this.#world.at(deed.at, () => this.#party?.perform(deed))
    const { durationMs, troubles } = this.#scenario
    troubles.forEach((trouble, i) => {
      if (!this.#without.has(i)) this.#world.at(trouble.at, () => this.#begin(trouble))
    })
    this.#world.boot(BOOT.cold)
    this.#world.run(Math.min(durationMs, untilMs))
    if (untilMs < durationMs) return
    this.#mendAll()
    // Whatever happened: now that all is well the phone gets registered, once, and removes its binding when it is closed.
    this.#world.run(durationMs + Math.max(this.#limits.boundMs, this.#promisesReturn() ? this.#back.withinMs : 0) + 1000)
    this.#party?.restful()
    this.#close()
  }

  outcome(violation: Violation | undefined): Outcome {
    return { violation, atMs: this.#world.now, history: this.#world.history, packets: this.#packets, moves: this.#moves, calls: this.#party?.calls ?? 0 }
  }

  /** Some server is preferred to another one, and the phone is to go back to it in a time that is bounded. */
  #promisesReturn(): boolean {
    return this.#back.how === "by itself" && this.#back.withinMs < Infinity && new Set(this.#registrars.map((_, i) => this.#preference(i))).size > 1
  }

  // -- Troubles

  #begin(trouble: Trouble): void {
    const world = this.#world
    this.#calmSince = world.now
    if (trouble.what === "stall") {
      this.#calmSince += trouble.forMs
      return world.stall(trouble.forMs)
    }
    if (trouble.what === "reboot") {
      this.#rejected.clear()
      return world.boot(trouble.kept ? BOOT.trap : BOOT.cold)
    }
    world.note(`TROUBLE ${this.#scenario.troubles.indexOf(trouble)}: ${describe(trouble)} for ${Math.round(trouble.forMs / 1000)} s`)
    this.#active.add(trouble)
    this.#apply(trouble)
    if (trouble.what === "registrar" && this.#rejects(trouble.server)) this.#rejected.add(trouble.server)
    world.at(world.now + trouble.forMs, () => this.#mend(trouble))
  }

  #mend(trouble: Trouble): void {
    if (!this.#active.delete(trouble)) return
    this.#calmSince = this.#world.now
    this.#world.note(`MENDED ${this.#scenario.troubles.indexOf(trouble)}: ${describe(trouble)}`)
    this.#apply(trouble)
  }

  #mendAll(): void { for (const trouble of [...this.#active]) this.#mend(trouble) }

  /** Puts what a trouble is about into the state that the active ones give it: the last one to begin decides. */
  #apply(trouble: Trouble): void {
    if (trouble.what === "registrar") this.#registrars[trouble.server]?.trouble(this.#registrarTrouble(trouble.server))
    if (trouble.what === "dns") this.#nameservers[trouble.server]?.trouble(this.#dnsTrouble(trouble.server))
    if (trouble.what === "path") this.#world.path(trouble.address, this.#quality(trouble.address))
    if (trouble.what === "zone") for (const nameserver of this.#nameservers) nameserver.serve(zoneText(this.#scenario, this.#zone()))
    if (trouble.what !== "network") return
    const down = this.#last(one => one.what === "network" ? one : undefined)
    if (down !== undefined) this.#world.takeNetworkDown(down.silently)
    else this.#world.takeNetworkUp(trouble.addresses)
  }

  #last<T>(of: (trouble: Trouble) => T | undefined): T | undefined {
    return [...this.#active].flatMap(trouble => of(trouble) ?? []).at(-1)
  }

  #registrarTrouble(server: number): RegistrarTrouble | undefined {
    return this.#last(one => one.what === "registrar" && one.server === server ? one.how : undefined)
  }

  #dnsTrouble(server: number): DnsTrouble | undefined { return this.#last(one => one.what === "dns" && one.server === server ? one.how : undefined) }
  #quality(address: string): Quality {
    return this.#last(one => one.what === "path" && one.address === address ? one.quality : undefined) ?? this.#scenario.path
  }
  #zone(): ZonePlan { return this.#last(one => one.what === "zone" ? one.zone : undefined) ?? this.#scenario.zone }

  // -- What the checks see

  #view(): View {
    return {
      registrars: this.#registrars.map((registrar, i): RegistrarView => ({
        at: registrar.at,
        isGood: () => this.#isGood(i),
        preference: () => this.#preference(i),
        hasRejected: () => this.#rejected.has(i),
        bindings: (): readonly Binding[] => registrar.bindings(this.#world.now),
        violations: () => registrar.violations,
      })),
      wantsRegistration: () => this.#world.phone !== undefined && this.#world.networkUp && !this.#closing,
      addresses: () => this.#world.addresses,
      calmSince: () => this.#active.size > 0 ? Infinity : this.#calmSince,
      claim: () => readClaim(this.#world.phone?.screen() ?? []),
      deadline: () => this.#world.deadline,
    }
  }

  #isGood(i: number): boolean {
    const server = this.#scenario.servers[i]
    if (server === undefined || this.#registrarTrouble(i) !== undefined || !this.#isListed(i) || !this.#isClean(server.address)) return false
    // A phone whose account is rejected leaves the account alone for half an hour, wherever else it might be accepted.
    if (this.#scenario.servers.some((_, other) => this.#isListed(other) && this.#rejects(other))) return false
    return this.#scenario.shape === "ip" || this.#isDnsGood()
  }

  #preference(i: number): number {
    const { servers, shape } = this.#scenario
    if (!this.#isListed(i)) return Infinity
    if (shape !== "srv" && shape !== "naptr") return 1
    const priority = servers[i]?.priority ?? 0
    return this.#zone().reversed ? Math.max(...servers.map((server) => server.priority)) - priority : priority
  }

  #isListed(i: number): boolean { return this.#scenario.shape === "ip" ? i === 0 : this.#zone().listed.includes(i) }

  #rejects(i: number): boolean {
    const trouble = this.#registrarTrouble(i)
    return trouble?.kind === "challenges" || trouble?.kind === "brief" || (trouble?.kind === "code" && !FAILS_OVER.includes(trouble.code))
  }

  #isDnsGood(): boolean {
    const { nameservers } = this.#scenario
    // "There is no such name" is an answer, and so is a part of the truth: whoever gives them is believed.
    if (nameservers.some((_, i) => BELIEVED.includes(this.#dnsTrouble(i)))) return false
    return nameservers.some((address, i) => this.#dnsTrouble(i) === undefined && this.#isClean(address))
  }

  /** Everything arrives, soon enough for the most impatient settings. */
  #isClean(address: string): boolean {
    const quality = this.#world.pathTo(address)
    const thereAndBackMs = 2 * (quality.delayMs + quality.jitterMs + (quality.reorder > 0 ? 500 : 0))
    return !quality.cut && quality.loss === 0 && quality.damage === 0 && thereAndBackMs < Math.min(1900, this.#limits.giveUpMs)
  }

  // -- The end

  #close(): void {
    this.#closing = true
    const world = this.#world
    world.note("the phone is closed")
    const here = this.#registrars.filter(registrar => registrar.bindings(world.now).length > 0)
    world.close()
    world.run(world.now + 3 * 64 * this.#limits.t1Ms)
    const left = this.#registrars.filter(registrar => registrar.bindings(world.now).length > 0)
    if (here.length > 0 && left.length === here.length) throw new Violation("closing unregisters", `${left[0]?.at.address} still has a binding`)
  }
}

/** Reads the idle view: "Registered at", and below it a name or an address, or both. */
export function readClaim(screen: readonly string[]): Claim {
  const headline = screen.findIndex(line => line.trimEnd() === "Registered at")
  if (headline < 0) return { registered: false, server: "" }
  const server = screen.slice(headline + 1, headline + 3).map(line => line.trim()).find(line => /^[0-9a-f.:[\]]{7,}$/.test(line))
  return { registered: true, server: server ?? "" }
}

function describe(trouble: Trouble): string {
  switch (trouble.what) {
    case "registrar": return `registrar ${trouble.server + 1} ${Object.values(trouble.how).join(" ")}`
    case "dns": return `nameserver ${trouble.server + 1} ${trouble.how}`
    case "path": return `the path to ${trouble.address}: ${JSON.stringify(trouble.quality)}`
    case "zone": return `the zone lists ${trouble.zone.listed.map(i => i + 1).join(", ") || "nobody"}`
    case "network": return `the network is down${trouble.silently ? " silently" : ""}`
    default: return trouble.what
  }
}
