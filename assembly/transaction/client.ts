// Requests that we send: RFC 3261 17.1 with RFC 6026. One transaction per request and server; whoever starts it is told what comes of it.
import { CLIENT_TRANSACTIONS } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { assume } from "../base/panic"
import { prose } from "../base/prose"
import { startOf, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { Field, Message, Method, firstField, kept, parse } from "../wire/message"
import { ackFor, cancelFor, copyFields } from "../wire/compose"
import * as flows from "../transport/flow"
import * as outbox from "../transport/outbox"
import { Machine, State, Input, Event, Act } from "./machine"
import { keyOf, hasCookie } from "./match"
import {
  Transaction, at, find, allocate, step, dueInput, dueAt, nextEvent, end, emptySlot, sendAgain, t1, t1Of, t2, t64Of, NO_SLOT, NO_INPUT, COUNTERS
} from "./record"

export { Event as ClientEvent }

// Transaction.flags
const WANTED: u8 = 1       // to be cancelled when a provisional response comes
const CANCELLED: u8 = 2    // the CANCEL is on its way
const ANSWERED: u8 = 4     // the slot holds the ACK
const QUIET: u8 = 8        // a CANCEL: nobody is told unless no answer came
const WHOLE: u8 = 16       // the request is kept when it has been answered

const STRAYS: usize = COUNTERS

/**
 * Sends the request that was written into this slot of the outbox, again and again as its timers say, and keeps the slot. The topmost Via
 * must have a branch with the magic cookie. `t1Ms`: T1 of this transaction; 0 = as set. `giveUpMs`: how long to wait for a final response (INVITE: for any);
 * 0 = 64*T1.
 * Returns a handle for the functions below, or -1 when all transactions are under way: the slot is still the caller's then.
 */
export function start(method: Method, slot: i32, flow: u32, peer: Endpoint, owner: u8, t1Ms: i64, giveUpMs: i64, now: i64): i32 {
  const t = place(changetype<Transaction>(0))
  if (changetype<usize>(t) == 0) return -1
  t.owner = owner
  outbox.send(slot, flow, peer)
  const bytes = outbox.bytesOf(slot), request = kept()
  // A text of others that nobody can read reaches nobody.
  const readable = parse(startOf(bytes), lengthOf(bytes), request) > 0
  assume(!readable || request.method == <u8>method && hasCookie(request.branch), prose("a request is of the method said and has a branch of ours"))
  begin(t, <u8>method, keyOf(request), slot, flow, peer, t1Ms, giveUpMs, now)
  if (!readable || flows.carrier(flow) == flows.LOST) run(t, Input.UNREACHABLE, changetype<Message>(0), now)
  return <i32>t.handle
}

/**
 * How long a request takes that is sent again `retransmissions` times and then waits as long as it would before the next time: the
 * `giveUpMs` for that (AMB-09). With a T1 of 500 ms and 3: sent at 0, 0.5, 1.5, 3.5 s, given up at 7.5 s.
 */
export function giveUpAfter(method: Method, retransmissions: u32, t1Ms: i64): i64 {
  let interval = t1Ms, sum = interval
  for (let i: u32 = 0; i < retransmissions; i++) {
    interval <<= 1
    if (method != Method.INVITE && interval > t2()) interval = t2()
    sum += interval
  }
  return sum
}

/** A response came. Returns the handle of its transaction, whose event may now be fetched; or -1, it is stray and counts as dropped. */
export function receive(m: Message, now: i64): i32 {
  const t = owning(m)
  if (changetype<usize>(t) == 0) {
    store<u32>(STRAYS, strays() + 1)
    return -1
  }
  t.status = m.status
  const input = m.status < 200 ? Input.PROVISIONAL : m.status < 300 ? Input.SUCCESS : Input.FAILURE
  run(t, input, m, now)
  return <i32>t.handle
}

/** Whether a request to this machine is under way. */
export function isAsked(e: Endpoint): bool {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    if (at(i).exists && at(i).peer.sameHost(e)) return true
  }
  return false
}

/** Whether a CANCEL awaits its answer. */
export function isCancelling(): bool {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (t.method == <u8>Method.CANCEL && (t.state == State.TRYING || t.state == State.PROCEEDING)) return true
  }
  return false
}

