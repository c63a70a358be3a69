// Plays a flow that is written as text: a phone, three servers, a nameserver, what happens when; and gives back what went over the wire.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { loadCore, type Core } from "../../host/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { compile } from "../../build/core.ts"
import { NEXT_WORD, WORD, nextBuild } from "../builds.ts"
import { BOOT, lockstep, type Endpoint, type MakePhone, type Output, type Phone } from "../../host/sim/phone.ts"

import { Mailbox } from "../../host/sim/mailbox.ts"
import { Balancer } from "../../host/sim/balancer.ts"
import { Nat } from "../../host/sim/nat.ts"
import { Nameserver } from "../../host/sim/nameserver.ts"
import { Registrar, type Mode } from "../../host/sim/registrar.ts"
import type { CallServer } from "../../host/sim/callserver.ts"
import { millisecondsOf } from "../../host/sim/manner.ts"
import { summary } from "../../host/sim/message.ts"
import { Telling } from "../../host/sim/telling.ts"
import { forged } from "../../host/sim/stun.ts"
import { tone } from "../../host/sim/tone.ts"
import type { Answer } from "../../host/sim/service.ts"
import { World } from "../../host/sim/world.ts"
import { parseZone, type Zone } from "../../host/sim/zone.ts"
import type { Hash } from "../../host/sim/challenger.ts"
import { People, nameOf } from "./people.ts"

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")

/** The servers of a flow, by the letter that scripts call them, unless it places its own. */
const ADDRESSES: Readonly<Record<string, string>> = { a: "192.0.2.1", b: "192.0.2.2", c: "192.0.2.3" }
const NAMESERVER = { address: "192.0.2.53", port: 53 }
const STRANGER = { address: "203.0.113.9", port: 5060 }

const SETTINGS = { domain: "example.com", user: "6001", password: "secret" }
/** A flow that names no profile has a phone that does nothing unasked: what it shows stands alone. */
const PLAIN = { retry_mode: "64t1", dirty_host_ttl: "0", weight_algo: "rfc2782", probe_method: "none", failback: "never", register_before_use: "0", start_spread: "0",
  failover_methods: "register invite subscribe" }
const ZONE = `$ORIGIN example.com.
$TTL 3600
@ IN SOA ns hostmaster 1 3600 600 604800 60
a IN A 192.0.2.1
b IN A 192.0.2.2
c IN A 192.0.2.3
`
const SRV = "_sip._udp 300 IN SRV 0 1 5060 a\n_sip._udp 300 IN SRV 1 1 5060 b\n_sip._udp 300 IN SRV 2 1 5060 c\n"

/**
 * Both engines in lockstep, and two builds whose constants lie elsewhere: a flow that passes has the same bytes on each, and whenever it was at rest
 * either could have gone on with the other's memory.
 */
export async function bothEngines(): Promise<MakePhone> {
  const wasm = await compile("assembly/index.ts"), next = await nextBuild()
  return (keep) => {
    const engine = loadV8<CoreExports>(wasm), first = loadCore(engine, keep), second = loadCore(loadWasm3<CoreExports>(next), keep)
    const end = (engine.globals["STATE_AT"] ?? 0) + (engine.globals["STATE_SIZE"] ?? 0)
    const changing = (core: Core): Buffer => Buffer.from(core.memory().buffer, core.memory().byteOffset, end)
    const both = lockstep(first, { ...second, output: () => renamed(second.output()) })
    return {
      ...both,
      deadline() {
        if (!changing(first).equals(changing(second))) throw new Error("the memory of one build has the place of a constant: another build could not go on with it")
        return both.deadline()
      },
    }
  }
}

/** An output of the next build, which has another name for one region of memory, in the words of the released one. */
function renamed(output: Output | undefined): Output | undefined {
  return output?.kind === "reply" ? { ...output, text: output.text.replace(NEXT_WORD, WORD) } : output
}

/** V8 alone, where the other engine is compared elsewhere. */
export async function oneEngine(): Promise<MakePhone> {
  const wasm = await compile("assembly/index.ts")
  return (keep) => loadCore(loadV8<CoreExports>(wasm), keep)
}

/** Gets each picture that a script takes: its name, and the frame. */
export type OnPicture = (name: string, frame: Uint8Array) => void

