// The callers of a world, behind its servers: their deeds, what they know of their calls, and what the phone says of its own.
import { Caller } from "./caller.ts"
import { CALLERS, addressOf, type Deed } from "./calling.ts"
import { CallServer } from "./callserver.ts"
import { Violation, type Check } from "./check.ts"
import { PERFECT, type Quality } from "./link.ts"
import { readPacket, first } from "./packet.ts"
import type { Endpoint } from "./phone.ts"
import type { District } from "./district.ts"
import { isSound } from "./sounding.ts"
import type { SimRegistrar } from "./servers.ts"
import type { World } from "./world.ts"

/** A call as the phone's console tells it. */
type PhoneCall = { readonly call: number, readonly state: string, readonly direction: string, readonly number: string }

const SETTLE_MS = 3000
const RESTFUL_S = 60 // transactions are over by then
const SOUND_MS = 1000
const UNREGISTERED = 6, PLAY_MS = 60_000
/** States of a call that takes no time of its own. */
const OVER = ["ended", "free"]

/** The callers of one line, behind its servers. */
type Company = { readonly user: string, readonly domain: string, readonly callers: readonly Caller[], readonly registrars: readonly SimRegistrar[] }

export class Party {
  readonly #world: World
  readonly #districts: readonly District[]
  readonly #companies: readonly Company[]
  /** Since the beginning of the episode nothing has gone wrong. */
  #undisturbed = true
  #lastSignalAt = 0
  #lastSoundAt = -Infinity
  #calls = 0
  #playedAt = -Infinity
  /** Since when calls have been looking for a server, by number. */
  readonly #seeking = new Map<number, number>()

  constructor(world: World, districts: readonly District[]) {
    this.#world = world
    this.#districts = districts
    this.#companies = districts.map((district) => this.#gather(district))
    for (const company of this.#companies) for (const registrar of company.registrars) registrar.calls = this.#server(registrar, company)
  }

  #gather({ scenario, place, registrars }: District): Company {
    const { domain, user, servers, path } = scenario, world = this.#world
    const is6 = servers.some(({ address }) => address.includes(":"))
    const callers = CALLERS.map(({ name, number }, i) => new Caller({
      wire: world.wire, name, number, domain, at: { address: addressOf(i, place, is6 && i === 0), port: 5060 }, soundPort: 20_000,
      tell: (what) => world.note(`${name}${place === 0 ? "" : ` of line ${place + 1}`} ${what}`),
    }))
    for (const caller of callers) {
      const { address } = caller.options.at
      world.path(address, path)
      world.placeHost(address, { receive(bytes, from, _now, at) {
        caller.receive(bytes, from, at)
        return []
      } })
    }
    return { user, domain, callers, registrars }
  }

  /** How many calls the callers have had. */
  get calls(): number { return this.#calls }

  #server(registrar: SimRegistrar, { domain, callers, registrars }: Company): CallServer {
    return new CallServer({
      at: registrar.at, domain, registrar: registrar.inner,
      isTrusted: ({ address }) => callers.some(({ options: { at } }) => at.address === address) || registrars.some(({ at }) => at.address === address),
      locate: (user, now) => {
        const caller = callers.find(({ options: { number, name } }) => number === user || name === user)
        if (caller !== undefined) return { uri: caller.contact }
        return [registrar, ...registrars].flatMap((each) => each.inner.bindings(now)).find(({ aor }) => aor === `sip:${user}@${domain}`)
      },
    })
  }

