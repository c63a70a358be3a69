// Loops of the work besides reading messages: composing, digest, selecting a server, looking at timers.
import { prose } from "../../assembly/base/prose"
import {
  AUDIO, LOG, RX, TRANSACTION_STATE, TRANSACTION_STATE_SIZE, TRANSPORT_STATE, TRANSPORT_STATE_SIZE,
} from "../../assembly/memory"
import { Endpoint } from "../../assembly/base/endpoint"
import { NONE, text } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { seed } from "../../assembly/base/random"
import { Method, incoming, parse } from "../../assembly/wire/message"
import { beginRequest, beginResponse, field, finish, via } from "../../assembly/wire/compose"
import * as flow from "../../assembly/transport/flow"
import * as outbox from "../../assembly/transport/outbox"
import * as client from "../../assembly/transaction/client"
import { setTimers } from "../../assembly/transaction/record"
import { Algorithm, order } from "../../assembly/locate/select"
import { authorize, challenged, forgetAll } from "../../assembly/account/digest"
import { adoptAccount, assign } from "../../assembly/settings/settings"

const PLACES: usize = AUDIO
const SERVER: usize = AUDIO + 0x100
const PEN: usize = AUDIO + 0x120
const LISTS: usize = AUDIO + 0x180
const RECORDS = 8
const TIMERS = 6

/** Room for the messages that some of the work reads first. */
export function roomAt(): usize { return RX }

export function place(which: i32, at: usize, length: u32): void {
  store<u32>(PLACES + (<usize>which << 3), <u32>at)
  store<u32>(PLACES + (<usize>which << 3), length, 4)
}

/** Does work number `which` `n` times; returns a sum of what came of it. */
export function work(which: i32, n: i32): i32 {
  for (let i = 0; i < 32; i++) store<u8>(LOG + i, <u8>(i * 7 + 1))
  seed(LOG, 32)
  assign(text("user"), text("6001"))
  assign(text("password"), text("secret"))
  adoptAccount(0)
  if (which == 0) return composeRequests(n)
  if (which == 1) return composeResponses(which, n)
  if (which < 4) return authorizeRequests(which, n)
  return which == 4 ? selectServers(n) : lookAtTimers(n)
}

function server(): Endpoint {
  const e = changetype<Endpoint>(SERVER)
  e.family = 4
  e.port = 5060
  e.a = 0x010200c0
  return e
}

function pen(): Writer {
  const w = changetype<Writer>(PEN)
  w.open(LOG + 64, 1472)
  return w
}

function composeRequest(w: Writer): void {
  beginRequest(w, text("REGISTER"), text("sip:rapidtech.example"))
  via(w, text("UDP"), server(), text("z9hG4bKhaeiybhfkeiy6z3p"), false)
  field(w, text("Max-Forwards"), text("70"))
  field(w, text("From"), text("<sip:6001@rapidtech.example>;tag=73aceb2db5745df1"))
  field(w, text("To"), text("<sip:6001@rapidtech.example>"))
  field(w, text("Call-ID"), text("0b6dc6d10bcb1af8c18337bd8e6c04f8"))
  field(w, text("CSeq"), text("1 REGISTER"))
  field(w, text("Contact"), text("<sip:6001@192.0.2.10:5060>"))
  finish(w, NONE)
}

function composeRequests(n: i32): i32 {
  let sum: usize = 0
  for (let i = 0; i < n; i++) {
    const w = pen()
    composeRequest(w)
    sum += w.at - w.start
  }
  return <i32>sum
}

function composeResponses(which: i32, n: i32): i32 {
  read(which)
  let sum: usize = 0
  for (let i = 0; i < n; i++) {
    const w = pen()
    beginResponse(w, incoming(), 200, prose("OK"), text("0f4c9d21aa"), server())
    finish(w, NONE)
    sum += w.at - w.start
  }
  return <i32>sum
}

function authorizeRequests(which: i32, n: i32): i32 {
  forgetAll(0)
  read(which)
  if (challenged(0, incoming(), server()) != 0) return -1
  let sum: usize = 0
  for (let i = 0; i < n; i++) {
    const w = pen()
    authorize(w, 0, server(), text("REGISTER"), text("sip:rapidtech.example"), false)
    sum += w.at - w.start
  }
  return <i32>sum
}

function selectServers(n: i32): i32 {
  for (let i: usize = 0; i < <usize>RECORDS; i++) {
    store<u16>(LISTS + i * 2, <u16>(i >> 2))
    store<u16>(LISTS + 32 + i * 2, <u16>(i * 10))
  }
  let sum = 0
  for (let i = 0; i < n; i++) {
    order(LISTS, LISTS + 32, RECORDS, Algorithm.RFC2782, LISTS + 64, 0)
    sum += load<u8>(LISTS + 64)
  }
  return sum
}

function lookAtTimers(n: i32): i32 {
  outbox.open()
  memory.fill(TRANSPORT_STATE, 0, TRANSPORT_STATE_SIZE)
  memory.fill(TRANSACTION_STATE, 0, TRANSACTION_STATE_SIZE)
  setTimers(500, 4000, 5000)
  const by = flow.listen(5060)
  for (let i = 0; i < TIMERS; i++) {
    const slot = outbox.take()
    composeRequest(outbox.writer(slot))
    client.start(Method.REGISTER, slot, by, server(), 1, 0, 0, 0)
  }
  let sum: i64 = 0
  for (let i = 0; i < n; i++) {
    client.expire(1)
    sum += client.soonest()
  }
  return <i32>sum
}

function read(which: i32): void {
  const at = load<u32>(PLACES + (<usize>which << 3)), length = load<u32>(PLACES + (<usize>which << 3), 4)
  parse(at, length, incoming())
}