/** Runs a script and returns what happened, one line each; the format is described in tests/flow/README.md. `zones`: what DNS knows besides. */
export function play(text: string, make: MakePhone, onPicture: OnPicture = () => {}, zones: readonly Zone[] = []): string {
  const script = text.replace(/\{(\d+) ([^}]*)\}/g, (_, count: string, piece: string) => piece.repeat(Number(count)))
  const stage = new Stage(script, make, onPicture, zones)
  for (const line of script.split("\n").map((each) => each.trim()).filter((each) => each !== "" && !each.startsWith("#"))) stage.perform(line)
  return stage.finish()
}

class Stage {
  private readonly lines: string[] = []
  private readonly registrars = new Map<string, Registrar>()
  private readonly servers = new Map<string, CallServer>()
  private readonly addresses: Readonly<Record<string, string>>
  private readonly hidden: readonly string[]
  private readonly people: People
  private readonly telling = new Telling()
  private readonly nameserver: Nameserver
  private readonly world: World
  private readonly nat: Nat | undefined
  private readonly balancer: Balancer | undefined
  private readonly mailboxes = new Map<string, Mailbox>()
  private dnsShown = false
  private wholeShown = false
  private logShown = false
  private hertz = 440
  private booted = false
  private frame = new Uint8Array(0)
  private readonly onPicture: OnPicture

  constructor(script: string, make: MakePhone, onPicture: OnPicture, zones: readonly Zone[]) {
    this.onPicture = onPicture
    const changed = Object.fromEntries(linesOf(script, "set").map((line) => line.split(": ", 2) as [string, string]))
    const settings = Object.entries({ ...SETTINGS, ...("profile" in changed ? {} : PLAIN), ...changed }).map(([name, value]) => `${name}: ${value}`).join("\n")
    const records = linesOf(script, "zone")
    const seed = Number(linesOf(script, "seed")[0] ?? 1)
    const placed = linesOf(script, "server").map((line) => line.split(" ") as [string, string])
    this.addresses = placed.length > 0 ? Object.fromEntries(placed) : ADDRESSES
    this.hidden = linesOf(script, "hide")
    this.people = new People(new Map(Object.entries(this.addresses).map(([letter, address]) => [letter, { address, port: 5060 }])),
      (changed["domain"] ?? SETTINGS.domain).split(";")[0] ?? "", (text) => this.say(text))
    this.nameserver = new Nameserver([...zones, ...linesOf(script, "zone-file").map(zoneOf), parseZone(ZONE + (records.length > 0 ? records.join("\n") + "\n" : SRV))], {
      onQuery: ({ name, type, rcode, answers }) => { if (this.dnsShown) this.say(`dns ${type} ${name}: ${rcode} ${answers}`) },
    })
    const nat = linesOf(script, "nat")[0]
    this.nat = nat === undefined ? undefined : new Nat(nat)
    this.world = new World({
      ...(this.nat === undefined ? {} : { nat: this.nat }),
      seed, make: (keep) => this.filmed(make(keep)), settings, addresses: linesOf(script, "own")[0]?.split(" ") ?? ["192.0.2.100"], dns: ["192.0.2.53"],
      clockOrigin: 1000, checks: [{ name: "speaker", heard: (_now, sound) => this.people.heard(sound) }], tell: (line) => this.heard(line),
      watch: (out, other, bytes) => this.packet(out, other, bytes),
      microphone: (from) => tone(this.hertz, from, 160, this.hertz === 0 ? 0 : 0.25),
    })
    this.people.enter(this.world)
    for (const [letter, address] of Object.entries(this.addresses)) this.placeServer(letter, address, script)
    this.balancer = this.placeBalancer(linesOf(script, "balancer")[0])
    this.world.place(NAMESERVER, { receive: (bytes, from) => this.answerDns(bytes, from) })
  }

  /** One line of the script. */
  perform(line: string): void {
    const [verb = "", ...rest] = line.split(" ")
    if (["set", "zone", "zone-file", "server", "hide", "own", "seed", "floor", "ceiling", "service-route", "path", "nat", "balancer"].includes(verb)) return
    if (verb === "show") {
      if (rest[0] === "dns") this.dnsShown = true
      if (rest[0] === "messages") this.wholeShown = true
      if (rest[0] === "log") this.logShown = true
    } else if (verb === "at" || verb === "until") {
      this.start()
      this.world.run(millisecondsOf(rest[0] ?? ""))
      if (rest.length > 1) this.happen(rest[1] ?? "", rest.slice(2))
    } else throw new Error(`a script has no line "${line}"`)
  }

