// The addresses that a search has found, each with what led to it; and what remains of it for each line.
import { NEVER, sooner } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { Span } from "../base/span"
import { TARGETS } from "../config"
import { FOUND_AT, FOUND_SIZE, TARGETS_AT, TARGET_SIZE, WALK_AT } from "./layout"

/** Kinds of records that led to an address; none for one that was set. */
export const enum Led { NAPTR = 1, SRV = 2, ADDRESS = 4 }

@unmanaged
export class Target {
  rank: u8             // 1 for P1
  transport: u8        // wire Transport
  record: u8           // the SRV record, in the order of DNS: its addresses have the same number
  led: u8              // bits of Led
  order: u16           // of the NAPTR record, 0 when there was none
  preference: u16
  priority: u16        // of the SRV record, 1 when there was none (VE-18)
  weight: u16
  host: Span           // the name whose address it is, in the cache or in the settings; NONE for an address that was set
  expires: i64         // when DNS has to be asked again; NEVER for an address that was set

  // @ts-ignore: decorator
  @inline
  get endpoint(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 24) }
}

/** What a search has come to. */
@unmanaged
export class Found {
  count: u8            // targets
  full: bool           // there were more than TARGETS
  isStale: bool        // part of it comes from old answers
  searching: bool      // it is not over
  result: i32          // Located
  expires: i64
}

/** What the last search of a line came to. */
// @ts-ignore: decorator
@inline
export function found(line: i32): Found { return changetype<Found>(FOUND_AT + <usize>line * FOUND_SIZE) }

/** The walk that goes on now, and the targets that it has come to. */
// @ts-ignore: decorator
@inline
export function walk(): Found { return changetype<Found>(WALK_AT) }

/** How many targets the last search of the line has found. */
export function foundCount(line: i32): i32 { return found(line).count }

/** When the first of the answers behind the targets expires; NEVER when DNS was not asked. */
export function expires(line: i32): i64 { return found(line).expires }

/** Whether a target comes from an answer that has expired and could not be had anew. */
export function stale(line: i32): bool { return found(line).isStale }

/** How many targets the walk has found. */
export function targetCount(): i32 { return walk().count }

/** The i-th of them in the order of DNS; 0 <= i < targetCount. Good until the next walk or question. */
export function target(i: i32): Target { return changetype<Target>(TARGETS_AT + <usize>i * TARGET_SIZE) }

/** Nothing has been found yet. */
export function clear(f: Found): void {
  memory.fill(changetype<usize>(f), 0, FOUND_SIZE)
  f.expires = NEVER
}

/** Adds a target, zero but for its name; null when there is no room. */
export function addTarget(host: Span): Target {
  const f = walk()
  if (f.count == TARGETS) {
    f.full = true
    return changetype<Target>(0)
  }
  const t = target(f.count++)
  memory.fill(changetype<usize>(t), 0, TARGET_SIZE)
  t.host = host
  return t
}

/** Leaves target `i` out. */
export function dropTarget(i: i32): void {
  const f = walk()
  f.count--
  const at = changetype<usize>(target(i))
  memory.copy(at, at + TARGET_SIZE, <usize>(f.count - i) * TARGET_SIZE)
}

/** A target with an expiry came in. */
export function limitExpiry(at: i64): void { walk().expires = sooner(walk().expires, at) }

/** Puts the targets in the order in which DNS gave their records; addresses of one record stay as they are. */
export function sortTargets(): void {
  const count = targetCount()
  for (let i = 1; i < count; i++) {
    for (let j = i; j > 0 && target(j).record < target(j - 1).record; j--) swapTargets(j)
  }
}

function swapTargets(j: i32): void {
  const p = changetype<usize>(target(j - 1)), q = changetype<usize>(target(j))
  for (let i: usize = 0; i < TARGET_SIZE; i += 8) {
    const word = load<u64>(p + i)
    store<u64>(p + i, load<u64>(q + i))
    store<u64>(q + i, word)
  }
}
