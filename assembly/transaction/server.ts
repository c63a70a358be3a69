// Requests that we answer: RFC 3261 17.2 with RFC 6026 and 4320. Repetitions are answered from here; the user sees each request once.
import { CLIENT_TRANSACTIONS, SERVER_TRANSACTIONS, BUSY_RETRY_SEC } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { prose } from "../base/prose"
import { prose } from "../base/prose"
import { NONE, same, startOf, lengthOf, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Message, Method, parse, kept } from "../wire/message"
import { beginResponse, finish } from "../wire/compose"
import * as flows from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "./client"
import { Machine, State, Input, Event, Act, rowOf } from "./machine"
import { keyOf, kinOf, hasCookie } from "./match"
import {
  Transaction, at, find, allocate, step, dueInput, dueAt, nextEvent, end, emptySlot, sendAgain, t64, NO_SLOT, NO_INPUT, COUNTERS
} from "./record"

/** What became of a request that came. */
export const enum Received {
  NEW,              // the user answers it: current()
  RETRANSMISSION,   // it was here before and has been answered as then, or will be
  ACK_MATCHED,      // of an error: no business of the user
  CANCEL_MATCHED,   // new, to be answered with 200: current(); the INVITE that it means, to be answered with 487: cancelled()
  STRAY_ACK,        // of a 2xx, for the dialog; or of nothing that we know
  FULL              // answered with 503, or dropped
}

const FIRST: i32 = CLIENT_TRANSACTIONS
const END: i32 = CLIENT_TRANSACTIONS + SERVER_TRANSACTIONS
const SIP_PORT: u16 = 5060
const STATUS_AT: usize = 8                    // behind "SIP/2.0 "

// Behind the counter of stray responses: what the last receive() was about, and 16 digits as a To tag.
const CURRENT: usize = COUNTERS + 4
const CANCELLED: usize = COUNTERS + 8
const TAG_WRITER: usize = COUNTERS + 12
const TAG: usize = TAG_WRITER + WRITER_SIZE
const TAG_LENGTH: u32 = 16
const BUSY_PEER: usize = TAG + <usize>TAG_LENGTH

/**
 * A request came by `flow` from `source`. It was parsed as far as it could be. When it is NEW, the user answers it with respond() before the
 * next input, or says forget().
 */
export function receive(m: Message, flow: u32, source: Endpoint, now: i64): Received {
  store<i32>(CURRENT, -1)
  store<i32>(CANCELLED, -1)
  const key = keyOf(m)
  if (m.method == Method.ACK) return acknowledged(key, m, now)
  const before = matching(key, m.method, m)
  if (changetype<usize>(before) != 0) {
    store<i32>(CURRENT, <i32>before.handle)
    run(before, Input.REQUEST, now)
    return Received.RETRANSMISSION
  }
  const t = place()
  if (changetype<usize>(t) == 0) {
    sayBusy(m, flow, source)
    return Received.FULL
  }
  begin(t, m, key, flow, source, now)
  store<i32>(CURRENT, <i32>t.handle)
  if (m.method != Method.CANCEL) return Received.NEW
  const invite = matching(key, <u8>Method.INVITE, m)
  if (changetype<usize>(invite) == 0) return Received.NEW
  store<i32>(CANCELLED, <i32>invite.handle)
  return Received.CANCEL_MATCHED
}

/** The transaction of the request received last; -1 for an ACK and when there was no place. */
export function current(): i32 { return load<i32>(CURRENT) }

/** The INVITE that the CANCEL received last means, or -1. RFC 3261 9.2: it is answered 487 only while isOpen(). */
export function cancelled(): i32 { return load<i32>(CANCELLED) }

/** No final response was sent yet. */
export function isOpen(handle: i32): bool {
  const t = find(handle)
  return t.exists && (t.state == State.TRYING || t.state == State.PROCEEDING)
}

/**
 * RFC 3261 8.2.2.2: the same request has come another way and is being answered there; this one gets 482. False when it has a To tag: then it
 * belongs to a dialog and is none of those.
 */
export function isMerged(handle: i32, m: Message): bool {
  const t = find(handle)
  if (!t.exists || m.toTag != NONE) return false
  for (let i = FIRST; i < END; i++) {
    const other = at(i)
    if (other != t && other.exists && other.kin == t.kin && other.key != t.key) return true
  }
  return false
}

/** A slot of the outbox for an answer. Some are left for requests. -1: answer nothing and forget(); the request will come again. */
export function takeSlot(): i32 {
  while (!outbox.mayAnswer()) {
    if (client.spare()) continue
    const t = leastNeeded(true)
    if (changetype<usize>(t) == 0) return -1
    end(t, true)
  }
  return outbox.take()
}

/**
 * Sends the response in this slot, where the request came from, and keeps it for the repetitions of the request. The slot is no more the
 * caller's, whatever happens. A 2xx to INVITE is repeated by its user: by the same call with the same slot. False: nothing was sent, as
 * the transaction is over or its final response was sent before, it is too long, or RFC 4320 forbids it.
 */
