// Message waiting (RFC 3842): what a NOTIFY says of the messages in the mailbox of the line.
import { LINES } from "../config"
import { SUBSCRIPTION, SUBSCRIPTION_STATE_SIZE } from "../memory"
import { decimal } from "../base/number"
import { NONE, Span, after, between, endOf, indexOf, lengthOf, sameFolded, span, startOf, text, trim } from "../base/span"
import { mediaType, withoutParams } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { Setting, Mwi, knob } from "../settings/settings"
import { SUBSCRIPTION_SIZE, SUBSCRIPTION_STRIDE, isNotified, noteState, openSubscription } from "./subscription"

export { OWNER_SUBSCRIPTION, closeSubscription, isLeaving, progressSubscription, soonestSubscription, subscribed } from "./subscription"

const COUNT_MAX: i64 = 9999
const LF: u32 = 0x0a, COLON: u32 = 0x3a, SLASH: u32 = 0x2f, SPACE: u32 = 0x20

@unmanaged
class Waiting {
  waiting: bool
  happened: bool       // it has changed, and the user has not been told
  fresh: u16           // new voice messages; 0 too when only `waiting` was said
  old: u16
}

function waiting(line: i32): Waiting { return changetype<Waiting>(SUBSCRIPTION + <usize>line * SUBSCRIPTION_STRIDE + SUBSCRIPTION_SIZE) }

/** Nothing is known, and nothing is subscribed to. */
export function openWaiting(line: i32): void {
  forgetWaiting(line)
  openSubscription(line)
}

/** The account has changed: its messages are others. */
export function forgetWaiting(line: i32): void { memory.fill(changetype<usize>(waiting(line)), 0, offsetof<Waiting>()) }

/** Whether messages wait, with or without a number. */
export function isWaiting(line: i32): bool { return waiting(line).waiting }
export function voiceNew(line: i32): u32 { return waiting(line).fresh }
export function voiceOld(line: i32): u32 { return waiting(line).old }

/** Whether the user has to be told something new; asking makes it old. */
export function takeNews(line: i32): bool {
  const news = waiting(line).happened
  waiting(line).happened = false
  return news
}

/**
 * A NOTIFY has come that belongs to no call. `trusted`: from a server of ours; only those may speak unasked. Returns the status of the answer.
 */
export function notified(line: i32, m: Message, trusted: bool, now: i64): u32 {
  const event = withoutParams(fieldOf(m, Field.EVENT))
  // RFC 6665 4.1.3: of a transfer that we know nothing of, or not any more
  if (sameFolded(event, text("refer"))) return 481
  // RFC 6665 7.2.2: events that we never ask for
  if (knob(line, Setting.MWI) == Mwi.OFF || !sameFolded(event, text("message-summary"))) return 489
  const ours = isNotified(line, m)
  if (!ours && m.toTag != NONE) return 481
  if (!ours && !trusted) return 403
  if (lengthOf(m.body) > 0) {
    if (!sameFolded(mediaType(m), text("application/simple-message-summary"))) return 415
    readSummary(line, m.body)
  }
  if (ours) noteState(line, m, now)
  return 200
}

/** RFC 3842 3.5, 5.2: lines as in a header. A line that we do not know, or cannot read, changes nothing. */
function readSummary(line: i32, body: Span): void {
  const w = waiting(line), before = load<u64>(changetype<usize>(w))
  w.fresh = 0
  w.old = 0
  for (let rest = body; lengthOf(rest) > 0;) {
    const end = indexOf(rest, LF)
    const each = trim(end < 0 ? rest : span(startOf(rest), end)), colon = indexOf(each, COLON)
    rest = end < 0 ? NONE : after(rest, end + 1)
    if (colon < 0) continue
    const name = trim(span(startOf(each), colon)), value = withoutCr(trim(after(each, colon + 1)))
    if (sameFolded(name, text("messages-waiting"))) w.waiting = sameFolded(value, text("yes"))
    else if (sameFolded(name, text("voice-message"))) readCounts(w, value)
  }
  if (load<u64>(changetype<usize>(w)) != before) w.happened = true
}

/** "2/8 (0/2)": new, old, and in brackets the urgent ones of both. */
function readCounts(w: Waiting, value: Span): void {
  const slash = indexOf(value, SLASH)
  if (slash < 0) return
  const space = indexOf(value, SPACE)
  const fresh = decimal(trim(span(startOf(value), slash)), COUNT_MAX)
  const old = decimal(trim(space < slash ? after(value, slash + 1) : between(startOf(value) + slash + 1, startOf(value) + space)), COUNT_MAX)
  w.fresh = <u16>max<i64>(fresh, 0)
  w.old = <u16>max<i64>(old, 0)
}

function withoutCr(s: Span): Span {
  const length = lengthOf(s)
  return length > 0 && load<u8>(endOf(s) - 1) == 0x0d ? trim(span(startOf(s), length - 1)) : s
}

if (SUBSCRIPTION_STRIDE * <usize>LINES > SUBSCRIPTION_STATE_SIZE) ERROR("the subscription and what it brings do not fit")