  finish(): string {
    this.start()
    const screen = this.world.phone?.screen().map((row) => `  |${row}|`) ?? []
    const violations = [...this.registrars].flatMap(([letter, { violations }]) => violations.filter((text) => !this.isOfNat(text)).map((text) => `VIOLATION at ${letter}: ${text}`))
    return [...this.lines, ...violations, ...screen].join("\n")
  }

  /** What no phone behind a NAT, or before a balancer, can do better. */
  private isOfNat(violation: string): boolean {
    return this.nat !== undefined && /Via says|does not lead back/.test(violation) || this.balancer !== undefined && /is none of this server/.test(violation)
  }

  private start(): void {
    if (this.booted) return
    this.booted = true
    this.world.boot(BOOT.cold)
  }

  private happen(who: string, what: string[]): void {
    const registrar = this.registrars.get(who)
    if (registrar !== undefined) this.server(who, registrar, what)
    else if (this.people.perform(who, what)) return
    else if (who === "nat") this.nat?.forget()
    else if (who === "balancer") this.balance(what)
    else if (who === "dns") this.nameserver.fault = what[0] === "well" ? { kind: "none" } : { kind: what[0] as "dead" | "silent" }
    else if (who === "dns-says") this.nameserver.zones = [parseZone(ZONE + what.join(" ").replaceAll("|", "\n") + "\n")]
    else if (who === "type") this.world.type(what.join(" "))
    else if (who === "press") for (const key of what) this.world.press(key)
    else if (who === "network") what[0] === "down" ? this.world.takeNetworkDown(false) : this.world.takeNetworkUp(what.slice(1))
    else if (who === "restart") this.world.boot(what[0] === "trap" ? BOOT.trap : what[0] === "power" ? BOOT.power : BOOT.cold)
    else if (who === "close") this.world.close()
    else if (who === "clock") this.world.tellTime(Date.parse(what[0] ?? ""))
    else if (who === "picture") this.picture(what.join(" "))
    else if (who === "screen") this.lines.push(...(this.world.phone?.screen() ?? []).map((row) => `  |${row}|`))
    else if (who === "sound") this.people.report()
    else if (who === "microphone") this.hertz = what[0] === "tone" ? Number(what[1]) : 0
    else if (who === "pools") this.say(`pools: ${this.pools()}`)
    else if (who === "bindings") this.say(`bindings ${this.bindings()}`)
    else if (who === "receive") this.receive(what)
    else if (who === "stun") this.world.reply({ address: this.addresses[what[0] ?? ""] ?? "", port: 5060 }, { bytes: forged(), to: { address: "192.0.2.100", port: 5060 } })
    else throw new Error(`nothing can happen to "${who}"`)
  }

  /** The same phone; what it shows is remembered. */
  private filmed(phone: Phone): Phone {
    return {
      ...phone,
      output: () => {
        const output = phone.output()
        if (output?.kind === "display") this.frame = output.frame.slice()
        return output
      },
    }
  }

  private picture(name: string): void {
    this.onPicture(name, this.frame)
    this.lines.push(`picture ${name}`, ...(this.world.phone?.screen() ?? []).map((row) => `  |${row}|`))
  }

  private server(letter: string, registrar: Registrar, what: string[]): void {
    const server = this.servers.get(letter)
    if (what.join(" ") === "leaves-the-path" && server !== undefined) server.records = false
    else if (what.join(" ") === "names-the-domain" && server !== undefined) server.namesDomain = true
    else if (what.join(" ") === "routes-strictly" && server !== undefined) server.strict = true
    else if (what[0] === "challenges" && server !== undefined && ["calls", "everything", "nothing"].includes(what[1] ?? "")) {
      server.challenges = what[1] === "calls" ? "invite" : what[1] as "everything" | "nothing"
    } else if (what[0] === "mailbox") this.mailbox(letter, registrar, what.slice(1))
    else if (what[0] === "keeps") registrar.keep = what[1] === "nothing" ? undefined : { seconds: Number(what[1]), deaf: what[2] === "deaf" }
    else registrar.mode = modeOf(what)
  }

