// The calls at work: puts inputs into the machine, carries out what it says, and keeps the deadlines. What is particular to calls of ours is in
// outgoing.ts, to calls of others in incoming.ts.
import { CALLS, DIALOGS } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { Setting, number } from "../settings/settings"
import * as flow from "../transport/flow"
import * as client from "../transaction/client"
import * as server from "../transaction/server"
import { t2 } from "../transaction/record"
import { Call, CallState, Ended, call } from "./call"
import { Dialog, DialogState, NO_PLACE, dialog, freeDialog } from "./dialog"
import { Do, Input, actionOf, nextOf } from "./machine"
import { expireTimer, soonestTimer, startTimer } from "./refresh"
import { dropOffers, offerAnew, progressTalking, reinviteDue } from "./reinvite"
import { dropRival, hedge } from "./hedge"
import { CROWDED_AT, Happened, Wait, clearLeg, leg } from "./leg"
import { talkAlone } from "./hold"
import { progressIncoming, refuse } from "./incoming"
import { next, prepare, progressOutgoing, repeat } from "./outgoing"
import { isCrowded, sayBye, sendAck } from "./within"
import { clearDigits } from "./info"
import { clearTransfer } from "./referral"
import { expireTransfers, progressTransfers, soonestTransfer } from "./transfer"
import { closeSockets, openSockets, reopenSockets } from "./sockets"
import { NO_PAYLOAD, SESSION_SIZE, session } from "./session"

/** How long a call waits for the network. Milliseconds. */
const PATIENCE_MS: i64 = 30000
/** How long a call that ended is shown. Milliseconds. */
const SHOWN_MS: i64 = 5000
/** A full pool is looked at again after this long. Milliseconds. */
const CROWDED_MS: i64 = 500

/** A place for a new call: a free one, or that of the call that ended first. -1: all are at work. */
export function takePlace(): i32 {
  let best = -1
  for (let i = 0; i < CALLS; i++) {
    const c = call(i)
    if (c.state == CallState.FREE) return i
    if (c.state == CallState.ENDED && leg(i).refusal == 0 && (best < 0 || c.endedAt < call(best).endedAt)) best = i
  }
  return best
}

/** How many calls are at work: neither free nor over. */
export function liveCalls(): i32 {
  let count = 0
  for (let i = 0; i < CALLS; i++) count += <i32>isLive(call(i))
  return count
}

/** The same of one line. */
export function liveCallsOf(line: i32): i32 {
  let count = 0
  for (let i = 0; i < CALLS; i++) count += <i32>(isLive(call(i)) && call(i).line == <u8>line)
  return count
}

export function isLive(c: Call): bool { return c.state != CallState.FREE && c.state != CallState.ENDED }

/** Wipes the records of a place for a new call, which gets an id of its own. */
export function beginCall(i: i32, line: i32, outgoing: bool, now: i64): Call {
  const c = call(i)
  if (c.state == CallState.ENDED) put(i, Input.DISMISS, now)
  c.id = <u8>newId()
  c.line = <u8>line
  c.outgoing = outgoing
  c.startedAt = now
  clearLeg(i)
  clearTransfer(i)
  clearDigits(i)
  return c
}

/** One input into the machine of the call at place `i`. */
export function put(i: i32, input: u8, now: i64): void {
  const c = call(i)
  const action = actionOf(c.state, input)
  c.state = nextOf(c.state, input)
  if (action == Do.NOTHING) return
  if (action == Do.PREPARE) prepare(i, now)
  else if (action == Do.RING) ring(i, now)
  else if (action == Do.INVITE) called(i)
  else if (action == Do.ALERT) leg(i).happened |= Happened.RINGING
  else if (action == Do.CONNECT) connect(i, now)
  else if (action == Do.NEXT) next(i, now)
  else if (action == Do.REPEAT) repeat(i, now)
  else if (action == Do.ACCEPT) leg(i).dueAt = NEVER
  else if (action == Do.TALK) talk(i, now)
  else if (action == Do.AWAIT) session(i).agreed = false
  else if (action == Do.REFUSE) end(i, now)
  else if (action == Do.ABANDON) abandon(i, now)
  else if (action == Do.BYE) bye(i, now)
  else if (action == Do.END) end(i, now)
  else if (action == Do.FREE) free(i)
  else if (action == Do.NOTE) note(i, now)
}

/** Goes on where something that was waited for may have come: a server, sockets, room in a pool. */
export function progressCalls(now: i64): void {
  let crowded = isCrowded()
  for (let i = 0; i < CALLS; i++) {
    const state = call(i).state
    if (state == CallState.PREPARING) progressOutgoing(i, now)
    else if (state == CallState.INCOMING) progressIncoming(i, now)
    else if (state == CallState.TALKING) progressTalking(i, now)
    else if (state == CallState.ENDED && leg(i).refusal != 0) refuse(i, now)
    if (leg(i).wait == Wait.ROOM) crowded = true
  }
  progressTransfers(now)
  store<i64>(CROWDED_AT, crowded ? now + CROWDED_MS : NEVER)
}

