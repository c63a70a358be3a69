// Offers within a call (RFC 3261 14, RFC 3311): hold and resume of ours and theirs, and refreshes; one re-INVITE at a time, and what follows when two meet.
import { below, fill } from "../base/random"
import { NEVER } from "../base/deadline"
import { NONE, Span, lengthOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { finish } from "../wire/compose"
import { Message, Method } from "../wire/message"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import * as server from "../transaction/server"
import { t1, t64 } from "../transaction/record"
import { Reason } from "../servers/candidates"
import { t1Of } from "../servers/policy"
import { Challenged, challenged, succeeded } from "../account/digest"
import { CallState, Ended, call } from "./call"
import { put } from "./calls"
import { begin, beginUnsigned, hop, way } from "./compose"
import { Way, arrive, isGone, isUnknown, mayGo, patience, takeDetour } from "./detour"
import { answerOf, offerOf } from "./description"
import { dialog, refreshTarget } from "./dialog"
import { writeOurContact } from "./incoming"
import { Exchange, Happened, Wait, leg } from "./leg"
import { Input } from "./machine"
import { refusalOf, takeAnswer, takeOffer } from "./offer"
import { isTooShort, noteTimer, raiseTimer, refuseWith, writeTimer } from "./refresh"
import { beginReply, describeBody, endReply, writeAbilities } from "./reply"
import { Direction, session } from "./session"
import { Sockets, socketsOf } from "./sockets"
import { OWNER_CALL, logLong, sendAck } from "./within"

const ROUNDS_MAX: u8 = 4

// -- Ours

/** Something about our side of the session has changed: it is offered anew, as soon as that may be. */
export function offerAnew(i: i32, now: i64): void {
  leg(i).wantsOffer = true
  progressTalking(i, now)
}

/** Sends the re-INVITE that is wanted, unless another is under way or the time after a glare has not passed. */
export function progressTalking(i: i32, now: i64): void {
  const l = leg(i)
  if (!l.wantsOffer || l.exchange != Exchange.NONE || l.dueAt != NEVER || l.down) return
  const sockets = socketsOf(i)
  if (sockets == Sockets.LOST) lose(i, now)
  if (sockets != Sockets.OPEN) return
  const d: i32 = l.dialog, free = mayGo(d, now)
  if (free == Way.NONE) lose(i, now)
  if (free != Way.OPEN) return
  const by = way(d, now)
  const carried = by < 0 ? flow.WAIT : flow.carrier(by)
  if (carried == flow.LOST) lose(i, now)
  if (carried < 0) return
  const slot = client.takeSlot()
  l.wait = <u8>(slot < 0 ? Wait.ROOM : Wait.NOTHING)
  if (slot < 0) return
  dialog(d).localCseq++
  if (!write(outbox.writer(slot), i, by)) {
    // RFC 3261 14.1: what has not been agreed on leaves the session as it was, and the call goes on.
    outbox.discard(slot)
    dialog(d).localCseq--
    l.wantsOffer = false
    l.rounds = 0
    return
  }
  const handle = client.start(Method.INVITE, slot, by, hop(), <u8>(OWNER_CALL + i), t1Of(call(i).line, hop()), patience(d, Method.INVITE, now), now)
  if (handle < 0) {
    outbox.discard(slot)
    l.wait = <u8>Wait.ROOM
    return
  }
  l.handle = handle
  l.wantsOffer = false
  l.exchange = <u8>Exchange.OURS
  l.dueAt = now + t64()
}

/** Writes the re-INVITE, without credentials where there is no room for them, as who knows the call may not want any. False: it does not fit even so. */
function write(w: Writer, i: i32, by: u32): bool {
  const d: i32 = leg(i).dialog, name = text("INVITE"), cseq = dialog(d).localCseq, body = offerOf(i, by)
  begin(w, d, name, cseq, by)
  complete(w, i, body)
  leg(i).untold = w.overflow
  if (!w.overflow) return true
  w.again()
  beginUnsigned(w, d, name, cseq, by, 0)
  complete(w, i, body)
  logLong(name, w.overflow)
  return !w.overflow
}

function complete(w: Writer, i: i32, body: Span): void {
  writeAbilities(w)
  writeTimer(w, i, false)
  describeBody(w)
  finish(w, body)
}

/** An answer to our re-INVITE. */
export function reinviteAnswered(i: i32, m: Message, now: i64): void {
  const l = leg(i), handle = l.handle
  if (m.status < 200) {
    l.dueAt = now + t64()
    return
  }
  l.exchange = <u8>Exchange.NONE
  l.handle = -1
  l.dueAt = NEVER
  way(l.dialog, now)
  if (m.status < 300) reinviteAccepted(i, handle, m, now)
  else if (m.status == 491) wait(i, now)
  else if (isGone(l.dialog, m.status)) lose(i, now)
  else if (m.status == 422 && raiseTimer(i, m)) again(i, now)
  // Where there was no room for credentials, they will not take it in any other way.
  else if ((m.status == 401 || m.status == 407) && !l.untold && challenged(call(i).line, m, hop()) == Challenged.ACCEPTED) again(i, now)
  else if (takeDetour(l.dialog, Method.INVITE, Reason.CODE, m.status, m.retryAfter, now)) offerAnew(i, now)
  // RFC 3261 14.1: whatever else they have against it, the session stays as it was.
  else {
    l.rounds = 0
    arrive(l.dialog)
    if (isUnknown(m.status)) l.untold = true
  }
}

/** It ended without an answer. RFC 3261 12.2.1.2: the call is over then, unless another server knows it too (AMB-20). */
export function reinviteUnanswered(i: i32, reason: Reason, now: i64): void {
  const l = leg(i)
  l.exchange = <u8>Exchange.NONE
  l.dueAt = NEVER
  if (takeDetour(l.dialog, Method.INVITE, reason, 0, -1, now)) offerAnew(i, now)
  else lose(i, now)
}

/** The call is over: no offer matters any more. */
export function dropOffers(i: i32, now: i64): void {
  const l = leg(i)
  if (l.exchange == Exchange.OURS) client.abandon(l.handle, now)
  if (l.exchange == Exchange.OURS) l.handle = -1
  else if (l.exchange == Exchange.THEIRS) server.rest(l.handle)
  l.exchange = <u8>Exchange.NONE
  l.wantsOffer = false
}

/** The deadline of a call that talks: the pause after a glare is over, or the answer to a re-INVITE has been waited for long enough. */
export function reinviteDue(i: i32, now: i64): void {
  const l = leg(i)
  if (l.exchange == Exchange.OURS) {
    dropOffers(i, now)
    lose(i, now)
  } else progressTalking(i, now)
}

function reinviteAccepted(i: i32, handle: i32, m: Message, now: i64): void {
  const l = leg(i), d: i32 = l.dialog, x = dialog(d)
  l.rounds = 0
  l.untold = false
  arrive(d)
  x.inviteCseq = m.cseq
  fill(x.mark, 8)
  succeeded(call(i).line, m, hop())
  refreshTarget(d, m)
  sendAck(d, handle, m.cseq, now)
  if (lengthOf(m.body) > 0) takeAnswer(m.body, session(i))
  noteTimer(i, m, true, now)
  noteHold(i)
  noteHeld(i)
}

/** They have agreed to what we have offered. */
function noteHeld(i: i32): void {
  const l = leg(i), holds = session(i).wanted == Direction.SEND
  if (holds == l.holds) return
  l.holds = holds
  l.happened |= holds ? Happened.HELD : Happened.RESUMED
}

function again(i: i32, now: i64): void {
  if (leg(i).rounds++ < ROUNDS_MAX) offerAnew(i, now)
}

/** RFC 3261 14.1: both sides had the same idea; who chose the Call-ID waits longer. In steps of 10 ms. */
function wait(i: i32, now: i64): void {
  const l = leg(i)
  l.wantsOffer = true
  l.dueAt = now + (dialog(l.dialog).caller ? 2100 + below(191) * 10 : below(201) * 10)
}

function lose(i: i32, now: i64): void {
  leg(i).cause = <u8>Ended.LOST
  put(i, Input.LOST, now)
}

// -- Theirs

/** RFC 3261 14.2: an INVITE within dialog `d`. */
export function reinvited(d: i32, m: Message, now: i64): void {
  const i: i32 = dialog(d).place, l = leg(i)
  if (isRefused(i, d, m, judge(i, d), now)) return
  l.offered = lengthOf(m.body) > 0
  if (!sendOk(i, m, l.offered ? answerOf(i, l.flow) : offerOf(i, l.flow), now)) return
  l.exchange = <u8>Exchange.THEIRS
  l.theirCseq = m.cseq
  l.handle = server.current()
  l.resendMs = <u32>t1()
  l.resendAt = now + t1()
  l.lostAt = now + t64()
  noteHold(i)
}

/** RFC 3311 5.2: an UPDATE within dialog `d`, with an offer or without. */
export function updated(d: i32, m: Message, now: i64): void {
  const i: i32 = dialog(d).place, offers = lengthOf(m.body) > 0
  if (isRefused(i, d, m, i < 0 ? 481 : offers ? judge(i, d) : 0, now)) return
  if (sendOk(i, m, offers ? answerOf(i, leg(i).flow) : NONE, now)) noteHold(i)
}

/** RFC 3261 14.2, RFC 3311 5.2: what stands against any offer now; 0: nothing. */
function judge(i: i32, d: i32): u32 {
  if (i < 0 || leg(i).dialog != d) return 481
  const l = leg(i), state = call(i).state
  if (l.exchange == Exchange.OURS) return 491
  if (state != CallState.TALKING) return call(i).outgoing ? 491 : 500
  return l.exchange == Exchange.THEIRS ? 500 : 0
}

/**
 * Refuses a request that something stands against. RFC 4028 6: a session that is too short is told what is long enough. RFC 3261 12.2.2: otherwise the
 * target is refreshed, and the offer is taken.
 */
function isRefused(i: i32, d: i32, m: Message, status: u32, now: i64): bool {
  if (status == 0 && isTooShort(i, m)) status = 422
  if (status == 0 && !refreshTarget(d, m)) status = 513
  if (status == 0 && lengthOf(m.body) > 0) status = refusalOf(takeOffer(m.body, session(i)))
  if (status == 0) return false
  refuseWith(i, m, status, now)
  return true
}

function sendOk(i: i32, m: Message, body: Span, now: i64): bool {
  const slot = beginReply(m, 200, NONE)
  if (slot < 0) return false
  const w = outbox.writer(slot)
  writeOurContact(w, call(i).line, leg(i).flow)
  writeAbilities(w)
  noteTimer(i, m, false, now)
  writeTimer(w, i, true)
  return endReply(server.current(), slot, body, now)
}

/** The ACK of our 200 has come, with the answer where the offer was ours. */
export function reinviteAcknowledged(i: i32, m: Message): void {
  const l = leg(i)
  if (l.exchange != Exchange.THEIRS || m.cseq != l.theirCseq) return
  server.rest(l.handle)
  l.exchange = <u8>Exchange.NONE
  l.resendAt = NEVER
  l.lostAt = NEVER
  if (!l.offered) takeAnswer(m.body, session(i))
  noteHold(i)
}

/** RFC 3264 8.4: who does not want to hear us holds the call. */
function noteHold(i: i32): void {
  const c = call(i), holds = (session(i).direction & Direction.SEND) == 0
  if (holds == c.heldByPeer) return
  c.heldByPeer = holds
  leg(i).happened |= holds ? Happened.HELD : Happened.RESUMED
}
