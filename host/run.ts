// Puts the parts of a running phone together and runs it until it is quit.
import { BOOT, EVENT, FAILURE, LEVEL, PROTOCOL, type Endpoint } from "./abi.ts"
import { endpointText, eventName, type Output } from "./calls.ts"
import { realClock } from "./clock.ts"
import { Console, REFUSED } from "./console.ts"
import { Driver } from "./driver.ts"
import { realEntropy } from "./entropy.ts"
import { UserError, type Exit } from "./errors.ts"
import type { Actions, Handset, LogKind } from "./handset/handset.ts"
import { labText, type Lab } from "./lab/lab.ts"
import { otherLoader, type Loader } from "./loader.ts"
import { makeFlows, type FlowEvent, type OpenRequest } from "./net/flows.ts"
import { openTcp } from "./net/tcp.ts"
import { openUdp } from "./net/udp.ts"
import { networkState, watchNetwork } from "./network.ts"
import { whole, withoutLine } from "./settings.ts"
import type { Microphone } from "./sound/microphone.ts"
import { makeSound, type Sound } from "./sound/sound.ts"
import type { Speaker } from "./sound/speaker.ts"
import type { Store } from "./store.ts"
import { Supervisor, withoutPassword } from "./supervisor.ts"
import type { Trace } from "./trace.ts"

export type RunParts = {
  loader: Loader
  settings: Uint8Array
  store: Store
  lab: Lab | undefined
  dns: readonly string[]
  trace: Trace | undefined
  json: boolean
  /** Commands that every instance begins with; their replies are not shown. */
  firstCommands: readonly string[]
  /** Makes the handset; it may call the actions from then on. */
  handset(actions: Actions, lab: Lab | undefined): Handset
  microphone: Microphone
  speaker: Speaker
  /** Console lines from a pipe; undefined when there are none. */
  lines: AsyncIterable<string> | undefined
  /** Whether the end of those lines is the end of the phone. */
  endsWithLines: boolean
  /** Is given what shows the lab anew. */
  onLab(show: () => void): void
}

/** The phone has this long to unregister when it is quit. */
const QUIT_MS = 2000

const KINDS: Record<number, LogKind> = { [LEVEL.note]: "note", [LEVEL.sip]: "sip", [LEVEL.dns]: "dns", [LEVEL.warning]: "warning" }

/** Runs the phone; resolves to how it ended. Rejects with UserError when it cannot run. */
export function run(parts: RunParts): Promise<Exit> {
  return new Promise((resolve, reject) => {
    const phone = new Running(parts, resolve, reject)
    phone.start()
  })
}

class Running {
  private readonly parts: RunParts
  private readonly clock = realClock
  private readonly flows = makeFlows((flow, event) => this.flowEvent(flow, event), { udp: openUdp, tcp: openTcp })
  private readonly driver: Driver
  private readonly supervisor: Supervisor
  private readonly console: Console
  private readonly sound: Sound
  private readonly handset: Handset
  private readonly resolve: (exit: Exit) => void
  private readonly reject: (error: unknown) => void
  /** Ports of the listening flows that are being opened, by flow. */
  private readonly listening = new Map<number, number>()
  private hasListened = false
  /** The port that a free one was chosen as; a restarted phone should have the same again, as its Contact names it. */
  private chosenPort = 0
  private reply = ""
  private quiet = 0
  private quietReply = ""
  private tooLong = 0
  private quitting = false
  private unwatch = (): void => {}
  private clockOffset = 0

  constructor(parts: RunParts, resolve: (exit: Exit) => void, reject: (error: unknown) => void) {
    this.parts = parts
    this.resolve = resolve
    this.reject = reject
    this.driver = new Driver(this.clock, (output) => this.output(output), (trap) => this.supervisor.trapped(trap), parts.trace)
    this.supervisor = new Supervisor({
      driver: this.driver, clock: this.clock, entropy: realEntropy,
      build: parts.loader,
      closeFlows: () => {
        this.sound.stop()
        this.flows.closeAll()
      },
      network: () => this.look(),
      warn: (line) => this.handset.line("warning", line),
      note: (line) => this.handset.line("note", line),
      onStart: (boot, keep, module) => parts.trace?.start(boot, keep, module),
      onExchange: (module) => parts.trace?.exchanged(module),
      onOpen: () => { for (const line of parts.firstCommands) this.quietly(line) },
    })
    const { lab, microphone, speaker } = parts
    this.sound = makeSound({ clock: this.clock, microphone, speaker, give: (bytes) => void this.supervisor.give({ call: "audio", bytes }) })
    this.console = new Console({
      clock: this.clock,
      command: (line) => this.command(line),
      reply: (code, text) => this.handset.reply(code, text),
      json: parts.json,
      lab: lab === undefined ? undefined : {
        set: (n, state) => lab.set(n, state), call: (number) => lab.call(number), lines: () => lab.lines(), text: () => labText(lab.lines()),
      },
      modules: {
        text: () => `the module ${this.supervisor.build.hash.slice(0, 12)} runs`,
        update: (path) => this.update(path),
        back: () => this.supervisor.goBack() ? undefined : "The phone runs the module that it began with: there is none before it.",
      },
      registered: () => this.registered(),
      quit: () => this.quit(),
    })
    this.handset = parts.handset({
      key: (key) => this.key(key),
      command: (line) => void this.console.take(line),
      setLab: (n, state) => void lab?.set(n, state).then((wrong) => { if (wrong !== undefined) this.handset.line("warning", wrong) }),
      callMe: () => { if (lab !== undefined) this.labCalls(lab) },
      quit: () => this.quit(),
    }, lab)
  }

