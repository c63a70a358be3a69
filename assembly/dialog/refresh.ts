// Session timers (RFC 4028): a call that nobody refreshes in time is over, so that none goes on for ever with nobody at the other end.
import { NEVER, sooner } from "../base/deadline"
import { prose } from "../base/prose"
import { decimal } from "../base/number"
import { NONE, Span, after, indexOf, sameFolded, text } from "../base/span"
import { Setting, number } from "../settings/settings"
import { Writer } from "../base/writer"
import { lists, withoutParams } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { param } from "../wire/address"
import * as outbox from "../transport/outbox"
import * as server from "../transaction/server"
import { CallState, Ended, call } from "./call"
import { put } from "./calls"
import { isGone } from "./detour"
import { Text, dialog, textOf } from "./dialog"
import { leg } from "./leg"
import { Input } from "./machine"
import { Taken, writeWarning } from "./offer"
import { offerAnew } from "./reinvite"
import { beginReply, endReply } from "./reply"
import { Want } from "./within"

/** RFC 4028 5: no session may be shorter. Seconds. */
const LEAST_SEC: u32 = 90
/** RFC 4028 10: the BYE leaves so long before the end, a third of a short session. Milliseconds. */
const EARLY_MS: i64 = 32000
const SEMICOLON: u32 = 0x3b

/** RFC 4028 7.1: what is asked for in the first INVITE of call `i`. */
export function beginTimer(i: i32): void { leg(i).sessionSec = number(Setting.SESSION_EXPIRES) }

/**
 * Writes Session-Expires and Min-SE into a request, or into the answer to one. RFC 4028 7.4, 9: the refresher is named as soon as it is known; `uac` is
 * who has sent this request.
 */
export function writeTimer(w: Writer, i: i32, answer: bool): void {
  const l = leg(i)
  if (l.sessionSec == 0) return
  w.say(prose("Session-Expires: "))
  w.number(l.sessionSec)
  if (l.timed) w.say(l.refreshes == answer ? prose(";refresher=uas") : prose(";refresher=uac"))
  // RFC 4028 9: they have to know what they are asked to do.
  if (answer && !l.refreshes) w.say(prose("\r\nRequire: timer"))
  w.say(prose("\r\n"))
  if (least(i) > LEAST_SEC) writeLeast(w, i)
}

/** RFC 4028 5: nothing shorter. */
function writeLeast(w: Writer, i: i32): void {
  w.say(prose("Min-SE: "))
  w.number(least(i))
  w.say(prose("\r\n"))
}

/** RFC 4028 6, 9: whether a request asks for a session that is too short: it is answered 422. */
export function isTooShort(i: i32, m: Message): bool {
  const asked = secondsOf(m)
  return asked > 0 && asked < <i64>least(i) && lists(m, Field.SUPPORTED, text("timer"))
}

/** Refuses a request of theirs; 422 with what is long enough, 488 with why, which is in the upper half of `status`. */
export function refuseWith(i: i32, m: Message, status: u32, now: i64): void {
  const slot = beginReply(m, status & 0xffff, i < 0 || leg(i).dialog < 0 ? NONE : textOf(leg(i).dialog, Text.LOCAL_TAG))
  if (slot < 0) return
  const w = outbox.writer(slot)
  if (status == 422) writeLeast(w, i)
  else if (status >>> 16 != 0) writeWarning(w, <Taken>(status >>> 16))
  endReply(server.current(), slot, NONE, now)
}

/**
 * A request of theirs, or the 2xx to one of ours (`answer`), says how long the session lives without a refresh and who refreshes it; it begins to live
 * now.
 */
