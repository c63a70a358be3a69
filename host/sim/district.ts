// One line of the phone with its servers, and what is wrong for it: as the troubles have it, and as the checks see it.
import { boundOf, returnOf } from "./bound.ts"
import type { Hash } from "./challenger.ts"
import { lineChecks, type Binding, type Claim, type Limits, type RegistrarView, type View } from "./checks.ts"
import { ofLine } from "./checks/lines.ts"
import type { Return } from "./checks/redundancy.ts"
import { Violation, type Check } from "./check.ts"
import { knobsOf } from "./knobs.ts"
import type { Quality } from "./link.ts"
import type { MakePhone } from "./phone.ts"
import { settingsText, zoneText, type DnsTrouble, type RegistrarTrouble, type Scenario, type Trouble, type ZonePlan } from "./scenario.ts"
import { SimRegistrar } from "./servers.ts"
import type { World } from "./world.ts"

/** What all lines have in common. */
export type Ground = {
  readonly make: MakePhone
  readonly hash: Hash
  world(): World
  isClosing(): boolean
}

/** Codes that make a phone leave the account alone instead of the server (AMB-23): anything that is not on its list of failures. */
const FAILS_OVER: readonly number[] = [408, 500, 503, 504]

/** Wrong answers that look like right ones. */
const BELIEVED: readonly (DnsTrouble | undefined)[] = ["nxdomain", "truncated in part"]

/** The console is asked so often, in ms of the world. */
const ASK_MS = 1000
const UNREGISTERED: Claim = { registered: false, server: "" }

export class District {
  readonly scenario: Scenario
  readonly place: number
  readonly limits: Limits
  readonly back: Return
  readonly registrars: readonly SimRegistrar[]
  /** Troubles that go on, oldest first: its own and those of the whole phone. */
  readonly active = new Set<Trouble>()
  /** Servers that have rejected the account since the last start. */
  readonly #rejected = new Set<number>()
  readonly #ground: Ground
  #calmSince = 0
  #askedAt = -Infinity
  #dnsSince = -Infinity

  constructor(scenario: Scenario, place: number, ground: Ground) {
    this.scenario = scenario
    this.place = place
    this.#ground = ground
    const whole = { ...scenario, settings: knobsOf(ground.make, settingsText({ ...scenario, others: [] })) }
    this.limits = boundOf(whole)
    this.back = returnOf(whole, this.limits)
    this.registrars = scenario.servers.map((_, i) => new SimRegistrar(scenario, i, ground.hash))
  }