/** Whether a request of this owner awaits its answer. */
export function isUnderWay(owner: u8): bool {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (t.owner == owner && (t.state == State.TRYING || t.state == State.PROCEEDING)) return true
  }
  return false
}

/** How many requests await their first answer, or their last. */
export function awaiting(): i32 {
  let count = 0
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const state = at(i).state
    if (state == State.CALLING || state == State.TRYING || state == State.PROCEEDING) count++
  }
  return count
}

/** How many responses belonged to no transaction. */
export function strays(): u32 { return load<u32>(STRAYS) }

/** The next transaction that has something to tell: see eventOf and statusOf. -1: none. */
export function pollEvent(): i32 { return nextEvent(0, CLIENT_TRANSACTIONS) }

/** The Event told last; NONE for a transaction that is long over. */
export function eventOf(handle: i32): u8 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? Event.NONE : t.event
}

/** The last status code received, 0 when none was. */
export function statusOf(handle: i32): u32 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? 0 : t.status
}

export function ownerOf(handle: i32): i32 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? -1 : t.owner
}

/** Where the request went. The transaction has something to tell. */
export function peerOf(handle: i32): Endpoint { return find(handle).peer }

/** wire Method of the request. */
export function methodOf(handle: i32): u8 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? <u8>Method.UNKNOWN : t.method
}

/** How often the request was sent so far. */
export function sends(handle: i32): u32 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? 0 : t.sends
}

export function startedAt(handle: i32): i64 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? NEVER : t.startedAt
}

/** The State of the machine; TERMINATED for a transaction that is long over. */
export function stateOf(handle: i32): u8 {
  const t = find(handle)
  return changetype<usize>(t) == 0 ? State.TERMINATED : t.state
}

/** Runs the timers that are due. After a long delay each transaction sends once at most (P-34). */
export function expire(now: i64): void {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const input = dueInput(at(i), now)
    if (input != NO_INPUT) run(at(i), input, changetype<Message>(0), now)
  }
}

export function soonest(): i64 {
  let first = NEVER
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) first = sooner(first, dueAt(at(i)))
  return first
}

/** ICMP said that nobody listens at `peer`: it is told of what was sent there by this flow and is not answered (P-31). */
export function refused(flow: u32, peer: Endpoint, now: i64): void { fail(Input.REFUSED, flow, peer, now) }

/** The host could not send by this flow to `peer` (family 0: to anyone), or lost the flow. */
export function unreachable(flow: u32, peer: Endpoint, now: i64): void { fail(Input.UNREACHABLE, flow, peer, now) }

/**
 * The user wants no more of this INVITE. RFC 3261 9.1: the CANCEL waits for a provisional response and takes the same way with the same
 * branch (P-41). The outcome is still told: 487, or a 2xx that was faster.
 */
export function cancel(handle: i32, now: i64): void { command(handle, Input.CANCEL, now) }

/** The user goes on to another server; only LATE_2XX is told from now on. Other requests than INVITE just end. */
export function abandon(handle: i32, now: i64): void {
  command(handle, Input.ABANDON, now)
  const t = find(handle)
  if (changetype<usize>(t) != 0) t.pending = false
}

/** A slot of the outbox for a request, if need be from the transaction that can spare it best. -1: there is none. */
export function takeSlot(): i32 { return slotBut(changetype<Transaction>(0)) }

/** The same where the message of this transaction is still needed: the credentials of an INVITE for the ACK of a 2xx, or what keepRequest() was said of. */
export function takeSlotBeside(handle: i32): i32 { return slotBut(find(handle)) }

/** The request is read again when it has been answered; what needs its slot more may still have it. */
export function keepRequest(handle: i32): void { find(handle).flags |= WHOLE }

/** The request, read; null when there is none any more. Good until another message of ours is read, or a slot taken. */
export function requestOf(handle: i32): Message {
  const t = find(handle)
  return t.exists && t.slot != NO_SLOT ? read(t.slot) : changetype<Message>(0)
}