export function noteTimer(i: i32, m: Message, answer: bool, now: i64): void {
  const l = leg(i), refresher = param(paramsOf(fieldOf(m, Field.SESSION_EXPIRES)), text("refresher"))
  let seconds = secondsOf(m)
  if (lists(m, Field.ALLOW, text("UPDATE"))) l.updates = true
  // RFC 4028 7.2, 9: without it in their answer there is no timer; without it in their request we may want one.
  if (seconds < 0 && !answer) seconds = number(Setting.SESSION_EXPIRES)
  if (seconds <= 0) {
    l.sessionSec = 0
    l.timed = false
    return
  }
  // RFC 4028 9: where nobody is named, or nobody there knows of timers, it is us.
  l.refreshes = !sameFolded(refresher, answer ? text("uas") : text("uac")) || !answer && !lists(m, Field.SUPPORTED, text("timer"))
  // RFC 4028 4: nothing below 90 s, whatever they say; otherwise refreshes would follow each other without end.
  l.sessionSec = max(<u32>seconds, LEAST_SEC)
  l.timed = true
  startTimer(i, now)
}

/** The session begins to live now. */
export function startTimer(i: i32, now: i64): void {
  const l = leg(i), whole = <i64>l.sessionSec * 1000
  l.endAt = now + whole - min(EARLY_MS, whole / 3)
  l.refreshAt = l.refreshes ? now + whole / 2 : NEVER
}

/** RFC 4028 7.4: a 422 names what is long enough. Each time at least twice as much is asked for, so that it comes to an end. False: it names nothing new. */
export function raiseTimer(i: i32, m: Message): bool {
  const l = leg(i), wanted = decimal(withoutParams(fieldOf(m, Field.MIN_SE)), u32.MAX_VALUE)
  if (wanted <= <i64>l.sessionSec || wanted > 86400) return false
  l.leastSec = l.leastSec == 0 ? <u32>wanted : max(<u32>wanted, 2 * l.leastSec)
  l.sessionSec = l.leastSec
  return true
}

/** Refreshes in time, and ends what nobody has refreshed. */
export function expireTimer(i: i32, now: i64): void {
  const l = leg(i)
  if (!isTimed(i)) return
  if (now >= l.endAt) {
    l.cause = <u8>Ended.LOST
    put(i, Input.LOST, now)
  } else if (now >= l.refreshAt) {
    l.refreshAt = NEVER
    // RFC 4028 7.4: UPDATE where they take it, as it needs no offer.
    if (l.updates) dialog(l.dialog).wants |= Want.UPDATE
    else offerAnew(i, now)
  }
}

export function soonestTimer(i: i32): i64 { return isTimed(i) ? sooner(leg(i).endAt, leg(i).refreshAt) : NEVER }

function isTimed(i: i32): bool { return leg(i).timed && call(i).state == CallState.TALKING }

/** The answer to an UPDATE of ours; null: there was none. */
export function updateAnswered(i: i32, m: Message, now: i64): void {
  if (call(i).state != CallState.TALKING) return
  if (changetype<usize>(m) != 0 && m.status < 300) {
    noteTimer(i, m, true, now)
    return
  }
  if (changetype<usize>(m) != 0 && m.status == 422 && raiseTimer(i, m)) {
    dialog(leg(i).dialog).wants |= Want.UPDATE
    return
  }
  // RFC 3261 12.2.1.2: they are not there any more, or do not know the call. Any other answer shows that they are.
  if (changetype<usize>(m) != 0 && !isGone(leg(i).dialog, m.status)) return
  leg(i).cause = <u8>Ended.LOST
  put(i, Input.LOST, now)
}

/** The least that we take: our setting, or what a 422 has taught us. */
function least(i: i32): u32 { return max<u32>(max<u32>(leg(i).leastSec, number(Setting.SESSION_MIN_SE)), LEAST_SEC) }

/** The seconds that Session-Expires says; -1 without one. */
function secondsOf(m: Message): i64 { return decimal(withoutParams(fieldOf(m, Field.SESSION_EXPIRES)), u32.MAX_VALUE) }

function paramsOf(value: Span): Span {
  const start = indexOf(value, SEMICOLON)
  return start < 0 ? NONE : after(value, start)
}
