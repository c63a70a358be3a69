// What the tests of the transport room call: flows, the outbox and the pace, with numbers only.
import * as flow from "../../assembly/transport/flow"
import * as outbox from "../../assembly/transport/outbox"
import * as pace from "../../assembly/transport/pace"
import { seed } from "../../assembly/base/random"
import { IO, RX } from "../../assembly/memory"
import { Endpoint } from "../../assembly/base/endpoint"
import { span, startOf, lengthOf } from "../../assembly/base/span"

export const IO_AT: i32 = <i32>IO
export const RX_AT: i32 = <i32>RX

/** The endpoint that the test wrote at RX. */
function given(): Endpoint { return changetype<Endpoint>(RX) }

export function seedWith(value: u32): void {
  for (let i: u32 = 0; i < 8; i++) store<u32>(RX + <usize>i * 4, value + i)
  seed(RX, 32)
  outbox.open()
}

export function mayAt(now: i64): i64 { return pace.mayAt(now) }
export function spent(now: i64): void { pace.spent(now) }

export function listen(port: i32): u32 { return flow.listen(<u16>port) }
export function listening(): u32 { return flow.listening() }
export function towards(now: i64): i32 { return flow.towards(given(), now) }
export function openQuery(): i32 { return flow.openQuery(given()) }
export function release(number: u32): void { flow.release(number) }
export function closeAll(): void { flow.closeAll() }
export function hold(number: u32): void { flow.hold(number) }
export function letGo(number: u32): void { flow.letGo(number) }
export function isOpen(number: u32): i32 { return flow.isOpen(number) }
export function kindOf(number: u32): i32 { return flow.kindOf(number) }
export function faultOf(number: u32): i32 { return flow.faultOf(number) }
export function carrier(number: u32): i32 { return flow.carrier(number) }
export function localOf(number: u32): usize { return changetype<usize>(flow.localOf(number)) }
export function opened(number: u32): void { flow.opened(number, given()) }
export function closed(number: u32): void { flow.closed(number) }
export function failed(number: u32, why: u32): i32 { return flow.failed(number, why) }
export function pollFlow(): i32 { return flow.pollFlow() }

export function take(): i32 { return outbox.take() }
export function mayAnswer(): i32 { return outbox.mayAnswer() }
export function count(): i32 { return outbox.count() }
/** Writes `length` bytes from RX + 32 into the slot; returns 1 on overflow. */
export function write(slot: i32, length: u32): i32 {
  const w = outbox.writer(slot)
  w.put(span(RX + 32, length))
  return w.overflow
}
export function send(slot: i32, number: u32): void { outbox.send(slot, number, given()) }
export function again(slot: i32): void { outbox.again(slot) }
export function drop(slot: i32): void { outbox.drop(slot) }
export function discard(slot: i32): void { outbox.discard(slot) }
export function isDue(slot: i32): i32 { return outbox.isDue(slot) }
export function bytesAt(slot: i32): usize { return startOf(outbox.bytesOf(slot)) }
export function bytesLength(slot: i32): u32 { return lengthOf(outbox.bytesOf(slot)) }
export function recall(slot: i32): void { outbox.recall(slot) }
export function pollSend(now: i64): i32 { return outbox.pollSend(now) }
export function outboxSoonest(): i64 { return outbox.soonest() }
