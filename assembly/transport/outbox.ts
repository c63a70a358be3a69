// SIP messages that are kept until nobody needs them any more: sent when they are due, in the order in which they became due.
import { OUTBOX, OUTBOX_SIZE } from "../memory"
import { COMPACT_ABOVE, OUTBOX_SLOTS, MESSAGE_MAX, REQUEST_BYTES, REQUEST_SLOTS } from "../config"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { Heap } from "../base/heap"
import { NEVER, sooner } from "../base/deadline"
import { assume } from "../base/panic"
import { prose } from "../base/prose"
import { Span, lengthOf, startOf } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { compact } from "../wire/compact"
import { Output, give, io, peer as ioPeer } from "../io"
import { carrier, LOST } from "./flow"
import { freeAt, mayAt, spent } from "./pace"
import { Play, SLOW_MS, beginRehearsal, begunAt, play, playAt } from "./rehearsal"

const enum Slot { FREE, COMPOSED, KEPT, DROPPED }

/** What goes with a message; its bytes are the block of the same number in the heap. */
@unmanaged
class Letter {
  state: u8            // Slot
  due: bool            // waits to be sent
  heldFor: u16         // while its server is rehearsed to be slow: until so many TICKs after the rehearsal began; 0 = not yet known
  order: u32           // rises with every send(): the smallest of those due goes first
  flow: u32
  // then, until send(): the writer; from send() on: the peer's endpoint

  // @ts-ignore: decorator
  @inline
  get writer(): Writer { return changetype<Writer>(changetype<usize>(this) + HEADER_SIZE) }
  // @ts-ignore: decorator
  @inline
  get peer(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + HEADER_SIZE) }
}

/** A rehearsal lasts no longer than a u16 holds of these. Milliseconds. */
export const TICK: i64 = 10
/** "SIP/", with which every response begins. */
const RESPONSE: u32 = 0x2f504953

const HEADER_SIZE: usize = 12
const LETTER_SIZE: usize = 32
const ORDER_AT: usize = OUTBOX                // u32: the last order given
const LETTERS: usize = ORDER_AT + 4
const HEAP: usize = LETTERS + <usize>OUTBOX_SLOTS * LETTER_SIZE

/** Begins with all slots free. */
export function open(): void {
  if (HEADER_SIZE + WRITER_SIZE > LETTER_SIZE || HEADER_SIZE + ENDPOINT_SIZE > LETTER_SIZE) ERROR("a letter has outgrown its place")
  memory.fill(OUTBOX, 0, HEAP - OUTBOX)
  heap().open(OUTBOX_SLOTS, OUTBOX + OUTBOX_SIZE - HEAP)
}

/**
 * A free slot, or -1 when all are taken or there is no room for a message of full length: the caller answers or gives up. Write the message with writer(slot).
 * Messages may move: what bytesOf() gave before is good no more. Writers move with their messages.
 */
export function take(): i32 {
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    if (isFree(at(i))) forget(i)
  }
  const slot = heap().take(MESSAGE_MAX)
  if (slot < 0) return -1
  const letter = at(slot)
  letter.state = <u8>Slot.COMPOSED
  letter.due = false
  letter.writer.open(startOf(heap().at(slot)), MESSAGE_MAX)
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    if (at(i).state == Slot.COMPOSED) at(i).writer.moveTo(startOf(heap().at(i)))
  }
  return slot
}

/** Whether an answer may take a slot: it leaves slots and bytes for requests of ours, so that no flood of requests of others can stop the hunt. */
export function mayAnswer(): bool {
  let slots = OUTBOX_SLOTS, bytes = heap().capacity()
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    if (isFree(at(i))) continue
    slots--
    bytes -= lengthOf(heap().at(i))
  }
  return slots > REQUEST_SLOTS && <i32>bytes >= MESSAGE_MAX + REQUEST_BYTES
}

/** How many messages there are. */
export function count(): i32 {
  let count = 0
  for (let i = 0; i < OUTBOX_SLOTS; i++) count += <i32>!isFree(at(i))
  return count
}

/** How many bytes they take, and how many they may. */
export function bytesUsed(): u32 { return heap().used() }
export function capacity(): u32 { return heap().capacity() }

/** Where the message of this slot is written, until send(). Look at overflow before that. */
export function writer(slot: i32): Writer {
  assume(isComposed(slot), prose("a message is written before it is sent"))
  return at(slot).writer
}

/** True until send(). */
export function isComposed(slot: i32): bool { return taken(slot).state == Slot.COMPOSED }

/** The message is complete: it leaves by `flow` for `peer` as soon as the flow is open and its turn has come. So does one that was sent before. */
export function send(slot: i32, flow: u32, peer: Endpoint): void {
  const letter = taken(slot)
  if (letter.state == Slot.COMPOSED) {
    const w = letter.writer
    assume(!w.overflow, prose("a message that did not fit is not sent"))
    // RFC 3261 18.1.1, 7.3.3, P-32: over UDP all that can be done about its length.
    if (w.at - w.start > COMPACT_ABOVE) w.at = compact(w.start, w.at)
    heap().trim(slot, <u32>(w.at - w.start))
    letter.state = <u8>Slot.KEPT
  }
  letter.flow = flow
  letter.peer.copyFrom(peer)
  again(slot)
}

