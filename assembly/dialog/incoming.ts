// A call of others until it is acknowledged: the INVITE, what rings, what is answered to it, and its ACK (RFC 3261 13.3).
import { CALLS } from "../config"
import { peer } from "../io"
import * as log from "../base/log"
import { Level } from "../base/log"
import { prose } from "../base/prose"
import { NONE, Span, lengthOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { AutoAnswer, Setting, number } from "../settings/settings"
import { copyFields, finish } from "../wire/compose"
import { Field, Message } from "../wire/message"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as server from "../transaction/server"
import { t1, t64 } from "../transaction/record"
import { idAt } from "../servers/candidates"
import { writeContact } from "../account/identity"
import { outer } from "../account/nat"
import { CallState, Ended, call } from "./call"
import { beginCall, begin as beginSound, liveCalls, put, takePlace } from "./calls"
import { answerOf, offerOf } from "./description"
import { DialogState, Text, contactOf, dialog, dialogFromInvite, dialogOf, freeDialog, isCalling, isFull, textOf } from "./dialog"
import { Wait, clearLeg, leg } from "./leg"
import { Input } from "./machine"
import { Taken, refusalOf as unsuitable, takeAnswer, takeOffer } from "./offer"
import { Asked, askedMode, modeOf, noteCaller, noteReason } from "./person"
import { beginLater, beginReply, endReply, reply, writeAbilities } from "./reply"
import { isTooShort, noteTimer, refuseWith, writeTimer } from "./refresh"
import { reinviteAcknowledged } from "./reinvite"
import { wantsReliable, writeReliable } from "./reliable"
import { NOTHING_REPLACED, replace, replacedBy } from "./replace"
import { session } from "./session"
import { isLeaving } from "./referral"
import { Sockets, closeSockets, socketsOf } from "./sockets"

/** Calls at a time that an INVITE may lead to; the rest of the places is for calls of ours. */
const LIVE_MAX = 2

/**
 * An INVITE outside dialogs that nothing stands against. `trusted`: it came from a server of ours, by flow `from`. It is answered here, now or later;
 * without room it is forgotten and will come again.
 */
export function invited(line: i32, m: Message, from: u32, trusted: bool, now: i64): void {
  const replaced = replacedBy(m)
  // RFC 3261 14.2: a second INVITE before the first has been answered, by whoever does not know our tag yet.
  // RFC 3261 8.1.1.8, 12.1.1: a dialog has to know where its requests go.
  const wrong: u32 = isCalling(m) ? 500 : replaced >= 300 ? replaced : contactOf(m) == NONE ? 400 : 0
  if (wrong != 0) {
    reply(m, wrong, NONE, now)
    return
  }
  const refusal = refusalOf(replaced), i = refusal == 0 ? takePlace() : -1
  if (i < 0) {
    turnAway(line, m, refusal == 0 ? 486 : refusal, trusted, now)
    return
  }
  beginCall(i, line, false, now)
  const d = dialogFromInvite(i, m, peer())
  if (d < 0) {
    // RFC 3261 21.5.14: requests of ours would be too long.
    reply(m, 513, NONE, now)
    return
  }
  beginSound(i)
  const l = leg(i)
  l.dialog = <i8>d
  l.handle = server.current()
  const by = flow.kindOf(from) == flow.FlowKind.SERVER ? <i32>from : flow.towards(peer(), now)
  l.flow = by < 0 ? <i32>from : by
  flow.hold(l.flow)
  const asked = askedMode(m), itself = answersItself(asked, trusted)
  // RFC 5373: what is required and not done is refused.
  const unfit = isTooShort(i, m) ? 422 : asked == Asked.REQUIRED && !itself ? 403 : judgeOffer(i, m)
  if (unfit != 0) refuseWith(i, m, unfit, now)
  if (unfit != 0 || !respond(i, m, now)) {
    drop(i)
    return
  }
  describe(i, m, trusted)
  call(i).autoAnswer = itself || replaced >= 0
  l.wantsAnswer = call(i).autoAnswer
  l.moded = modeOf(m) != NONE
  if (replaced >= 0) replace(i, replaced)
  put(i, Input.INVITED, now)
  progressIncoming(i, now)
}

/** RFC 3261 13.3.1, 21.4.18, 21.4.24: what a call is refused with before it rings; 0: nothing. One that replaces another disturbs nobody. */
function refusalOf(replaced: i32): u32 {
  const live = replaced == NOTHING_REPLACED ? liveCalls() : 0
  if (replaced == NOTHING_REPLACED && number(Setting.DND) != 0) return 480
  if (live >= LIVE_MAX || live > 0 && number(Setting.CALL_WAITING) == 0) return 486
  // RFC 3261 21.5.1. Not 503: a proxy would take it for a phone that is out of order (16.7).
  return isFull() ? 500 : 0
}

/** It never rings. The user finds in the history who it was, but for strangers, who could fill it. */
function turnAway(line: i32, m: Message, status: u32, trusted: bool, now: i64): void {
  if (!reply(m, status, NONE, now) || !trusted) return
  const i = takePlace()
  if (i < 0) return
  beginCall(i, line, false, now)
  noteCaller(i, m, true)
  leg(i).cause = <u8>(status == 480 ? Ended.REJECTED : Ended.BUSY)
  put(i, Input.REFUSED, now)
}

/** RFC 3261 13.3.1, 21.4.26: what stands against the offer, 0: nothing. Without one we make ours when we accept. */
function judgeOffer(i: i32, m: Message): u32 {
  leg(i).offered = lengthOf(m.body) > 0
  return leg(i).offered ? unsuitable(takeOffer(m.body, session(i))) : 0
}

/**
 * RFC 3261 13.3.1.1, 17.2.1: it rings; or, while the socket to the caller is still being opened, 100 says that the INVITE has come. Both make the
 * beginning of every later answer.
 */
function respond(i: i32, m: Message, now: i64): bool {
  const l = leg(i)
  l.reliable = wantsReliable(m)
  // RFC 3261 13.2.1: the first reliable answer to an INVITE without an offer has ours, which wants sockets.
  l.rung = flow.carrier(l.flow) >= 0 && !l.reliable
  noteTimer(i, m, false, now)
  const slot = beginReply(m, l.rung ? 180 : 100, textOf(l.dialog, Text.LOCAL_TAG))
  if (slot < 0) return false
  const w = outbox.writer(slot)
  copyFields(w, m, Field.RECORD_ROUTE)
  if (l.rung) writeOurContact(w, call(i).line, l.flow)
  finish(w, NONE)
  if (!w.overflow) return server.respond(l.handle, slot, now)
  outbox.discard(slot)
  logLong(l.rung ? 180 : 100)
  reply(m, 513, NONE, now)
  return false
}

function describe(i: i32, m: Message, trusted: bool): void {
  const c = call(i)
  c.serverId = <u8>idAt(c.line, peer(), true)
  noteCaller(i, m, trusted)
  c.silentRing = liveCalls() > 0
}

/** Whether a new call is taken by itself: never while the user has another one, nor where the caller wants the user to do it. */
function answersItself(asked: Asked, trusted: bool): bool {
  const mode = number(Setting.AUTO_ANSWER)
  if (liveCalls() > 0 || asked == Asked.BY_HAND) return false
  return mode == AutoAnswer.ALWAYS || mode == AutoAnswer.HEADER && trusted && asked != Asked.NOTHING
}

/** Nothing has come of it yet, and nothing will. */
function drop(i: i32): void {
  const l = leg(i)
  closeSockets(i)
  flow.letGo(l.flow)
  freeDialog(l.dialog)
  clearLeg(i)
}

/** Does what can be done to let it ring, and to accept it when the user wants that. */
export function progressIncoming(i: i32, now: i64): void {
  const l = leg(i)
  const by = flow.carrier(l.flow)
  if (by == flow.LOST) l.flow = <i32>flow.listening()
  if (by < 0) return
  const sockets = socketsOf(i)
  if (!l.rung && l.reliable && !l.offered) {
    if (sockets == Sockets.OPEN) l.rung = later(i, 180, offerOf(i, l.flow), now)
  } else if (!l.rung) l.rung = later(i, 180, NONE, now)
  // RFC 3262 5: our offer has to be answered before the call can be.
  if (!l.wantsAnswer || !l.rung || l.reliable && !l.offered && l.rseq != 0) return
  if (sockets == Sockets.LOST) {
    l.refusal = 500
    l.cause = <u8>Ended.LOST
    put(i, Input.NO_WAY, now)
  } else if (sockets == Sockets.OPEN && accept(i, now)) put(i, Input.ANSWER, now)
}

/** RFC 3261 13.3.1.4: the 200, with the answer to their offer or with an offer of ours. */
function accept(i: i32, now: i64): bool {
  const l = leg(i)
  const body = l.offered ? answerOf(i, l.flow) : session(i).agreed ? NONE : offerOf(i, l.flow)
  if (!later(i, 200, body, now)) return false
  l.rseq = 0
  l.resendMs = <u32>t1()
  l.resendAt = now + t1()
  l.lostAt = now + t64()
  return true
}

/** Sends the final answer that the leg names, now or as soon as there is room. */
export function refuse(i: i32, now: i64): void {
  const l = leg(i)
  if (server.isOpen(l.handle) && !later(i, l.refusal, NONE, now) && server.isOpen(l.handle)) return
  l.refusal = 0
}

/** Another answer to the INVITE. False: there is no room now. */
function later(i: i32, status: u32, body: Span, now: i64): bool {
  const l = leg(i)
  const slot = beginLater(l.handle, status)
  l.wait = <u8>(slot < 0 ? Wait.ROOM : Wait.NOTHING)
  if (slot < 0) return false
  const w = outbox.writer(slot)
  if (status < 300) writeOurContact(w, call(i).line, l.flow)
  if (status == 180 && l.reliable) writeReliable(w, i, now)
  if (status == 200) {
    // RFC 5373: how it was answered
    if (l.moded) w.say(call(i).autoAnswer ? prose("Answer-Mode: Auto\r\n") : prose("Answer-Mode: Manual\r\n"))
    writeAbilities(w)
    writeTimer(w, i, true)
  }
  const sent = endReply(l.handle, slot, body, now)
  if (!sent && status < 300 && server.isOpen(l.handle)) tooLong(i, status, now)
  return sent
}

/** RFC 3261 21.5.14: what the way of the INVITE adds to our answer leaves no room for it; a refusal is shorter. */
function tooLong(i: i32, status: u32, now: i64): void {
  logLong(status)
  leg(i).refusal = 513
  leg(i).cause = <u8>Ended.TOO_LONG
  put(i, Input.NO_WAY, now)
}

function logLong(status: u32): void {
  const w = log.line()
  w.say(prose("a call is refused, as it came a way for which our "))
  w.number(status)
  w.say(prose(" is too long"))
  log.say(Level.WARNING)
}

export function writeOurContact(w: Writer, line: i32, by: u32): void {
  w.put(text("Contact: <"))
  writeContact(w, line, outer(line, flow.peerOf(by), flow.localOf(by)))
  w.put(text(">\r\n"))
}

// -- What comes after the INVITE

/** RFC 3261 13.3.1.4: the ACK of a 2xx, which may bring the answer to our offer. */
export function acknowledged(m: Message, now: i64): void {
  const d = dialogOf(m)
  if (d < 0 || dialog(d).place < 0) return
  const i: i32 = dialog(d).place, l = leg(i), state = call(i).state
  if (state == CallState.TALKING) reinviteAcknowledged(i, m)
  if (m.cseq != dialog(d).inviteCseq) return
  if (state != CallState.ANSWERING && state != CallState.ENDING) return
  server.rest(l.handle)
  dialog(d).state = <u8>DialogState.CONFIRMED
  if (!l.offered && lengthOf(m.body) > 0 && takeAnswer(m.body, session(i)) != Taken.AGREED) l.cause = <u8>Ended.NO_COMMON_SOUND
  put(i, Input.ACKED, now)
  if (!session(i).agreed) put(i, Input.HANG_UP, now)
}

/** RFC 3261 9.2: the INVITE of this transaction is not wanted any more. */
export function cancelled(handle: i32, m: Message, now: i64): void {
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    if (call(i).state != CallState.INCOMING || l.handle != handle) continue
    l.refusal = 487
    // RFC 3326: somebody else has taken it
    l.cause = <u8>(noteReason(i, m) == 200 ? Ended.ELSEWHERE : Ended.PEER_CANCELLED)
    put(i, Input.CANCELLED, now)
  }
}

/** RFC 3261 15.1.2: they have hung up. The BYE itself is answered by the caller. */
export function ended(d: i32, m: Message, now: i64): void {
  const i: i32 = dialog(d).place
  if (i < 0) return
  const l = leg(i)
  // A fork of a call of ours that is still being made
  if (l.dialog != d) {
    freeDialog(d)
    return
  }
  noteReason(i, m)
  l.refusal = call(i).state == CallState.INCOMING ? 487 : 0
  // RFC 5589 6.1: whoever we sent away may go before we have heard how it went.
  l.cause = <u8>(isLeaving(i) ? Ended.TRANSFERRED : Ended.PEER_HUNG_UP)
  put(i, Input.BYE, now)
}
