// Transfers (RFC 3515, 5589): we ask the other side of a call to call somebody else, or it asks us to. What an INVITE replaces is in replace.ts.
import { CALLS } from "../config"
import { TX } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { prose } from "../base/prose"
import { NONE, Span, after, endOf, lengthOf, sameFolded, span, startOf, startsWith, text } from "../base/span"
import { decimal } from "../base/number"
import { Writer, WRITER_SIZE } from "../base/writer"
import { mediaType, withoutParams } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { writeAor } from "../account/identity"
import { CallState, Ended, call } from "./call"
import { put } from "./calls"
import { Refusal, hangUp } from "./commands"
import { DialogState, Text, dialog, keepText, textOf } from "./dialog"
import { Happened, leg } from "./leg"
import { Input } from "./machine"
import { noteWords } from "./person"
import { progressTheirs } from "./refer"
import { Transferring, isQuiet, isTransferring, otherOf, setOther, transfer } from "./referral"
import { progressReplacing, writeReplaces } from "./replace"
import { writeTarget } from "./target"
import { Want } from "./within"

/** News of a transfer are awaited as long as a telephone may ring. Milliseconds. */
const NEWS_MS: i64 = 180_000

/** Asks the other side to call `target` instead. */
export function transferBlind(i: i32, target: Span, now: i64): Refusal {
  const refusal = refusalFor(i)
  if (refusal != Refusal.DONE) return refusal
  const uri = writer(URI_AT_TX)
  return writeTarget(uri, call(i).line, target) ? ask(i, uri.written, -1) : Refusal.BAD_TARGET
}

/**
 * Connects the other sides of two calls: that of call `i` calls that of `other`, and its call takes the place of ours (RFC 5589 7). Where `other` has not been
 * answered yet, we leave it and the call is transferred blindly (RFC 5589 7.6).
 */
export function transferAttended(i: i32, other: i32, now: i64): Refusal {
  const refusal = refusalFor(i)
  if (refusal != Refusal.DONE) return refusal
  const d: i32 = leg(other).dialog, state = call(other).state
  if (i == other || d < 0) return Refusal.NO_CALL
  const uri = writer(URI_AT_TX)
  uri.put(textOf(d, Text.TARGET))
  if (state == CallState.TALKING) {
    writeReplaces(uri, d)
    return ask(i, uri.written, other)
  }
  if (state != CallState.CALLING && state != CallState.RINGING) return Refusal.NOT_NOW
  const done = ask(i, uri.written, -1)
  if (done == Refusal.DONE) hangUp(other, now)
  return done
}

function refusalFor(i: i32): Refusal {
  const c = call(i)
  if (c.state != CallState.TALKING) return Refusal.NO_CALL
  if (leg(i).dialog < 0) return Refusal.NOT_NOW
  return c.transferring == Transferring.NONE || c.transferring == Transferring.FAILED ? Refusal.DONE : Refusal.NOT_NOW
}

/** RFC 3515 2.1, RFC 3892 2.1 */
function ask(i: i32, uri: Span, other: i32): Refusal {
  const d: i32 = leg(i).dialog, t = transfer(i), w = writer(FIELDS)
  w.say(prose("Refer-To: <"))
  w.put(uri)
  w.say(prose(">\r\nReferred-By: <"))
  writeAor(w, call(i).line)
  w.say(prose(">\r\n"))
  if (w.overflow || !keepText(d, Text.EXTRA, w.written)) return Refusal.BAD_TARGET
  setOther(i, other)
  t.status = 0
  call(i).transferring = <u8>Transferring.ASKING
  dialog(d).wants |= Want.REFER
  return Refusal.DONE
}

/** The final answer to our REFER; `m` null: there was none. */
export function referAnswered(i: i32, m: Message, now: i64): void {
  const c = call(i), t = transfer(i)
  if (c.transferring != Transferring.ASKING) return
  if (changetype<usize>(m) == 0 || m.status >= 300) {
    t.status = changetype<usize>(m) == 0 ? 408 : m.status
    noteWords(i, changetype<usize>(m) == 0 ? NONE : m.reason)
    return
  }
  c.transferring = <u8>Transferring.UNDER_WAY
  t.dueAt = now + NEWS_MS
  // RFC 4488 4: nothing more will be said.
  if (isQuiet(m)) t.status = 200
}

