// The call history: who called and who was called, the latest first. It lives as long as the phone runs; only the phone book is kept.
import { CALLS_KEPT } from "../config"
import { Span, span, startOf, lengthOf, byteAt, after, same } from "../base/span"
import { openRecord, recordAt, recordCount, removeRecord, emptyList } from "../base/packed"
import { HISTORY, HISTORY_SIZE, panel } from "./panel"

/** REJECTED: by the user, or because nobody may disturb. */
export const enum Kind { MISSED, RECEIVED, DIALLED, REJECTED }

const TEXT_MAX: u32 = 80                 // a longer number is not kept; of a longer name that much

// A record: Kind u8, length of the name u8, when as seconds since 1970 u32 (0: the clock was not set), name, number.
const HEAD: u32 = 6

export function historyCount(): i32 { return recordCount(HISTORY) }
export function kindOf(i: i32): Kind { return <Kind>byteAt(recordAt(HISTORY, i), 0) }
export function nameOf(i: i32): Span { return span(startOf(recordAt(HISTORY, i)) + HEAD, byteAt(recordAt(HISTORY, i), 1)) }
export function numberOf(i: i32): Span { return after(recordAt(HISTORY, i), HEAD + byteAt(recordAt(HISTORY, i), 1)) }

/** Seconds since 1970, 0 when the clock was not set. */
export function whenOf(i: i32): u32 { return load<u32>(startOf(recordAt(HISTORY, i)) + 2) }

export function clearHistory(): void {
  emptyList(HISTORY)
  panel().missed = 0
}

/** Adds a call; the oldest ones make room for it. */
export function remember(kind: Kind, name: Span, number: Span): void {
  if (lengthOf(number) > TEXT_MAX) return
  // Whoever tries again and again while nobody may disturb leaves one entry.
  if (kind == Kind.REJECTED && historyCount() > 0 && kindOf(0) == kind && same(numberOf(0), number)) removeRecord(HISTORY, 0)
  const named = min(lengthOf(name), TEXT_MAX)
  let p: usize = 0
  while (historyCount() >= CALLS_KEPT || (p = openRecord(HISTORY, HISTORY_SIZE, 0, HEAD + named + lengthOf(number))) == 0) {
    removeRecord(HISTORY, historyCount() - 1)
  }
  const at = panel()
  store<u8>(p, <u8>kind)
  store<u8>(p, <u8>named, 1)
  store<u32>(p, at.unixMs == 0 ? 0 : <u32>((at.unixMs + at.now - at.clockAt) / 1000), 2)
  memory.copy(p + HEAD, startOf(name), named)
  memory.copy(p + HEAD + named, startOf(number), lengthOf(number))
  if (kind == Kind.MISSED && at.missed < 99) at.missed++
}

/** The entry that was dialled last, or -1. */
export function lastDialled(): i32 {
  for (let i = 0; i < historyCount(); i++) {
    if (kindOf(i) == Kind.DIALLED) return i
  }
  return -1
}