  start(): void {
    this.supervisor.keepNotes(this.parts.store.readNotes())
    this.supervisor.start(this.parts.settings, BOOT.cold, ({ refusal }) => {
      if (refusal !== undefined) this.reject(new UserError("settings", `The settings are refused at line ${refusal.line}: ${whole(withoutLine(refusal))}`))
    })
    this.clockOffset = this.clock.unixMs() - this.clock.now()
    this.unwatch = watchNetwork(this.clock, () => this.look(), (state) => this.supervisor.tellNetwork(state))
    this.parts.onLab(() => this.labChanged())
    this.labChanged()
    if (this.parts.lines !== undefined) void this.readLines(this.parts.lines)
  }

  private labChanged(): void { if (this.parts.lab !== undefined) this.handset.lab(this.parts.lab.lines()) }

  private labCalls(lab: Lab): void {
    const wrong = lab.call()
    if (wrong !== undefined) this.handset.line("warning", wrong)
  }

  /** Unregisters and ends; a second time ends at once. */
  quit(): void {
    if (this.quitting) return this.end()
    this.quitting = true
    this.clock.after(QUIT_MS, () => this.end())
    // With nothing to wait for there is nothing to unregister.
    this.driver.give({ call: "close" }, ({ deadline }) => { if (deadline === Infinity) this.end() })
  }

  private end(): void {
    this.unwatch()
    this.supervisor.stop()
    this.parts.trace?.close()
    this.parts.lab?.close()
    this.handset.close()
    this.resolve(this.console.failed && this.parts.endsWithLines ? "command" : "ok")
  }

  private fail(error: unknown): void {
    this.reject(error)
    this.end()
  }

  /** Another module from a file; what is wrong with it, or nothing. */
  private update(path: string): string | undefined {
    try {
      this.supervisor.update(otherLoader(this.parts.loader.engine, path))
      return undefined
    } catch (error) {
      if (error instanceof UserError) return error.message
      throw error
    }
  }

