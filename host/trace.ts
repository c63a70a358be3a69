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
  /** A fresh instance follows; `module`: the SHA-256 of its module when that is another than the trace began with. */
  start(boot: Boot, keep: Uint8Array | undefined, module?: string): void
  /** Another module goes on with the memory of the one before; undefined: the one that the trace began with. */
  exchanged(module: string | undefined): void
  /** Marks the end: without the mark, whoever recorded was stopped, or the file was cut. */
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
  return {
    ...trace,
    close() {
      if (file === undefined) return
      trace.close()
      // The mark of the end may be what the disk had no room for.
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

/** A trace as lines of text, given to `write` one by one. */
export function makeTrace(write: (line: string) => void, module: string, abi: number, engine: string): Trace {
  const put = (line: Line): void => write(JSON.stringify(line))
  put({ linehunt: "trace", version: TRACE_VERSION, abi, module, engine, made: new Date().toISOString() })
  const guard = new Guard(put)
  let n = 0
  // While a password is being typed, keys and pictures are as secret as the password.
  let typing = false
  return {
    start(boot, keep, module) {
      typing = false
      put({ start: { boot, keep: keep === undefined ? null : guard.keep(keep), ...(module === undefined ? {} : { module }) } })
    },
    exchanged(module) { put({ exchange: module === undefined ? {} : { module } }) },
    called(call, now) {
      const secretKey = call.call === "key" && typing ? guard.seal(Buffer.from(JSON.stringify(call))) : undefined
      put({ n: ++n, now, call: callRecord(call, guard.bytesOf(call), secretKey) })
    },
    output(output) {
      if (output.kind === "display") typing = output.secret
      put({ n, out: outputRecord(output, (bytes) => guard.bytesIn(output, bytes)) })
    },
    done({ refusal, deadline }) {
      put({ n, ...(refusal === undefined ? {} : { refusal }), deadline: deadline === Infinity ? null : deadline })
    },
    trapped({ error }) { put({ n, trap: error.message }) },
    close() { put({ end: { calls: n } }) },
  }
}

/** Seals what is secret, and locks the trace with each password that it learns. */
class Guard {
  private readonly key = newSeal()
  private readonly known: Buffer[] = []
  private readonly put: (line: Line) => void

  constructor(put: (line: Line) => void) { this.put = put }

  seal(bytes: Uint8Array): string { return this.key.close(bytes) }

  bytesOf(call: Call): Pieces | undefined {
    if (call.call === "open") return this.text("settings", call.bytes)
    if (call.call === "command") return this.text("command", Buffer.from(call.line, "utf8"))
    return "bytes" in call ? clear(call.bytes) : undefined
  }

  bytesIn(output: Output, bytes: Uint8Array): Pieces {
    if (output.kind === "store") return this.text("settings", bytes)
    return output.kind === "display" && output.secret ? { sealed: this.seal(bytes) } : clear(bytes)
  }

  /** What a restart takes over is not ours to read, so it is sealed whole when a password stands in it. */
  keep(keep: Uint8Array): Pieces {
    return this.known.some((each) => Buffer.from(keep).includes(each)) ? { sealed: this.seal(keep) } : clear(keep)
  }

  private text(kind: "settings" | "command", bytes: Uint8Array): Pieces {
    const secrets = secretsIn(kind, bytes)
    for (const [from, to] of secrets) this.learn(bytes.subarray(from, to))
    return guarded(bytes, secrets, this.key)
  }

  /** A password has become known: whoever has it can open what is sealed. */
  private learn(password: Uint8Array): void {
    const trimmed = Buffer.from(Buffer.from(password).toString("utf8").trim(), "utf8")
    if (trimmed.length === 0 || this.known.some((each) => each.equals(trimmed))) return
    this.known.push(trimmed)
    this.put({ lock: this.key.lock(trimmed) })
  }
}