/** Acts on the deadlines that have passed. */
export function expireCalls(now: i64): void {
  expireTransfers(now)
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    if (call(i).state == CallState.FREE) continue
    if (now >= l.resendAt) sendAgain(i, now)
    if (now >= l.lostAt) lost(i, now)
    else if (now >= l.dueAt) due(i, now)
    if (now >= l.hedgeAt) hedge(i, now)
    expireTimer(i, now)
  }
}

export function soonestCall(): i64 {
  let at = sooner(load<i64>(CROWDED_AT), soonestTransfer())
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    if (call(i).state == CallState.FREE) continue
    at = sooner(sooner(at, soonestTimer(i)), sooner(sooner(l.resendAt, l.lostAt), sooner(l.dueAt, l.hedgeAt)))
  }
  return at
}

/** All sockets are going to be closed. Who talks waits for the network to come back; nobody else can. */
export function networkDown(now: i64): void {
  store<i64>(CROWDED_AT, NEVER)
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    if (!isLive(call(i)) || l.down) continue
    if (call(i).state == CallState.TALKING) {
      dropOffers(i, now)
      closeSockets(i)
      flow.letGo(l.flow)
      l.flow = -1
      l.down = true
      l.resendAt = NEVER
      l.dueAt = NEVER
      l.lostAt = now + PATIENCE_MS
      session(i).version++
    } else {
      l.cause = <u8>Ended.NETWORK_DOWN
      put(i, Input.DOWN, now)
    }
  }
}

/** Sockets can be opened again. RFC 3261 14.1: who waits for us learns our address, which may be another one, by a re-INVITE. */
export function networkUp(now: i64): void {
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    if (!isLive(call(i)) || !l.down) continue
    l.down = false
    l.lostAt = NEVER
    reopenSockets(i)
    const by = flow.towards(dialog(l.dialog).server, now)
    l.flow = by < 0 ? <i32>flow.listening() : by
    flow.hold(l.flow)
    session(i).version++
    offerAnew(i, now)
  }
}

/** The phone is going to rest. */
export function hangUpAll(now: i64): void {
  for (let i = 0; i < CALLS; i++) {
    if (!isLive(call(i))) continue
    leg(i).cause = <u8>Ended.HUNG_UP
    leg(i).refusal = call(i).state == CallState.INCOMING ? 480 : 0
    put(i, Input.HANG_UP, now)
  }
}

/** Everything is as before the first call. */
export function openCalls(): void {
  store<i64>(CROWDED_AT, NEVER)
  for (let i = 0; i < CALLS; i++) free(i)
}

// -- The actions

function ring(i: i32, now: i64): void {
  const l = leg(i)
  l.happened |= Happened.INCOMING
  l.dueAt = now + <i64>number(Setting.RING_TIMEOUT) * 1000
  takeFocus(i)
}

/** The INVITE is out. */
function called(i: i32): void {
  const l = leg(i)
  if (!l.out) l.happened |= Happened.OUT
  l.out = true
}

function connect(i: i32, now: i64): void {
  sendAck(leg(i).dialog, leg(i).handle, dialog(leg(i).dialog).inviteCseq, now)
  talk(i, now)
  // RFC 3261 13.2.2.4: what was accepted but cannot be used is ended in the regular way.
  if (!session(i).agreed) {
    leg(i).cause = <u8>Ended.NO_COMMON_SOUND
    put(i, Input.HANG_UP, now)
  }
}

function talk(i: i32, now: i64): void {
  const l = leg(i)
  l.dueAt = NEVER
  l.resendAt = NEVER
  l.lostAt = NEVER
  l.happened |= Happened.TALKING
  call(i).answeredAt = now
  if (l.timed) startTimer(i, now)
  session(i).early = false
  session(i).version++
  if (session(i).agreed) talkAlone(i, now)
}

/** RFC 3261 9.1: the transaction sends the CANCEL when it may, and tells if a 2xx was faster. */
function abandon(i: i32, now: i64): void {
  client.abandon(leg(i).handle, now)
  end(i, now)
}

function bye(i: i32, now: i64): void {
  const l = leg(i)
  sayBye(l.dialog, now)
  l.dialog = -1
  end(i, now)
}

