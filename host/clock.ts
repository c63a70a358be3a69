// The clock of the real machine: monotonic milliseconds for the core, calendar time for its display.

export type Clock = {
  /** Milliseconds since an arbitrary instant; never goes back, whatever happens to the calendar. */
  now(): number
  /** Milliseconds since 1970, for display and logs only. */
  unixMs(): number
  /** Minutes east of Greenwich that local time is ahead. */
  zoneMin(): number
  /** Calls back after a time; returns what calls it off. */
  after(ms: number, then: () => void): () => void
}

/** Longest wait that setTimeout can count. */
const TIMER_MAX_MS = 0x7fffffff

export const realClock: Clock = {
  now: () => Math.floor(performance.now()),
  unixMs: () => Date.now(),
  zoneMin: () => -new Date().getTimezoneOffset(),
  after(ms, then) {
    const timer = setTimeout(then, Math.min(Math.max(ms, 0), TIMER_MAX_MS))
    return () => clearTimeout(timer)
  },
}
