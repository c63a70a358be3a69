// What the user can do to calls. Everything that asks for a call's place takes 0 <= i < CALLS and may find it FREE.
import { NEVER } from "../base/deadline"
import { Span, lengthOf } from "../base/span"
import { Setting, words } from "../settings/settings"
import * as flow from "../transport/flow"
import { CALLS } from "../config"
import { CallState, Ended, call, focus } from "./call"
import { isLive, put, focusOn as setFocus } from "./calls"
import { holdOthers, setHeld } from "./hold"
import { progressIncoming } from "./incoming"
import { queueDigit } from "./info"
import { Input } from "./machine"
import { leg } from "./leg"
import { NO_TARGET, placeCall } from "./outgoing"

/** Why a command was not carried out. DONE: it was. dial() gives a place, or one of these, which are negative. */
export const enum Refusal {
  DONE = 0, NOT_NOW = -1, NO_CALL = -2, ALL_BUSY = -3, NO_ACCOUNT = -4, BAD_TARGET = -5, NO_NETWORK = -6,
}

/** Calls an extension, a number, a sip: or a tel: URI. Returns the place of the call, or a Refusal. */
export function dial(line: i32, target: Span, now: i64): i32 {
  if (lengthOf(words(line, Setting.DOMAIN)) == 0 || lengthOf(words(line, Setting.USER)) == 0) return Refusal.NO_ACCOUNT
  // Nothing can be opened or sent, and a call that began now would only wait.
  if (flow.listening() == 0) return Refusal.NO_NETWORK
  const i = placeCall(line, target, now)
  if (i >= 0) {
    holdOthers(i, now)
    return i
  }
  return i == NO_TARGET ? Refusal.BAD_TARGET : Refusal.ALL_BUSY
}

/** Takes the call that rings here. */
export function answer(i: i32, now: i64): Refusal {
  if (call(i).state != CallState.INCOMING) return notNow(i)
  leg(i).wantsAnswer = true
  holdOthers(i, now)
  setFocus(i)
  progressIncoming(i, now)
  return Refusal.DONE
}

/** Declines it for good (603). */
export function reject(i: i32, now: i64): Refusal { return refuseWith(i, 603, Ended.REJECTED, now) }

/** Says that we are busy (486). */
export function busy(i: i32, now: i64): Refusal { return refuseWith(i, 486, Ended.REJECTED, now) }

/** Ends the call, in whatever state it is. */
export function hangUp(i: i32, now: i64): Refusal {
  if (call(i).state == CallState.INCOMING) return reject(i, now)
  if (!isLive(call(i))) return Refusal.NO_CALL
  leg(i).cause = <u8>(call(i).answeredAt == NEVER && call(i).outgoing ? Ended.CANCELLED : Ended.HUNG_UP)
  put(i, Input.HANG_UP, now)
  return Refusal.DONE
}

/** RFC 3264 8.4: the other side is not heard any more, and hears nothing of us. */
export function hold(i: i32, now: i64): Refusal {
  if (call(i).state != CallState.TALKING || call(i).held) return notNow(i)
  setHeld(i, true, now)
  return Refusal.DONE
}

/** The call goes on; any other that talks is held. */
export function resume(i: i32, now: i64): Refusal {
  if (call(i).state != CallState.TALKING || !call(i).held) return notNow(i)
  holdOthers(i, now)
  setFocus(i)
  setHeld(i, false, now)
  return Refusal.DONE
}

/** Holds the call that talks and resumes the one that is held. */
export function swap(now: i64): Refusal {
  const i = focus(), other = otherThan(i)
  if (other < 0 || call(other).mixed) return Refusal.NOT_NOW
  if (call(other).held) return resume(other, now)
  setFocus(other)
  return hold(i, now)
}

/** Both calls into one conversation of three. */
export function join(now: i64): Refusal {
  const i = focus(), other = otherThan(i)
  if (other < 0 || call(i).mixed || call(i).state != CallState.TALKING) return Refusal.NOT_NOW
  mix(i, now)
  mix(other, now)
  return Refusal.DONE
}

/** Ends the conversation of three: the call in focus goes on, the other is held. */
export function split(now: i64): Refusal {
  const i = focus(), other = otherThan(i)
  if (other < 0 || !call(other).mixed) return Refusal.NOT_NOW
  call(i).mixed = false
  call(other).mixed = false
  return hold(other, now)
}

/** The user has seen why the call ended: its place is free. */
export function dismiss(i: i32): Refusal {
  // Not before the host has been told.
  if (call(i).state != CallState.ENDED || leg(i).happened != 0) return notNow(i)
  put(i, Input.DISMISS, 0)
  return Refusal.DONE
}

/** Sends a digit 0-9, *, #, A-D as an INFO request. */
export function sendDigit(i: i32, digit: u32, now: i64): Refusal { return queueDigit(i, digit) ? Refusal.DONE : notNow(i) }

/** The keys and the sound belong to this call from now on. */
export function focusOn(i: i32): Refusal {
  if (!isLive(call(i))) return Refusal.NO_CALL
  setFocus(i)
  return Refusal.DONE
}

/** Another call that talks; -1: none. */
function otherThan(i: i32): i32 {
  for (let k = 0; k < CALLS; k++) {
    if (k != i && call(k).state == CallState.TALKING) return k
  }
  return -1
}

function mix(i: i32, now: i64): void {
  call(i).mixed = true
  if (call(i).held) setHeld(i, false, now)
}

function refuseWith(i: i32, status: u16, cause: Ended, now: i64): Refusal {
  if (call(i).state != CallState.INCOMING) return notNow(i)
  leg(i).refusal = status
  leg(i).cause = <u8>cause
  put(i, Input.HANG_UP, now)
  return Refusal.DONE
}

function notNow(i: i32): Refusal { return isLive(call(i)) ? Refusal.NOT_NOW : Refusal.NO_CALL }