export function respond(handle: i32, slot: i32, now: i64): bool {
  const t = find(handle)
  if (outbox.isComposed(slot) && outbox.writer(slot).overflow) {
    outbox.discard(slot)
    // A request with more Vias than one datagram holds cannot be answered at all; one that was answered before may still be refused, in fewer bytes.
    if (t.exists && t.slot == NO_SLOT) forget(handle)
    return false
  }
  const status = statusIn(slot)
  const input = status < 200 ? Input.PROVISIONAL : status < 300 ? Input.SUCCESS : Input.FAILURE
  if (!t.exists || rowOf(t.machine, t.state, input) == 0) {
    if (!t.exists || t.slot != slot) outbox.discard(slot)
    return false
  }
  // RFC 4320 4.1, 4.2: no provisional response to anything but INVITE, and no 408: who waits has given up by then.
  if (t.machine == Machine.SERVER && (status < 200 || status == 408)) {
    outbox.discard(slot)
    if (status == 408) forget(handle)
    return false
  }
  if (t.slot != slot) emptySlot(t, true)
  t.slot = <i8>slot
  t.status = <u16>status
  outbox.send(slot, t.flow, t.peer)
  t.sends++
  step(t, input, now)
  return true
}

/** The request was not and will not be answered: its repetition is NEW again. */
export function forget(handle: i32): void {
  const t = find(handle)
  if (t.exists) end(t, true)
}

/** The answer sent last, read; null when there is none any more. Good until another message of ours is read. */
export function answerOf(handle: i32): Message {
  const t = find(handle)
  if (!t.exists || t.slot == NO_SLOT) return changetype<Message>(0)
  const bytes = outbox.bytesOf(t.slot), answer = kept()
  return parse(startOf(bytes), lengthOf(bytes), answer) > 0 ? answer : changetype<Message>(0)
}

/** Sends the answer sent last once more: RFC 3261 13.3.1.4, a 2xx to INVITE until its ACK; RFC 3262 3, a reliable provisional one until its PRACK. */
export function repeat(handle: i32): void {
  const t = find(handle)
  if (t.exists) sendAgain(t)
}

/** The 2xx to an INVITE has been acknowledged: its message is not needed any more. Repetitions of the INVITE are still absorbed. */
export function rest(handle: i32): void {
  const t = find(handle)
  if (t.exists) emptySlot(t, false)
}

/** Runs the timers that are due. After a long delay each transaction sends once at most (P-34). */
export function expire(now: i64): void {
  for (let i = FIRST; i < END; i++) {
    const input = dueInput(at(i), now)
    if (input != NO_INPUT) run(at(i), input, now)
  }
}

export function soonest(): i64 {
  let first = NEVER
  for (let i = FIRST; i < END; i++) first = sooner(first, dueAt(at(i)))
  return first
}

/** ICMP said that nobody listens at `peer`, where a response was sent by this flow. */
export function refused(flow: u32, peer: Endpoint, now: i64): void { fail(Input.REFUSED, flow, peer, now) }

/** The host could not send by this flow to `peer` (family 0: to anyone), or lost the flow. */
export function unreachable(flow: u32, peer: Endpoint, now: i64): void { fail(Input.UNREACHABLE, flow, peer, now) }

/** The next transaction that has something to tell: TIMEOUT (no ACK came), REFUSED or UNREACHABLE. -1: none. What nobody fetches is lost. */
export function pollEvent(): i32 { return nextEvent(FIRST, SERVER_TRANSACTIONS) }

/** The Event told last; NONE for a transaction that is long over. */
export function eventOf(handle: i32): u8 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? Event.NONE : t.event
}

/** The State of the machine; TERMINATED for a transaction that is long over. */
export function stateOf(handle: i32): u8 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? State.TERMINATED : t.state
}

/**
 * Where the response to this request goes. RFC 3581 4: with rport, back to the port it came from. RFC 3261 18.2.2: otherwise to the port
 * of the sent-by, at the address it came from. maddr is not honoured: it would let a request point our answer at anyone.
 */
export function replyTo(m: Message, source: Endpoint, destination: Endpoint): void {
  destination.copyFrom(source)
  if (!m.hasRport) destination.port = m.viaPort == 0 ? SIP_PORT : m.viaPort
}

// -- Helpers

function run(t: Transaction, input: u8, now: i64): void {
  const act = step(t, input, now)
  if (act == Act.SEND) sendAgain(t)
  else if (act == Act.FORGET) emptySlot(t, false)
  // RFC 6026 8.8: the state stays; but what cannot leave must not be due for ever.
  if (input == Input.UNREACHABLE && t.slot != NO_SLOT) outbox.recall(t.slot)
  if (t.state == State.TERMINATED) end(t, false)
}

/** RFC 3261 17.2.1: the ACK of an error ends its repetitions. RFC 6026 7.1: one of a 2xx is for the user, whatever branch it has. */
function acknowledged(key: u64, m: Message, now: i64): Received {
  const t = matching(key, <u8>Method.INVITE, m)
  if (changetype<usize>(t) == 0 || t.state == State.ACCEPTED || t.state == State.PROCEEDING) return Received.STRAY_ACK
  if (!hasCookie(m.branch) && t.slot != NO_SLOT && !isTagOfAnswer(t, m)) return Received.STRAY_ACK
  store<i32>(CURRENT, <i32>t.handle)
  run(t, Input.ACK, now)
  return Received.ACK_MATCHED
}