  private async readLines(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      if (this.quitting) return
      await this.console.take(line)
    }
    if (this.parts.endsWithLines && !this.quitting) this.quit()
  }

  private look(): ReturnType<typeof networkState> {
    // The calendar may have been set since: the phone's display should follow.
    const offset = this.clock.unixMs() - this.clock.now()
    if (Math.abs(offset - this.clockOffset) > 1000 && this.clockOffset !== 0) {
      this.clockOffset = offset
      this.supervisor.tellTime()
    }
    return networkState(this.parts.dns)
  }

  // -- Inputs

  private key(key: string): void {
    // A terminal tells when a key is pressed, not when it is let go.
    this.supervisor.give({ call: "key", key, down: true })
    this.supervisor.give({ call: "key", key, down: false })
  }

  private command(line: string): boolean {
    this.handset.line("command", `> ${withoutPassword(line)}`)
    const whole = this.parts.json && !/\s--json\b/.test(line) ? `${line} --json` : line
    let taken = false
    const given = this.supervisor.give({ call: "command", line: whole }, ({ refusal }) => {
      taken = true
      if (refusal === undefined) return
      this.console.replied(REFUSED.not_taken)
      this.console.refuse("not_taken", refusal.sentence)
    })
    return given && taken
  }

  private quietly(line: string): void {
    this.quiet++
    this.driver.give({ call: "command", line }, () => { this.quiet-- })
  }

  /** The lines that are registered, as the phone itself says. */
  private registered(): number[] {
    if (!this.driver.runs) return []
    const before = this.quiet
    this.quietReply = ""
    this.quietly("status --json")
    // Also where the phone has stopped itself over it.
    this.quiet = before
    return registeredIn(this.quietReply)
  }

  private flowEvent(flow: number, event: FlowEvent): void {
    if (event.kind === "datagram") return this.datagram(flow, event.peer, event.bytes)
    if (event.kind === "opened" && this.listening.has(flow)) {
      if (this.listening.get(flow) === 0) this.chosenPort = event.local.port
      this.listening.delete(flow)
      this.hasListened = true
    }
    if (event.kind === "failed") {
      if (this.listening.get(flow) === 0 && this.chosenPort !== 0) return this.openAny(flow)
      const port = this.listening.get(flow)
      this.listening.delete(flow)
      if (port !== undefined && !this.hasListened) return this.fail(portError(port, event.reason, event.why))
      this.handset.line("warning", `flow ${flow}: ${event.reason}`)
      this.supervisor.give({ call: "flow", flow, event: { kind: "failed", code: event.why } })
      return
    }
    this.supervisor.give({ call: "flow", flow, event })
  }

  private listeningAt({ address, port }: Endpoint): OpenRequest {
    return { local: { address, port: port === 0 ? this.chosenPort : port }, peer: undefined }
  }

  /** The port chosen before is gone by now: any other one will do. */
  private openAny(flow: number): void {
    this.chosenPort = 0
    this.flows.open(flow, PROTOCOL.udp, { local: { address: "", port: 0 }, peer: undefined })
  }

  private datagram(flow: number, peer: Endpoint, bytes: Uint8Array): void {
    const given = this.supervisor.give({ call: "datagram", flow, peer, bytes }, ({ refusal }) => {
      if (refusal?.code !== "TOO_LONG") return
      this.tooLong++
      this.handset.line("warning", `dropped ${bytes.length} bytes from ${endpointText(peer)}, longer than the phone takes (${this.tooLong} so far)`)
    })
    if (!given) this.flows.withhold(flow)
  }

  // -- Outputs

  private output(output: Output): void {
    switch (output.kind) {
      case "write": return this.flows.write(output.flow, output.bytes)
      case "send": return this.flows.send(output.flow, output.bytes, output.peer)
      case "open":
        if (output.peer !== undefined || output.protocol !== PROTOCOL.udp) return this.flows.open(output.flow, output.protocol, { local: output.local, peer: output.peer })
        this.listening.set(output.flow, output.local.port)
        return this.flows.open(output.flow, output.protocol, this.listeningAt(output.local))
      case "close": return this.flows.close(output.flow)
      case "display": return this.handset.display(output.picture)
      case "store": return this.keep(output.bytes, output.notes)
      case "event": return this.event(output.code, output.text)
      case "log": return this.handset.line(KINDS[output.level] ?? "note", output.text)
      case "reply": return this.replyPiece(output.code, output.text, output.last)
      case "audio": return this.sound.output(output.code, output.bytes)
    }
  }

  private keep(bytes: Uint8Array, notes: boolean): void {
    if (notes) this.supervisor.keepNotes(bytes)
    else this.supervisor.keepSettings(bytes)
    try {
      if (notes) this.parts.store.writeNotes(bytes)
      else this.parts.store.write(bytes)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.handset.line("warning", error.message)
    }
  }

  private event(code: number, text: string): void {
    this.handset.event(eventName(code), text)
    this.console.happened(eventName(code), text)
    if (code === EVENT.reboot) this.supervisor.reboot()
    if (code === EVENT.unregistered && this.quitting) this.clock.after(0, () => this.end())
    this.labChanged()
  }

  private replyPiece(code: number, text: string, last: boolean): void {
    this.reply += text
    if (!last) return
    const whole = this.reply
    this.reply = ""
    if (this.quiet > 0) {
      this.quietReply = whole
      return
    }
    this.console.replied(code)
    this.handset.reply(code, whole)
  }
}

type Registration = { readonly line?: number; readonly state?: string; readonly other_lines?: readonly Registration[] }

/** What `status --json` says of all lines. A refresh is a registration that goes on. */
function registeredIn(reply: string): number[] {
  if (reply === "") return []
  const status = JSON.parse(reply) as Registration
  return [status, ...status.other_lines ?? []].flatMap(({ line = 1, state = "" }) => ["registered", "refreshing"].includes(state) ? [line] : [])
}

function portError(port: number, reason: string, why: number): UserError {
  const advice = "choose another port with --port N (0 takes any free one)"
  if (why === FAILURE.busyPort) return new UserError("port", `UDP port ${port} is used by another program; stop that one, or ${advice}.`)
  return new UserError("port", `UDP port ${port} cannot be opened: ${reason}; ${advice}.`)
}