/** RFC 3515 2.4.4, 2.4.5: what the other side says of the call that we asked for. Returns the status of the answer; progressTransfers() acts. */
export function notifiedWithin(i: i32, m: Message): u32 {
  // RFC 6665 4.1.3, 7.2.2
  if (!sameFolded(withoutParams(fieldOf(m, Field.EVENT)), text("refer"))) return 489
  if (!isTransferring(call(i))) return 481
  if (!sameFolded(mediaType(m), text("message/sipfrag"))) return 415
  const status = statusIn(m.body)
  if (status == 0) return 400
  transfer(i).status = <u16>status
  if (status >= 300) noteWords(i, wordsIn(m.body))
  else if (status < 200 && sameFolded(withoutParams(fieldOf(m, Field.SUBSCRIPTION_STATE)), text("terminated"))) transfer(i).status = 408
  return 200
}

/** The status in the first line of a fragment "SIP/2.0 200 OK"; 0: there is none. */
function statusIn(body: Span): u32 {
  if (lengthOf(body) < 11 || !startsWith(body, text("SIP/2.0 "))) return 0
  const status = decimal(span(startOf(body) + 8, 3), 699)
  return status < 100 ? 0 : <u32>status
}

function wordsIn(body: Span): Span {
  const words = after(body, min<u32>(lengthOf(body), 12))
  let p = startOf(words)
  while (p < endOf(words) && load<u8>(p) >= 0x20) p++
  return span(startOf(words), <u32>(p - startOf(words)))
}

// -- What comes of it

/** Acts on what has been learnt since the last time. */
export function progressTransfers(now: i64): void {
  for (let i = 0; i < CALLS; i++) {
    const state = call(i).transferring
    if (isTransferring(call(i))) progressOurs(i, now)
    else if (state == Transferring.FOLLOWING) progressTheirs(i)
    else if (state == Transferring.REPLACING) progressReplacing(i, now)
  }
}

export function expireTransfers(now: i64): void {
  for (let i = 0; i < CALLS; i++) {
    const t = transfer(i)
    if (now < t.dueAt) continue
    t.dueAt = NEVER
    if (call(i).transferring == Transferring.UNDER_WAY) t.status = 408
  }
}

export function soonestTransfer(): i64 {
  let at = NEVER
  for (let i = 0; i < CALLS; i++) at = sooner(at, transfer(i).dueAt)
  return at
}

/** RFC 5589 6.1, 6.3: with the new call the old one is over; without, it is ours again. */
function progressOurs(i: i32, now: i64): void {
  const t = transfer(i), c = call(i)
  if (t.status < 200) return
  t.dueAt = NEVER
  if (t.status >= 300) {
    c.transferring = <u8>Transferring.FAILED
    c.status = t.status
    leg(i).happened |= Happened.TRANSFER_FAILED
    return
  }
  c.transferring = <u8>Transferring.NONE
  leg(i).happened |= Happened.TRANSFERRED
  const other = otherOf(i)
  leave(i, Ended.TRANSFERRED, now)
  if (other >= 0) leave(other, Ended.TRANSFERRED, now)
}

/** Ends a call that another one takes the place of. */
export function leave(i: i32, cause: Ended, now: i64): void {
  leg(i).cause = <u8>cause
  put(i, Input.HANG_UP, now)
}

// Where texts are composed; the first bytes of TX are those of dialog.ts.
const URI_AT_TX: usize = TX + 0x240, FIELDS: usize = URI_AT_TX + 0x120
const TEXT_MAX: usize = 0x110

function writer(at: usize): Writer {
  const w = changetype<Writer>(at)
  w.open(at + WRITER_SIZE, TEXT_MAX)
  return w
}
