// Runs a drawn world from its beginning to its end: makes the servers, lets the troubles happen and be mended, and asks for a clean end.
import { phoneChecks } from "./checks.ts"
import type { Hash } from "./challenger.ts"
import type { Deed } from "./calling.ts"
import { District } from "./district.ts"
import { Party } from "./party.ts"
import { BOOT, type MakePhone } from "./phone.ts"
import { isOfLine, linesOf, settingsText, troublesOf, type Scenario, type Trouble } from "./scenario.ts"
import { SimNameserver } from "./servers.ts"
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
  readonly #districts: readonly District[]
  readonly #nameservers: SimNameserver[]
  readonly #troubles: readonly Trouble[]
  readonly #without: ReadonlySet<number>
  readonly #party: Party | undefined
  readonly #calling: readonly Deed[]
  #closing = false
  #packets = 0
  #moves = 0

  constructor(scenario: Scenario, { make, hash, without = new Set(), calling = [], tell }: RunOptions) {
    this.#scenario = scenario
    this.#troubles = troublesOf(scenario)
    this.#without = without
    this.#calling = calling
    const ground = { make, hash, world: () => this.#world, isClosing: () => this.#closing }
    const lines = linesOf(scenario)
    this.#districts = lines.map((line, place) => new District(line, place, ground))
    this.#nameservers = scenario.nameservers.map(() => new SimNameserver(this.#zones(), scenario.rotates))
    const count = { name: "counts", sent: () => void this.#packets++, told: (_now: number, code: number) => { if (code === 4) this.#moves++ } }
    const checks: Check[] = [count, ...phoneChecks(lines.length), ...this.#districts.flatMap(district => district.checks(lines.length === 1))]
    this.#world = new World({
      seed: scenario.seed, make, settings: settingsText(scenario), addresses: scenario.addresses, dns: scenario.nameservers,
      clockOrigin: scenario.clockOrigin, checks, ...(tell ? { tell } : {}),
    })
    for (const { registrars } of this.#districts) for (const registrar of registrars) this.#world.place(registrar.at, registrar)
    this.#nameservers.forEach((nameserver, i) => this.#world.place({ address: scenario.nameservers[i] ?? "", port: 53 }, nameserver))
    const servers = lines.flatMap(line => line.servers.map(server => server.address))
    for (const address of [...servers, ...scenario.nameservers]) this.#world.path(address, scenario.path)
    if (calling.length === 0) return
    this.#party = new Party(this.#world, this.#districts)
    checks.push(this.#party.check)
  }

  live(untilMs = Infinity): void {
    for (const deed of this.#calling) this.#world.at(deed.at, () => this.#party?.perform(deed))
    const { durationMs } = this.#scenario
    this.#troubles.forEach((trouble, i) => {
      if (!this.#without.has(i)) this.#world.at(trouble.at, () => this.#begin(trouble, i))
    })
    this.#world.boot(BOOT.cold)
    this.#world.run(Math.min(durationMs, untilMs))
    if (untilMs < durationMs) return
    for (const district of this.#districts) for (const trouble of [...district.active]) this.#mend(trouble)
    // Whatever happened: now that all is well the phone gets registered, once, and removes its binding when it is closed.
    this.#world.run(durationMs + Math.max(...this.#districts.map(district => district.settledMs)) + 1000)
    this.#party?.restful()
    this.#close()
  }

  outcome(violation: Violation | undefined): Outcome {
    return { violation, atMs: this.#world.now, history: this.#world.history, packets: this.#packets, moves: this.#moves, calls: this.#party?.calls ?? 0 }
  }

  // -- Troubles

  /** Those for whom something is wrong: one line, or all. */
  #concerned(trouble: Trouble): readonly District[] {
    return isOfLine(trouble, this.#scenario) ? this.#districts.filter(({ scenario }) => scenario.troubles.includes(trouble)) : this.#districts
  }

  #begin(trouble: Trouble, number: number): void {
    const world = this.#world
    for (const district of this.#concerned(trouble)) district.begin(trouble)
    if (trouble.what === "stall") return world.stall(trouble.forMs)
    if (trouble.what === "reboot") return world.boot(trouble.kept ? BOOT.trap : BOOT.cold)
    world.note(`TROUBLE ${number}: ${this.#whose(trouble)}${describe(trouble)} for ${Math.round(trouble.forMs / 1000)} s`)
    this.#apply(trouble)
    world.at(world.now + trouble.forMs, () => this.#mend(trouble))
  }

  #mend(trouble: Trouble): void {
    const concerned = this.#concerned(trouble)
    if (concerned[0]?.active.has(trouble) !== true) return
    for (const district of concerned) district.mend(trouble)
    this.#world.note(`MENDED ${this.#troubles.indexOf(trouble)}: ${this.#whose(trouble)}${describe(trouble)}`)
    this.#apply(trouble)
  }

  /** Puts what a trouble is about into the state that the active ones give it: the last one to begin decides. */
  #apply(trouble: Trouble): void {
    const [district] = this.#concerned(trouble)
    if (district === undefined) return
    if (trouble.what === "registrar") district.registrars[trouble.server]?.trouble(district.registrarTrouble(trouble.server))
    if (trouble.what === "dns") this.#nameservers[trouble.server]?.trouble(district.dnsTrouble(trouble.server))
    if (trouble.what === "path") this.#world.path(trouble.address, district.quality(trouble.address))
    if (trouble.what === "zone") for (const nameserver of this.#nameservers) nameserver.serve(this.#zones())
    if (trouble.what !== "network") return
    const down = district.last(one => one.what === "network" ? one : undefined)
    if (down !== undefined) this.#world.takeNetworkDown(down.silently)
    else this.#world.takeNetworkUp(trouble.addresses)
  }

  #zones(): readonly string[] { return this.#districts.map(district => district.zone()) }

  #whose(trouble: Trouble): string {
    return this.#districts.length === 1 || !isOfLine(trouble, this.#scenario) ? "" : `line ${(this.#concerned(trouble)[0]?.place ?? 0) + 1}, `
  }

  // -- The end

  #close(): void {
    this.#closing = true
    const world = this.#world
    world.note("the phone is closed")
    const before = this.#districts.map(district => district.bound())
    world.close()
    world.run(world.now + 3 * 64 * Math.max(...this.#districts.map(({ limits }) => limits.t1Ms)))
    this.#districts.forEach((district, i) => district.closed(before[i] ?? []))
  }
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