/** RFC 3261 13.2.2.4, 22.1: writes the credentials of an accepted INVITE as they stood in it, for the ACK; nothing when it had none, or what had them made room. */
export function repeatCredentials(w: Writer, handle: i32): void {
  const t = find(handle)
  if (!t.exists || t.slot == NO_SLOT) return
  const m = read(t.slot)
  copyFields(w, m, Field.AUTHORIZATION)
  copyFields(w, m, Field.PROXY_AUTHORIZATION)
}

/** Sends the ACK of a 2xx. It takes the place of its longer INVITE when it has credentials that the next ACK will need, of another fork or for this 2xx again. */
export function sendAck(handle: i32, slot: i32, flow: u32, peer: Endpoint): void {
  const t = find(handle)
  outbox.send(slot, flow, peer)
  if (!t.exists || t.state != State.ACCEPTED || t.flags & ANSWERED) {
    outbox.drop(slot)
    return
  }
  const signed = isSigned(read(slot))
  emptySlot(t, false)
  t.flags |= ANSWERED
  if (signed) t.slot = <i8>slot
  else outbox.drop(slot)
}

function isSigned(m: Message): bool { return firstField(m, Field.AUTHORIZATION) >= 0 || firstField(m, Field.PROXY_AUTHORIZATION) >= 0 }

/** Gives up what is kept for the ACKs of one INVITE that was accepted or refused. False: there is nothing. */
export function spare(): bool {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (t.state != State.ACCEPTED && t.state != State.COMPLETED || t.pending || t.slot == NO_SLOT || outbox.isDue(t.slot)) continue
    yieldSlot(t)
    return true
  }
  return false
}

// -- Helpers

/** One input through the machine, and what follows from it. `m` is the response when the input is one. The transaction exists. */
function run(t: Transaction, input: u8, m: Message, now: i64): void {
  const act = step(t, input, now)
  if (t.flags & QUIET && changetype<usize>(m) != 0) t.pending = false
  if (act == Act.SEND) sendAgain(t)
  else if (act == Act.ACK) acknowledge(t, m)
  else if (act == Act.FORGET && !(t.flags & WHOLE)) emptySlot(t, false)
  else if (act == Act.WANT) t.flags |= WANTED
  else if (act == Act.CANCEL || act == Act.IF_WANTED && t.flags & WANTED) sendCancel(t, now)
  // An ACK that is due still leaves; a request that nobody waits for does not.
  if (t.state == State.TERMINATED) end(t, (t.flags & ANSWERED) != 0)
}

/** Fills the record of a transaction whose first message is in `slot`, and starts its timers. */
function begin(t: Transaction, method: u8, key: u64, slot: i32, flow: u32, peer: Endpoint, t1Ms: i64, giveUpMs: i64, now: i64): void {
  const invite = method == Method.INVITE
  t.machine = invite ? Machine.INVITE_CLIENT : Machine.CLIENT
  t.state = invite ? State.CALLING : State.TRYING
  t.method = method
  t.key = key
  t.slot = <i8>slot
  t.sends = 1
  t.flow = flow
  t.peer.copyFrom(peer)
  t.startedAt = now
  t.t1 = <u16>(t1Ms == 0 ? t1() : t1Ms)
  // RFC 3261 17.1.1.2, 17.1.2.2: Timers A and E begin with T1, B and F end after 64*T1.
  t.interval = t.t1
  t.resendAt = now + t.interval
  t.deadline = now + (giveUpMs == 0 ? t64Of(t) : giveUpMs)
  flows.hold(flow)
}

/** RFC 3261 17.1.3: same branch and sent-by, and the method of the CSeq, as a CANCEL shares the branch. 8.1.3.3: one Via, ours. */
function owning(m: Message): Transaction {
  if (m.viaCount != 1) return changetype<Transaction>(0)
  const key = keyOf(m)
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (t.state != State.TERMINATED && t.key == key && t.method == m.cseqMethod) return t
  }
  return changetype<Transaction>(0)
}

