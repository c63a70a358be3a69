// Our subscription to the mailbox of the line (RFC 6665, 3842): made where we are registered, refreshed, and made anew where it was lost.
import { EXPIRES_MAX_SEC } from "../config"
import { SUBSCRIPTION, TX } from "../memory"
import { NEVER } from "../base/deadline"
import { decimal } from "../base/number"
import { below } from "../base/random"
import { NONE, Span, after, lengthOf, same, sameFolded, span, startOf, text } from "../base/span"
import { prose } from "../base/prose"
import { Writer, WRITER_SIZE } from "../base/writer"
import { finish } from "../wire/compose"
import { Field, Message, Method, fieldOf } from "../wire/message"
import { withoutParams } from "../wire/fields"
import { param } from "../wire/param"
import { Affinity, Methods, Mwi, Setting, knob } from "../settings/settings"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { Reason, activeId, byId, candidateCount, indexOfId } from "../servers/candidates"
import { nextBut, noteAway } from "../servers/hunt"
import { failsOver, longestTry, movesOn, t1Of } from "../servers/policy"
import { Challenged, challenged, succeeded } from "../account/digest"
import { ownerOf } from "../account/attempt"
import { writeAor, writeNameAddr } from "../account/identity"
import { suspect } from "../account/ready"
import { serviceRoute } from "../account/routes"
import { begin, hop, way } from "./compose"
import { DialogState, NO_PLACE, Text, dialog, draft, freeDialog, keepText, takeWay, textOf } from "./dialog"
import { Do, Input, State, actionOf, nextOf } from "./subscription-machine"

/** Owner of its transactions. */
export const OWNER_SUBSCRIPTION: u8 = 5

/** Lifetime that is asked for. Seconds. */
const EXPIRES_SEC: u32 = 3600
/** Two subscriptions do not begin closer together, whatever the server does. Milliseconds. */
const APART_MS: i64 = 5000
/** Pauses after refusals double from the first to the second. Seconds. */
const PAUSE_MIN_SEC: u32 = 60, PAUSE_MAX_SEC: u32 = 3600
const DOUBLINGS_MAX: u32 = 6
/** No lifetime makes us refresh sooner than this. Milliseconds. */
const REFRESH_MIN: i64 = 10_000
const ROUNDS_MAX: u8 = 4
/** A full pool is looked at again after this long. Milliseconds. */
const CROWDED_MS: i64 = 500

@unmanaged
export class Subscription {
  state: u8            // State
  dialog: i8           // -1 none
  server: u8           // candidate where it is, or is to be; 0 none
  rounds: u8           // answers to challenges for one request
  failures: u8         // refusals in a row
  raised: bool         // a 423 has been heeded
  home: u8             // candidate that registers us, 0 none
  tried: u8            // other servers asked since it was granted, or since a pause
  expiresSec: u32      // asked for
  retryAfterSec: u32   // what the last refusal said, 0 nothing
  handle: i32          // SUBSCRIBE under way; -1 none
  begunAt: i64         // when the last dialog was begun
  dueAt: i64
}

export const SUBSCRIPTION_SIZE: usize = 40
/** Behind it is what the mailbox says: dialog/waiting.ts. */
export const SUBSCRIPTION_STRIDE: usize = SUBSCRIPTION_SIZE + 8

export function subscription(line: i32): Subscription { return changetype<Subscription>(SUBSCRIPTION + <usize>line * SUBSCRIPTION_STRIDE) }

/** Everything is as before the first one. Its dialog is gone already, or is given up here. */
export function openSubscription(line: i32): void {
  const s = subscription(line)
  memory.fill(changetype<usize>(s), 0, SUBSCRIPTION_SIZE)
  s.dialog = -1
  s.handle = -1
  s.begunAt = -APART_MS
  s.dueAt = NEVER
}

/** Looks at where the line is registered now, and sends what has to be sent. */
export function progressSubscription(line: i32, now: i64): void {
  const s = subscription(line)
  const home = knob(line, Setting.MWI) == Mwi.SUBSCRIBE ? activeId(line) : 0
  // RF-18: the new server knows nothing of what the old one was asked.
  if (home != s.home) {
    s.home = <u8>home
    s.server = <u8>home
    s.tried = 0
    s.failures = 0
    s.begunAt = now - APART_MS
    put(line, home != 0 ? Input.HOME : Input.LEFT, now)
  }
  if (now < s.dueAt) return
  if (s.state != State.WANTED) put(line, Input.DUE, now)
  if (s.state == State.WANTED || s.state == State.LEAVING) send(line, s, now)
}

/** The phone is going to rest: the server is told. */
export function closeSubscription(line: i32, now: i64): void { put(line, Input.CLOSE, now) }

/** Whether that is under way. */
export function isLeaving(line: i32): bool { return subscription(line).state == State.LEAVING }

export function soonestSubscription(line: i32): i64 { return subscription(line).dueAt }