  /** What becomes of the mailbox at a server. */
  private mailbox(letter: string, registrar: Registrar, [verb = "", ...rest]: string[]): void {
    const mailbox = this.mailboxes.get(letter), [fresh = 0, old = 0] = rest.map(Number)
    if (verb === "holds" || verb === "tells") mailbox?.hold(fresh, old)
    if (verb === "tells") for (const { uri } of registrar.bindings(this.world.now)) mailbox?.tell(uri)
    if (verb === "refuses") mailbox?.refusals.push(...rest.map(Number))
    if (verb === "grants") Object.assign(mailbox ?? {}, { minSec: fresh, maxSec: old })
    if (verb === "ends") mailbox?.end(rest[0] ?? "")
    if (verb === "forgets") mailbox?.forget()
  }

  private bindings(): string {
    return [...this.registrars].map(([letter, registrar]) => `${letter}:${registrar.bindings(this.world.now).length}`).join(" ")
  }

  /** What is in use of the pools that calls take from. */
  private pools(): string {
    const pools = [...(this.world.ask("mem --json") ?? "").matchAll(/"pool":"(messages kept|\w+ transactions|calls|dialogs)","used":(\d+),"of":(\d+)/g)]
    const used = pools.filter(([, , count]) => count !== "0").map(([, pool = "", count = "", of = ""]) => `${count} of ${of} ${pool}`)
    return used.length === 0 ? "all free" : used.join(", ")
  }

  /** A request comes from a server, or from a stranger. */
  private receive([from = "", method = "", ...fields]: string[]): void {
    const source = from === "stranger" ? STRANGER : { address: this.addresses[from] ?? "", port: 5060 }
    const branch = `z9hG4bK-${from}-${method === "ACK" || method === "CANCEL" ? "INVITE" : method}`
    const text = [
      `${method} sip:6001@192.0.2.100:5060 SIP/2.0`, `Via: SIP/2.0/UDP ${source.address}:5060;branch=${branch}`, "Max-Forwards: 70",
      "From: <sip:caller@example.com>;tag=1", "To: <sip:6001@example.com>", "Call-ID: outside", `CSeq: 1 ${method}`, ...fields.join(" ").split("|").filter((field) => field !== ""),
      "Content-Length: 0", "", "",
    ].join("\r\n")
    this.world.reply(source, { bytes: Uint8Array.from(Buffer.from(text, "latin1")), to: { address: "192.0.2.100", port: 5060 } })
  }

  private placeServer(letter: string, address: string, script: string): void {
    const of = (word: string): string[] => linesOf(script, word).filter((line) => line.startsWith(`${letter} `)).map((line) => line.slice(2))
    const registrar = new Registrar({
      realm: linesOf(script, "balancer").length > 0 ? "example.com" : `${letter}.example.com`, users: { 6001: "secret", 6002: "secret" }, hash, secret: letter, nonceLifeSec: 86400,
      minExpiresSec: Number(of("floor")[0] ?? 60), maxExpiresSec: Number(of("ceiling")[0] ?? 3600), serviceRoutes: of("service-route"),
    })
    this.registrars.set(letter, registrar)
    const at = { address, port: 5060 }
    const mailbox = new Mailbox({ wire: this.world.wire, at, domain: "example.com", name: letter })
    this.mailboxes.set(letter, mailbox)
    const server = this.people.serve(at, registrar, this.registrars, mailbox)
    this.servers.set(letter, server)
    this.world.place(at, {
      receive: (bytes, from, now) => registrar.mode.kind === "refuse" ? "refused" : server.receive(withPath(bytes, of("path")), from, now),
    })
    this.world.place(STRANGER, { receive: () => [] })
  }

  /** `ADDRESS a:WEIGHT b:WEIGHT`: a farm with these servers behind it. */
  private placeBalancer(line: string | undefined): Balancer | undefined {
    if (line === undefined) return undefined
    const [address = "", ...members] = line.split(" ")
    const backends = members.map((member) => {
      const [name = "", weight = "1"] = member.split(":"), service = this.servers.get(name)
      if (service === undefined) throw new Error(`there is no server "${name}" to stand behind a balancer`)
      return { name, weight: Number(weight), at: { address: this.addresses[name] ?? "", port: 5060 }, service }
    })
    const balancer = new Balancer({ address, ports: [5060, 5061], nat: "dnat", backends })
    for (const port of balancer.options.ports) this.world.place({ address, port }, balancer)
    return balancer
  }

  private balance([verb = "", name = ""]: string[]): void {
    if (this.balancer === undefined) throw new Error("there is no balancer")
    if (verb === "drops") this.balancer.drop(name)
    else if (verb === "restores") this.balancer.restore(name)
    else this.balancer.silent = verb === "is-silent"
  }

