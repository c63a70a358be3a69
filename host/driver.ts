// The loop: one input, drain the outputs to empty, sleep until the deadline or the next input. Only this file calls the core.
import type { Clock } from "./clock.ts"
import type { Call, Machine, Output, Refusal } from "./calls.ts"

/** How a call ended, all outputs drained; `refusal` when the core did not take it. */
export type Done = { refusal: Refusal | undefined; deadline: number }

/** The core stopped in the middle of a call, or does not come to rest. The instance must not be called again. */
export type Trap = { machine: Machine; call: Call; now: number; error: Error }

/** Sees everything that goes in and out; a trace. */
export type Watcher = {
  called(call: Call, now: number): void
  output(output: Output): void
  done(done: Done): void
  trapped(trap: Partial<Trap> & Pick<Trap, "error">): void
}

/** No core has so many outputs after one input; one that has never comes to rest. */
const OUTPUTS_MAX = 10_000

/**
 * Makes one call and drains every output into `each`, in order. Nothing else is called in between, and `each` must not call the core.
 * Throws what the core throws.
 */
export function step(machine: Machine, call: Call, now: number, each: (output: Output) => void): Done {
  const refusal = machine.perform(call, now)
  for (let count = 0; ; count++) {
    if (count === OUTPUTS_MAX) throw new Error(`the core does not come to rest: ${OUTPUTS_MAX} outputs after one input`)
    const output = machine.poll()
    if (output === undefined) return { refusal, deadline: machine.deadline() }
    each(output)
  }
}

export class Driver {
  private machine: Machine | undefined
  private queue: Array<{ call: Call; then: ((done: Done) => void) | undefined }> = []
  private deadline = Infinity
  private running = false
  private callOff = (): void => {}
  private readonly clock: Clock
  private readonly handle: (output: Output) => void
  private readonly onTrap: (trap: Trap) => void
  private readonly watcher: Watcher | undefined

  constructor(clock: Clock, handle: (output: Output) => void, onTrap: (trap: Trap) => void, watcher?: Watcher) {
    this.clock = clock
    this.handle = handle
    this.onTrap = onTrap
    this.watcher = watcher
  }

  /** Takes a fresh instance; what was waiting for the one before is forgotten. */
  start(machine: Machine): void {
    this.stop()
    this.machine = machine
  }

  /** Another instance goes on with the memory of the one that runs, whose modules lay it out alike. Only at rest. Throws what taking it over throws. */
  exchange(next: Machine): void {
    if (this.machine === undefined || this.running) throw new Error("a module can only be exchanged at rest")
    next.takeOver(this.machine.snapshot())
    this.machine = next
    this.give({ call: "resume" })
  }

  /** Whether an instance runs, and whether a restart of it would cut nothing off. */
  get runs(): boolean { return this.machine !== undefined }
  /** What it would leave to a fresh instance; undefined when none runs. */
  get keep(): Uint8Array | undefined { return this.machine?.keep() }
  get idle(): boolean { return this.machine?.idle() ?? true }

  /** Drops the instance. Inputs are lost until the next start. */
  stop(): void {
    this.machine = undefined
    this.queue = []
    this.deadline = Infinity
    this.callOff()
  }

  /**
   * An input. It is taken at once, or after those before it when one is just being worked on: an output's handler may well give one.
   * `then` learns how it ended, unless the core trapped or was stopped before.
   */
  give(call: Call, then?: (done: Done) => void): void {
    if (this.machine === undefined) return
    this.queue.push({ call, then })
    this.run()
  }

  private run(): void {
    if (this.running) return
    this.running = true
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.one(next.call, next.then)
    } finally {
      this.running = false
    }
    this.sleep()
  }

  private one(call: Call, then: ((done: Done) => void) | undefined): void {
    const machine = this.machine
    if (machine === undefined) return
    const now = this.clock.now()
    this.watcher?.called(call, now)
    let done: Done
    const outputs: Output[] = []
    try {
      done = step(machine, call, now, (output) => {
        this.watcher?.output(output)
        outputs.push(output)
      })
    } catch (error) {
      return this.trapped({ machine, call, now, error: error instanceof Error ? error : new Error(String(error)) }, outputs)
    }
    this.watcher?.done(done)
    this.deadline = done.deadline
    for (const output of outputs) this.handle(output)
    then?.(done)
  }

  /** What it said before it stopped is still done, as it may explain why; then the instance is left. */
  private trapped(trap: Trap, outputs: Output[]): void {
    this.watcher?.trapped(trap)
    this.stop()
    for (const output of outputs) if (output.kind === "log") this.handle(output)
    this.onTrap(trap)
  }

  private sleep(): void {
    this.callOff()
    if (this.machine === undefined || this.deadline === Infinity) return
    // A timer may come early by a part of a millisecond, or late by hours when the machine slept: the clock decides.
    this.callOff = this.clock.after(this.deadline - this.clock.now(), () => {
      if (this.clock.now() >= this.deadline) this.give({ call: "timeout" })
      else this.sleep()
    })
  }
}
