// Keeps the phone alive: when the core stops itself, says why, hides the input that did it and starts a fresh one in its place.
import { createHash } from "node:crypto"
import type { Clock } from "./clock.ts"
import { SEED_BYTES, type Entropy } from "./entropy.ts"
import { BOOT, type Boot } from "./abi.ts"
import type { Build } from "./loader.ts"
import { endpointText, type Call, type Machine } from "./calls.ts"
import { textOf } from "./core.ts"
import type { Done, Driver, Trap } from "./driver.ts"
import { secretsIn } from "./records.ts"
import { withNotes } from "./store.ts"

export type NetworkState = { up: boolean; lines: string[] }

export type SupervisorParts = {
  driver: Driver
  clock: Clock
  entropy: Entropy
  /** The module that the phone begins with. */
  build: Build
  /** Closes the sockets of an instance that is gone; the next one opens its own on the same port. */
  closeFlows(): void
  network(): NetworkState
  /** Tells the person at the terminal. */
  warn(line: string): void
  note(line: string): void
  /** A fresh instance is there and will be started now; `module` is its SHA-256 where it is not the one that the phone began with. */
  onStart(boot: Boot, keep: Uint8Array | undefined, module: string | undefined): void
  /** Another module goes on with the memory of the one before. */
  onExchange(module: string | undefined): void
  /** It has taken its settings; nothing of the network has been told yet. */
  onOpen(): void
}

/** An unanswered request is sent up to 11 times within 64*T1 (RFC 3261 17.1.2.2): for so long the input that stopped the core is hidden. */
export const HIDE_MS = 64 * 500

/** Pauses before a restart; the last one is kept. */
export const PAUSES_MS = [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000] as const

/** An instance that lived so long was well: the next trap is a first one again. */
const WELL_MS = 5 * 60_000

/** So many traps within so long, and a module that came by an update gives way to the one before it. */
const FALLS = 3, FALLS_MS = 60_000

/** A module whose memory is laid out otherwise waits for the end of the call; so often is looked. */
const LOOK_MS = 200

export class Supervisor {
  /** How often the core has stopped itself. */
  traps = 0
  private readonly parts: SupervisorParts
  private readonly hidden = new Map<string, number>()
  private settings: Uint8Array = new Uint8Array(0)
  private notes: Uint8Array = new Uint8Array(0)
  private trapsInRow = 0
  private startedAt = 0
  private stopped = false
  private callOff = (): void => {}
  /** The modules, the one that runs last; and the one that is to take its place. */
  private builds: Build[]
  private next: Build | undefined
  private waits = false
  private callOffChange = (): void => {}
  private falls: number[] = []
  /** KEEP of the last instance that stopped itself. */
  private kept: Uint8Array | undefined

  constructor(parts: SupervisorParts) {
    this.parts = parts
    this.builds = [parts.build]
  }

  /** The module that runs. */
  get build(): Build { return this.builds.at(-1) ?? this.parts.build }

  /** Starts the first instance, or one in place of it. `opened` learns whether the core took the settings. */
  start(settings: Uint8Array, boot: Boot, opened: (done: Done) => void, keep?: Uint8Array): void {
    const { driver, clock, entropy, network } = this.parts
    this.settings = settings
    this.startedAt = clock.now()
    driver.start(this.build.load(keep))
    this.parts.onStart(boot, keep, this.foreign)
    driver.give({ call: "entropy", bytes: entropy(SEED_BYTES) })
    driver.give({ call: "open", bytes: withNotes(settings, this.notes), boot }, (done) => {
      opened(done)
      if (done.refusal !== undefined) return
      this.parts.onOpen()
      this.tellTime()
      this.tellNetwork(network())
    })
  }

  /** An input from outside. False when it is hidden because it stopped the core before. */
  give(call: Call, then?: (done: Done) => void): boolean {
    if (this.isHidden(call)) return false
    this.parts.driver.give(call, then)
    return true
  }

  tellNetwork({ up, lines }: NetworkState): void { this.parts.driver.give({ call: "network", up, text: lines.join("\n") }) }

  tellTime(): void {
    const { clock, driver } = this.parts
    driver.give({ call: "wallclock", unixMs: clock.unixMs(), zoneMin: clock.zoneMin() })
  }

  /** The settings that a restart begins with. */
  keepSettings(text: Uint8Array): void { this.settings = text }

  /** What the phone has noted for itself, which goes with them. */
  keepNotes(notes: Uint8Array): void { this.notes = notes }

  /** The user wants the phone started anew. Not from within an output: the instance is just being used. */
  reboot(): void {
    this.callOff()
    this.callOff = this.parts.clock.after(0, () => this.again(BOOT.cold, undefined))
  }

  // -- Another module

  /** Another module takes the place of the one that runs: at the next rest where their memory is laid out alike, else with a restart as soon as there is no call. */
  update(next: Build): void {
    this.next = next
    this.falls = []
    this.waits = false
    this.look(0)
  }

  /** Gives up the module that runs for the one before it. False when there is none. */
  goBack(): boolean {
    const before = this.builds.at(-2)
    if (before === undefined) return false
    this.update(before)
    return true
  }

  private look(afterMs: number): void {
    this.callOffChange()
    this.callOffChange = this.parts.clock.after(afterMs, () => this.change())
  }

  /** Not from within an output: the instance must be at rest. */
  private change(): void {
    const { driver, note } = this.parts, { next } = this
    if (next === undefined || this.stopped) return
    if (driver.runs && next.layout === this.build.layout) return this.exchange(next)
    if (driver.idle) return this.replace(next)
    if (!this.waits) note("The new module lays out its memory in another way: it waits for the end of the call.")
    this.waits = true
    this.look(LOOK_MS)
  }

