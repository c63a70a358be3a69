// SIP messages that are kept until nobody needs them any more: sent when they are due, in the order in which they became due.
import { OUTBOX, OUTBOX_SIZE } from "../memory"
import { OUTBOX_SLOTS, MESSAGE_MAX } from "../config"
import { Endpoint } from "../base/endpoint"
import { NEVER } from "../base/deadline"
import { assume } from "../base/panic"
import { prose } from "../base/prose"
import { Span, span } from "../base/span"
import { Writer } from "../base/writer"
import { Output, give, io, peer as ioPeer } from "../io"
import { carrier, LOST } from "./flow"
import { freeAt, mayAt, spent } from "./pace"

const enum Slot { FREE, TAKEN, DROPPED }

@unmanaged
class Letter {
  state: u8            // Slot
  due: bool            // waits to be sent
  spare: u16
  order: u32           // rises with every send(): the smallest of those due goes first
  flow: u32
  length: u32          // 0 until send()
  // then: Writer, peer endpoint, the message

  // @ts-ignore: decorator
  @inline
  get writer(): Writer { return changetype<Writer>(changetype<usize>(this) + 16) }
  // @ts-ignore: decorator
  @inline
  get peer(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 32) }
  // @ts-ignore: decorator
  @inline
  get bytes(): usize { return changetype<usize>(this) + HEADER_SIZE }
}

const HEADER_SIZE: usize = 64
const LETTER_SIZE: usize = HEADER_SIZE + <usize>MESSAGE_MAX
const ORDER_AT: usize = OUTBOX + 52           // in the spare bytes of the first slot's header: the last order given

/** A free slot, or -1 when all are taken: the caller answers or gives up. Write the message with writer(slot). */
export function take(): i32 {
  if (<usize>OUTBOX_SLOTS * LETTER_SIZE > OUTBOX_SIZE) ERROR("the messages do not fit")
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    const letter = at(i)
    if (!isFree(letter)) continue
    letter.state = <u8>Slot.TAKEN
    letter.due = false
    letter.length = 0
    letter.writer.open(letter.bytes, MESSAGE_MAX)
    return i
  }
  return -1
}

/** How many slots are free. */
export function room(): i32 {
  let count = 0
  for (let i = 0; i < OUTBOX_SLOTS; i++) count += <i32>isFree(at(i))
  return count
}

/** Where the message of this slot is written, from its beginning when it was just taken. Look at overflow before send(). */
export function writer(slot: i32): Writer { return taken(slot).writer }

/** The message is complete: it leaves by `flow` for `peer` as soon as the flow is open and its turn has come. */
export function send(slot: i32, flow: u32, peer: Endpoint): void {
  const letter = taken(slot)
  assume(!letter.writer.overflow, prose("a message that did not fit is not sent"))
  letter.flow = flow
  letter.peer.copyFrom(peer)
  letter.length = <u32>(letter.writer.at - letter.writer.start)
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
  const letter = taken(slot)
  letter.state = <u8>(letter.due ? Slot.DROPPED : Slot.FREE)
}

/** Frees the slot at once; what was due is not sent. */
export function discard(slot: i32): void {
  taken(slot).state = <u8>Slot.FREE
}

/** True while the message waits for its turn, its flow or the pace. */
export function isDue(slot: i32): bool { return taken(slot).due }

/** The message as it was or will be sent. */
export function bytesOf(slot: i32): Span {
  const letter = taken(slot)
  return span(letter.bytes, letter.length)
}

/** It does not wait any more, as its flow is lost; the slot stays the caller's. */
export function recall(slot: i32): void { taken(slot).due = false }

/** Describes in IO the packet that leaves now, or returns REST. */
export function pollSend(now: i64): Output {
  if (mayAt(now) > now) return Output.REST
  const letter = next()
  if (changetype<usize>(letter) == 0) return Output.REST
  spent(now)
  give(Output.SEND, span(letter.bytes, letter.length), 0)
  io().flow = <u32>carrier(letter.flow)
  ioPeer().copyFrom(letter.peer)
  letter.due = false
  if (letter.state == Slot.DROPPED) letter.state = <u8>Slot.FREE
  return Output.SEND
}

/** When the pace lets the next packet leave; NEVER when none can. Flows that open are inputs of their own. */
export function soonest(): i64 {
  return changetype<usize>(next()) == 0 ? NEVER : freeAt()
}

/** The packet whose turn it is, or null. */
function next(): Letter {
  let first = changetype<Letter>(0)
  for (let i = 0; i < OUTBOX_SLOTS; i++) {
    const letter = at(i)
    if (letter.state == Slot.FREE || !letter.due || carrier(letter.flow) < 0) continue
    if (changetype<usize>(first) == 0 || <i32>(letter.order - first.order) < 0) first = letter
  }
  return first
}

/** A message that nobody owns any more is forgotten when its flow is lost. */
function isFree(letter: Letter): bool {
  return letter.state == Slot.FREE || letter.state == Slot.DROPPED && carrier(letter.flow) == LOST
}

function at(slot: i32): Letter { return changetype<Letter>(OUTBOX + <usize>slot * LETTER_SIZE) }

function taken(slot: i32): Letter {
  assume(slot >= 0 && slot < OUTBOX_SLOTS && at(slot).state == Slot.TAKEN, prose("this slot of the outbox is not taken"))
  return at(slot)
}