/** RFC 3261 17.2.3: an ACK of RFC 2543 carries the To tag of the response that it acknowledges. */
function isTagOfAnswer(t: Transaction, m: Message): bool {
  const bytes = outbox.bytesOf(t.slot), answer = kept()
  return parse(startOf(bytes), lengthOf(bytes), answer) > 0 && same(answer.toTag, m.toTag)
}

function matching(key: u64, method: u8, m: Message): Transaction {
  for (let i = FIRST; i < END; i++) {
    const t = at(i)
    if (t.exists && t.key == key && t.method == method) return t
  }
  return changetype<Transaction>(0)
}

function begin(t: Transaction, m: Message, key: u64, flow: u32, source: Endpoint, now: i64): void {
  const invite = m.method == Method.INVITE
  t.machine = invite ? Machine.INVITE_SERVER : Machine.SERVER
  t.state = invite ? State.PROCEEDING : State.TRYING
  t.method = m.method
  t.key = key
  t.kin = kinOf(m)
  t.startedAt = now
  if (!invite) t.deadline = now + t64()
  replyTo(m, source, t.peer)
  t.flow = replyFlow(flow, t.peer)
  flows.hold(t.flow)
}

/** The flow it came by; but a connected one reaches its peer only. */
function replyFlow(flow: u32, destination: Endpoint): u32 {
  return flows.kindOf(flow) == flows.FlowKind.SERVER && !flows.peerOf(flow).equals(destination) ? flows.listening() : flow
}

/** A place for a new transaction, if need be that of the one that can spare it best. Null: all are at work. */
function place(): Transaction {
  const free = allocate(FIRST, SERVER_TRANSACTIONS, false)
  if (changetype<usize>(free) != 0) return free
  const t = leastNeeded(false)
  if (changetype<usize>(t) == 0) return t
  end(t, true)
  return allocate(FIRST, SERVER_TRANSACTIONS, false)
}

/**
 * The oldest of those that are answered and wait for nothing but repetitions; where there is none, an INVITE that was refused and whose ACK has not come:
 * strangers that never acknowledge must not keep others out. A 2xx that is still repeated is its user's.
 */
function leastNeeded(withSlot: bool): Transaction {
  let oldest = changetype<Transaction>(0)
  for (let i = FIRST; i < END; i++) {
    const t = at(i)
    if (needOf(t) == NEEDED) continue
    if (withSlot && (t.slot == NO_SLOT || outbox.isDue(t.slot))) continue
    if (changetype<usize>(oldest) == 0 || needOf(t) < needOf(oldest) || needOf(t) == needOf(oldest) && t.startedAt < oldest.startedAt) oldest = t
  }
  return oldest
}

const NEEDED = 2

/** 0: it only absorbs repetitions; 1: it awaits the ACK of an error. */
function needOf(t: Transaction): i32 {
  if (t.state == State.CONFIRMED || t.state == State.ACCEPTED && t.slot == NO_SLOT) return 0
  if (t.state != State.COMPLETED) return NEEDED
  return t.machine == Machine.SERVER ? 0 : 1
}

/** The one place that says that too much is under way. RFC 3261 8.2.7: without a transaction; its tag is the same for a repetition. */
function sayBusy(m: Message, flow: u32, source: Endpoint): void {
  const slot = outbox.mayAnswer() ? outbox.take() : -1
  if (slot < 0) return
  const tag = changetype<Writer>(TAG_WRITER)
  tag.open(TAG, TAG_LENGTH)
  writeKey(tag, keyOf(m))
  const w = outbox.writer(slot)
  beginResponse(w, m, 503, prose("Service Unavailable"), tag.written, source)
  w.say(prose("Retry-After: "))
  w.number(BUSY_RETRY_SEC)
  w.say(prose("\r\n"))
  finish(w, NONE)
  if (w.overflow) {
    outbox.discard(slot)
    return
  }
  const destination = changetype<Endpoint>(BUSY_PEER)
  replyTo(m, source, destination)
  outbox.send(slot, replyFlow(flow, destination), destination)
  outbox.drop(slot)
}

function writeKey(w: Writer, key: u64): void {
  for (let shift: u64 = 0; shift < 64; shift += 4) {
    const digit = <u32>(key >> shift & 15)
    w.byte(digit < 10 ? 48 + digit : 87 + digit)
  }
}

/** The status code of the response in this slot. */
function statusIn(slot: i32): u32 {
  const p = startOf(outbox.bytesOf(slot)) + STATUS_AT
  return (<u32>load<u8>(p) - 48) * 100 + (<u32>load<u8>(p, 1) - 48) * 10 + <u32>load<u8>(p, 2) - 48
}

function fail(input: u8, flow: u32, peer: Endpoint, now: i64): void {
  for (let i = FIRST; i < END; i++) {
    const t = at(i)
    if (t.exists && t.flow == flow && (peer.family == 0 || t.peer.equals(peer))) run(t, input, now)
  }
}
