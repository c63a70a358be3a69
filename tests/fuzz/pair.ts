// Two whole phones, on V8 and on wasm3 with fuel, given the same inputs by their bare exports; after each input everything that must hold is looked at.
import assert from "node:assert/strict"
import { isSound } from "../../host/sim/sounding.ts"
import { ioRecord, NEVER, OUTPUT, REGIONS, type CoreExports, type Endpoint, type Region } from "../../host/abi.ts"
import type { Engine } from "../../host/engine/engine.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"

/** Loop turns and calls that one call from outside may cost, whatever it brings. */
export const FUEL = 200_000
/** Outputs that may follow one input: the ring of the log holds some 330 of the shortest lines. */
export const OUTPUTS_MAX = 420
const PACKETS_PER_SECOND = 10
const LINES = 4
const SECOND = 1000

/** An output as both phones gave it. */
export type Out = { kind: number; flow: number; code: number; flags: number; bytes: Buffer; peer: Endpoint; local: Endpoint }

type Place = Readonly<Record<Region, { at: number; size: number }>>

export class Pair {
  now = 1000
  /** The calls so far, newest last: what a failure is told with. */
  readonly history: string[] = []
  /** The most fuel that a call took, by its name. */
  readonly worst = new Map<string, { fuel: number; what: string }>()
  /** A text that may be in no output but STORE. */
  secret = ""
  private readonly wasm: Uint8Array
  private engines: Engine<CoreExports>[]
  private place: Place
  private sends: number[] = []

  constructor(wasm: Uint8Array) {
    this.wasm = wasm
    this.engines = this.load()
    const { globals } = this.engines[0]!
    this.place = Object.fromEntries(REGIONS.map((name) => [name, { at: globals[`${name}_AT`]!, size: globals[`${name}_SIZE`]! }])) as Place
  }

  private load(): Engine<CoreExports>[] {
    const engines = [loadWasm3<CoreExports>(this.wasm, FUEL), loadV8<CoreExports>(this.wasm)]
    for (const { exports } of engines) exports._initialize()
    return engines
  }

  /** Both instances give way to fresh ones; `keep` says whether those take over what is in KEEP. */
  restart(keep: boolean): void {
    const kept = this.region("KEEP")
    this.forgetPace()
    this.engines = this.load()
    if (keep) for (const { memory } of this.engines) memory.set(kept, this.place.KEEP.at)
  }

  /** A phone that begins anew knows nothing of the packets sent before. */
  forgetPace(): void { this.sends = [] }

  /** The memory moves to fresh instances. */
  move(): void {
    const whole = this.engines[0]!.memory.slice(0, this.place.STATE.at + this.place.STATE.size)
    this.engines = this.load()
    for (const { memory } of this.engines) memory.set(whole)
    this.input("resume", "core_resume", [BigInt(this.now)])
  }

  region(name: Region): Buffer {
    const { at, size } = this.place[name]
    return Buffer.from(this.engines[0]!.memory.slice(at, at + size))
  }

  /** Changes bytes of a region in both. */
  poke(name: Region, offset: number, bytes: Uint8Array): void {
    for (const { memory } of this.engines) memory.set(bytes, this.place[name].at + offset)
  }

  /** Everything that changes, but the log, the message read last and the random generator. */
  state(): Buffer {
    const { at, size } = this.place.STATE
    return Buffer.from(this.engines[0]!.memory.slice(at + 0x1600, at + size))
  }

  /** Why the phone stopped itself; empty when it did not. */
  panic(): string {
    const panic = this.region("PANIC"), at = panic.readUInt32LE(4)
    return panic.readUInt32LE(0) === 1 ? Buffer.from(this.engines[0]!.memory.slice(at, at + panic.readUInt32LE(8))).toString("latin1") : ""
  }

  screen(): string[] {
    const cells = this.region("SCREEN").toString("latin1")
    return Array.from({ length: 8 }, (_, y) => cells.slice(y * 21, y * 21 + 21))
  }

  deadline(): number {
    const at = this.call("poll_timeout", [], "deadline")
    return at === NEVER ? Infinity : Number(at)
  }

  /** Puts bytes and an endpoint in their places and makes one call, without draining. Returns what it returns. */
  bare(what: string, name: keyof CoreExports, args: (number | bigint)[], bytes?: Uint8Array, given: { peer?: Endpoint; local?: Endpoint; code?: number } = {}): number {
    const region = name === "core_open" ? "CONFIG" : "RX"
    for (const { memory } of this.engines) {
      if (bytes !== undefined) memory.set(bytes.subarray(0, this.place[region].size), this.place[region].at)
      const io = ioRecord(memory, this.place.IO.at)
      if (given.peer !== undefined) io.setPeer(given.peer)
      if (given.local !== undefined) io.setLocal(given.local)
      if (given.code !== undefined) io.setCode(given.code)
    }
    this.history.push(`${this.now} ${what}`)
    if (this.history.length > 400) this.history.shift()
    return Number(this.call(name, args, what))
  }

