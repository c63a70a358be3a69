// Draws a world from its seed: servers, zone, settings, paths, and everything that will go wrong in it and when.
import type { Algorithm } from "./challenger.ts"
import type { Quality } from "./link.ts"
import { endpointText } from "./phone.ts"
import { Random } from "./random.ts"

/** A registrar, and how DNS shows it. */
export type ServerPlan = {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly priority: number
  readonly weight: number
  readonly realm: string
  readonly algorithms: readonly Algorithm[]
  readonly qop: "auth" | ""
  readonly nonceLifeSec: number
  readonly saysStale: boolean
  readonly givesNextNonce: boolean
  /** Shortest lifetime that it grants, in seconds: for less it answers 423. */
  readonly minExpiresSec: number
  /** Longest lifetime that it grants; it shortens what asks for more. */
  readonly maxExpiresSec: number
}

/** How the domain leads to its servers. "ip": the phone is told an address; "host": a name with a port. */
export type Shape = "naptr" | "srv" | "a" | "ip" | "host"

/** What a zone says at one time: servers by index. */
export type ZonePlan = { readonly ttlSec: number, readonly listed: readonly number[], readonly reversed: boolean }

/** How a registrar fails. */
export type RegistrarTrouble =
  | { readonly kind: "crashed" } | { readonly kind: "gone" } | { readonly kind: "silent" }
  | { readonly kind: "late", readonly ms: number }
  | { readonly kind: "code", readonly code: number, readonly retryAfterSec: number }
  | { readonly kind: "challenges", readonly nonce: "new" | "same" | "stale" }
  | { readonly kind: "brief" }
  | { readonly kind: "restart" }

/** How a nameserver fails: the faults of nameserver.ts, and two under a name of their own. */
export type DnsTrouble = typeof DNS_TROUBLES[number]
const DNS_TROUBLES = [
  "crashed", "crashed", "silent", "silent", "slow", "servfail", "refused", "nxdomain", "wrong id first", "wrong question first",
  "truncated", "truncated in part", "pointer loop", "short rdata", "lossy first", "other source", "no lifetime", "no edns",
] as const

/** Something that goes wrong at an instant, and is mended `forMs` later. */
export type Trouble = { readonly at: number, readonly forMs: number } & (
  | { readonly what: "registrar", readonly server: number, readonly how: RegistrarTrouble }
  | { readonly what: "dns", readonly server: number, readonly how: DnsTrouble }
  | { readonly what: "path", readonly address: string, readonly quality: Quality }
  | { readonly what: "zone", readonly zone: ZonePlan }
  | { readonly what: "network", readonly addresses: readonly string[], readonly silently: boolean }
  | { readonly what: "stall" }
  | { readonly what: "reboot", readonly kept: boolean }
)

const ALGORITHMS: readonly (readonly Algorithm[])[] = [
  ["MD5"], ["MD5"], ["SHA-256"], ["SHA-512-256"], ["SHA-256", "MD5"], ["SHA-512-256", "SHA-256", "MD5"],
]

/** A whole world, as plain data: the phone, its first line, and what that needs. */
export type Scenario = {
  readonly seed: number
  readonly domain: string
  readonly user: string
  /** The other lines of the same phone: their servers, their settings, and what befalls those. The phone and its network are those of the first. */
  readonly others: readonly Scenario[]
  readonly durationMs: number
  readonly shape: Shape
  readonly servers: readonly ServerPlan[]
  readonly nameservers: readonly string[]
  /** Nameservers give the records of a set in turn. */
  readonly rotates: boolean
  readonly zone: ZonePlan
  readonly negativeTtlSec: number
  readonly addresses: readonly string[]
  readonly clockOrigin: number
  readonly path: Quality
  /** What the settings file says; the profile and the phone's own defaults say the rest. */
  readonly settings: Readonly<Record<string, string | number>>
  /** By the instant at which they begin. */
  readonly troubles: readonly Trouble[]
}

/** Those of the first line. */
export const DOMAIN = "phones.example"
export const USER = "6001"
export const PASSWORD = "a long, long secret"

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Settings that are of the phone and not of a line. */
const OF_PHONE = ["sip_port", "sip_retry_t1", "sip_t2", "dns_min_ttl", "filter_registrar"]

/** The world of a seed, for so many days, and so many lines. With a profile the phone has what that sets and nothing of its own, and troubles come closely. */
export function drawScenario(seed: number, days: number, profile = "", lines = 1): Scenario {
  const first = drawLine(seed, days, profile, 0)
  return { ...first, others: Array.from({ length: lines - 1 }, (_, i) => sharing(first, drawLine(seed, days, profile, i + 1, first))) }
}

