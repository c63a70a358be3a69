// A call of ours until it is answered: the INVITE, the servers that it is offered to one after the other, and what they say.
import { LINES } from "../config"
import { TX } from "../memory"
import { fill } from "../base/random"
import { peer } from "../io"
import { NONE, Span, between, endOf, lengthOf, startOf, text } from "../base/span"
import { prose } from "../base/prose"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Methods, Prack, Setting, number, knob } from "../settings/settings"
import { Address } from "../wire/address"
import { Field, Message, Method } from "../wire/message"
import { firstAddress } from "../wire/fields"
import { finish } from "../wire/compose"
import { Scheme, Uri, parseUri } from "../wire/uri"
import { ADDRESS_AT, URI_AT } from "../wire/state"
import * as flow from "../transport/flow"
import { endRehearsal } from "../transport/rehearsal"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { ClientEvent } from "../transaction/client"
import { Reason, activeId, byId, candidateCount, indexOfId } from "../servers/candidates"
import { beginHunt, confine, drawHunt, currentId, giveUp, isLast, noteTrying, skip } from "../servers/hunt"
import { noteExhausted } from "../servers/why"
import { failsOver, firstServer, giveUpAfter, markAnswer, movesOn, setupMax, t1Of } from "../servers/policy"
import { Challenged, challenged, succeeded } from "../account/digest"
import { writeNameAddr } from "../account/identity"
import { RegistrationState } from "../account/machine"
import { Ready, readyAt, renewList, suspect } from "../account/ready"
import { registration } from "../account/registration"
import { serviceRoute } from "../account/routes"
import { CallState, Ended, call, causeOf } from "./call"
import { beginCall, begin as beginSound, dropDialogs, put, takeFocus, takePlace } from "./calls"
import { begin, way } from "./compose"
import { offerOf } from "./description"
import { DialogState, Text, dialog, dialogAnswered, dialogFromAnswer, draft, freeDialog, isFull, keepText, takeWay, textOf } from "./dialog"
import { EMERGENCY_MS, isEmergency, isServers, knownNow, patience } from "./emergency"
import { hedgeAfter, isMerged, isRival, isRivalHeard, dropRival, noteBesides, noteHeard, rivalAnswered, rivalLeft, takeBack } from "./hedge"
import { Exchange, Wait, leg } from "./leg"
import { Input } from "./machine"
import { Taken, takeAnswer } from "./offer"
import { noteAnswerer, noteCallee, noteReason } from "./person"
import { beginTimer, noteTimer, raiseTimer, writeTimer } from "./refresh"
import { reinviteAnswered, reinviteUnanswered } from "./reinvite"
import { noteReliable } from "./reliable"
import { describeBody, writeAbilities } from "./reply"
import { session } from "./session"
import { Sockets, socketsOf } from "./sockets"
import { writeTarget } from "./target"
import { OWNER_CALL, decline, sendAck } from "./within"

/** RFC 3261 8.1.3.4: redirections followed for one call. */
const REDIRECTS_MAX: u8 = 5
const ROUNDS_MAX: u8 = 4

// Where the texts of the first dialog are written, each behind its writer; dialog.ts draws random ones below.
const OWN: usize = TX + 0x80, WANTED: usize = OWN + 0x110, BRACKETED: usize = WANTED + 0x110
const URI_MAX: usize = 0x100

/** What placeCall() may come to besides a place. */
export const NO_PLACE_LEFT: i32 = -1
export const NO_TARGET: i32 = -2

/** Begins a call to what was dialled. Returns its place, or one of the two above. */
export function placeCall(line: i32, dialled: Span, now: i64): i32 {
  const wanted = writer(WANTED)
  if (!writeTarget(wanted, line, dialled)) return NO_TARGET
  const own = writer(OWN)
  writeNameAddr(own, line)
  const bracketed = writer(BRACKETED)
  bracketed.byte(0x3c)
  bracketed.put(wanted.written)
  bracketed.byte(0x3e)
  if (bracketed.overflow || own.overflow) return NO_TARGET
  const i = takePlace()
  if (i < 0 || isFull()) return NO_PLACE_LEFT
  beginCall(i, line, true, now)
  const d = draft(i, own.written, wanted.written, bracketed.written, serviceRoute(line))
  if (d < 0) return NO_PLACE_LEFT
  leg(i).dialog = <i8>d
  noteCallee(i, wanted.written)
  leg(i).emergency = isEmergency(line, wanted.written)
  // A failure is not rehearsed at somebody's cost.
  if (leg(i).emergency) endRehearsal()
  put(i, Input.DIAL, now)
  return i
}

