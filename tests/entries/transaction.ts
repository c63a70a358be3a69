// What the tests of the transaction room and of the answers outside dialogs call, with numbers only.
import { CLIENT_TRANSACTIONS } from "../../assembly/config"
import * as flow from "../../assembly/transport/flow"
import * as outbox from "../../assembly/transport/outbox"
import * as client from "../../assembly/transaction/client"
import * as server from "../../assembly/transaction/server"
import * as uas from "../../assembly/dialog/uas"
import * as machine from "../../assembly/transaction/machine"
import { setTimers as setClocks } from "../../assembly/transaction/record"
import { seed } from "../../assembly/base/random"
import { IO, RX } from "../../assembly/memory"
import { peer } from "../../assembly/io"
import { span } from "../../assembly/base/span"
import { Method, answerable, incoming, parse } from "../../assembly/wire/message"

export const IO_AT: i32 = <i32>IO
export const RX_AT: i32 = <i32>RX

export function seedWith(value: u32): void {
  for (let i: u32 = 0; i < 8; i++) store<u32>(RX + <usize>i * 4, value + i)
  seed(RX, 32)
  outbox.open()
}

export function setTimers(t1: i32, t2: i32, t4: i32): void { setClocks(t1, t2, t4) }

/** Next state | event << 8 | clock << 12 | resend << 16 | act << 20, or -1 where the input is ignored. */
export function cell(which: i32, state: i32, input: i32): i32 {
  const row = machine.rowOf(<u8>which, <u8>state, <u8>input)
  if (row == 0) return -1
  return <i32>machine.nextOf(row) | <i32>machine.eventOf(row) << 8 | <i32>machine.clockOf(row) << 12 |
    <i32>machine.resendOf(row) << 16 | <i32>machine.actOf(row) << 20
}

// -- Flows; endpoints are in IO

export function listen(): u32 { return flow.listen(5060) }
export function towards(now: i64): i32 { return flow.towards(peer(), now) }
export function opened(number: u32): void { flow.opened(number, peer()) }
export function release(number: u32): void { flow.release(number) }
export function failed(number: u32, why: u32): i32 { return flow.failed(number, why) }
export function pollFlow(): i32 { return flow.pollFlow() }
export function pollSend(now: i64): i32 { return outbox.pollSend(now) }
export function kept(): i32 { return outbox.count() }
/** How many requests there can be at once. */
export function places(): i32 { return CLIENT_TRANSACTIONS }

// -- Clients

/** Sends the request of `length` bytes at RX by this flow to the peer in IO. -1: no transaction, -2: no slot. */
export function start(method: i32, length: u32, number: u32, giveUpMs: i64, now: i64): i32 {
  const slot = client.takeSlot()
  if (slot < 0) return -2
  outbox.writer(slot).put(span(RX, length))
  const handle = client.start(<Method>method, slot, number, peer(), 7, 0, giveUpMs, now)
  if (handle < 0) outbox.discard(slot)
  return handle
}

/** The response of `length` bytes at RX came. -2: it is malformed. */
export function receiveResponse(length: u32, now: i64): i32 {
  return parse(RX, length, incoming()) < 0 ? -2 : client.receive(incoming(), now)
}

export function clientEvent(): i32 { return client.pollEvent() }
export function eventOf(handle: i32): i32 { return client.eventOf(handle) }
export function statusOf(handle: i32): i32 { return client.statusOf(handle) }
export function ownerOf(handle: i32): i32 { return client.ownerOf(handle) }
export function stateOf(handle: i32): i32 { return client.stateOf(handle) }
export function sends(handle: i32): i32 { return client.sends(handle) }
export function strays(): i32 { return client.strays() }
export function giveUpAfter(method: i32, count: u32): i32 { return <i32>client.giveUpAfter(<Method>method, count, 500) }
export function expire(now: i64): void {
  client.expire(now)
  server.expire(now)
}
export function soonest(): i64 { return min(min(client.soonest(), server.soonest()), outbox.soonest()) }
export function refused(number: u32, now: i64): void {
  client.refused(number, peer(), now)
  server.refused(number, peer(), now)
}
export function unreachable(number: u32, now: i64): void {
  client.unreachable(number, peer(), now)
  server.unreachable(number, peer(), now)
}
export function cancel(handle: i32, now: i64): void { client.cancel(handle, now) }
export function abandon(handle: i32, now: i64): void { client.abandon(handle, now) }

// -- Servers

/** The request of `length` bytes at RX came from the peer in IO: Received; -2: malformed, not to be answered; -3: a stray response. */
export function receiveRequest(length: u32, number: u32, now: i64): i32 {
  const m = incoming()
  if (parse(RX, length, m) < 0 && !answerable(m)) return -2
  if (m.status != 0) return client.receive(m, now) < 0 ? -3 : -2
  return server.receive(m, number, peer(), now)
}

export function current(): i32 { return server.current() }
export function cancelled(): i32 { return server.cancelled() }
export function isOpen(handle: i32): i32 { return server.isOpen(handle) }
export function forget(handle: i32): void { server.forget(handle) }
export function serverState(handle: i32): i32 { return server.stateOf(handle) }
export function serverEvent(): i32 { return server.pollEvent() }
export function serverEventOf(handle: i32): i32 { return server.eventOf(handle) }

/** Answers with the response of `length` bytes at RX. -1: no slot, 0: not sent, 1: sent. */
export function respond(handle: i32, length: u32, now: i64): i32 {
  const slot = server.takeSlot()
  if (slot < 0) return -1
  outbox.writer(slot).put(span(RX, length))
  return server.respond(handle, slot, now)
}

// -- Answers

/** The status for the request of `length` bytes at RX, without a transaction; -2 when it does not parse and cannot be answered either. */
export function judge(length: u32, allowed: i32): i32 {
  const m = incoming()
  const bad = parse(RX, length, m) < 0
  const status = uas.judge(m, allowed != 0)
  return bad && !answerable(m) ? -2 : status
}

/** The request received last is answered as a user agent must. The status, or -1 without a slot. */
export function answer(allowed: i32, now: i64): i32 {
  const slot = server.takeSlot()
  if (slot < 0) {
    server.forget(server.current())
    return -1
  }
  const status = uas.answer(outbox.writer(slot), incoming(), peer(), uas.judge(incoming(), allowed != 0))
  server.respond(server.current(), slot, now)
  return status
}