/** Line number `place`, from 0. Those behind the first have a random sequence of their own, so that the first is the same however many there are. */
function drawLine(seed: number, days: number, profile: string, place: number, first?: Scenario): Scenario {
  const sequence = (name: string): Random => new Random(seed, place === 0 ? name : `${name} ${place + 1}`)
  const domain = place === 0 ? DOMAIN : `line${place + 1}.example`, user = String(Number(USER) + place)
  const random = sequence("scenario")
  const shape = random.pick<Shape>(["naptr", "srv", "srv", "srv", "a", "ip", "host"])
  const isSix = random.chance(0.25), withIp6 = first === undefined ? isSix : first.addresses.length > 1
  const servers = drawServers(random, { shape, withIp6, domain, place })
  const nameservers = Array.from({ length: random.between(1, 3) }, (_, i) => `192.0.2.${53 + i}`)
  const durationMs = Math.round(days * 24 * HOUR)
  const addresses = withIp6 ? ["192.0.2.10", "2001:db8::10"] : ["192.0.2.10"]
  const path = {
    delayMs: random.duration(1, 150), jitterMs: random.pick([0, 0, 5, 40]),
    loss: 0, repeat: random.pick([0, 0, 0.02]), reorder: random.pick([0, 0, 0.02]), damage: 0, cut: false,
  }
  const zone = { ttlSec: random.pick([0, 5, 30, 60, 300, 3600]), listed: servers.map((_, i) => i), reversed: false }
  return {
    seed, durationMs, domain, user, shape, servers, nameservers, zone, addresses, path, others: [],
    rotates: random.chance(0.5),
    negativeTtlSec: random.pick([0, 5, 30, 300]),
    clockOrigin: random.pick([0, 1000, 2 ** 31 - 5000, 2 ** 32 - 5000, 2 ** 40 + 7]),
    settings: profileOnly(profile, { ...drawSettings(random, { shape, servers, domain, user }), ...drawPolicy(sequence("policy")) }),
    troubles: drawTroubles(sequence("troubles"), { servers, nameservers, durationMs, zone, addresses, path, isNamed: shape !== "ip", isBusy: profile !== "" }),
  }
}

/** A line with the phone and the network of the first: only what befalls its own servers and its own zone befalls it alone. */
function sharing(first: Scenario, line: Scenario): Scenario {
  const { nameservers, addresses, path, rotates, clockOrigin } = first
  const phone = Object.fromEntries(Object.entries(first.settings).filter(([name]) => OF_PHONE.includes(name)))
  const own = (trouble: Trouble): boolean =>
    trouble.what === "registrar" || trouble.what === "zone" || (trouble.what === "path" && line.servers.some(({ address }) => address === trouble.address))
  return { ...line, nameservers, addresses, path, rotates, clockOrigin, settings: { ...line.settings, ...phone }, troubles: line.troubles.filter(own) }
}

/** What befalls the servers or the zone of one line, and not the whole phone. */
export function isOfLine(trouble: Trouble, scenario: Scenario): boolean {
  return trouble.what === "registrar" || trouble.what === "zone" || (trouble.what === "path" && !scenario.nameservers.includes(trouble.address))
}

/** All lines, the first one first. */
export function linesOf(scenario: Scenario): readonly Scenario[] { return [scenario, ...scenario.others] }

/** All troubles of all lines; `--without` counts them so. */
export function troublesOf(scenario: Scenario): readonly Trouble[] { return linesOf(scenario).flatMap(({ troubles }) => troubles) }

type Line = { readonly shape: Shape, readonly domain: string }

function drawServers(random: Random, { shape, withIp6, domain, place }: Line & { readonly withIp6: boolean, readonly place: number }): ServerPlan[] {
  const count = shape === "ip" ? 1 : random.pick([1, 2, 2, 2, 3, 3, 4, 6])
  const fixedPort = shape === "a" || shape === "host"
  const algorithms = random.pick(ALGORITHMS)
  const oneRealm = random.chance(0.5)
  const onePriority = random.chance(0.3)
  return Array.from({ length: count }, (_, i) => withLimits(random, {
    name: `server${i + 1}`,
    address: withIp6 && random.chance(0.4) ? `2001:db8::${place === 0 ? "" : `${place}:`}${i + 1}` : `198.51.100.${32 * place + i + 1}`,
    port: fixedPort || random.chance(0.8) ? 5060 : random.between(5061, 5099),
    priority: onePriority ? 1 : random.between(0, 2),
    weight: random.pick([0, 1, 10, 40, 60]),
    realm: oneRealm ? domain : `realm${i + 1}.example`,
    algorithms,
    qop: random.chance(0.9) ? "auth" : "",
    nonceLifeSec: random.pick([5, 30, 300, 3600]),
    saysStale: random.chance(0.8),
    givesNextNonce: random.chance(0.1),
  }))
}