function writer(at: usize): Writer {
  const w = changetype<Writer>(at)
  w.open(at + WRITER_SIZE, URI_MAX)
  return w
}

// -- The actions of the machine

/** Asks for sockets; a server is chosen as soon as one is known. */
export function prepare(i: i32, now: i64): void {
  beginSound(i)
  beginTimer(i)
  takeFocus(i)
  leg(i).wait = <u8>Wait.SERVER
  leg(i).dueAt = setupEnd(i)
  progressOutgoing(i, now)
}

/** Goes on to the server that the hunt names now. */
export function next(i: i32, now: i64): void {
  const id = currentId(LINES + i)
  if (id != 0) towards(i, id, now)
  else if (!takeBack(i, now)) put(i, Input.NO_WAY, now)
}

/** RFC 3261 8.1.3.5: the same request once more, with another CSeq, at the same server. */
export function repeat(i: i32, now: i64): void {
  dialog(leg(i).dialog).localCseq++
  leg(i).wait = <u8>Wait.SOCKETS
  progressOutgoing(i, now)
}

/** Does what can be done to get the INVITE out. */
export function progressOutgoing(i: i32, now: i64): void {
  const l = leg(i), c = call(i)
  if (l.wait == Wait.SERVER && !choose(i, now)) return
  if (l.wait == Wait.REGISTRATION && !mayUse(i, now)) return
  if (c.state != CallState.PREPARING) return
  const sockets = socketsOf(i)
  if (sockets == Sockets.LOST) {
    l.cause = <u8>Ended.LOST
    put(i, Input.NO_WAY, now)
    return
  }
  const by = flow.carrier(l.flow)
  if (by == flow.LOST) {
    left(i, flow.faultOf(l.flow) == flow.FlowFault.NO_ROUTE ? Reason.UNREACHABLE : Reason.NO_FLOW, 0, -1, now)
    return
  }
  if (sockets != Sockets.OPEN || by < 0) return
  if (invite(i, now)) put(i, Input.READY, now)
}

/** Chooses the first server. False: it is too early, or there is none and the call has ended. */
function choose(i: i32, now: i64): bool {
  const line: i32 = call(i).line
  if (leg(i).emergency) return chooseAny(i, line, now)
  const state = registration(line).state
  // A call waits for a registration that is under way: its server is the one to be asked.
  if (state == RegistrationState.LOCATING || state == RegistrationState.REGISTERING) return false
  if (!renewList(line, now)) return false
  if (candidateCount(line) == 0) {
    leg(i).cause = <u8>Ended.NOT_REGISTERED
    put(i, Input.NO_WAY, now)
    return false
  }
  const id = beginHunt(LINES + i, line, firstServer(line), now)
  if (!movesOn(line, Methods.INVITE)) confine(LINES + i)
  towards(i, id, now)
  return true
}

/** P-40: an emergency call waits for no registration, and no mark keeps it from a server. */
function chooseAny(i: i32, line: i32, now: i64): bool {
  const known = knownNow(line, call(i).startedAt, now)
  if (known == 0) {
    leg(i).cause = <u8>Ended.NO_SERVER
    put(i, Input.NO_WAY, now)
  } else if (known > 0) towards(i, drawHunt(LINES + i, line, activeId(line)), now)
  return known > 0
}

/** AMB-10: where the settings want that, a server registers us before it is used; one that does not is passed over. False: not yet, or the call has ended. */
function mayUse(i: i32, now: i64): bool {
  const line: i32 = call(i).line
  do {
    const ready = leg(i).emergency ? Ready.YES : readyAt(line, call(i).serverId, now)
    if (ready == Ready.WAIT) return false
    if (ready == Ready.YES) {
      leg(i).wait = <u8>Wait.SOCKETS
      noteBesides(i)
      return true
    }
    skip(LINES + i, line)
    leg(i).cause = <u8>Ended.NO_SERVER
    next(i, now)
  } while (call(i).state == CallState.PREPARING)
  return false
}

/** RFC 3263 4: the server that the INVITE goes to now. */
function towards(i: i32, id: u32, now: i64): void {
  const l = leg(i), c = call(i), server = byId(c.line, id).endpoint
  if (l.flow >= 0) flow.letGo(l.flow)
  const to = flow.towards(server, now)
  l.flow = to < 0 ? <i32>flow.listening() : to
  flow.hold(l.flow)
  l.wait = <u8>Wait.REGISTRATION
  l.dueAt = setupEnd(i)
  l.heard = false
  c.serverId = <u8>id
  dialog(l.dialog).server.copyFrom(server)
  noteTrying(LINES + i)
}

