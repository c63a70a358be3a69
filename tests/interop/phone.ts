// A phone with real sockets for the tests with real servers: the core behind the program's own driver and flows, without a terminal.
import { compile } from "../../build/core.ts"
import { BOOT, type CoreExports, type Endpoint } from "../../host/abi.ts"
import { endpointText, eventName, type Machine, type Output } from "../../host/calls.ts"
import { realClock, type Clock } from "../../host/clock.ts"
import { Driver, type Trap } from "../../host/driver.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { realEntropy, SEED_BYTES } from "../../host/entropy.ts"
import { machineOf } from "../../host/machine.ts"
import { makeFlows, type FlowEvent } from "../../host/net/flows.ts"
import { openTcp } from "../../host/net/tcp.ts"
import { openUdp } from "../../host/net/udp.ts"
import { microphoneOf } from "../../host/sound/microphone.ts"
import { makeSound, type Sound } from "../../host/sound/sound.ts"
import { until } from "./process.ts"

export type Told = { readonly at: number, readonly name: string, readonly text: string }
export type Sent = { readonly at: number, readonly peer: string, readonly firstLine: string }

export type PhoneOptions = {
  readonly settings: Readonly<Record<string, string | number>>
  /** Nameservers as address:port. */
  readonly dns: readonly string[]
  readonly engine?: EngineName
  /** Hz of the tone that its microphone hears. */
  readonly tone?: number
  /** How many times as fast as ours its clock goes. */
  readonly speed?: number
}

/** The phone's module, compiled when a source has changed. */
export async function phoneModule(): Promise<Uint8Array> { return compile("assembly/index.ts") }

export class RealPhone {
  /** Events since the start. Times are those of realClock. */
  readonly told: Told[] = []
  readonly sent: Sent[] = []
  screen: readonly string[] = []
  readonly #flows = makeFlows((flow, event) => this.#flowEvent(flow, event), { udp: openUdp, tcp: openTcp })
  readonly #driver: Driver
  readonly #sound: Sound
  readonly #heard: Uint8Array[] = []
  /** How far the phone's clock is ahead of ours. */
  #ahead = 0
  #reply = ""
  #replies: string[] = []
  #trap: Trap | undefined

  constructor(wasm: Uint8Array, options: PhoneOptions) {
    const machine: Machine = machineOf(options.engine === "wasm3" ? loadWasm3<CoreExports>(wasm) : loadV8<CoreExports>(wasm), undefined)
    this.#driver = new Driver(this.#clock(options.speed ?? 1), output => this.#output(output), trap => { this.#trap = trap })
    this.#sound = makeSound({
      clock: realClock,
      microphone: microphoneOf(options.tone === undefined ? "silence" : `tone:${options.tone}`, () => {}),
      speaker: { start: () => {}, put: bytes => { this.#heard.push(bytes.slice()) }, stop: () => {} },
      give: bytes => this.#driver.give({ call: "audio", bytes }),
    })
    this.#driver.start(machine)
    const text = Object.entries(options.settings).map(([name, value]) => `${name}: ${value}\n`).join("")
    this.#driver.give({ call: "entropy", bytes: realEntropy(SEED_BYTES) })
    this.#driver.give({ call: "open", bytes: Buffer.from(text), boot: BOOT.cold }, ({ refusal }) => {
      if (refusal !== undefined) throw new Error(`line ${refusal.line}: ${refusal.sentence}`)
    })
    this.#driver.give({ call: "network", up: true, text: ["address 127.0.0.1", ...options.dns.map(dns => `dns ${dns}`)].join("\n") })
  }

  /** Waits for one of these events that comes after `since`; gives it. */
  async until(names: string | readonly string[], timeoutMs: number, since = 0): Promise<Told> {
    const wanted = typeof names === "string" ? [names] : names
    const find = (): Told | undefined => this.told.find(one => wanted.includes(one.name) && one.at >= since)
    const what = (): string => `the phone tells ${String(names)}; it told ${this.told.map(one => `${one.name} ${one.text}`).join("; ")}`
    await until(what, timeoutMs, () => {
      if (this.#trap !== undefined) throw this.#trap.error
      return find() !== undefined
    })
    return find() as Told
  }

  /** Types a console line and gives the reply. */
  command(line: string): string {
    this.#replies = []
    this.#driver.give({ call: "command", line })
    return this.#replies.join("\n")
  }

  /** So much time has passed at once, for the phone and for nobody else: what it was to do meanwhile is done now. */
  skip(ms: number): void {
    this.#ahead += ms
    this.command("status")
  }

  /** A key, pressed and let go. */
  press(key: string): void {
    this.#driver.give({ call: "key", key, down: true })
    this.#driver.give({ call: "key", key, down: false })
  }

  /** What its speaker has said since the last time: mono samples at 8000 Hz. */
  heard(): Int16Array {
    const bytes = Buffer.concat(this.#heard.splice(0))
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  }

  /** Unregisters, then closes everything. */
  async close(): Promise<void> {
    const now = realClock.now()
    this.#driver.give({ call: "close" })
    if (this.told.some(one => one.name === "REGISTERED" || one.name === "MOVED")) await this.until("UNREGISTERED", 2000, now).catch(() => undefined)
    this.end()
  }

  /** Pulls the plug. */
  end(): void {
    this.#driver.stop()
    this.#sound.stop()
    this.#flows.closeAll()
  }

  #clock(speed: number): Clock {
    return { ...realClock, now: () => speed * realClock.now() + this.#ahead, after: (ms, then) => realClock.after(ms / speed, then) }
  }

  #flowEvent(flow: number, event: FlowEvent): void {
    if (event.kind === "datagram") this.#driver.give({ call: "datagram", flow, peer: event.peer, bytes: event.bytes })
    else if (event.kind === "failed") this.#driver.give({ call: "flow", flow, event: { kind: "failed", code: event.why } })
    else this.#driver.give({ call: "flow", flow, event })
  }

  #output(output: Output): void {
    switch (output.kind) {
      case "send": return this.#send(output.flow, output.peer, output.bytes)
      case "write": return this.#flows.write(output.flow, output.bytes)
      case "open": return this.#flows.open(output.flow, output.protocol, { local: output.local, peer: output.peer })
      case "close": return this.#flows.close(output.flow)
      case "display": this.screen = output.picture.lines; return
      case "event": return void this.told.push({ at: realClock.now(), name: eventName(output.code), text: output.text })
      case "audio": return this.#sound.output(output.code, output.bytes)
      case "reply": return this.#take(output.text, output.last)
      default: return
    }
  }

  #send(flow: number, peer: Endpoint, bytes: Uint8Array): void {
    // No packet of a test leaves this machine, whatever a zone or a server may say.
    if (!peer.address.startsWith("127.")) throw new Error(`the phone sends to ${endpointText(peer)}, which is not loopback`)
    const firstLine = Buffer.from(bytes).toString("latin1").split("\r\n")[0] ?? ""
    this.sent.push({ at: realClock.now(), peer: endpointText(peer), firstLine })
    this.#flows.send(flow, bytes, peer)
  }

  #take(text: string, last: boolean): void {
    this.#reply += text
    if (!last) return
    this.#replies.push(this.#reply)
    this.#reply = ""
  }
}

/** The address in "registered at 127.0.1.1:5060". */
export function serverIn(told: Told): string { return /(127\.0\.1\.\d+)/.exec(told.text)?.[1] ?? told.text }
