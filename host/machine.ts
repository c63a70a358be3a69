// A loaded core behind one door: every input is a Call, every output a value. The driver alone uses it.
import { ioRecord, type CoreExports } from "./abi.ts"
import type { Call, Machine, Output, Refusal } from "./calls.ts"
import { CoreError, loadCore, type Core } from "./core.ts"
import type { Engine } from "./engine/engine.ts"

/** DISPLAY, bit 0 of IO.flags: a password is being typed. */
const SECRET = 1

/** Makes an instance of a module that an engine has just loaded; `keep` is what the one before it left. */
export function machineOf(engine: Engine<CoreExports>, keep: Uint8Array | undefined): Machine {
  const core = loadCore(engine, keep)
  const io = ioRecord(engine.memory, engine.globals["IO_AT"] ?? 0)
  return {
    perform: (call, now) => perform(core, call, now),
    poll() {
      const output = core.output()
      if (output?.kind !== "display") return output
      const secret = (io.flags() & SECRET) !== 0
      return { kind: "display", picture: { frame: output.frame, lines: core.screen(), inverse: core.inverse() }, secret } satisfies Output
    },
    deadline: () => core.deadline(),
    idle: () => core.idle(),
    snapshot: () => core.snapshot(),
    takeOver: (snapshot) => core.takeOver(snapshot),
    keep: () => core.keep(),
    panic: () => core.panic(),
    logLines: () => core.logLines(),
  }
}

/** A refusal is the host's mistake, or the user's when it is about settings; the core lives on. Everything else is thrown. */
function perform(core: Core, call: Call, now: number): Refusal | undefined {
  try {
    input(core, call, now)
    return undefined
  } catch (error) {
    if (!(error instanceof CoreError) || error.code === "DEAD" || error.code === "UNKNOWN_CODE") throw error
    return { code: error.code, line: error.line, sentence: error.message }
  }
}

function input(core: Core, call: Call, now: number): void {
  switch (call.call) {
    case "entropy": return core.entropy(call.bytes)
    case "open": return core.open(call.bytes, call.boot, now)
    case "resume": return core.resume(now)
    case "close": return core.close(now)
    case "network": return core.network(call.up, call.text, now)
    case "datagram": return core.datagram(call.flow, call.bytes, call.peer, now)
    case "flow": return core.flow(call.flow, call.event, now)
    case "key": return core.key(call.key, call.down, now)
    case "command": return core.command(call.line, now)
    case "audio": return core.audio(call.bytes, now)
    case "wallclock": return core.wallclock(call.unixMs, call.zoneMin, now)
    case "timeout": return core.timeout(now)
  }
}
