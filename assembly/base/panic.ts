// A mistake of the programmer stops the core at once, leaving a note for the host in PANIC.
import { PANIC } from "../memory"
import { Span, startOf, lengthOf } from "./span"

/**
 * Traps when `condition` is false. `what` says what should have held. Network input must never lead here: it is counted, dropped or answered.
 * PANIC then holds: u32 1, u32 address and u32 length of the text.
 */
export function assume(condition: bool, what: Span): void {
  if (condition) return
  store<u32>(PANIC, 1)
  store<u32>(PANIC, <u32>startOf(what), 4)
  store<u32>(PANIC, lengthOf(what), 8)
  unreachable()
}
