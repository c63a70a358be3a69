// What the tests of randomness, hashes and digest call.
import { BASE_STATE, RX, TX } from "../../assembly/memory"
import { below, fill, seed, seeded, token, u32Random } from "../../assembly/base/random"
import { Writer } from "../../assembly/base/writer"
import { hashBegin, hashEnd, hashUpdate } from "../../assembly/base/hash"
import { span } from "../../assembly/base/span"

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
