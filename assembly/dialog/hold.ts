// Who talks: one call, or those of a conference. All others that have been answered are on hold (RFC 3264 8.4).
import { CALLS } from "../config"
import { CallState, call, focus } from "./call"
import { isLive } from "./calls"
import { Exchange, leg } from "./leg"
import { offerAnew } from "./reinvite"

/** The call at place `i` has just been answered: where the user is with another one, it waits; else the others do. */
export function talkAlone(i: i32, now: i64): void {
  const f = focus()
  // One that rings here is not what the user is with.
  if (f >= 0 && f != i && isLive(call(f)) && call(f).state != CallState.INCOMING) setHeld(i, true, now)
  else holdOthers(i, now)
}

/** A person cannot talk to two, unless they hear each other. */
export function holdOthers(i: i32, now: i64): void {
  for (let k = 0; k < CALLS; k++) {
    if (k != i && call(k).state == CallState.TALKING && !call(k).held && !(call(k).mixed && i >= 0 && call(i).mixed)) setHeld(k, true, now)
  }
}

/** Puts a call on hold, or takes it back. That it is so is told when the other side has agreed. */
export function setHeld(i: i32, held: bool, now: i64): void {
  call(i).held = held
  call(i).mixed = call(i).mixed && !held
  // What they could not be told need not be taken back.
  if (leg(i).untold && !held && leg(i).exchange == Exchange.NONE) leg(i).untold = false
  else offerAnew(i, now)
}