/** The call is over; what the other side has still to be told leaves after that. */
function end(i: i32, now: i64): void {
  const c = call(i), l = leg(i), s = session(i)
  c.ended = l.cause
  c.endedAt = now
  c.held = false
  c.heldByPeer = false
  c.mixed = false
  c.silentRing = false
  l.happened |= Happened.ENDED
  l.wait = <u8>Wait.NOTHING
  l.wantsAnswer = false
  dropOffers(i, now)
  l.resendAt = NEVER
  l.lostAt = NEVER
  l.hedgeAt = NEVER
  dropRival(i, false, now)
  l.dueAt = now + SHOWN_MS
  s.agreed = false
  s.early = false
  s.version++
  closeSockets(i)
  if (l.flow >= 0) flow.letGo(l.flow)
  l.flow = -1
  if (l.refusal != 0) refuse(i, now)
  // What cannot be answered any more is not to be waited for either.
  else if (!c.outgoing && l.handle >= 0) server.isOpen(l.handle) ? server.forget(l.handle) : server.rest(l.handle)
  dropDialogs(i, -1)
  passFocus(i)
}

/** It is over without having begun, and stays as long as the end of others is shown. */
function note(i: i32, now: i64): void {
  call(i).ended = leg(i).cause
  call(i).endedAt = now
  leg(i).dueAt = now + SHOWN_MS
}

function free(i: i32): void {
  // A refusal that could not be sent for want of room: the INVITE will come again.
  if (leg(i).refusal != 0) server.forget(leg(i).handle)
  memory.fill(changetype<usize>(call(i)), 0, offsetof<Call>())
  call(i).answeredAt = NEVER
  call(i).endedAt = NEVER
  clearLeg(i)
}

/** RFC 3261 13.3.1.4, RFC 3262 3: the ACK, or the PRACK, has not come within 64*T1. */
function lost(i: i32, now: i64): void {
  const l = leg(i)
  l.lostAt = NEVER
  l.cause = <u8>(l.down ? Ended.NETWORK_DOWN : Ended.LOST)
  l.refusal = call(i).state == CallState.INCOMING ? 500 : 0
  put(i, call(i).state == CallState.INCOMING ? Input.NO_WAY : Input.NO_ACK, now)
}

/** The deadline of a state has passed. */
function due(i: i32, now: i64): void {
  const l = leg(i)
  l.dueAt = NEVER
  if (call(i).state == CallState.TALKING) {
    reinviteDue(i, now)
    return
  }
  if (isLive(call(i))) {
    l.cause = <u8>(call(i).outgoing && !l.heard ? Ended.NO_SERVER : Ended.NO_ANSWER)
    if (!call(i).outgoing) l.refusal = 480
  }
  put(i, Input.DUE, now)
}

// RFC 3261 13.3.1.4: the 2xx is sent again after T1, then after twice as long each time, T2 at most. RFC 3262 3: a reliable 180 without that limit.
function sendAgain(i: i32, now: i64): void {
  const l = leg(i)
  server.repeat(l.handle)
  l.resendMs <<= 1
  if (l.rseq == 0) l.resendMs = <u32>min(<i64>l.resendMs, t2())
  l.resendAt = now + l.resendMs
}

// -- Helpers

/** A session with nothing agreed on, and sockets for its sound. */
export function begin(i: i32): void {
  const s = session(i), version = s.version
  memory.fill(changetype<usize>(s), 0, SESSION_SIZE)
  s.version = <u8>(version + 1)
  s.events = NO_PAYLOAD
  s.eventsIn = NO_PAYLOAD
  s.comfort = NO_PAYLOAD
  s.comfortIn = NO_PAYLOAD
  openSockets(i)
}

/** A call of ours has the focus at once, one of others when there is no other. */
export function takeFocus(i: i32): void {
  if (call(i).outgoing || liveCalls() == 1) focusOn(i)
}

export function focusOn(i: i32): void {
  for (let k = 0; k < CALLS; k++) call(k).focused = k == i
}

/** A call that is over loses the focus to one that is not. */
function passFocus(i: i32): void {
  if (!call(i).focused) return
  for (let k = 0; k < CALLS; k++) {
    if (!isLive(call(k))) continue
    focusOn(k)
    return
  }
}

/** Dialogs of a call, but for one that only ends. `but`: the one to be kept, or -1. */
export function dropDialogs(i: i32, but: i32): void {
  for (let d = 0; d < DIALOGS; d++) {
    const x = dialog(d)
    if (d == but || x.state == DialogState.FREE || x.place != <i8>i) continue
    // Somebody who has rung may still answer, and repeat the answer when the call is over (RFC 3261 13.2.2.4).
    if (x.state >= <u8>DialogState.EARLY && x.caller) retire(x)
    else freeDialog(d)
  }
  if (but < 0) leg(i).dialog = -1
}

/** It is no call's any more, and kept as long as nobody needs the place. */
function retire(x: Dialog): void {
  x.place = NO_PLACE
  x.wants = 0
  x.over = true
}

function newId(): u32 {
  let id: u32 = 0
  for (let i = 0; i < CALLS; i++) id = max<u32>(id, call(i).id)
  id = id == 255 ? 1 : id + 1
  while (isTaken(id)) id++
  return id
}

function isTaken(id: u32): bool {
  for (let i = 0; i < CALLS; i++) if (call(i).id == id) return true
  return false
}
