// Reads the file of a trace as entries: starts of the phone, and calls with what came of each. Replay makes them again, the ladder draws them.
import { readFileSync } from "node:fs"
import { UserError, because } from "./errors.ts"
import { TRACE_VERSIONS, fields, number } from "./records.ts"
import type { Lock } from "./seal.ts"

/** One call as it was recorded; `end` is missing when the trace ends in the middle of it. `line`: where in the file. */
export type Recorded = {
  readonly n: number; readonly now: number; readonly call: unknown
  readonly outputs: Record<string, unknown>[]; end: Record<string, unknown> | undefined; readonly line: number
}
/** A fresh instance, or one that goes on with the memory of the one before; `module` is undefined for the one that the trace began with. */
export type Entry =
  | { readonly start: { readonly boot: unknown; readonly keep: unknown; readonly module: string | undefined }; readonly line: number }
  | { readonly exchange: { readonly module: string | undefined }; readonly line: number }
  | Recorded

/** `cut`: it does not end where its recorder ended it, as far as that is known. */
export type Recording = { readonly entries: Entry[]; readonly locks: Lock[]; readonly module: string; readonly cut: boolean }
type Parts = { readonly entries: Entry[]; readonly locks: Lock[]; calls: number; ended: boolean }

/** The text is no trace, or a part of it is no such thing. The message is a sentence with the name of the file, and the line where there is one. */
export class TraceDamage extends Error {}

/** The text of a trace's file. Throws UserError. */
export function readTrace(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    throw new UserError("file", `The trace ${path} cannot be read: ${because(error)}; check its name.`)
  }
}

/** Reads a whole trace. Throws TraceDamage. */
export function readRecording(text: string, name: string): Recording {
  const [first = "", ...rest] = text.split("\n")
  const header = parsed(name, first, 1)
  if (header["linehunt"] !== "trace") throw noTrace(name)
  const version = header["version"]
  if (!TRACE_VERSIONS.includes(version)) throw new TraceDamage(`${name} is a trace of version ${String(version)}, which this program does not know; use the one that made it.`)
  const parts: Parts = { entries: [], locks: [], calls: 0, ended: false }
  for (const [i, line] of rest.entries()) {
    if (line === "") continue
    if (parts.ended) throw damaged(name, i + 2, "something stands behind the end")
    // The last line of a program that was killed may be torn.
    if (i === rest.length - 1) break
    const record = parsed(name, line, i + 2)
    try {
      take(record, i + 2, parts)
    } catch (error) {
      throw error instanceof TypeError ? damaged(name, i + 2, error.message) : error
    }
  }
  return { entries: parts.entries, locks: parts.locks, module: String(header["module"]), cut: version !== 1 && !parts.ended }
}

/** A part that cannot be what it stands for. */
export function damaged(name: string, line: number, why: string): TraceDamage {
  return new TraceDamage(`${name} is damaged at line ${line}: ${why}; record it anew.`)
}

/** Puts the record of one line where it belongs. Throws TypeError when it is none. */
function take(record: Record<string, unknown>, line: number, parts: Parts): void {
  const { entries, locks } = parts
  const last = entries.at(-1)
  const current = last !== undefined && "n" in last ? last : undefined
  if ("lock" in record) locks.push(lockOf(record["lock"]))
  else if ("start" in record) entries.push({ start: startOf(record["start"]), line })
  else if ("exchange" in record) entries.push({ exchange: { module: moduleOf(fields(record["exchange"])) }, line })
  else if ("call" in record) entries.push({ n: next(parts, record["n"]), now: number(record["now"]), call: record["call"], outputs: [], end: undefined, line })
  else if ("end" in record) {
    if (fields(record["end"])["calls"] !== parts.calls) throw new TypeError("calls are missing before the end")
    parts.ended = true
  }
  else if (current === undefined || record["n"] !== current.n) throw new TypeError("it belongs to no call")
  else if ("out" in record) current.outputs.push(fields(record["out"]))
  else current.end = record
}

/** The number of a call, which is one more than that of the call before. */
function next(parts: Parts, n: unknown): number {
  if (number(n) !== ++parts.calls) throw new TypeError("calls are missing before it")
  return parts.calls
}

function startOf(record: unknown): { boot: unknown; keep: unknown; module: string | undefined } {
  const it = fields(record)
  return { boot: it["boot"], keep: it["keep"], module: moduleOf(it) }
}

function moduleOf({ module }: Record<string, unknown>): string | undefined {
  if (module !== undefined && typeof module !== "string") throw new TypeError("a module has no name")
  return module
}

function lockOf(record: unknown): Lock {
  const { salt, key } = fields(record)
  if (typeof salt !== "string" || typeof key !== "string") throw new TypeError("a lock is incomplete")
  return { salt, key }
}

function parsed(name: string, line: string, at: number): Record<string, unknown> {
  try {
    return fields(JSON.parse(line))
  } catch {
    throw at === 1 ? noTrace(name) : damaged(name, at, "it is not JSON")
  }
}

function noTrace(name: string): TraceDamage { return new TraceDamage(`${name} is not a trace; traces are made with --trace FILE.`) }
