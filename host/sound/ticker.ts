// Calls back every 20 ms of a clock without drifting: a tick that comes late is followed by the next one at its own instant, and a delay is not caught up.
import type { Clock } from "../clock.ts"

/** So many ticks that are late may follow each other at once; what is later is left out. */
const CATCH_UP = 3

/** Starts ticking `ms` from now; returns what stops it. */
export function startTicking(clock: Clock, ms: number, tick: () => void): () => void {
  const began = clock.now()
  let count = 0, stopped = false
  let callOff = (): void => {}
  const wait = (): void => { callOff = clock.after(began + (count + 1) * ms - clock.now(), run) }
  const run = (): void => {
    if (stopped) return
    const due = Math.floor((clock.now() - began) / ms)
    // A timer may come early by a part of a millisecond.
    if (due <= count) return wait()
    count = Math.max(count + 1, due - CATCH_UP)
    tick()
    if (!stopped) wait()
  }
  wait()
  return () => {
    stopped = true
    callOff()
  }
}
