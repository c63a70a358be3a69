// Feeds a recorded trace to fresh instances of the core and compares everything that comes out, byte by byte.
import type { Boot } from "./abi.ts"
import { endpointText, type Call, type Machine, type Output } from "./calls.ts"
import { CoreError, textOf } from "./core.ts"
import type { Done } from "./driver.ts"
import { step } from "./driver.ts"
import { UserError } from "./errors.ts"
import { damaged, readRecording, TraceDamage, type Entry, type Recorded, type Recording } from "./recording.ts"
import { SealedError, bootOf, callOf, flatRecord, clear, joined, outputRecord } from "./records.ts"
import { unlock, type Lock, type Seal } from "./seal.ts"

export type ReplayParts = {
  /** The trace, and its name for messages. */
  text: string
  name: string
  load(keep: Uint8Array | undefined): Machine
  /** SHA-256 of the module that is loaded, in hex. */
  module: string
  /** Loads another module by its SHA-256, for a trace in which one took the place of another; undefined when it is not at hand. */
  other?(module: string): ((keep: Uint8Array | undefined) => Machine) | undefined
  password: string | undefined
  /** Passwords that are tried when none is given: that of the lab is no secret. */
  known: readonly string[]
  warn(line: string): void
}

export type Verdict =
  | { same: true; calls: number; outputs: number; note: string }
  | { same: false; lines: string[] }

/** A verdict in lines of text. */
export function linesOf(verdict: Verdict): readonly string[] {
  return verdict.same ? [`identical: ${verdict.calls} calls, ${verdict.outputs} outputs${verdict.note}`] : verdict.lines
}

/** A part of the trace was made with a module that is not here. */
class OtherModule extends Error {}

const CUT = "; there the trace ends without the mark of its end: it was cut, or what recorded it was stopped"
const NEVER_KEPT = "; what follows was sealed and its password never kept, so it cannot be replayed"

/** What the phone was given: a fresh instance, one that goes on with the memory of the one before, a call. */
export type Given =
  | { readonly start: Boot; readonly keep: Uint8Array | undefined; readonly module: string | undefined }
  | { readonly exchange: string | undefined }
  | { readonly call: Call; readonly now: number; readonly recorded: Recorded }

/** Everything that a trace says the phone was given, as far as it can be read and replayed with one module. Throws UserError when it is none, or needs a password. */
export function givenIn(parts: Pick<ReplayParts, "text" | "name" | "password" | "known">): Given[] {
  const { entries, locks } = told(() => readRecording(parts.text, parts.name)), seal = locks.length === 0 ? undefined : openSeal(parts, locks), all: Given[] = []
  try {
    for (const entry of entries) {
      const given = givenOf(entry, seal)
      if ("exchange" in given || "start" in given && given.module !== undefined || "call" in given && given.recorded.end === undefined) break
      all.push(given)
    }
  } catch (error) {
    if (!(error instanceof SealedError || isDamage(error))) throw error
  }
  return all
}

function givenOf(entry: Entry, seal: Seal | undefined): Given {
  if ("exchange" in entry) return { exchange: entry.exchange.module }
  if ("n" in entry) return { call: callOf(entry.call, seal), now: entry.now, recorded: entry }
  const { boot, keep, module } = entry.start
  return { start: bootOf(boot), keep: keep === null ? undefined : joined(keep, seal), module }
}

/** Replays a whole trace. Throws UserError when it is none, or needs a password that was not given. */
export function replay(parts: ReplayParts): Verdict { return told(() => replayed(parts, readRecording(parts.text, parts.name))) }

/** What is wrong with a trace is told to the user. */
function told<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof TraceDamage ? differs(error.message) : error
  }
}

/** A part of the trace is no such thing. A RangeError is an address that is none; a CoreError says so of what was kept. */
const isDamage = (error: unknown): error is Error => [TypeError, SyntaxError, RangeError, CoreError].some((kind) => error instanceof kind)

function replayed(parts: ReplayParts, { entries, locks, module, cut }: Recording): Verdict {
  if (module !== parts.module) parts.warn("The trace was made with another build of the phone; differences may come from that.")
  const seal = locks.length === 0 ? undefined : openSeal(parts, locks)
  let machine: Machine | undefined
  let calls = 0, outputs = 0
  for (const entry of entries) {
    try {
      const given = givenOf(entry, seal)
      if ("start" in given) {
        machine = loaderFor(parts, given.module)(given.keep)
        continue
      }
      if ("exchange" in given) {
        const next = loaderFor(parts, given.exchange)(undefined)
        if (machine === undefined) throw new TypeError("a module goes on before the first start")
        next.takeOver(machine.snapshot())
        machine = next
        continue
      }
      if (machine === undefined) throw new TypeError("a call comes before the first start")
      const { recorded } = given
      if (recorded.end === undefined) return { same: true, calls, outputs, note: "; the trace ends in the middle of the call after them" }
      const lines = compare(machine, given.call, recorded, seal)
      if (lines.length > 0) return { same: false, lines }
      calls++
      outputs += recorded.outputs.length
    } catch (error) {
      if (error instanceof OtherModule) return { same: true, calls, outputs, note: `; then ${error.message}` }
      if (error instanceof SealedError) return { same: true, calls, outputs, note: NEVER_KEPT }
      throw isDamage(error) ? damaged(parts.name, entry.line, error.message) : error
    }
  }
  return { same: true, calls, outputs, note: cut ? CUT : "" }
}