/** The final answer to our SUBSCRIBE; where `m` is null there was none, for this reason. */
export function subscribed(line: i32, handle: i32, m: Message, reason: Reason, now: i64): void {
  const s = subscription(line)
  if (s.handle != handle) return
  s.handle = -1
  way(s.dialog, now)
  if (changetype<usize>(m) == 0) failed(line, s, reason, 0, -1, now)
  else if (m.status < 300) granted(line, s, m, now)
  else refused(line, s, m, now)
}

/** Whether a NOTIFY belongs to our subscription; the first one may come before the answer to SUBSCRIBE and makes the dialog (RFC 6665 4.4.1). */
export function isNotified(line: i32, m: Message): bool {
  const d: i32 = subscription(line).dialog
  if (d < 0 || !same(textOf(d, Text.CALL_ID), m.callId) || !same(textOf(d, Text.LOCAL_TAG), m.toTag)) return false
  if (dialog(d).state == DialogState.CONFIRMED) return same(textOf(d, Text.REMOTE_TAG), m.fromTag)
  dialog(d).remoteCseq = m.cseq
  dialog(d).counted = true
  return confirm(d, m, m.fromTag, false)
}

/** RFC 6665 4.1.3: the server may end it; then we ask anew, at once or, where the reason is a refusal, after a pause. */
export function noteState(line: i32, m: Message, now: i64): void {
  const state = fieldOf(m, Field.SUBSCRIPTION_STATE), s = subscription(line)
  if (!sameFolded(withoutParams(state), text("terminated"))) return
  const params = after(state, lengthOf(withoutParams(state))), reason = param(params, text("reason"))
  const again = lengthOf(reason) == 0 || sameFolded(reason, text("deactivated")) || sameFolded(reason, text("timeout"))
  s.retryAfterSec = <u32>max<i64>(decimal(param(params, text("retry-after")), PAUSE_MAX_SEC), 0)
  put(line, again ? Input.GONE : Input.REFUSED, now)
}

// -- The machine

function put(line: i32, input: u8, now: i64): void {
  const s = subscription(line), action = actionOf(s.state, input)
  s.state = nextOf(s.state, input)
  if (s.state == State.WANTED) s.dueAt = now
  if (action == Do.BEGIN) beginAnew(s, now)
  else if (action == Do.PAUSE) pause(s, now)
  else if (action == Do.END) end(s, now)
  else if (action == Do.LEAVE) leave(line, s, now)
}

function beginAnew(s: Subscription, now: i64): void {
  end(s, now)
  s.dueAt = max(now, s.begunAt + APART_MS)
  s.begunAt = s.dueAt
  s.expiresSec = EXPIRES_SEC
}

function pause(s: Subscription, now: i64): void {
  const seconds = min<u32>(PAUSE_MIN_SEC << min<u32>(s.failures++, DOUBLINGS_MAX), PAUSE_MAX_SEC)
  end(s, now)
  s.dueAt = now + <i64>max<u32>(seconds, s.retryAfterSec) * 1000
}

/** One that nobody has granted yet cannot be ended; the server will be told by the answer to its first NOTIFY. */
function leave(line: i32, s: Subscription, now: i64): void {
  if (s.handle >= 0) client.abandon(s.handle, now)
  s.handle = -1
  s.expiresSec = 0
  s.dueAt = now
  if (s.dialog < 0 || dialog(s.dialog).state != DialogState.CONFIRMED) put(line, Input.NO_WAY, now)
}

function end(s: Subscription, now: i64): void {
  if (s.handle >= 0) client.abandon(s.handle, now)
  freeDialog(s.dialog)
  s.handle = -1
  s.dialog = -1
  s.rounds = 0
  s.raised = false
  s.dueAt = NEVER
}

// -- SUBSCRIBE

/** Sends it when the flow is open and there is room. */
function send(line: i32, s: Subscription, now: i64): void {
  if (s.dialog < 0) s.dialog = <i8>newDialog(line, s)
  const by = s.dialog < 0 ? flow.LOST : way(s.dialog, now)
  const carrier = by < 0 ? flow.LOST : flow.carrier(by)
  if (carrier == flow.LOST) {
    put(line, Input.NO_WAY, now)
    return
  }
  if (carrier == flow.WAIT) {
    s.dueAt = now + CROWDED_MS
    return
  }
  const slot = client.takeSlot()
  if (slot >= 0) {
    write(outbox.writer(slot), s, by)
    if (outbox.writer(slot).overflow) {
      outbox.discard(slot)
      put(line, Input.NO_WAY, now)
      return
    }
    s.handle = client.start(Method.SUBSCRIBE, slot, by, hop(), ownerOf(OWNER_SUBSCRIPTION, line), t1Of(line, hop()), 0, now)
    if (s.handle < 0) outbox.discard(slot)
  }
  s.dueAt = s.handle < 0 ? now + CROWDED_MS : NEVER
  if (s.handle >= 0) put(line, Input.SENT, now)
}