  /** Whatever must hold for this line; `alone`: the phone has no other. */
  checks(alone: boolean): readonly Check[] {
    const checks = lineChecks(this.#view(), this.limits, this.back), addresses = new Set(this.scenario.servers.map(({ address }) => address))
    return alone ? checks : checks.map((check) => ofLine(check, this.place, addresses))
  }

  /** How long after all is well everything is as it should be. */
  get settledMs(): number { return Math.max(this.limits.boundMs, this.#promisesReturn() ? this.back.withinMs : 0) }

  /** Some server is preferred to another one, and the phone is to go back to it in a time that is bounded. */
  #promisesReturn(): boolean {
    return this.back.how === "by itself" && this.back.withinMs < Infinity && new Set(this.registrars.map((_, i) => this.#preference(i))).size > 1
  }

  // -- Troubles

  begin(trouble: Trouble): void {
    this.#calmSince = this.#ground.world().now
    if (this.#isOfDns(trouble)) this.#dnsSince = this.#calmSince
    if (trouble.what === "stall") this.#calmSince += trouble.forMs
    if (trouble.what === "reboot") this.#rejected.clear()
    if (trouble.what === "stall" || trouble.what === "reboot") return
    this.active.add(trouble)
    if (trouble.what === "registrar" && this.scenario.troubles.includes(trouble) && this.#rejects(trouble.server)) this.#rejected.add(trouble.server)
  }

  mend(trouble: Trouble): void {
    if (!this.active.delete(trouble)) return
    this.#calmSince = this.#ground.world().now
    if (this.#isOfDns(trouble)) this.#dnsSince = this.#calmSince
  }

  /** It changes what the phone hears of its servers. */
  #isOfDns(trouble: Trouble): boolean {
    return trouble.what === "zone" || trouble.what === "dns" || (trouble.what === "path" && this.scenario.nameservers.includes(trouble.address))
  }

  /** The active trouble that began last decides. */
  last<T>(of: (trouble: Trouble) => T | undefined): T | undefined { return [...this.active].flatMap(trouble => of(trouble) ?? []).at(-1) }

  registrarTrouble(server: number): RegistrarTrouble | undefined {
    return this.last(one => one.what === "registrar" && one.server === server ? one.how : undefined)
  }

  dnsTrouble(server: number): DnsTrouble | undefined { return this.last(one => one.what === "dns" && one.server === server ? one.how : undefined) }
  quality(address: string): Quality {
    return this.last(one => one.what === "path" && one.address === address ? one.quality : undefined) ?? this.scenario.path
  }
  zone(): string { return zoneText(this.scenario, this.#zone()) }
  #zone(): ZonePlan { return this.last(one => one.what === "zone" ? one.zone : undefined) ?? this.scenario.zone }

  // -- What the checks see

  #view(): View {
    const world = (): World => this.#ground.world()
    return {
      registrars: this.registrars.map((registrar, i): RegistrarView => ({
        at: registrar.at,
        isGood: () => this.#isGood(i),
        preference: () => this.#preference(i),
        hasRejected: () => this.#rejected.has(i),
        bindings: (): readonly Binding[] => registrar.bindings(world().now),
        violations: () => registrar.violations,
      })),
      wantsRegistration: () => world().phone !== undefined && world().networkUp && !this.#ground.isClosing(),
      addresses: () => world().addresses,
      calmSince: () => this.active.size > 0 ? Infinity : this.#calmSince,
      dnsSince: () => [...this.active].some((trouble) => this.#isOfDns(trouble)) ? Infinity : this.#dnsSince,
      // At rest the first line is shown; of the others the console tells.
      claim: () => this.place > 0 ? this.#told() : readClaim(world().phone?.screen() ?? []),
      deadline: () => world().deadline,
    }
  }

  /** What the console says of this line; asked once a second at most, and nothing between. */
  #told(): Claim {
    const { now } = this.#ground.world()
    if (now < this.#askedAt + ASK_MS) return UNREGISTERED
    this.#askedAt = now
    const reply = this.#ground.world().ask(`status ${this.place + 1} --json`)
    return reply === undefined ? UNREGISTERED : readStatus(reply)
  }

  #isGood(i: number): boolean {
    const server = this.scenario.servers[i]
    if (server === undefined || this.registrarTrouble(i) !== undefined || !this.#isListed(i) || !this.#isClean(server.address)) return false
    // A phone whose account is rejected leaves the account alone for half an hour, wherever else it might be accepted.
    if (this.scenario.servers.some((_, other) => this.#isListed(other) && this.#rejects(other))) return false
    return this.scenario.shape === "ip" || this.#isDnsGood()
  }

  #preference(i: number): number {
    const { servers, shape } = this.scenario
    if (!this.#isListed(i)) return Infinity
    if (shape !== "srv" && shape !== "naptr") return 1
    const priority = servers[i]?.priority ?? 0
    return this.#zone().reversed ? Math.max(...servers.map((server) => server.priority)) - priority : priority
  }

  #isListed(i: number): boolean { return this.scenario.shape === "ip" ? i === 0 : this.#zone().listed.includes(i) }

  #rejects(i: number): boolean {
    const trouble = this.registrarTrouble(i)
    return trouble?.kind === "challenges" || trouble?.kind === "brief" || (trouble?.kind === "code" && !FAILS_OVER.includes(trouble.code))
  }

  #isDnsGood(): boolean {
    const { nameservers } = this.scenario
    // "There is no such name" is an answer, and so is a part of the truth: whoever gives them is believed.
    if (nameservers.some((_, i) => BELIEVED.includes(this.dnsTrouble(i)))) return false
    return nameservers.some((address, i) => this.dnsTrouble(i) === undefined && this.#isClean(address))
  }

  /** Everything arrives, soon enough for the most impatient settings. */
  #isClean(address: string): boolean {
    const quality = this.#ground.world().pathTo(address)
    const thereAndBackMs = 2 * (quality.delayMs + quality.jitterMs + (quality.reorder > 0 ? 500 : 0))
    return !quality.cut && quality.loss === 0 && quality.damage === 0 && thereAndBackMs < Math.min(1900, this.limits.giveUpMs)
  }

  // -- The end

  /** Where the phone has a binding. */
  bound(): readonly SimRegistrar[] { return this.registrars.filter(registrar => registrar.bindings(this.#ground.world().now).length > 0) }

  /** The phone was closed; `before`: where it had one then. */
  closed(before: readonly SimRegistrar[]): void {
    const left = this.bound()
    if (before.length > 0 && left.length === before.length) throw new Violation("closing unregisters", `${left[0]?.at.address} still has a binding`)
  }
}

/** Reads the idle view: "Registered at", and below it a name or an address, or both. */
export function readClaim(screen: readonly string[]): Claim {
  const headline = screen.findIndex(line => line.trimEnd() === "Registered at")
  if (headline < 0) return { registered: false, server: "" }
  const server = screen.slice(headline + 1, headline + 3).map(line => line.trim()).find(line => /^[0-9a-f.:[\]]{7,}$/.test(line))
  return { registered: true, server: server ?? "" }
}

type Status = { readonly state: string, readonly reg_icon?: string, readonly server?: { readonly address: string } }

/** Reads `status --json` of a line: where it says that it is registered, while a refresh is under way too. */
export function readStatus(reply: string): Claim {
  // A refresh may outlast the registration: then the icon says so, as it does on the screen.
  const { state, reg_icon: icon, server } = JSON.parse(reply) as Status
  return { registered: server !== undefined && (state === "registered" || state === "refreshing" && icon === "ok"), server: server?.address ?? "" }
}