function loaderFor(parts: ReplayParts, module: string | undefined): ReplayParts["load"] {
  if (module === undefined || module === parts.module) return parts.load
  const load = parts.other?.(module)
  if (load === undefined) throw new OtherModule(`the phone went on with the module ${module.slice(0, 12)}; give it with --module FILE`)
  return load
}

function openSeal({ name, password, known }: Pick<ReplayParts, "name" | "password" | "known">, locks: Lock[]): Seal {
  for (const each of password === undefined ? known : [password]) {
    const seal = unlock(locks, Buffer.from(each.trim(), "utf8"))
    if (seal !== undefined) return seal
  }
  if (password === undefined) throw differs(`${name} was made with a password, which is sealed in it; give the same one with --password-file FILE.`)
  throw differs(`The password given is another than the one ${name} was made with; give that one with --password-file FILE.`)
}

/** Makes one call again; the lines say what is different, none when nothing is. */
function compare(machine: Machine, call: Call, recorded: Recorded, seal: Seal | undefined): string[] {
  const expected = recorded.outputs.map((record) => flatRecord(record, seal))
  const outputs: Output[] = []
  let end: Record<string, unknown>
  try {
    end = endOf(step(machine, call, recorded.now, (output) => { outputs.push(output) }))
  } catch (error) {
    // Engines word their traps differently; that there is one is what counts.
    end = { trap: error instanceof Error ? error.message : String(error) }
    if (recorded.end !== undefined && "trap" in recorded.end) end = { trap: recorded.end["trap"] }
  }
  const where = `call ${recorded.n} (${named(call)}, at ${recorded.now} ms)`
  for (let i = 0; i < Math.max(outputs.length, expected.length); i++) {
    const is = outputs[i], was = expected[i]
    if (is === undefined) return [`${where}: output ${i + 1} is missing: ${shown(was)}`]
    if (was === undefined) return [`${where}: output ${i + 1} is new: ${shown(flat(is))}`]
    const lines = differences(`${where}: output ${i + 1}`, was, flat(is))
    if (lines.length > 0) return lines
  }
  const { n: _n, ...was } = recorded.end ?? {}
  return differences(`${where}: its end`, "refusal" in was ? { ...was, refusal: JSON.stringify(was["refusal"]) } : was, end)
}

function endOf({ refusal, deadline }: Done): Record<string, unknown> {
  return { ...(refusal === undefined ? {} : { refusal: JSON.stringify(refusal) }), deadline: deadline === Infinity ? null : deadline }
}

function named(call: Call): string {
  const flow = "flow" in call ? ` on flow ${call.flow}` : "", from = call.call === "datagram" ? ` from ${endpointText(call.peer)}` : ""
  return `${call.call}${flow}${from}`
}

const flat = (output: Output): Record<string, unknown> => flatRecord(outputRecord(output, clear), undefined)

function differences(where: string, was: Record<string, unknown>, is: Record<string, unknown>): string[] {
  if (was["kind"] !== is["kind"]) return [`${where}: kind`, `  was ${shown(was)}`, `  is  ${shown(is)}`]
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const a = was[name], b = is[name]
    if (a instanceof Uint8Array && b instanceof Uint8Array) {
      const at = firstDifference(a, b)
      const what = `${where} (${String(was["kind"])}): ${name} differ at byte ${at} of ${a.length}`
      if (at >= 0) return [what, `  was ${around(a, at)}`, `  is  ${around(b, at)}`]
    } else if (a !== b) {
      return [`${where}${was["kind"] === undefined ? "" : ` (${String(was["kind"])})`}: ${name}`, `  was ${shownValue(a)}`, `  is  ${shownValue(b)}`]
    }
  }
  return []
}

/** Index of the first byte that is not the same; -1 when all are. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i
  return -1
}

function around(bytes: Uint8Array, at: number): string {
  const from = Math.max(0, at - 30), to = Math.min(bytes.length, at + 40)
  return `${from > 0 ? "..." : ""}${JSON.stringify(textOf(bytes.subarray(from, to)))}${to < bytes.length ? "..." : ""}`
}

function shown(record: Record<string, unknown> | undefined): string {
  return Object.entries(record ?? {}).map(([name, value]) => `${name} ${shownValue(value)}`).join(", ")
}

function shownValue(value: unknown): string {
  if (value instanceof Uint8Array) return value.length > 120 ? `${value.length} bytes` : JSON.stringify(textOf(value))
  return value === undefined ? "nothing" : JSON.stringify(value)
}

function differs(sentence: string): UserError { return new UserError("differs", sentence) }
