// Records every call and every output of the core in a file that can be replayed. Passwords are in it only sealed.
import { closeSync, openSync, writeSync } from "node:fs"
import { createHash } from "node:crypto"
import { UserError, because } from "./errors.ts"
import type { Boot } from "./abi.ts"
import type { Call, Output } from "./calls.ts"
import type { Watcher } from "./driver.ts"
import { TRACE_VERSION, callRecord, clear, guarded, outputRecord, secretsIn, type Line, type Pieces } from "./records.ts"
import { newSeal } from "./seal.ts"

export type Trace = Watcher & {
  /** A fresh instance follows. */
  start(boot: Boot, keep: Uint8Array | undefined): void
  close(): void
}

export function sha256(bytes: Uint8Array): string { return createHash("sha256").update(bytes).digest("hex") }

/** A trace into a file. `warn` is told once if the file cannot be written any more; the phone goes on. Throws UserError. */
export function fileTrace(path: string, module: Uint8Array, abi: number, engine: string, warn: (line: string) => void): Trace {
  let file: number | undefined
  try {
    file = openSync(path, "w", 0o600)
  } catch (error) {
    throw new UserError("file", `The trace ${path} cannot be written: ${because(error)}; choose another file with --trace FILE.`)
  }
  function write(line: string): void {
    if (file === undefined) return
    try {
      writeSync(file, `${line}\n`)
    } catch (error) {
      closeSync(file)
      file = undefined
      warn(`The trace ${path} ends here: ${because(error)}.`)
    }
  }
  const trace = makeTrace(write, sha256(module), abi, engine)
  return { ...trace, close() { if (file !== undefined) closeSync(file); file = undefined } }
}

/** A trace as lines of text, given to `write` one by one. */
export function makeTrace(write: (line: string) => void, module: string, abi: number, engine: string): Trace {
  const seal = newSeal()
  const known: Uint8Array[] = []
  let n = 0
  let typingSecret = false

  const put = (line: Line): void => write(JSON.stringify(line))
  put({ linehunt: "trace", version: TRACE_VERSION, abi, module, engine, made: new Date().toISOString() })

  /** A password has become known: whoever has it can open what is sealed. */
  function learn(password: Uint8Array): void {
    const trimmed = Buffer.from(Buffer.from(password).toString("utf8").trim(), "utf8")
    if (trimmed.length === 0 || known.some((each) => Buffer.compare(each, trimmed) === 0)) return
    known.push(trimmed)
    put({ lock: seal.lock(trimmed) })
  }

  function guard(kind: "settings" | "command", bytes: Uint8Array): Pieces {
    const secrets = secretsIn(kind, bytes)
    for (const [from, to] of secrets) learn(bytes.subarray(from, to))
    return guarded(bytes, secrets, seal)
  }

  /** What a restart takes over is not ours to read, so it is sealed whole when a password stands in it. */
  function guardKeep(keep: Uint8Array): Pieces {
    return known.some((each) => Buffer.from(keep).includes(Buffer.from(each))) ? { sealed: seal.close(keep) } : clear(keep)
  }

  function bytesIn(call: Call): Pieces | undefined {
    if (call.call === "open") return guard("settings", call.bytes)
    if (call.call === "command") return guard("command", Buffer.from(call.line, "utf8"))
    return "bytes" in call ? clear(call.bytes) : undefined
  }

  return {
    start(boot, keep) {
      typingSecret = false
      put({ start: { boot, keep: keep === undefined ? null : guardKeep(keep) } })
    },
    called(call, now) {
      n++
      const secretKey = call.call === "key" && typingSecret ? seal.close(Buffer.from(JSON.stringify(call))) : undefined
      put({ n, now, call: callRecord(call, bytesIn(call), secretKey) })
    },
    output(output: Output) {
      if (output.kind === "display") typingSecret = output.secret
      const hide = output.kind === "display" && output.secret
      const out = outputRecord(output, (bytes) => {
        if (output.kind === "store") return guard("settings", bytes)
        return hide ? { sealed: seal.close(bytes) } : clear(bytes)
      })
      put({ n, out })
    },
    done({ refusal, deadline }) {
      put({ n, ...(refusal === undefined ? {} : { refusal }), deadline: deadline === Infinity ? null : deadline })
    },
    trapped({ error }) { put({ n, trap: error.message }) },
    close() {},
  }
}