// RFC 3842 3.2, 3.3: the Request-URI is the account whose messages they are.
function newDialog(line: i32, s: Subscription): i32 {
  if (indexOfId(line, s.server) < 0) return -1
  const own = changetype<Writer>(OWN), mailbox = changetype<Writer>(MAILBOX)
  own.open(OWN + WRITER_SIZE, URI_MAX)
  mailbox.open(MAILBOX + WRITER_SIZE, URI_MAX)
  writeNameAddr(own, line)
  mailbox.byte(0x3c)
  writeAor(mailbox, line)
  mailbox.byte(0x3e)
  if (own.overflow || mailbox.overflow) return -1
  const whole = mailbox.written
  const d = draft(NO_PLACE, own.written, span(startOf(whole) + 1, lengthOf(whole) - 2), whole, serviceRoute(line))
  if (d < 0) return d
  dialog(d).line = <u8>line
  dialog(d).server.copyFrom(byId(line, s.server).endpoint)
  return d
}

// Where its texts are written: the first bytes of TX are those of dialog.ts.
const OWN: usize = TX + 0x80, MAILBOX: usize = OWN + 0x110
const URI_MAX: usize = 0x100

function write(w: Writer, s: Subscription, by: u32): void {
  begin(w, s.dialog, text("SUBSCRIBE"), ++dialog(s.dialog).localCseq, by)
  w.say(prose("Event: message-summary\r\nAccept: application/simple-message-summary\r\nExpires: "))
  w.number(s.expiresSec)
  w.say(prose("\r\n"))
  finish(w, NONE)
}

// -- The answers

/** RFC 6665 4.1.2.1: a challenge, or a lifetime that is too short. */
function mayAskAgain(line: i32, s: Subscription, m: Message): bool {
  if (m.status == 401 || m.status == 407) return s.rounds++ < ROUNDS_MAX && challenged(line, m, hop()) == Challenged.ACCEPTED
  if (m.status != 423 || s.raised || m.minExpires <= <i64>s.expiresSec || m.minExpires > <i64>EXPIRES_MAX_SEC) return false
  s.raised = true
  s.expiresSec = <u32>m.minExpires
  return true
}

function refused(line: i32, s: Subscription, m: Message, now: i64): void {
  s.retryAfterSec = <u32>min<i64>(max<i64>(m.retryAfter, 0), PAUSE_MAX_SEC)
  if (mayAskAgain(line, s, m)) put(line, Input.AGAIN, now)
  // RFC 6665 4.1.2.2: a refresh that is not known leads to a new subscription.
  else if (m.status == 481 && dialog(s.dialog).state == DialogState.CONFIRMED) put(line, Input.GONE, now)
  else if (failsOver(line, Method.SUBSCRIBE, m.status)) failed(line, s, Reason.CODE, m.status, m.retryAfter, now)
  else put(line, Input.REFUSED, now)
}

/**
 * The server is out of order. Where it has our registration, that decides what becomes of both (RF-18); where requests belong to no server, the next one
 * is asked, each once before the pause.
 */
function failed(line: i32, s: Subscription, reason: Reason, code: u32, retryAfterSec: i64, now: i64): void {
  if (s.state == State.LEAVING) {
    put(line, Input.REFUSED, now)
    return
  }
  const from: u32 = s.server, known = indexOfId(line, from) >= 0 && movesOn(line, Methods.SUBSCRIBE)
  const free = known && knob(line, Setting.SERVER_AFFINITY) == Affinity.NONE && <i32>++s.tried < candidateCount(line)
  if (free) noteAway(line, from, reason, code, retryAfterSec, now)
  else if (known) suspect(line, from, now)
  // Those that failed within the time that so many tries take are not asked again.
  const next = free ? nextBut(line, from, now - <i64>s.tried * (longestTry() + APART_MS), now) : 0
  if (next != 0) s.server = <u8>next
  else s.tried = 0
  put(line, next != 0 ? Input.GONE : Input.REFUSED, now)
}

function granted(line: i32, s: Subscription, m: Message, now: i64): void {
  succeeded(line, m, hop())
  if (s.state == State.LEAVING) return
  // RFC 6665 4.1.2.1: the answer may shorten the lifetime, never lengthen it.
  const seconds: i64 = m.expires < 0 ? <i64>s.expiresSec : min<i64>(m.expires, s.expiresSec)
  const known = dialog(s.dialog).state == DialogState.CONFIRMED || confirm(s.dialog, m, m.toTag, true)
  if (!known || seconds == 0) {
    put(line, Input.REFUSED, now)
    return
  }
  s.rounds = 0
  s.failures = 0
  s.tried = 0
  s.retryAfterSec = 0
  s.dueAt = now + max<i64>(seconds * (750 + below(150)), REFRESH_MIN)
  put(line, Input.GRANTED, now)
}

/** RFC 6665 4.4.1: the answer, or a NOTIFY that was faster, makes the dialog. False: it does not fit. */
function confirm(d: i32, m: Message, tag: Span, reversed: bool): bool {
  if (tag == NONE || !keepText(d, Text.REMOTE_TAG, tag) || !takeWay(d, m, reversed)) return false
  dialog(d).state = <u8>DialogState.CONFIRMED
  return true
}

if (offsetof<Subscription>() > SUBSCRIPTION_SIZE) ERROR("a subscription does not fit into its record")
