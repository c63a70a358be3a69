// Digits during a call: as long as a key is down its tone is wanted; those of the console are played one after the other.
import { NEVER } from "../base/deadline"
import { Span, lengthOf, startOf } from "../base/span"
import { QUEUE, QUEUE_SIZE, SENT, SENT_SIZE, panel } from "./panel"
import { isDigitKey } from "./keypad"
import { Stage, stageOf } from "./stage"

const TONE_MS: i64 = 120                 // of a digit from the console
const GAP_MS: i64 = 80

/** Whether the call that is shown may hear digits: also while it is still ringing there, as announcements ask for them. */
export function takesDigits(): bool {
  const stage = stageOf(panel().place)
  return stage == Stage.RINGING || (stage >= Stage.TALKING && stage <= Stage.CONFERENCE)
}

/** The digit that is to be heard now, as its key; 0: none. phone.ts follows it. */
export function wantedDigit(): u32 { return panel().digit }

export function pressDigit(key: u32): void {
  if (!isDigitKey(key) || !takesDigits()) return
  panel().queued = 0
  panel().digitAt = NEVER
  begin(key)
}

export function releaseDigit(key: u32): void {
  const p = panel()
  if (p.digit == <u8>key && p.digitAt == NEVER) p.digit = 0
}

/** Sends digits one after the other, behind those that are still to be sent. False when there are too many. */
export function queueDigits(s: Span, now: i64): bool {
  const p = panel(), length = lengthOf(s)
  if (p.queued + length > QUEUE_SIZE) return false
  memory.copy(QUEUE + p.queued, startOf(s), length)
  p.queued += <u8>length
  if (p.digitAt == NEVER) p.digitAt = now
  return true
}

/** No digits any more: the call is another one. */
export function forgetDigits(): void {
  const p = panel()
  p.sent = 0
  p.digit = 0
  p.queued = 0
  p.digitAt = NEVER
}

/** A queued digit begins, or ends. */
export function expireDigits(now: i64): void {
  const p = panel()
  if (p.digitAt > now) return
  if (p.digit != 0 || p.queued == 0) {
    p.digit = 0
    p.digitAt = p.queued > 0 ? now + GAP_MS : NEVER
    return
  }
  begin(load<u8>(QUEUE))
  p.queued--
  memory.copy(QUEUE, QUEUE + 1, p.queued)
  p.digitAt = now + TONE_MS
}

/** The digit is wanted, and shown behind those before it. */
function begin(digit: u32): void {
  const p = panel()
  if (p.sent == <u8>SENT_SIZE) memory.copy(SENT, SENT + 1, --p.sent)
  store<u8>(SENT + p.sent, <u8>digit)
  p.sent++
  p.digit = <u8>digit
}
