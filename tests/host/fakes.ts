// A clock that stands until it is moved, and a phone that does what a test tells it.
import type { Clock } from "../../host/clock.ts"
import type { Call, Machine, Output, Refusal } from "../../host/calls.ts"

export type FakeClock = Clock & { advance(ms: number): void }

export function fakeClock(start = 1000): FakeClock {
  let now = start
  let waiting: Array<{ at: number; then: () => void }> = []
  return {
    now: () => now,
    unixMs: () => 1_700_000_000_000 + now,
    zoneMin: () => 60,
    after(ms, then) {
      const entry = { at: now + Math.max(0, ms), then }
      waiting.push(entry)
      return () => { waiting = waiting.filter((each) => each !== entry) }
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const [next] = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        waiting = waiting.filter((each) => each !== next)
        now = Math.max(now, next.at)
        next.then()
      }
      now = until
    },
  }
}

/** What the fake phone does with one call: outputs, its next deadline, a refusal; it may throw, which is a trap. */
export type Script = (call: Call, now: number, put: (output: Output) => void) => { deadline?: number; refusal?: Refusal } | void

export type FakeMachine = Machine & {
  calls: Array<{ call: Call; now: number }>
  keepBytes: Uint8Array
  inCall: boolean
  /** What another instance had in its memory. */
  tookOver: Uint8Array | undefined
}

export function fakeMachine(script: Script, keep: Uint8Array = new Uint8Array(0)): FakeMachine {
  const calls: FakeMachine["calls"] = []
  let outputs: Output[] = []
  let deadline = Infinity
  let dead = false
  const alive = (): void => { if (dead) throw new Error("called again after a trap") }
  const machine: FakeMachine = {
    calls, keepBytes: keep, inCall: false, tookOver: undefined,
    perform(call, now) {
      alive()
      if (outputs.length > 0) throw new Error("called before the outputs were drained")
      calls.push({ call, now })
      try {
        const result = script(call, now, (output) => { outputs.push(output) }) ?? {}
        deadline = result.deadline ?? deadline
        return result.refusal
      } catch (error) {
        dead = true
        throw error
      }
    },
    poll() {
      alive()
      return outputs.shift()
    },
    deadline() {
      alive()
      return deadline
    },
    idle: () => !machine.inCall,
    snapshot: () => keep,
    takeOver(snapshot) { machine.tookOver = snapshot },
    keep: () => keep,
    panic: () => dead ? "a slot that is in use" : undefined,
    logLines: () => ["SIP > REGISTER", "SIP < 401"],
  }
  return machine
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"))
