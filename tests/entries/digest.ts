// What the tests of randomness, hashes and digest call.
import { BASE_STATE, RX, TX } from "../../assembly/memory"
import { below, fill, seed, seeded, token, u32Random } from "../../assembly/base/random"
import { Writer } from "../../assembly/base/writer"
import { hashBegin, hashEnd, hashUpdate } from "../../assembly/base/hash"
import { Endpoint } from "../../assembly/base/endpoint"
import { Span, lengthOf, span, text } from "../../assembly/base/span"
import { parse } from "../../assembly/wire/parse"
import { incoming } from "../../assembly/wire/message"
import { Setting, adoptAccount, assign, nameOf } from "../../assembly/settings/settings"
import { authorize, challenged, forget, forgetAll, succeeded } from "../../assembly/account/digest"

export const RX_AT: i32 = <i32>RX
export const TX_AT: i32 = <i32>TX
export const BASE_STATE_AT: i32 = <i32>BASE_STATE

const WRITER: usize = BASE_STATE + 0x100

export function randomSeed(length: u32): void { seed(RX, length) }
export function randomSeeded(): i32 { return seeded() ? 1 : 0 }
export function randomU32(): u32 { return u32Random() }
export function randomBelow(n: u32): u32 { return below(n) }
export function randomFill(length: u32): void { fill(TX, length) }
export function randomToken(length: u32): u32 {
  const w = changetype<Writer>(WRITER)
  w.open(TX, 256)
  token(w, length)
  return <u32>(w.at - w.start)
}

/** Digest of `length` bytes in RX, taken in pieces of `piece` bytes, to TX. */
export function hash(kind: i32, length: u32, piece: u32): u32 {
  hashBegin(kind)
  for (let done: u32 = 0; done < length; done += piece) hashUpdate(span(RX + done, min<u32>(piece, length - done)))
  return hashEnd(TX)
}

const SERVER: usize = BASE_STATE + 0x110

/** Server number `n`: 192.0.2.n:5060. */
function server(n: u32): Endpoint {
  const e = changetype<Endpoint>(SERVER)
  e.clear()
  e.family = 4
  e.port = 5060
  e.a = 0x000200c0 | n << 24
  return e
}

/** Sets a setting to the text in RX. */
export function set(setting: i32, length: u32): i32 {
  const done = assign(nameOf(setting), span(RX, length))
  adoptAccount(0)
  return done ? 1 : 0
}
export const USER: i32 = Setting.USER
export const AUTH_USER: i32 = Setting.AUTH_USER
export const PASSWORD: i32 = Setting.PASSWORD

/** A response in RX: what came of its challenges, or -1 when it is no SIP. */
export function hear(length: u32, from: u32): i32 {
  return parse(RX, length, incoming()) < 0 ? -1 : challenged(0, incoming(), server(from))
}

export function succeed(length: u32, from: u32): i32 {
  if (parse(RX, length, incoming()) < 0) return -1
  succeeded(0, incoming(), server(from))
  return 0
}

/** Credentials for the method and URI in RX, in TX. Returns their length; -1 for none, -2 when they do not fit in `room` bytes. */
export function answer(methodLength: u32, uriLength: u32, to: u32, proxy: i32, room: u32): i32 {
  const w = changetype<Writer>(WRITER)
  w.open(TX, room)
  const written = authorize(w, 0, server(to), span(RX, methodLength), span(RX + methodLength, uriLength), proxy != 0)
  if (!written) return -1
  return w.overflow ? -2 : <i32>lengthOf(w.written)
}

export function forgetServer(n: u32): void { forget(0, server(n)) }
export function forgetServers(): void { forgetAll(0) }