/** The same once more. While it still waits for the first time, that is all it does: a late clock makes no burst (P-34). */
export function again(slot: i32): void {
  const letter = taken(slot)
  if (letter.due) return
  letter.due = true
  letter.order = load<u32>(ORDER_AT) + 1
  store<u32>(ORDER_AT, letter.order)
}

/** Nobody will send it again: the slot is free once what is due has left. */
export function drop(slot: i32): void {
  if (taken(slot).due) at(slot).state = <u8>Slot.DROPPED
  else forget(slot)
}

/** Frees the slot at once; what was due is not sent. */
export function discard(slot: i32): void {
  taken(slot)
  forget(slot)
}

/** True while the message waits for its turn, its flow or the pace. */
export function isDue(slot: i32): bool { return taken(slot).due }

/** The message as it was or will be sent; good until the next take(). */
export function bytesOf(slot: i32): Span {
  taken(slot)
  return heap().at(slot)
}

/** Whom it was or will be sent to; not before send(). */
export function peerOf(slot: i32): Endpoint { return taken(slot).peer }

/** It does not wait any more, as its flow is lost; the slot stays the caller's. */
export function recall(slot: i32): void { taken(slot).due = false }

/** Describes in IO the packet that leaves now, or returns REST. */
export function pollSend(now: i64): Output {
  holdBack(now)
  if (mayAt(now) > now) return Output.REST
  const slot = next(now)
  if (slot < 0) return Output.REST
  const letter = at(slot)
  spent(now)
  give(Output.SEND, heap().at(slot), 0)
  io().flow = <u32>carrier(letter.flow)
  ioPeer().copyFrom(letter.peer)
  unsent(slot)
  return Output.SEND
}

// -- A failure that is rehearsed

/** From now on until then this server is treated as if it had failed so. */
export function rehearse(server: Endpoint, p: Play, untilMs: i64, now: i64): void {
  for (let i = 0; i < OUTBOX_SLOTS; i++) at(i).heldFor = 0
  beginRehearsal(server, p, untilMs, now)
}

/** The slot of a message that would leave now, but for a rehearsal; -1: there is none. */
export function intercepted(): i32 {
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    const letter = at(i)
    if (!isReady(letter)) continue
    const p = playAt(letter.peer)
    if (p == Play.REFUSE || p == Play.SILENT || p == Play.BUSY && load<u32>(startOf(heap().at(i))) != RESPONSE) return i
  }
  return -1
}

/** Its bytes, good until the next take(), and the flow that it would have left by. */
export function interceptedBytes(slot: i32): Span { return heap().at(slot) }
export function interceptedFlow(slot: i32): u32 { return at(slot).flow }

/** The message is not due any more, whether it has been sent or not. */
export function unsent(slot: i32): void {
  const letter = at(slot)
  letter.due = false
  letter.heldFor = 0
  if (letter.state == Slot.DROPPED) forget(slot)
}

/** Notes of messages to a server that is rehearsed to be slow when they may leave. */
function holdBack(now: i64): void {
  if (play() != Play.SLOW) return
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    const letter = at(i)
    if (isReady(letter) && letter.heldFor == 0 && playAt(letter.peer) == Play.SLOW) letter.heldFor = <u16>((now + SLOW_MS - begunAt()) / TICK)
  }
}

/** The instant from which on it may leave; in the past when nothing holds it back. */
function leavesAt(letter: Letter): i64 {
  return letter.heldFor == 0 || playAt(letter.peer) != Play.SLOW ? i64.MIN_VALUE : begunAt() + <i64>letter.heldFor * TICK
}

/** When the pace lets the next packet leave; NEVER when none can. Flows that open are inputs of their own. */
export function soonest(): i64 {
  let soon = NEVER
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    if (isReady(at(i))) soon = sooner(soon, max(leavesAt(at(i)), freeAt()))
  }
  return soon
}

/** The slot of the packet whose turn it is, or -1. */
function next(now: i64): i32 {
  let first = -1
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    const letter = at(i)
    if (!isReady(letter) || leavesAt(letter) > now) continue
    if (first < 0 || <i32>(letter.order - at(first).order) < 0) first = i
  }
  return first
}

/** It waits for nothing but its turn. */
function isReady(letter: Letter): bool { return letter.state != Slot.FREE && letter.due && carrier(letter.flow) >= 0 }

/** A message that nobody owns any more is forgotten when its flow is lost. */
function isFree(letter: Letter): bool {
  return letter.state == Slot.FREE || letter.state == Slot.DROPPED && carrier(letter.flow) == LOST
}

function forget(slot: i32): void {
  at(slot).state = <u8>Slot.FREE
  heap().free(slot)
}

function heap(): Heap { return changetype<Heap>(HEAP) }

function at(slot: i32): Letter { return changetype<Letter>(LETTERS + <usize>slot * LETTER_SIZE) }

function taken(slot: i32): Letter {
  const state = slot >= 0 && slot < OUTBOX_SLOTS ? at(slot).state : <u8>Slot.FREE
  assume(state == Slot.COMPOSED || state == Slot.KEPT, prose("this slot of the outbox is not taken"))
  return at(slot)
}
