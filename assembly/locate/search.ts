// The walk of a search: how far it is, and what came up on the way. One for all lines, as no walk lasts longer than an input.
import { TARGETS } from "../config"
import { SEARCH_AT, SEARCH_SIZE } from "./layout"
import { Prose } from "../base/prose"
import { Span } from "../base/span"
import { warnAbout } from "./answer"
import { resolver } from "./query"

export const enum Phase { NAPTR, NEXT_NAPTR, SRV, RECORDS, HOST, DONE }

// What came up on the way, as bits: it decides what a search without result is called.
export const SAW_SRV: u32 = 1
export const SAW_ABSENT: u32 = 2
export const SAW_DEAD: u32 = 4
export const SAW_UDP: u32 = 8                   // a NAPTR record for UDP
export const SAW_NAME: u32 = 16                 // the name itself exists
export const NAPTR_FAILED: u32 = 32
export const SAW_OTHER: u32 = 64                // SIP there is, but not over UDP

/** Of an input: whether a search has ended in it, and whether another one waits for the next. */
const enum Turn { FREE, TAKEN, WANTED, NEXT }

const SEQUENCE_AT: usize = 40

@unmanaged
export class Search {
  phase: Phase
  seen: u32            // bits
  naptr: i32           // index of the NAPTR record being followed
  name: Span           // that is searched for
  order: u16           // of that record
  preference: u16
  naptrEntry: u16      // ids in the cache
  srvEntry: u16
  port: u16            // 0: none was set
  line: u8             // whose servers they are
  quiet: bool          // nothing is logged: the search is not over, and would say it again
  base: u8             // number of the first record of this SRV set
  place: u8            // in the sequence of records
  rank: u8             // of the server that is searched for: 1 for the first of the setting
  before: u8           // targets that were there before it
  sawAll: u8           // `seen` of those before it
  // then: 16 bytes, the SRV records by priority

  // @ts-ignore: decorator
  @inline
  get sequence(): usize { return changetype<usize>(this) + SEQUENCE_AT }
}

/** Files a line about the search in the log; once. */
export function warn(type: u32, name: Span, what: Prose): void { if (!search().quiet) warnAbout(type, name, what) }

export function search(): Search {
  if (SEQUENCE_AT + TARGETS > SEARCH_SIZE || offsetof<Search>() > SEQUENCE_AT) ERROR("the search does not fit")
  return changetype<Search>(SEARCH_AT)
}

// -- Turns: one search ends in an input

/** Whether a search may end in this input. One that asks has the next. */
export function hasTurn(): bool {
  const r = resolver()
  if (r.turn != Turn.TAKEN && r.turn != Turn.WANTED) return true
  r.turn = <u8>Turn.WANTED
  return false
}

/** A search has ended. */
export function endTurn(): void { resolver().turn = <u8>Turn.TAKEN }

/** The input is over. */
export function rest(): void {
  const r = resolver()
  r.turn = <u8>(r.turn == Turn.WANTED ? Turn.NEXT : Turn.FREE)
}

/** Whether a search has waited for the end of another one: it goes on at once. */
export function isAwaited(): bool { return resolver().turn == Turn.NEXT }
