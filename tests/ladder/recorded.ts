// A phone in a simulated world that is recorded as one in the program is: its trace can be replayed, and drawn as a ladder.
import type { CoreExports } from "../../host/abi.ts"
import type { Call, Machine } from "../../host/calls.ts"
import type { Output as CoreOutput } from "../../host/core.ts"
import type { Engine } from "../../host/engine/engine.ts"
import { machineOf } from "../../host/machine.ts"
import { BOOT, type MakePhone, type Phone } from "../../host/sim/phone.ts"
import { makeTrace, type Trace } from "../../host/trace.ts"

export type Recorder = {
  readonly make: MakePhone
  /** Ends the trace, and gives all of it. */
  text(): string
}

/** Makes phones on instances that `instance` gives, one after the other in one trace. */
export function recorder(instance: () => Engine<CoreExports>, module: string): Recorder {
  const lines: string[] = []
  const trace = makeTrace((line) => { lines.push(line) }, module, 1, "v8")
  const make: MakePhone = (keep) => {
    trace.start(keep === undefined ? BOOT.cold : BOOT.trap, keep)
    return recorded(machineOf(instance(), keep), trace)
  }
  const text = (): string => {
    trace.close()
    return lines.map((line) => `${line}\n`).join("")
  }
  return { make, text }
}

function recorded(machine: Machine, trace: Trace): Phone {
  let shown: readonly string[] = []
  let isOpen = false
  const give = (call: Call, now: number): void => {
    trace.called(call, now)
    isOpen = true
    const refusal = machine.perform(call, now)
    if (refusal !== undefined) throw new Error(refusal.sentence)
  }
  /** The call ends when there is no more output. */
  const output = (): CoreOutput | undefined => {
    const next = machine.poll()
    if (next !== undefined) trace.output(next)
    else if (isOpen) {
      isOpen = false
      trace.done({ refusal: undefined, deadline: machine.deadline() })
    }
    if (next?.kind !== "display") return next
    shown = next.picture.lines
    return { kind: "display", frame: next.picture.frame }
  }
  return {
    entropy: (bytes) => give({ call: "entropy", bytes }, 0),
    open: (settings, boot, now) => give({ call: "open", bytes: Buffer.from(settings), boot }, now),
    close: (now) => give({ call: "close" }, now),
    network: (up, text, now) => give({ call: "network", up, text }, now),
    datagram: (flow, bytes, peer, now) => give({ call: "datagram", flow, peer, bytes }, now),
    flow: (flow, event, now) => give({ call: "flow", flow, event }, now),
    key: (key, down, now) => give({ call: "key", key, down }, now),
    command: (line, now) => give({ call: "command", line }, now),
    audio: (bytes, now) => give({ call: "audio", bytes }, now),
    timeout: (now) => give({ call: "timeout" }, now),
    output,
    deadline: () => machine.deadline(),
    screen: () => [...shown],
    keep: () => machine.keep(),
    memory: () => new Uint8Array(0),
    panic: () => machine.panic(),
  }
}