/** RFC 3261 17.1.1.3: the ACK for an error goes where the INVITE went, and takes its place. Composed once, sent for every repetition. */
function acknowledge(t: Transaction, m: Message): void {
  if (t.flags & ANSWERED) {
    sendAgain(t)
    return
  }
  // No slot now: the response will come again, and this will be tried again.
  const slot = slotBut(t)
  if (slot < 0) return
  const w = outbox.writer(slot)
  ackFor(w, read(t.slot), m)
  if (w.overflow) {
    outbox.discard(slot)
    return
  }
  outbox.discard(t.slot)
  outbox.send(slot, t.flow, t.peer)
  t.slot = <i8>slot
  t.flags |= ANSWERED
}

/** RFC 3261 9.1: the CANCEL is a transaction of its own that shares the branch. Without a place for it, it is tried again after T1. */
function sendCancel(t: Transaction, now: i64): void {
  if (t.flags & CANCELLED) return
  t.flags |= WANTED
  const c = place(t)
  const slot = changetype<usize>(c) == 0 ? -1 : slotBut(t)
  if (slot < 0) {
    t.resendAt = now + t1Of(t)
    return
  }
  const w = outbox.writer(slot)
  cancelFor(w, read(t.slot))
  assume(!w.overflow, prose("a CANCEL is shorter than its INVITE"))
  outbox.send(slot, t.flow, t.peer)
  begin(c, <u8>Method.CANCEL, t.key, slot, t.flow, t.peer, t.t1, 0, now)
  c.flags = QUIET
  c.owner = t.owner
  t.flags |= CANCELLED
  // RFC 3261 9.1: without a final response 64*T1 after the CANCEL, the INVITE counts as cancelled.
  t.deadline = now + t64Of(t)
}

/** A place for a new transaction, if need be that of the one that can spare it best, but not that of `except`. Null: none. */
function place(except: Transaction): Transaction {
  const free = allocate(0, CLIENT_TRANSACTIONS, true)
  if (changetype<usize>(free) != 0) return free
  const t = leastNeeded(except, false)
  if (changetype<usize>(t) == 0) return t
  end(t, true)
  return allocate(0, CLIENT_TRANSACTIONS, true)
}

/** A slot of the outbox, if need be that of the transactions that can spare theirs best, but not that of `except`. -1: none. */
function slotBut(except: Transaction): i32 {
  let slot = outbox.take()
  while (slot < 0) {
    const t = leastNeeded(except, true)
    if (changetype<usize>(t) == 0) return -1
    yieldSlot(t)
    slot = outbox.take()
  }
  return slot
}

/** The answer of one that was accepted may be repeated, and has to be acknowledged then; any other is over without its message. */
function yieldSlot(t: Transaction): void {
  if (t.state == State.ACCEPTED) emptySlot(t, true)
  else end(t, true)
}

/** The oldest of those that only wait for repetitions or for late answers; of an INVITE that was accepted the answer has been heard. */
function leastNeeded(except: Transaction, withSlot: bool): Transaction {
  let oldest = changetype<Transaction>(0)
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (t == except || t.pending || t.state != State.LEFT && t.state != State.COMPLETED && t.state != State.ACCEPTED) continue
    if (withSlot && (t.slot == NO_SLOT || outbox.isDue(t.slot))) continue
    if (changetype<usize>(oldest) == 0 || t.startedAt < oldest.startedAt) oldest = t
  }
  return oldest
}

function fail(input: u8, flow: u32, peer: Endpoint, now: i64): void {
  for (let i = 0; i < CLIENT_TRANSACTIONS; i++) {
    const t = at(i)
    if (!t.exists || t.flow != flow && flows.carrier(t.flow) != <i32>flow) continue
    if (peer.family != 0 && !t.peer.equals(peer)) continue
    // What has not left yet was not refused: the report is about an earlier packet.
    if (input == Input.REFUSED && t.slot != NO_SLOT && t.sends == 1 && outbox.isDue(t.slot)) continue
    run(t, input, changetype<Message>(0), now)
  }
}

function command(handle: i32, input: u8, now: i64): void {
  const t = find(handle)
  if (t.exists) run(t, input, changetype<Message>(0), now)
}

/** Our own message in this slot of the outbox, parsed. */
function read(slot: i32): Message {
  const bytes = outbox.bytesOf(slot), m = kept()
  assume(parse(startOf(bytes), lengthOf(bytes), m) > 0, prose("a message of ours can be read"))
  return m
}
