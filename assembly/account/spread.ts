// Many phones come back at the same moment, with the network or the power: each waits a part of start_spread of its own (P-01).
import { below } from "../base/random"
import { lengthOf } from "../base/span"
import { Setting, knob, words } from "../settings/settings"
import { Input, RegistrationState } from "./machine"
import { Trouble, registration } from "./record"
import { begin, put, retryAfter } from "./registration"

/** The network is back: the same server first (VE-35). `together`: so it is for many others, and they do not all ask at once (P-01). */
export function networkUp(line: i32, together: bool, now: i64): void {
  if (together && registration(line).state == RegistrationState.WAITING && knob(line, Setting.START_SPREAD) != 0) rest(line, now)
  else put(line, Input.UP, now)
}

/** Registers for the first time since the power is back (P-01). */
export function beginAfterPowerLoss(line: i32, now: i64): void {
  if (!isKnown(line) || knob(line, Setting.START_SPREAD) == 0) {
    begin(line, now)
    return
  }
  put(line, Input.REST, now)
  rest(line, now)
}

/** Registers when the network is back. */
export function awaitNetwork(line: i32, now: i64): void { if (isKnown(line)) put(line, Input.REST, now) }

function isKnown(line: i32): bool { return lengthOf(words(line, Setting.DOMAIN)) > 0 && lengthOf(words(line, Setting.USER)) > 0 }

/** Waits for a random part of start_spread. */
function rest(line: i32, now: i64): void {
  const r = registration(line)
  r.reason = <u8>Trouble.NONE
  retryAfter(r, 1 + below(knob(line, Setting.START_SPREAD) * 1000), now)
}
