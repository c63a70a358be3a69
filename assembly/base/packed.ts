// A list of records of different lengths in a fixed region, one right behind the other: the phone book and the call history.
import { NONE, Span, span } from "./span"

// The first two bytes say how many bytes are used behind them; each record is its length in one byte, then its bytes.
const HEAD: usize = 2
export const RECORD_MAX: u32 = 255

/** Forgets all records. */
export function emptyList(list: usize): void { store<u16>(list, 0) }

export function recordCount(list: usize): i32 {
  let count = 0
  for (let p = list + HEAD; p < endOfList(list); p += 1 + load<u8>(p)) count++
  return count
}

/** The bytes of record `i`, NONE behind the last. They move when a record before it is opened or removed. */
export function recordAt(list: usize, i: i32): Span {
  const p = placeOf(list, i)
  return p < endOfList(list) ? span(p + 1, load<u8>(p)) : NONE
}

/** Makes room for a record of `length` bytes, RECORD_MAX at most, before record `i`: where its bytes belong; 0 when the region is full. */
export function openRecord(list: usize, capacity: usize, i: i32, length: u32): usize {
  const p = placeOf(list, i), end = endOfList(list)
  if (end + 1 + length > list + capacity) return 0
  memory.copy(p + 1 + length, p, end - p)
  store<u8>(p, <u8>length)
  store<u16>(list, <u16>(end + 1 + length - list - HEAD))
  return p + 1
}

/** Removes record `i`, if there is one. */
export function removeRecord(list: usize, i: i32): void {
  const p = placeOf(list, i), end = endOfList(list)
  if (p >= end) return
  const size: usize = 1 + load<u8>(p)
  memory.copy(p, p + size, end - p - size)
  store<u16>(list, <u16>(end - size - list - HEAD))
}

function endOfList(list: usize): usize { return list + HEAD + load<u16>(list) }

function placeOf(list: usize, i: i32): usize {
  const end = endOfList(list)
  let p = list + HEAD
  for (; i > 0 && p < end; i--) p += 1 + load<u8>(p)
  return p
}
