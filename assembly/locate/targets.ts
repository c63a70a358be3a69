// The addresses that a search has found for a line, each with what led to it.
import { NEVER, sooner } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { Span, NONE, keep, lengthOf, same } from "../base/span"
import { TARGETS } from "../config"
import { HOSTS_SIZE, LINE_SIZE, SEARCH_SIZE, TARGETS_AT, TARGET_SIZE } from "./layout"

@unmanaged
export class Target {
  rank: u8             // 1 for P1
  transport: u8        // wire Transport
  record: u8           // the SRV record, in the order of DNS: its addresses have the same number
  spare: u8
  order: u16           // of the NAPTR record, 0 when there was none
  preference: u16
  priority: u16        // of the SRV record, 1 when there was none (VE-18)
  weight: u16
  host: Span           // the name whose address it is; NONE for an address that was set, or when there was no room to keep it
  expires: i64         // when DNS has to be asked again; NEVER for an address that was set

  // @ts-ignore: decorator
  @inline
  get endpoint(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 24) }
}

/** What a search keeps of its result, before its own state. */
@unmanaged
export class Found {
  count: u8
  full: bool           // there were more than TARGETS
  isStale: bool        // part of it comes from old answers
  spare: u8
  hostsUsed: u32
  expires: i64
}

export const FOUND_SIZE: usize = 16

const NAME_SIZE: usize = 256

export function lineAt(line: i32): usize { return TARGETS_AT + <usize>line * LINE_SIZE }

/** Where the name that is searched for is kept, 255 bytes. */
export function nameAt(line: i32): usize { return lineAt(line) + SEARCH_SIZE }

// @ts-ignore: decorator
@inline
export function found(line: i32): Found { return changetype<Found>(lineAt(line)) }

function table(line: i32): usize { return nameAt(line) + NAME_SIZE }

function hosts(line: i32): usize { return table(line) + <usize>TARGETS * TARGET_SIZE }

/** How many targets the line has. */
export function targetCount(line: i32): i32 { return found(line).count }

/** The i-th target in the order of DNS; 0 <= i < targetCount. */
export function target(line: i32, i: i32): Target { return changetype<Target>(table(line) + <usize>i * TARGET_SIZE) }

/** When the first of the answers behind the targets expires; NEVER when DNS was not asked. */
export function expires(line: i32): i64 { return found(line).expires }

/** Whether a target comes from an answer that has expired and could not be had anew. */
export function stale(line: i32): bool { return found(line).isStale }

export function clearTargets(line: i32): void {
  memory.fill(lineAt(line), 0, FOUND_SIZE)
  found(line).expires = NEVER
}

/** Adds a target with this endpoint, zero elsewhere; null when there is no room. */
export function addTarget(line: i32, host: Span): Target {
  const f = found(line)
  if (f.count == TARGETS) {
    f.full = true
    return changetype<Target>(0)
  }
  const t = target(line, f.count++)
  memory.fill(changetype<usize>(t), 0, TARGET_SIZE)
  t.host = keepHost(line, host)
  return t
}

/** A target with an expiry came in. */
export function limitExpiry(line: i32, at: i64): void {
  found(line).expires = sooner(found(line).expires, at)
}

/** Keeps the name once, however many addresses it has. */
function keepHost(line: i32, host: Span): Span {
  if (host == NONE) return NONE
  const f = found(line)
  if (f.count > 1) {
    const before = target(line, f.count - 2).host
    if (before != NONE && same(before, host)) return before
  }
  const kept = keep(host, hosts(line) + f.hostsUsed, HOSTS_SIZE - f.hostsUsed)
  f.hostsUsed += lengthOf(kept)
  return kept
}

/** Puts the targets in the order in which DNS gave their records; addresses of one record stay as they are. */
export function sortTargets(line: i32): void {
  const count = targetCount(line)
  for (let i = 1; i < count; i++) {
    for (let j = i; j > 0 && target(line, j).record < target(line, j - 1).record; j--) swapTargets(line, j)
  }
}

function swapTargets(line: i32, j: i32): void {
  const p = changetype<usize>(target(line, j - 1)), q = changetype<usize>(target(line, j))
  for (let i: usize = 0; i < TARGET_SIZE; i += 8) {
    const word = load<u64>(p + i)
    store<u64>(p + i, load<u64>(q + i))
    store<u64>(q + i, word)
  }
}
