// How a line stands, in the forms that several views need: the icon, the server in question, and times that count.
import { Prose, prose } from "../base/prose"
import { Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { Status, candidate, candidateCount } from "../servers/candidates"
import { isRegistered, registration } from "../account/registration"
import { RegistrationState } from "../account/machine"
import { Symbol } from "./font"
import { panel, wakeAt } from "./panel"

const SECOND: i64 = 1000
const MINUTE: i64 = 60000

/** The icon of the status bar: VE-36, VE-37. */
export function icon(): Symbol { return iconOf(panel().line) }

export function iconOf(line: i32): Symbol {
  switch (registration(line).state) {
    case RegistrationState.REGISTERED: return Symbol.REGISTERED
    case RegistrationState.REFRESHING: return isRegistered(line) ? Symbol.REGISTERED : Symbol.WAITING
    case RegistrationState.WAITING:
    case RegistrationState.FAILED: return Symbol.FAILED
    case RegistrationState.OFF: return Symbol.UNREGISTERED
  }
  return Symbol.WAITING
}

/** The same as a word for programs. */
export function iconWord(line: i32): Span {
  const shown = iconOf(line)
  return shown == Symbol.REGISTERED ? text("ok") : shown == Symbol.FAILED ? text("fail") : shown == Symbol.WAITING ? text("busy") : text("none")
}

export function serversUp(line: i32): i32 {
  let up = 0
  for (let i = 0; i < candidateCount(line); i++) {
    if (candidate(line, i).status == Status.UP) up++
  }
  return up
}

/** VE-01: whether some servers are preferred to others, and whether several come first. 15 columns. */
export function modeWord(line: i32): Prose {
  let all = 0, first = 0, group: u32 = 0x100
  for (let i = candidateCount(line) - 1; i >= 0; i--) {
    const c = candidate(line, i)
    // AMB-18: one that DNS no longer names stands behind nobody.
    if (c.rank == 0) continue
    all++
    if (<u32>c.group < group) first = 0
    group = min<u32>(group, c.group)
    if (<u32>c.group == group) first++
  }
  return first == all ? prose("load balancing") : first > 1 ? prose("shared + backup") : prose("preferred order")
}

/** VE-46, as far as the servers' status is known. */
export function redundancyWord(line: i32): Prose {
  return candidateCount(line) < 2 || !isRegistered(line) ? prose("none") : isDegraded(line) ? prose("degraded") : prose("ready")
}

export function isDegraded(line: i32): bool { return candidateCount(line) > 1 && isRegistered(line) && serversUp(line) < candidateCount(line) }

/** Writes that word; of a degraded one how many servers are up. */
export function writeRedundancy(w: Writer, line: i32): void {
  w.say(redundancyWord(line))
  if (!isDegraded(line)) return
  w.say(prose(" ("))
  w.number(serversUp(line))
  w.say(prose(" of "))
  w.number(candidateCount(line))
  w.say(prose(" up)"))
}

/** Writes the seconds since the phone began what it is doing; the picture changes with the next one. */
export function writeElapsed(w: Writer): void {
  const p = panel()
  const seconds = (p.now - p.sinceMs) / SECOND
  w.number(seconds)
  w.say(prose(" s"))
  wakeAt(p.sinceMs + (seconds + 1) * SECOND)
}

/** Whether an instant is still to come. */
export function isAhead(instant: i64): bool { return instant != NEVER && instant > panel().now }

/** Writes the time left until an instant, the coarser the further away it is, so that the picture does not change all the time. */
export function writeLeft(w: Writer, instant: i64): void {
  const left = instant - panel().now
  const unit = left > 90 * SECOND ? MINUTE : left > 10 * SECOND ? 5 * SECOND : SECOND
  const least = left > 90 * SECOND ? 90 * SECOND : left > 10 * SECOND ? 10 * SECOND : 0
  const count = (left + unit - 1) / unit
  w.number(unit == MINUTE ? count : count * unit / SECOND)
  w.say(unit == MINUTE ? prose(" min") : prose(" s"))
  wakeAt(instant - max(least, (count - 1) * unit))
}

/** Whether the calendar time is known. */
export function knowsClock(): bool { return panel().unixMs != 0 }

/** Writes the local time as 14:32; the picture changes with the next minute. */
export function writeClock(w: Writer): void {
  const p = panel()
  const unixMs = p.unixMs + p.now - p.clockAt
  writeClockAt(w, unixMs)
  wakeAt(p.now + MINUTE - unixMs % MINUTE)
}

/** Writes local time of an instant in milliseconds since 1970. */
export function writeClockAt(w: Writer, unixMs: i64): void {
  const minutes = unixMs / MINUTE + panel().zoneMin
  w.padded(<u32>(minutes / 60 % 24), 2)
  w.byte(0x3a)
  w.padded(<u32>(minutes % 60), 2)
}
