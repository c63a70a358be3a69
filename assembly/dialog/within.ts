// Requests of ours within a dialog, other than INVITE: one at a time in each, the others wait; and the ACK for a 2xx.
import { DIALOGS } from "../config"
import { peer } from "../io"
import { fill } from "../base/random"
import * as log from "../base/log"
import { Level } from "../base/log"
import { prose } from "../base/prose"
import { NONE, Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { finish } from "../wire/compose"
import { Message, Method } from "../wire/message"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { Reason } from "../servers/candidates"
import { t1Of } from "../servers/policy"
import { Challenged, challenged, succeeded } from "../account/digest"
import { begin, beginUnsigned, hop, way, wayOfAck } from "./compose"
import { Way, arrive, mayGo, patience, takeDetour } from "./detour"
import { DialogState, NO_PLACE, Text, dialog, dialogAnswered, dialogFromAnswer, freeDialog, takeWay, textOf } from "./dialog"
import { updateAnswered, writeTimer } from "./refresh"
import { writeRack } from "./reliable"
import { writeAbilities } from "./reply"
import { digitOver, writeDigit } from "./info"
import { notWanted, writeNews } from "./refer"
import { referAnswered } from "./transfer"
import { turnAway } from "./unkept"

/** Owner of the transactions of dialog d is OWNER_DIALOG + d; of the INVITEs of the call at place i OWNER_CALL + i. */
export const OWNER_CALL: i32 = 0x10
export const OWNER_DIALOG: i32 = 0x20

/** Requests that a dialog wants to make, one bit each; the lowest goes first. */
export namespace Want {
  export const BYE: u8 = 1
  export const PRACK: u8 = 2
  export const UPDATE: u8 = 4
  export const REFER: u8 = 8
  export const NOTIFY: u8 = 16
  export const INFO: u8 = 32
}

/** RFC 3261 22.2: answers to challenges for one request. */
const ROUNDS_MAX: u8 = 3

/** Ends the dialog in the regular way; it is no call's any more and goes when its BYE has been answered. */
export function sayBye(d: i32, now: i64): void {
  if (d < 0) return
  const x = dialog(d)
  x.place = NO_PLACE
  x.wants = Want.BYE
  // RFC 3261 15: nothing else matters any more.
  if (x.handle >= 0) client.abandon(x.handle, now)
  x.handle = -1
  progressDialog(d, now)
}

/** A 2xx to the INVITE of transaction `handle` that nobody wants any more: it is acknowledged and ended (RFC 3261 13.2.2.4). */
export function decline(line: u8, m: Message, handle: i32, now: i64): void {
  let d = dialogAnswered(m)
  if (d < 0) d = dialogFromAnswer(NO_PLACE, m, DialogState.CONFIRMED, peer())
  else if (!takeWay(d, m, true)) {
    freeDialog(d)
    d = -1
  }
  if (d < 0) {
    turnAway(line, m, handle, now)
    return
  }
  const x = dialog(d)
  x.state = <u8>DialogState.CONFIRMED
  x.line = line
  x.inviteCseq = m.cseq
  x.over = false
  fill(dialog(d).mark, 8)
  sendAck(d, handle, m.cseq, now)
  sayBye(d, now)
}

/**
 * RFC 3261 13.2.2.4: the ACK for a 2xx to the INVITE of transaction `handle`, with its number and its credentials, and a branch of its own. A repetition is the
 * same.
 */
export function sendAck(d: i32, handle: i32, cseq: u32, now: i64): void {
  const by = wayOfAck(d, now)
  // As long as its socket is being opened we cannot say where we are.
  const slot = by < 0 || flow.carrier(by) < 0 ? -1 : client.takeSlotBeside(handle)
  // The 2xx will be repeated, and this will be tried again.
  if (slot < 0) return
  const w = outbox.writer(slot), mark = cseq == dialog(d).inviteCseq ? dialog(d).mark : 0
  beginUnsigned(w, d, text("ACK"), cseq, by, mark)
  client.repeatCredentials(w, handle)
  finish(w, NONE)
  // RFC 3261 22.1: an ACK is never challenged; without credentials it fits, as a BYE does.
  if (w.overflow) {
    w.again()
    beginUnsigned(w, d, text("ACK"), cseq, by, mark)
    finish(w, NONE)
  }
  if (w.overflow) outbox.discard(slot)
  else client.sendAck(handle, slot, by, hop())
}

/** Goes on where room in a pool was waited for. */
export function progressDialogs(now: i64): void {
  for (let d = 0; d < DIALOGS; d++) {
    if (dialog(d).state != DialogState.FREE && dialog(d).wants != 0) progressDialog(d, now)
  }
}

/** Whether a request waits for room, which is looked for again soon. */
export function isCrowded(): bool {
  for (let d = 0; d < DIALOGS; d++) {
    const x = dialog(d)
    if (x.state != DialogState.FREE && x.wants != 0 && x.handle < 0 && !x.turned) return true
  }
  return false
}

/** Whether somebody has not been said goodbye to, or has not answered. */
export function isParting(): bool {
  for (let d = 0; d < DIALOGS; d++) {
    const x = dialog(d)
    if (x.state != DialogState.FREE && !x.over && x.place == NO_PLACE && (x.wants != 0 || x.handle >= 0)) return true
  }
  return client.isCancelling()
}

/** A final answer to the request under way. */
export function answeredWithin(d: i32, handle: i32, m: Message, now: i64): void {
  const x = dialog(d)
  if (x.state == DialogState.FREE || x.handle != handle) return
  x.handle = -1
  way(d, now)
  if (m.status == 401 || m.status == 407) {
    if (x.rounds < ROUNDS_MAX && challenged(x.line, m, hop()) == Challenged.ACCEPTED) {
      x.rounds++
      again(d, now)
      return
    }
  } else succeeded(x.line, m, hop())
  if (m.status >= 300 && takeDetour(d, <Method>x.method, Reason.CODE, m.status, m.retryAfter, now)) again(d, now)
  else over(d, m, now)
}

/** It ended without an answer. */
export function unansweredWithin(d: i32, handle: i32, reason: Reason, now: i64): void {
  const x = dialog(d)
  if (x.state == DialogState.FREE || x.handle != handle) return
  x.handle = -1
  if (takeDetour(d, <Method>x.method, reason, 0, -1, now)) again(d, now)
  else over(d, changetype<Message>(0), now)
}

// -- Helpers

/** The same request once more, with another CSeq. */
function again(d: i32, now: i64): void {
  dialog(d).wants |= wantOf(dialog(d).method)
  progressDialog(d, now)
}

/** What was asked for has been answered by `m`, or, where it is null, has not been. */
function over(d: i32, m: Message, now: i64): void {
  const x = dialog(d), i: i32 = x.place
  x.rounds = 0
  arrive(d)
  // RFC 3261 15.1.1: the dialog is over whatever is answered to a BYE.
  if (x.method == Method.BYE) x.over = true
  else if (i < 0) return
  else if (x.method == Method.UPDATE) updateAnswered(i, m, now)
  else if (x.method == Method.REFER) referAnswered(i, m, now)
  else if (x.method == Method.INFO) digitOver(i)
  else if (x.method == Method.NOTIFY && (changetype<usize>(m) == 0 || m.status >= 300)) notWanted(i)
}

/** In the order of the bits of Want. */
const METHODS = memory.data<u8>([
  <u8>Method.BYE, <u8>Method.PRACK, <u8>Method.UPDATE, <u8>Method.REFER, <u8>Method.NOTIFY, <u8>Method.INFO,
])
const NAMES = memory.data<u32>([text("BYE"), text("PRACK"), text("UPDATE"), text("REFER"), text("NOTIFY"), text("INFO")])

function nameOf(n: usize): Span { return load<u32>(NAMES + (n << 2)) }

/** A request of ours does not fit into a datagram, with its credentials or (`whole`) at all. */
export function logLong(name: Span, whole: bool): void {
  const w = log.line()
  w.put(name)
  w.say(whole ? prose(" is too long and cannot be sent") : prose(" is too long for credentials and goes without"))
  log.say(Level.WARNING)
}

function wantOf(method: u8): u8 {
  let want: u8 = Want.BYE
  for (let p = METHODS; load<u8>(p) != method; p++) want <<= 1
  return want
}

/** Writes the request, whose number in the tables above is `n`. */
function write(w: Writer, d: i32, n: usize, by: u32, signed: bool): void {
  const x = dialog(d), i: i32 = x.place, name = nameOf(n)
  if (signed) begin(w, d, name, x.localCseq, by)
  else beginUnsigned(w, d, name, x.localCseq, by, 0)
  if (x.method == Method.PRACK) writeRack(w, d)
  else if (x.method == Method.UPDATE) {
    writeAbilities(w)
    writeTimer(w, i, false)
  } else if (x.method == Method.REFER) w.put(textOf(d, Text.EXTRA))
  finish(w, x.method == Method.NOTIFY ? writeNews(w, i) : x.method == Method.INFO ? writeDigit(w, i) : NONE)
}

const NOWHERE: i32 = -2

/** The flow that the request goes by. NOWHERE: no server can be reached; -1: it is too early to say. */
function reach(d: i32, now: i64): i32 {
  while (true) {
    const free = mayGo(d, now)
    if (free != Way.OPEN) return free == Way.NONE ? NOWHERE : -1
    const by = way(d, now), carrier = by < 0 ? flow.WAIT : flow.carrier(by)
    if (carrier != flow.LOST) return carrier < 0 ? -1 : by
    if (!takeDetour(d, <Method>dialog(d).method, Reason.UNREACHABLE, 0, -1, now)) return NOWHERE
  }
}

function progressDialog(d: i32, now: i64): void {
  const x = dialog(d)
  if (x.handle >= 0) return
  const want: u8 = x.wants & -x.wants, n = <usize>ctz<u32>(want)
  x.method = load<u8>(METHODS + n)
  const by = reach(d, now)
  if (by == NOWHERE) {
    x.wants ^= want
    over(d, changetype<Message>(0), now)
  }
  if (by < 0) return
  const slot = client.takeSlot()
  if (slot < 0) return
  const w = outbox.writer(slot)
  x.localCseq++
  write(w, d, n, by, true)
  if (w.overflow) {
    // Credentials repeat the target: without them there may be room, and who knows the call may not want any.
    w.again()
    write(w, d, n, by, false)
    logLong(nameOf(n), w.overflow)
  }
  if (w.overflow) {
    outbox.discard(slot)
    x.wants ^= want
    over(d, changetype<Message>(0), now)
    return
  }
  x.handle = client.start(<Method>x.method, slot, by, hop(), <u8>(OWNER_DIALOG + d), t1Of(x.line, hop()), patience(d, <Method>x.method, now), now)
  if (x.handle < 0) outbox.discard(slot)
  else x.wants ^= want
}