  private answerDns(bytes: Uint8Array, from: Endpoint): readonly Answer[] | "refused" {
    if (!this.nameserver.listening) return "refused"
    return this.nameserver.replies(bytes).map(({ bytes: answer, delayMs }) => ({ bytes: answer, to: from, delayMs }))
  }

  /** A packet of SIP or of sound. */
  private packet(out: boolean, other: Endpoint, bytes: Uint8Array): void {
    const isSip = other.port === 5060
    if (!isSip) return other.port === 53 ? undefined : this.people.sound(out, other)
    const line = this.telling.line(bytes) ?? summary(bytes)
    if (this.hidden.some((word) => word === "repeats" ? out && this.isRepeat(bytes) : line.includes(word))) return
    this.say(`${out ? "->" : "<-"} ${this.letterOf(other.address)} ${line}`)
    if (this.wholeShown) this.lines.push(...Buffer.from(bytes).toString("latin1").trimEnd().split(/\r?\n/).map((line) => `    ${line}`))
  }

  private readonly sent = new Set<string>()
  private isRepeat(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString("latin1")
    if (this.sent.has(text)) return true
    this.sent.add(text)
    return false
  }

  /** What the world tells, in our words: refusals, events, replies. Everything else is left out. */
  private heard(line: string): void {
    const [, , text = ""] = /^(\S+ \S+)\s\s([^]*)$/.exec(line) ?? []
    const refusal = /^<- (\S+):5060 refuses$/.exec(text)
    if (refusal !== null && this.hidden.includes("refuses")) return
    if (refusal !== null) this.say(`<- ${this.letterOf(refusal[1] ?? "")} refuses`)
    else if (text.startsWith("EVENT ")) this.say(text.replace(/^EVENT \d+ /, "phone: "))
    else if (this.logShown && /^log (?!to |from )/.test(text)) this.say(text.replace("log ", "log: "))
    else if (text.startsWith("reply ")) this.reply(text.slice(6))
  }

  /** Pieces of one reply are joined again. */
  private reply(piece: string): void {
    const last = this.lines.length - 1
    if (piece.startsWith("\n") && this.lines[last]?.includes(" reply ")) this.lines[last] += piece.trimEnd().replaceAll("\n", "\n    ")
    else if (piece.trim() !== "") this.say(`reply ${piece.trimEnd().replaceAll("\n", "\n    ")}`)
  }

  private letterOf(address: string): string {
    if (address === this.balancer?.options.address) return "balancer"
    return Object.entries(this.addresses).find(([, known]) => known === address)?.[0] ?? nameOf(address)
  }

  private say(text: string): void { this.lines.push(`${(this.world.now / 1000).toFixed(3)} ${text.trimEnd()}`) }
}

/** The request as a proxy on the way would pass it on (RFC 3327 5.2). */
function withPath(bytes: Uint8Array, paths: string[]): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1")
  return Uint8Array.from(Buffer.from(text.replace("\r\nMax-Forwards", paths.map((path) => `\r\nPath: ${path}`).join("") + "\r\nMax-Forwards"), "latin1"))
}

function modeOf([how = "", ...more]: string[]): Mode {
  const number = Number(more[0])
  if (how === "crashes") return { kind: "refuse" }
  if (how === "is-silent") return more[0] === undefined ? { kind: "silent" } : { kind: "silent", method: more[0] }
  if (how === "is-late") return { kind: "late", ms: number }
  if (how === "is-open") return { kind: "open" }
  if (how === "is-brief") return { kind: "brief" }
  if (how === "challenges") return { kind: "challenge", nonce: more[0] as "new" | "same" | "stale" }
  if (how === "answers") {
    const method = /^[A-Z]+$/.test(more[0] ?? "") ? more.shift() : undefined
    const later = more[1] === "retry-after" ? { retryAfterSec: Number(more[2]) } : {}
    return { kind: "code", code: Number(more[0]), ...later, ...(method === undefined ? {} : { method }) }
  }
  if (how === "returns") return { kind: "well" }
  throw new Error(`a server cannot do "${how}"`)
}

function zoneOf(file: string): Zone { return parseZone(readFileSync(new URL(`../locate/zones/${file}.zone`, import.meta.url), "utf8")) }

/** The rest of every line that begins with this word. */
function linesOf(script: string, word: string): string[] {
  return script.split("\n").map((line) => line.trim()).filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
}