  private exchange(next: Build): void {
    this.next = undefined
    const { driver, note, onExchange } = this.parts
    let machine: Machine
    try {
      machine = next.load(undefined)
    } catch (error) {
      return this.parts.warn(`The new module cannot be used: ${(error as Error).message}. The phone goes on with the one before.`)
    }
    this.take(next)
    onExchange(this.foreign)
    driver.exchange(machine)
    if (this.build === next && driver.runs) note(`The phone goes on with the module ${next.hash.slice(0, 12)}.`)
  }

  private replace(next: Build): void {
    this.next = undefined
    const { driver, note } = this.parts, keep = driver.keep ?? this.kept
    try {
      next.load(undefined)
    } catch (error) {
      return this.parts.warn(`The new module cannot be used: ${(error as Error).message}. The phone goes on with the one before.`)
    }
    this.take(next)
    this.callOff()
    note(`The phone starts with the module ${next.hash.slice(0, 12)}.`)
    this.again(BOOT.trap, keep)
  }

  /** The next module runs; one that ran before it is that one again. */
  private take(next: Build): void {
    const at = this.builds.indexOf(next)
    this.builds = at < 0 ? [...this.builds, next] : this.builds.slice(0, at + 1)
  }

  /** The name of the module that runs where it is not the one that the phone began with. */
  private get foreign(): string | undefined { return this.build === this.parts.build ? undefined : this.build.hash }

  /** No more instances. */
  stop(): void {
    this.stopped = true
    this.callOff()
    this.callOffChange()
    this.parts.driver.stop()
    this.parts.closeFlows()
  }

  /** The core trapped: to be given to the driver. */
  readonly trapped = (trap: Trap): void => {
    const { clock, closeFlows, warn } = this.parts
    this.traps++
    closeFlows()
    for (const line of report(trap)) warn(line)
    this.hide(trap.call)
    if (clock.now() - this.startedAt >= WELL_MS) this.trapsInRow = 0
    const pause = PAUSES_MS[Math.min(this.trapsInRow++, PAUSES_MS.length - 1)] ?? 0
    const keep = this.kept = trap.machine.keep()
    if (this.isThirdFall(clock.now()) && this.goBack()) {
      this.trapsInRow = 0
      return warn("That was the third time within a minute: the phone goes back to the module before.")
    }
    warn(pause === 0 ? "The phone starts again." : `The phone starts again in ${pause / 1000} s.`)
    this.callOff = clock.after(pause, () => this.again(BOOT.trap, keep))
  }

  private isThirdFall(now: number): boolean {
    this.falls = [...this.falls, now].slice(-FALLS)
    return this.falls.length === FALLS && now - (this.falls[0] ?? now) < FALLS_MS
  }

  private again(boot: Boot, keep: Uint8Array | undefined): void {
    if (this.stopped) return
    this.parts.closeFlows()
    this.start(this.settings, boot, ({ refusal }) => {
      if (refusal !== undefined) this.parts.warn(`The phone did not take its settings, line ${refusal.line}: ${refusal.sentence}.`)
    }, keep)
  }

  private hide(call: Call): void {
    const key = poisonKey(call)
    if (key !== undefined) this.hidden.set(key, this.parts.clock.now() + HIDE_MS)
  }

  private isHidden(call: Call): boolean {
    if (this.hidden.size === 0) return false
    const key = poisonKey(call), now = this.parts.clock.now()
    for (const [each, until] of this.hidden) if (until <= now) this.hidden.delete(each)
    return key !== undefined && this.hidden.has(key)
  }
}

/** The same input again: the same bytes from the same source, whatever the flow is called now. What is no input from outside has none. */
function poisonKey(call: Call): string | undefined {
  if (call.call === "datagram") return `datagram ${endpointText(call.peer)} ${digest(call.bytes)}`
  if (call.call === "command") return `command ${digest(Buffer.from(call.line))}`
  return undefined
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64")

/** What a person, or a bug report, needs to know of a trap. */
function report({ machine, call, error, now }: Trap): string[] {
  const panic = machine.panic()
  return [
    `The phone stopped itself: ${error.message}${panic === undefined ? "" : `; it expected: ${panic}`}.`,
    `It was given, at ${now} ms: ${described(call)}`,
    ...machine.logLines().map((line) => `  log: ${line}`),
  ]
}

/** A call in words. What may hold a password is not shown. */
export function described(call: Call): string {
  switch (call.call) {
    case "datagram": {
      const { bytes, peer, flow } = call
      return `a datagram of ${bytes.length} bytes from ${endpointText(peer)} on flow ${flow}: ${JSON.stringify(textOf(bytes))}`
    }
    case "command": return `the command ${JSON.stringify(withoutPassword(call.line))}`
    case "open": return `its settings, ${call.bytes.length} bytes, boot ${call.boot}`
    case "network": return `the network ${call.up ? "up" : "down"}: ${call.text.replaceAll("\n", ", ")}`
    case "flow": return `flow ${call.flow} ${call.event.kind}`
    case "key": return "a key"
    default: return call.call
  }
}

/** A console line as it may be shown: `cfg set password ...`. */
export function withoutPassword(line: string): string {
  const bytes = Buffer.from(line), [secret] = secretsIn("command", bytes)
  return secret === undefined ? line : `${bytes.subarray(0, secret[0]).toString().trimEnd()} ...`
}