function withLimits(random: Random, server: Omit<ServerPlan, "minExpiresSec" | "maxExpiresSec">): ServerPlan {
  const minExpiresSec = random.pick([0, 0, 0, 90, 600])
  return { ...server, minExpiresSec, maxExpiresSec: Math.max(minExpiresSec, random.pick([60, 120, 300, 600, 3600, 7200])) }
}

type Account = Line & { readonly servers: readonly ServerPlan[], readonly user: string }

function drawSettings(random: Random, { shape, servers, domain, user }: Account): Record<string, string | number> {
  const first = servers[0]
  const settings: Record<string, string | number> = {
    domain, user, password: PASSWORD,
    register_ttl: random.pick([60, 120, 300, 600, 3600]),
    sip_port: random.pick([5060, 5060, 5062, 0]),
    sip_retry_t1: random.pick([100, 250, 500, 500, 500, 1000]),
    sip_t2: random.pick([4000, 4000, 4000, 1000, 8000]),
    retry_mode: random.pick(["64t1", "64t1", "64t1", "count", "period"]),
    retry_count: random.between(1, 6),
    retry_period: random.between(2, 32),
    last_server_full: random.between(0, 1),
    dirty_host_ttl: random.pick([0, 0, 60, 600]),
    weight_algo: random.pick(["rfc2782", "proportional", "dns_order"]),
    use_naptr: random.pick(["auto", "auto", shape === "naptr" ? "1" : "0"]),
    dns_min_ttl: random.pick([0, 30, 30, 120]),
    filter_registrar: random.between(0, 1),
  }
  if (shape === "ip" && first !== undefined) settings["server"] = endpointText(first)
  if (shape === "host" && first !== undefined) settings["server"] = `hosts.${domain}:${first.port}`
  return settings
}

const ACCOUNT = ["domain", "user", "password", "server", "sip_port"]

function profileOnly(profile: string, drawn: Record<string, string | number>): Record<string, string | number> {
  if (profile === "") return drawn
  return { profile, ...Object.fromEntries(Object.entries(drawn).filter(([name]) => ACCOUNT.includes(name))) }
}

/** How the phone looks after its servers: probing, and the way back. */
function drawPolicy(random: Random): Record<string, string | number> {
  return {
    profile: random.pick(["auto", "auto", "snom", "versity", "baker", "vip"]),
    failback: random.pick(["probe", "probe", "duration", "registration", "per_request", "dnsttl", "never"]),
    failback_order: random.pick(["make_before_break", "unregister_first"]),
    failback_interval: random.pick([60, 300, 1800]),
    hold_down: random.pick([0, 60, 300]),
    dns_refresh: random.pick(["ttl", "ttl", "request"]),
    removed_active: random.pick(["keep", "move"]),
    equal_choice: random.pick(["random", "alternate", "dns_order"]),
    addr_order: random.pick(["dns", "rfc6724", "shuffle"]),
    failover_codes: "500 503 504",
  }
}

type Where = {
  readonly servers: readonly ServerPlan[]
  readonly nameservers: readonly string[]
  readonly durationMs: number
  readonly zone: ZonePlan
  readonly addresses: readonly string[]
  readonly path: Quality
  readonly isNamed: boolean
  /** Something happens in every hour, and no trouble lasts much longer. */
  readonly isBusy: boolean
}

/** Troubles come with a mean pause that differs from world to world, each after a pause of its own; some overlap. */
function drawTroubles(random: Random, where: Where): Trouble[] {
  const pauseMs = random.duration(5 * MINUTE, where.isBusy ? 40 * MINUTE : 8 * HOUR)
  const longestMs = random.duration(10 * MINUTE, where.isBusy ? HOUR : 6 * HOUR)
  const troubles: Trouble[] = []
  for (let at = random.duration(1000, pauseMs); at < where.durationMs; at += random.duration(pauseMs / 10, 3 * pauseMs)) {
    const forMs = random.duration(1000, longestMs)
    troubles.push(drawTrouble(random, where, at, forMs))
    // A quarter of them do not come alone.
    if (random.chance(0.25)) troubles.push(drawTrouble(random, where, at + random.between(0, 2000), forMs))
  }
  return troubles.sort((a, b) => a.at - b.at)
}

// What there is more of comes more often.
const KINDS = ["registrar", "registrar", "registrar", "registrar", "dns", "dns", "path", "path", "zone", "network", "stall", "reboot"] as const
const REGISTRAR_KINDS = ["crashed", "crashed", "gone", "silent", "silent", "late", "code", "code", "code", "restart", "challenges", "brief"] as const