/** When servers have been sought long enough (AMB-10); a moment after the last of them is given up by itself, so that this is told first. */
function setupEnd(i: i32): i64 { return call(i).startedAt + (leg(i).emergency ? EMERGENCY_MS : setupMax(call(i).line, candidateCount(call(i).line))) + 1 }

/** RFC 3261 13.2.1. False: there is no room for it now, or it does not fit. */
function invite(i: i32, now: i64): bool {
  const l = leg(i), d: i32 = l.dialog
  const slot = client.takeSlot()
  l.wait = <u8>(slot < 0 ? Wait.ROOM : Wait.NOTHING)
  if (slot < 0) return false
  const w = outbox.writer(slot), server = dialog(d).server
  const body = offerOf(i, l.flow)
  writeInvite(w, i, body, now)
  if (w.overflow) {
    outbox.discard(slot)
    l.cause = <u8>Ended.TOO_LONG
    put(i, Input.NO_WAY, now)
    return false
  }
  const line: i32 = call(i).line, last = isLast(LINES + i)
  const giveUpMs = l.emergency ? patience(last) : giveUpAfter(line, Method.INVITE, last, server)
  l.handle = client.start(Method.INVITE, slot, l.flow, server, <u8>(OWNER_CALL + i), t1Of(line, server), giveUpMs, now)
  l.hedgeAt = hedgeAfter(i, now)
  if (l.handle >= 0) return true
  outbox.discard(slot)
  l.wait = <u8>Wait.ROOM
  return false
}

function writeInvite(w: Writer, i: i32, body: Span, now: i64): void {
  const d: i32 = leg(i).dialog
  way(d, now)
  begin(w, d, text("INVITE"), dialog(d).localCseq, leg(i).flow)
  w.put(textOf(d, Text.EXTRA))
  if (number(Setting.PRACK) == Prack.REQUIRED) w.say(prose("Require: 100rel\r\n"))
  writeAbilities(w)
  writeTimer(w, i, false)
  describeBody(w)
  finish(w, body)
}

// -- What comes back

/** An answer to an INVITE of the call at place `i`, or of one that was there before. */
export function answered(i: i32, handle: i32, m: Message, now: i64): void {
  if (isRival(i, handle) && !rivalAnswered(i, m, now)) return
  const ours = leg(i).handle == handle
  if (ours && leg(i).exchange == Exchange.OURS) {
    reinviteAnswered(i, m, now)
    return
  }
  if (m.status >= 200 && m.status < 300) {
    accepted(i, handle, m, now)
    return
  }
  if (!ours) return
  const l = leg(i), c = call(i)
  if (indexOfId(c.line, c.serverId) >= 0) markAnswer(byId(c.line, c.serverId), m.status, now)
  if (m.status < 200) {
    provisional(i, m, now)
    return
  }
  if (isMerged(i, m, now)) return
  l.handle = -1
  c.status = m.status
  if (m.status == 401 || m.status == 407) challenge(i, m, now)
  else if (m.status == 422 && l.rounds++ < ROUNDS_MAX && raiseTimer(i, m)) put(i, Input.AGAIN, now)
  else if (m.status < 400) redirected(i, m, now)
  else if (c.state == CallState.CALLING && (failsOver(c.line, Method.INVITE, m.status) || l.emergency && isServers(m.status))) left(i, Reason.CODE, m.status, m.retryAfter, now)
  else refused(i, m, now)
}

/** The INVITE ended without an answer, or was accepted after it had been given up. */
export function unanswered(i: i32, handle: i32, event: u8, m: Message, now: i64): void {
  if (event == ClientEvent.LATE_2XX) {
    late(i, handle, m, now)
    return
  }
  const reason = event == ClientEvent.REFUSED ? Reason.REFUSED : event == ClientEvent.TIMEOUT ? Reason.SILENT : Reason.UNREACHABLE
  if (isRival(i, handle)) rivalLeft(i, reason, 0, -1, now)
  if (leg(i).handle != handle) return
  leg(i).handle = -1
  if (leg(i).exchange == Exchange.OURS) reinviteUnanswered(i, reason, now)
  else left(i, reason, 0, -1, now)
}

