// A second server for a call whose first says nothing, not even 100: the next is asked besides, with the first still listened to (hedge_after_ms,
// hedge_slow_ms). The INVITEs are the same but for the branch, as when a server is left; who rings or accepts first has the call. The one asked last is that of
// the leg, the other one its rival.
import { LINES } from "../config"
import { NEVER } from "../base/deadline"
import { Setting, knob, number } from "../settings/settings"
import { Message, Method } from "../wire/message"
import * as flow from "../transport/flow"
import * as client from "../transaction/client"
import { Reason, byId, indexOfId } from "../servers/candidates"
import { giveUp, hasGoodNext, skip, turnBack } from "../servers/hunt"
import { failsOver, markAnswer } from "../servers/policy"
import { noteFaster, noteSlow } from "../servers/why"
import { suspect } from "../account/ready"
import { CallState, call } from "./call"
import { put } from "./calls"
import { dialog } from "./dialog"
import { Wait, leg } from "./leg"
import { Input } from "./machine"

/** RFC 3261 8.2.2.2: who is called has the same INVITE from the other server already. That says nothing against this one, nor about the call. */
const MERGED: u32 = 482

/** When the server that has just got the INVITE has been silent for too long; NEVER: it may be. */
export function hedgeAfter(i: i32, now: i64): i64 {
  const line: i32 = call(i).line, id: u32 = call(i).serverId, after = knob(line, Setting.HEDGE_AFTER_MS)
  if (after == 0 || leg(i).rival >= 0 || leg(i).emergency || indexOfId(line, id) < 0) return NEVER
  return <i32>byId(line, id).roundTripMs < knob(line, Setting.HEDGE_SLOW_MS) ? NEVER : now + after
}

/** It has been silent for so long: the next one is asked besides, if there is one that nothing speaks against. */
export function hedge(i: i32, now: i64): void {
  const l = leg(i), c = call(i), line: i32 = c.line
  l.hedgeAt = NEVER
  if (c.state != CallState.CALLING || l.heard || l.handle < 0 || !hasGoodNext(LINES + i, line, now)) return
  l.rival = l.handle
  l.rivalFlow = l.flow
  l.rivalId = c.serverId
  l.handle = -1
  l.flow = -1
  skip(LINES + i, line)
  put(i, Input.SLOW, now)
}

/** A server is going to be asked: besides another one? */
export function noteBesides(i: i32): void { if (leg(i).rival >= 0) noteSlow(call(i).line, leg(i).rivalId) }

/** Place in the list of the rival's server; -1: there is none. */
export function besidesOf(i: i32): i32 { return leg(i).rival < 0 ? -1 : indexOfId(call(i).line, leg(i).rivalId) }

/** Whether this is the INVITE that is listened to besides. */
export function isRival(i: i32, handle: i32): bool { return leg(i).rival == handle && handle >= 0 }

/** Whether the rival has said something. */
export function isRivalHeard(i: i32): bool { return leg(i).rival >= 0 && client.statusOf(leg(i).rival) != 0 }

/** A server has said something: the call may ring as long as the settings say. */
export function noteHeard(i: i32, now: i64): void {
  const l = leg(i)
  if (!l.heard) l.dueAt = now + <i64>number(Setting.RING_TIMEOUT) * 1000
  l.heard = true
  l.hedgeAt = NEVER
}

/** An answer of the rival. True: it is the call's own INVITE from now on, and the answer is to be taken as such. */
export function rivalAnswered(i: i32, m: Message, now: i64): bool {
  const l = leg(i), line: i32 = call(i).line
  if (indexOfId(line, l.rivalId) >= 0) markAnswer(byId(line, l.rivalId), m.status, now)
  if (m.status == 100 && l.handle >= 0) {
    noteHeard(i, now)
    return false
  }
  if (m.status == MERGED || failsOver(line, Method.INVITE, m.status)) {
    rivalLeft(i, Reason.CODE, m.status, m.retryAfter, now)
    return false
  }
  favour(i, now)
  return true
}

/** The rival is out: it was silent, refused, or answered so. The other one goes on. */
export function rivalLeft(i: i32, reason: Reason, code: u32, retryAfterSec: i64, now: i64): void {
  const l = leg(i), line: i32 = call(i).line
  flow.letGo(l.rivalFlow)
  l.rival = -1
  if (code == MERGED) return
  giveUp(LINES + i, line, l.rivalId, reason, code, retryAfterSec, now)
  if (knob(line, Setting.REGISTER_BEFORE_USE) == 0) suspect(line, l.rivalId, now)
}

/** Whether a final answer to the call's own INVITE means nothing but that the rival is the one to be listened to: then it is the call's own. */
export function isMerged(i: i32, m: Message, now: i64): bool { return m.status == MERGED && takeBack(i, now) }

/** The server asked last will not do: the rival's INVITE is the call's own again. False: there is none. */
export function takeBack(i: i32, now: i64): bool {
  const l = leg(i)
  if (l.rival < 0) return false
  if (l.flow >= 0) flow.letGo(l.flow)
  l.handle = l.rival
  l.flow = l.rivalFlow
  l.rival = -1
  l.wait = <u8>Wait.NOTHING
  l.heard = client.statusOf(l.handle) != 0
  moveTo(i, l.rivalId)
  put(i, Input.READY, now)
  return true
}

/** Who has rung or accepted has the call: the rival gets a CANCEL as soon as it may, and a BYE if it has accepted as well. */
export function dropRival(i: i32, won: bool, now: i64): void {
  const l = leg(i)
  if (l.rival < 0) return
  if (won) noteFaster(call(i).line, call(i).serverId)
  client.abandon(l.rival, now)
  flow.letGo(l.rivalFlow)
  l.rival = -1
}

/** The rival and the one asked last change places. One that has not been asked yet has its place in the order again. */
function favour(i: i32, now: i64): void {
  const l = leg(i), handle = l.handle, by = l.flow, id = call(i).serverId
  if (handle < 0) {
    turnBack(LINES + i, l.rivalId)
    takeBack(i, now)
    return
  }
  l.handle = l.rival
  l.flow = l.rivalFlow
  moveTo(i, l.rivalId)
  l.rival = handle
  l.rivalFlow = by
  l.rivalId = id
}

function moveTo(i: i32, id: u8): void {
  call(i).serverId = id
  dialog(leg(i).dialog).server.copyFrom(client.peerOf(leg(i).handle))
}