function drawTrouble(random: Random, where: Where, at: number, forMs: number): Trouble {
  const kind = random.pick(KINDS)
  if (kind === "registrar" || (kind === "zone" && !where.isNamed)) {
    return { at, forMs, what: "registrar", server: random.between(0, where.servers.length - 1), how: drawRegistrarTrouble(random) }
  }
  if (kind === "dns") {
    return { at, forMs, what: "dns", server: random.between(0, where.nameservers.length - 1), how: random.pick(DNS_TROUBLES) }
  }
  if (kind === "path") return { at, forMs, what: "path", address: drawAddress(random, where), quality: drawQuality(random, where.path) }
  if (kind === "zone") return { at, forMs, what: "zone", zone: drawZone(random, where) }
  if (kind === "network") return { at, forMs, what: "network", addresses: drawAddresses(random, where), silently: random.chance(0.3) }
  if (kind === "stall") return { at, forMs: random.duration(100, 60_000), what: "stall" }
  return { at, forMs: 0, what: "reboot", kept: random.chance(0.5) }
}

function drawRegistrarTrouble(random: Random): RegistrarTrouble {
  const kind = random.pick(REGISTRAR_KINDS)
  if (kind === "late") return { kind, ms: random.duration(200, 60_000) }
  if (kind === "challenges") return { kind, nonce: random.pick(["new", "same", "stale"]) }
  if (kind !== "code") return { kind }
  const code = random.pick([403, 404, 480, 500, 503, 503, 503, 504, 600])
  return { kind, code, retryAfterSec: random.chance(0.3) ? random.duration(1, 5000) : 0 }
}

function drawAddress(random: Random, where: Where): string {
  return random.chance(0.7) ? random.pick(where.servers).address : random.pick(where.nameservers)
}

function drawQuality(random: Random, path: Quality): Quality {
  return {
    delayMs: random.chance(0.3) ? random.duration(path.delayMs, 3000) : path.delayMs,
    jitterMs: random.pick([0, 50, 500]),
    loss: random.pick([0, 0.05, 0.3, 0.7]),
    repeat: random.pick([0, 0, 0.2]),
    reorder: random.pick([0, 0, 0.2]),
    damage: random.pick([0, 0, 0.1, 0.5]),
    cut: random.chance(0.25),
  }
}

function drawZone(random: Random, where: Where): ZonePlan {
  const mixed = random.shuffled(where.servers.map((_, i) => i))
  const listed = mixed.slice(0, random.between(random.chance(0.1) ? 0 : 1, mixed.length))
  return { ttlSec: random.pick([5, 30, 60, 300]), listed, reversed: random.chance(0.5) }
}

function drawAddresses(random: Random, where: Where): readonly string[] {
  if (random.chance(0.5)) return where.addresses
  return where.addresses.map(address => address.includes(":") ? `2001:db8::${random.between(11, 99)}` : `192.0.2.${random.between(100, 250)}`)
}

/** The settings as the text that the core reads. */
export function settingsText(scenario: Scenario): string {
  const further = scenario.others.map(({ settings }, i) => textOf(Object.fromEntries(Object.entries(settings).filter(([name]) => !OF_PHONE.includes(name))), `${i + 2}.`))
  return [textOf(scenario.settings, ""), ...further].join("")
}

function textOf(settings: Scenario["settings"], before: string): string {
  return Object.entries(settings).map(([name, value]) => `${before}${name}: ${value}\n`).join("")
}

/** The zone as master file text. The servers are listed in order, or the other way round with their priorities swapped. */
export function zoneText(scenario: Scenario, zone: ZonePlan): string {
  const { servers, shape, domain } = scenario
  const highest = Math.max(...servers.map(server => server.priority))
  const listed = zone.listed.flatMap(i => servers[i] ?? [])
  const soa = `@ IN SOA ns hostmaster ( 1 1800 600 604800 ${scenario.negativeTtlSec} )`
  const lines = [`$ORIGIN ${domain}.`, `$TTL ${zone.ttlSec}`, soa, "@ IN NS ns", "ns IN A 192.0.2.53"]
  if (shape === "naptr") lines.push(`@ IN NAPTR 1 60 "s" "SIP+D2U" "" _sip._udp.${domain}.`)
  const address = (owner: string, server: ServerPlan): string => `${owner} IN ${server.address.includes(":") ? "AAAA" : "A"} ${server.address}`
  for (const server of listed) {
    if (shape === "a") lines.push(address("@", server))
    if (shape === "host") lines.push(address("hosts", server))
    if (shape !== "naptr" && shape !== "srv") continue
    lines.push(`_sip._udp IN SRV ${zone.reversed ? highest - server.priority : server.priority} ${server.weight} ${server.port} ${server.name}`)
    lines.push(address(server.name, server))
  }
  return `${lines.join("\n")}\n`
}