/** RFC 3263 4.3: this server will not do; the next one may. */
function left(i: i32, reason: Reason, code: u32, retryAfter: i64, now: i64): void {
  const l = leg(i), state = call(i).state
  if (state == CallState.CALLING || state == CallState.PREPARING) {
    const line: i32 = call(i).line
    giveUp(LINES + i, line, call(i).serverId, reason, code, retryAfter, now)
    const heard = isRivalHeard(i), another = heard || skip(LINES + i, line) != 0 || l.rival >= 0
    if (!another) noteExhausted(line, LINES + i)
    // VE-29: a server that does not take calls is not to be registered at. Where the next one registers us first, that is seen to by that.
    if (!another || knob(line, Setting.REGISTER_BEFORE_USE) == 0) suspect(line, call(i).serverId, now)
    // Of two that were asked the other one is alive.
    if (heard && takeBack(i, now)) return
  }
  l.cause = <u8>(code != 0 ? Ended.REFUSED : state == CallState.RINGING ? Ended.LOST : Ended.NO_SERVER)
  put(i, Input.LEFT, now)
}

/** RFC 3261 13.2.2.1: it rings, or they want to be heard. P-06: no other server is asked any more, and the call may ring as long as the settings say. */
function provisional(i: i32, m: Message, now: i64): void {
  noteHeard(i, now)
  if (m.status == 100) return
  dropRival(i, true, now)
  let d = dialogAnswered(m)
  if (m.toTag != NONE && d < 0) d = dialogFromAnswer(i, m, DialogState.EARLY, dialog(leg(i).dialog).server)
  if (!noteReliable(d, m)) return
  if (lengthOf(m.body) > 0 && takeAnswer(m.body, session(i)) == Taken.AGREED) session(i).early = true
  put(i, Input.RINGING, now)
}

/** RFC 3261 13.2.2.4: the first 2xx makes the call; the same once more gets its ACK once more; all others are ended. */
function accepted(i: i32, handle: i32, m: Message, now: i64): void {
  let d = dialogAnswered(m)
  if (d >= 0 && dialog(d).state == DialogState.CONFIRMED) {
    sendAck(d, handle, m.cseq, now)
    return
  }
  const state = call(i).state
  if (leg(i).handle != handle || state != CallState.CALLING && state != CallState.RINGING) {
    late(i, handle, m, now)
    return
  }
  const l = leg(i), server = peer()
  call(i).status = m.status
  dropRival(i, true, now)
  if (d < 0) {
    freeDialog(l.dialog)
    l.dialog = -1
    d = dialogFromAnswer(i, m, DialogState.CONFIRMED, server)
  } else if (!takeWay(d, m, true)) d = -1
  if (d < 0) {
    l.cause = <u8>(isFull() ? Ended.NO_ROOM : Ended.TOO_LONG)
    put(i, Input.REFUSED, now)
    late(i, handle, m, now)
    return
  }
  dropDialogs(i, d)
  confirm(i, d, m)
  if (lengthOf(m.body) > 0) takeAnswer(m.body, session(i))
  noteAnswerer(i, m)
  noteTimer(i, m, true, now)
  put(i, Input.ACCEPTED, now)
}

function confirm(i: i32, d: i32, m: Message): void {
  const x = dialog(d)
  x.state = <u8>DialogState.CONFIRMED
  x.inviteCseq = m.cseq
  fill(x.mark, 8)
  leg(i).dialog = <i8>d
  succeeded(x.line, m, x.server)
}

function late(i: i32, handle: i32, m: Message, now: i64): void {
  const d = dialogAnswered(m)
  if (d < 0 || dialog(d).state != DialogState.CONFIRMED) decline(call(i).line, m, handle, now)
  else sendAck(d, handle, m.cseq, now)
}

/** P-03: the answer to a challenge goes to the server that made it. */
function challenge(i: i32, m: Message, now: i64): void {
  const l = leg(i)
  if (l.rounds++ < ROUNDS_MAX && challenged(call(i).line, m, dialog(l.dialog).server) == Challenged.ACCEPTED) {
    put(i, Input.AGAIN, now)
    return
  }
  refused(i, m, now)
}

/** RFC 3261 8.1.3.4: the first SIP contact is called instead, by the same server (P-43). */
function redirected(i: i32, m: Message, now: i64): void {
  const l = leg(i), a = changetype<Address>(ADDRESS_AT), u = changetype<Uri>(URI_AT)
  if (l.redirects++ < REDIRECTS_MAX && firstAddress(m, Field.CONTACT, a) && parseUri(a.uri, u) >= 0 && u.scheme == Scheme.SIP &&
    keepText(l.dialog, Text.TARGET, between(startOf(u.whole), endOf(u.params)))) {
    put(i, Input.AGAIN, now)
    return
  }
  refused(i, m, now)
}

function refused(i: i32, m: Message, now: i64): void {
  noteReason(i, m)
  leg(i).cause = <u8>causeOf(m.status)
  put(i, Input.REFUSED, now)
}