  /** The same, and drains. */
  input(what: string, name: keyof CoreExports, args: (number | bigint)[], bytes?: Uint8Array, given = {}): { code: number; outputs: Out[] } {
    const code = this.bare(what, name, args, bytes, given)
    return { code, outputs: this.drain(what) }
  }

  datagram(flow: number, bytes: Uint8Array, peer: Endpoint): Out[] {
    const first = Buffer.from(bytes.subarray(0, 60)).toString("latin1").split("\r\n")[0]
    return this.input(`datagram ${bytes.length} on ${flow} from ${peer.address}:${peer.port}: ${first}`, "handle_datagram", [flow, bytes.length, BigInt(this.now)], bytes, { peer }).outputs
  }

  command(line: string): Out[] {
    const bytes = Buffer.from(line, "utf8")
    return this.input(`command ${line.slice(0, 80)}`, "handle_command", [bytes.length, BigInt(this.now)], bytes).outputs
  }

  /** The text of the reply to a command. */
  ask(line: string): string {
    return this.command(line).filter(({ kind }) => kind === OUTPUT.reply).map(({ bytes }) => bytes.toString("utf8")).join("")
  }

  key(key: string): Out[] {
    const press = (down: number) => this.input(`key ${key} ${down}`, "handle_key", [key.charCodeAt(0), down, BigInt(this.now)]).outputs
    return [...press(1), ...press(0)]
  }

  /** The deadline has come: the phone is woken, and must not want to be woken again in the past. */
  timeout(): Out[] {
    const outputs = this.input("timeout", "handle_timeout", [BigInt(this.now)]).outputs
    // Of lines that have waited for the same answer each has a turn of its own.
    for (let turn = 0; turn < LINES && this.deadline() <= this.now; turn++) outputs.push(...this.input("timeout again", "handle_timeout", [BigInt(this.now)]).outputs)
    assert.ok(this.deadline() > this.now, `a busy loop: at ${this.now} the phone wants to be woken at ${this.deadline()}`)
    return outputs
  }

  private call(name: keyof CoreExports, args: (number | bigint)[], what: string): number | bigint {
    const [slow, fast] = this.engines.map(({ exports }) => (exports[name] as (...args: (number | bigint)[]) => number | bigint)(...args))
    assert.equal(slow, fast, `${name} returns`)
    const fuel = this.engines[0]!.fuelUsed()
    const before = this.worst.get(name)
    if (before === undefined || fuel > before.fuel) this.worst.set(name, { fuel, what })
    return slow!
  }

  private drain(what: string): Out[] {
    const outputs: Out[] = []
    const io = ioRecord(this.engines[0]!.memory, this.place.IO.at)
    for (;;) {
      const kind = Number(this.call("poll_output", [], what))
      if (kind === OUTPUT.rest) break
      const bytes = Buffer.from(this.engines[0]!.memory.slice(io.at(), io.at() + io.length()))
      assert.ok(bytes.equals(Buffer.from(this.engines[1]!.memory.slice(io.at(), io.at() + io.length()))), "both engines give the same bytes")
      outputs.push({ kind, flow: io.flow(), code: io.code(), flags: io.flags(), bytes, peer: io.peer(), local: io.local() })
      assert.ok(outputs.length <= OUTPUTS_MAX, `more than ${OUTPUTS_MAX} outputs`)
    }
    this.check(outputs)
    return outputs
  }

  private check(outputs: Out[]): void {
    const [one, other] = this.engines.map(({ memory }) => Buffer.from(memory.buffer, memory.byteOffset, memory.length))
    assert.ok(one!.equals(other!), "both engines have the same memory")
    for (const { kind, bytes, peer } of outputs) {
      if (kind === OUTPUT.send && !isSound(bytes, peer.port)) this.sends.push(this.now)
      if (kind !== OUTPUT.store && kind !== OUTPUT.display) this.checkSecret(bytes, `output ${kind}`)
    }
    while (this.sends.length > 0 && this.sends[0]! <= this.now - SECOND) this.sends.shift()
    assert.ok(this.sends.length <= PACKETS_PER_SECOND, `${this.sends.length} packets in a second`)
    for (const name of ["SCREEN", "LOG", "TX", "PANIC", "KEEP"] as const) this.checkSecret(this.region(name), name)
  }

  private checkSecret(bytes: Buffer, where: string): void {
    if (this.secret !== "") assert.ok(!bytes.includes(this.secret, 0, "latin1"), `the password is in ${where}: ${bytes.toString("latin1")}`)
  }
}