  /** What is told to it besides: packets, troubles, restarts. */
  get check(): Check {
    return {
      name: "calls",
      booted: () => { this.#undisturbed = false },
      // Whoever plays with the keys may unregister the phone; he is sorry at once.
      told: (now, code) => { if (code === UNREGISTERED && now - this.#playedAt < PLAY_MS) this.#world.at(now + 1, () => this.#world.type("register")) },
      troubled: () => { this.#undisturbed = false },
      sent: (now, _flow, peer, bytes) => this.#packet(now, peer, bytes, true),
      delivered: (now, from, bytes) => this.#packet(now, from, bytes, false),
    }
  }

  #packet(now: number, other: Endpoint, bytes: Uint8Array, out: boolean): void {
    if (isSound(bytes, other.port)) {
      if (out) this.#lastSoundAt = now
      return
    }
    const packet = readPacket(bytes)
    if (packet !== undefined && !first(packet, "cseq").endsWith("REGISTER")) this.#lastSignalAt = now
  }

  perform(deed: Deed): void {
    const world = this.#world
    switch (deed.what) {
      case "type": return world.type(deed.line)
      // In the menu such a user would do away with the account: only calls are for playing.
      case "keys": return [...deed.keys].forEach((key, i) => world.at(world.now + 150 * i, () => this.#play(key)))
      case "caller": return this.#caller(this.#companies[deed.place], deed.name, deed.words)
      case "hush": return this.#hush()
      case "look": return this.#look()
      case "quiet": return this.#quiet()
    }
  }

  #caller(company: Company | undefined, name: string, words: string): void {
    const caller = company?.callers.find(({ options }) => options.name === name)
    const through = company?.registrars.find(({ inner, isUp }) => isUp && inner.bindings(this.#world.now).length > 0) ?? company?.registrars[0]
    if (company === undefined || caller === undefined || through === undefined) return
    const list = words.split(" ")
    if (list[0] === "calls") {
      this.#calls++
      list.splice(1, 0, company.user)
    }
    // Whoever begins an episode begins it with a clean sheet.
    if (/^(answers|rings|busy|declines|redirects|is-silent)/.test(words)) this.#undisturbed = true
    this.#world.note(`${name} ${words}`)
    if (!caller.perform(list, through.at)) throw new Error(`"${words}" is not understood`)
  }

  #hush(): void {
    this.#world.note("everybody hangs up")
    for (let i = 0; i < 3; i++) this.#world.type("hangup")
    for (const caller of this.#companies.flatMap(({ callers }) => callers)) caller.perform(["hangs-up"], caller.options.at)
  }

  #play(key: string): void {
    if (!this.#isBusy()) return
    this.#playedAt = this.#world.now
    this.#world.press(key)
  }

  #isBusy(): boolean { return this.#phoneCalls()?.some(({ state }) => !OVER.includes(state)) ?? false }

  /** The phone's calls; undefined while nobody can ask. */
  #phoneCalls(): PhoneCall[] | undefined {
    const reply = this.#world.ask("calls --json")
    if (reply === undefined) return undefined
    try {
      return (JSON.parse(reply) as { calls: PhoneCall[] }).calls
    } catch {
      throw new Violation("the console tells", `calls --json gives ${reply}`)
    }
  }

  /** `again`: there was a difference already, and nothing has been said since. */
  #look(again = false): void {
    const world = this.#world, calls = this.#phoneCalls()
    if (calls === undefined) return
    this.#bounded(calls)
    // What is just changing is compared later; what was disturbed may have been lost on one side.
    const { loss, jitterMs, reorder } = this.#path
    if (!this.#undisturbed || loss > 0 || jitterMs > 100 || reorder > 0 || world.now - this.#lastSignalAt < SETTLE_MS || !world.networkUp) return
    const talking = calls.filter(({ state }) => state === "talking")
    const theirs = this.#companies.flatMap(({ user, callers }) => callers.flatMap(({ legs }) => legs.filter(leg => leg.state === "talking" && leg.isWith(user)))).length
    if (talking.length === theirs) return
    // An answer may be on its way.
    if (!again) world.at(world.now + SETTLE_MS, () => this.#look(true))
    else {
      throw new Violation("both sides know of the same calls", `the phone has ${JSON.stringify(calls)}, the callers have ${theirs} that talk with it`)
    }
  }

  /** Nobody looks for a server longer than all of them may take. */
  #bounded(calls: readonly PhoneCall[]): void {
    const { now } = this.#world
    const seeking = calls.filter(({ state }) => state === "preparing" || state === "calling").map(({ call }) => call)
    for (const call of this.#seeking.keys()) if (!seeking.includes(call)) this.#seeking.delete(call)
    for (const call of seeking) {
      const since = this.#seeking.get(call) ?? now
      this.#seeking.set(call, since)
      if (now - since > this.#setupMs) throw new Violation("a call is set up in time", `call ${call} has been looking for a server for ${now - since} ms`)
    }
  }

  /** What all lines have in common. */
  get #path(): Quality { return this.#districts[0]?.scenario.path ?? PERFECT }

  get #setupMs(): number { return Math.max(...this.#districts.map(({ limits }) => limits.setupMs)) }

  #quiet(): void {
    const world = this.#world, calls = this.#phoneCalls()
    this.#seeking.clear()
    if (calls === undefined) return
    const left = calls.filter(({ state }) => !OVER.includes(state))
    if (left.length > 0) throw new Violation("every call ends", `everybody has hung up, and the phone still has ${JSON.stringify(left)}`)
    if (world.isSounding) throw new Violation("sound ends with the call", "the phone wants sound, and has no call")
    if (world.now - this.#lastSoundAt < SOUND_MS) throw new Violation("sound ends with the call", `the phone sent sound ${world.now - this.#lastSoundAt} ms ago`)
    const ports = world.listeners
    if (ports > 1) throw new Violation("sockets for sound are closed", `${ports - 1} are open, and there is no call`)
  }

  /** At the very end, when all is well and nothing is under way: no pool has anything left of the calls. A registration that is being refreshed has. */
  restful(): void {
    let left = this.#inUse()
    for (let second = 0; second < RESTFUL_S && left !== ""; second++) {
      this.#world.run(this.#world.now + 1000)
      left = this.#inUse()
    }
    if (left !== "") throw new Violation("no pool leaks", `${left} when nothing is under way`)
  }

  #inUse(): string {
    const reply = this.#world.ask("mem --json") ?? ""
    const pools = reply.matchAll(/"pool":"(messages kept|client transactions|server transactions)","used":(\d+)/g)
    return [...pools].filter(([, , used]) => used !== "0").map(([, pool = "", used = ""]) => `${used} ${pool}`).join(", ")
  }
}
