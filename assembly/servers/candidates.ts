// The servers that the lines know, each line's in the order found, with what has been learnt of each. They share one pool.
import { SERVERS_STATE, SERVERS_STATE_SIZE } from "../memory"
import { CANDIDATES, CANDIDATES_OF_LINE, CANDIDATES_KEPT_FREE, HUNTS, LINES } from "../config"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { INSTANT_SIZE, NEVER, instantAt, keepInstant } from "../base/deadline"
import { Span, lengthOf } from "../base/span"
import { Setting, words } from "../settings/settings"
import { giveName } from "./names"
import { Target, dropTarget, target, targetCount } from "../locate/target"

/** What is known of a server (VE-22). The active one is marked besides: see activeOf. */
export const enum Status { UNKNOWN, UP, DOWN, FAILED }

/** The group of a server that DNS no longer names. */
export const LAST_GROUP: u8 = 0xff

/** Why a server was left. */
export const enum Reason { NONE, REFUSED, SILENT, CODE, UNREACHABLE, REJECTED, REMOVED, NO_FLOW }
/** With a Reason: the failure was rehearsed. */
export const REHEARSED: u8 = 0x80

@unmanaged
export class Candidate {
  status: u8          // Status
  rank: u8            // 1 for P1; 0 when DNS no longer names it (AMB-18)
  record: u8          // addresses of one SRV record share this number
  transport: u8       // wire Transport
  priority: u16       // of the SRV record; 1 when there was none
  weight: u16
  lastCode: u16       // last status code received, 0 none
  reason: u8          // Reason it was left last, | REHEARSED
  id: u8              // names it for as long as it is known; 0: the place is free
  host: Span          // name that led to the address, or NONE
  group: u8           // candidates of one group are equals; lower groups come first (rank, NAPTR order, preference, SRV priority)
  failures: u8        // in a row
  good: u8            // probes in a row that it answered
  falls: u8           // times in a row that it lost our registration soon after it had got it
  roundTripMs: u16    // of the last probe, or REGISTER that was sent once; 0 not known
  line: u8
  led: u8             // locate Led: the kinds of records that led to it
  // then: seven instants, the endpoint, and the address that a binding names

  /** Not chosen before, unless all are dirty; 0 = clean. */
  get dirtyUntil(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT) }
  set dirtyUntil(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT, t) }
  /** Instant of the last answer of any kind; NEVER = never. */
  get lastSeen(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + INSTANT_SIZE) }
  set lastSeen(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + INSTANT_SIZE, t) }
  get leftAt(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 2 * INSTANT_SIZE) }
  set leftAt(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 2 * INSTANT_SIZE, t) }
  /** A registration made there may live until then; 0 = none. */
  get boundUntil(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 3 * INSTANT_SIZE) }
  set boundUntil(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 3 * INSTANT_SIZE, t) }
  /** When to try next to remove a binding left behind. */
  get cleanAt(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 4 * INSTANT_SIZE) }
  set cleanAt(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 4 * INSTANT_SIZE, t) }
  /** When it is probed next; 0 = that has not been decided yet. */
  get probeAt(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 5 * INSTANT_SIZE) }
  set probeAt(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 5 * INSTANT_SIZE, t) }
  /** No return to it before (P-01, P-02). */
  get heldUntil(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 6 * INSTANT_SIZE) }
  set heldUntil(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 6 * INSTANT_SIZE, t) }
  noteTrip(ms: i64): void { this.roundTripMs = <u16>min<i64>(ms, 0xffff) }
  // @ts-ignore: decorator
  @inline
  get endpoint(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + ENDPOINT_AT) }
  /** The address of ours that the binding made there names; only meaningful while boundUntil is not 0. */
  // @ts-ignore: decorator
  @inline
  get boundLocal(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + BOUND_AT) }
}

const INSTANTS_AT: usize = 24
const ENDPOINT_AT: usize = INSTANTS_AT + 7 * INSTANT_SIZE
const BOUND_AT: usize = ENDPOINT_AT + ENDPOINT_SIZE
const STRIDE: usize = BOUND_AT + ENDPOINT_SIZE

/** The servers of a line. */
@unmanaged
class List {
  count: u8
  active: u8           // id of the one where the line is registered; 0 none
  turns: u16           // taken among equals
  // then: places in the pool, one byte each, in the order found

  // @ts-ignore: decorator
  @inline
  get places(): usize { return changetype<usize>(this) + 4 }
}
const LIST_SIZE: usize = 4 + CANDIDATES_OF_LINE

const LAST_ID: usize = SERVERS_STATE         // u32: id given last
const LISTS: usize = SERVERS_STATE + 4
const POOL: usize = (LISTS + <usize>LINES * LIST_SIZE + 7) & ~7

/** The rest of SERVERS_STATE: names (servers/names.ts), the orders of the hunts (servers/hunt.ts), then the steps of explanations (servers/why.ts). */
export const NAMES: usize = POOL + <usize>CANDIDATES * STRIDE
export const NAMES_SIZE: usize = 400
export const HUNT_STATE: usize = NAMES + NAMES_SIZE
export const HUNT_SIZE: usize = 4 + CANDIDATES_OF_LINE
export const WHY_STATE: usize = HUNT_STATE + <usize>HUNTS * HUNT_SIZE
export const WHY_STATE_SIZE: usize = SERVERS_STATE + SERVERS_STATE_SIZE - WHY_STATE

// @ts-ignore: decorator
@inline
function listOf(line: i32): List { return changetype<List>(LISTS + <usize>line * LIST_SIZE) }

// @ts-ignore: decorator
@inline
function inPool(place: i32): Candidate { return changetype<Candidate>(POOL + <usize>place * STRIDE) }

/** How many servers all lines know together. */
export function serverCount(): i32 {
  let count = 0
  for (let line = 0; line < LINES; line++) count += candidateCount(line)
  return count
}

/** The candidate at that place of the pool, 0 <= place < CANDIDATES; null when it is free. */
export function pooled(place: i32): Candidate { return inPool(place).id == 0 ? changetype<Candidate>(0) : inPool(place) }

export function candidateCount(line: i32): i32 { return listOf(line).count }

/** The i-th candidate, in the order found; 0 <= i < candidateCount. */
export function candidate(line: i32, i: i32): Candidate { return inPool(load<u8>(listOf(line).places + i)) }

/** Index of the server that the line is registered at, or -1. */
export function activeOf(line: i32): i32 { return indexOfId(line, activeId(line)) }

export function activeId(line: i32): u32 { return listOf(line).active }

export function setActive(line: i32, id: u32): void { listOf(line).active = <u8>id }

/** The candidate of that id; the caller knows that it is in the list. */
export function byId(line: i32, id: u32): Candidate { return candidate(line, indexOfId(line, id)) }

export function indexOfId(line: i32, id: u32): i32 {
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    if (<u32>candidate(line, i).id == id) return i
  }
  return -1
}

/** Id of the candidate at this address, or 0. Ports count unless `anyPort`. */
export function idAt(line: i32, e: Endpoint, anyPort: bool = false): u32 {
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    const c = candidate(line, i)
    if (anyPort ? c.endpoint.sameHost(e) : c.endpoint.equals(e)) return c.id
  }
  return 0
}

/** Takes the next turn among `count` equals (SN-15). */
export function takeTurn(line: i32, count: u32): u32 {
  const list = listOf(line), turn: u32 = list.turns
  list.turns = <u16>(turn + 1)
  return turn % count
}

/** A server that refused the account may be asked again: the user, who says so, knows why. */
export function forgive(line: i32): void {
  for (let i = candidateCount(line) - 1; i >= 0; i--) {
    if (candidate(line, i).status == Status.FAILED) candidate(line, i).status = <u8>Status.UNKNOWN
  }
}

/** The line knows no server. */
export function clearCandidates(line: i32): void {
  shorten(line, 0)
  memory.fill(changetype<usize>(listOf(line)), 0, LIST_SIZE)
}

/**
 * Makes the list agree with what the locate room has just found, in its order. A server that was known before keeps what is known of it (VE-42);
 * the active one stays even when DNS no longer names it, with rank 0 (AMB-18). How many targets there was no room for.
 */
export function rebuild(line: i32): i32 {
  const found = targetCount(), most = shareOf(line)
  for (let count = found; count > most; count--) dropTarget(leastWanted())
  const wanted = targetCount()
  for (let i = 0; i < wanted; i++) place(line, i, wanted, most)
  const active = activeOf(line)
  let count = wanted
  if (active >= wanted && count < most) {
    swap(line, active, count)
    const c = candidate(line, count)
    c.rank = 0
    c.reason = <u8>Reason.REMOVED
    c.group = LAST_GROUP
    count++
  }
  shorten(line, count)
  return found - wanted
}

/** Two records may lead to one address: there is one binding there, and it is no longer that of the other record. */
export function disownTwins(line: i32, c: Candidate): void {
  for (let i = 0; i < candidateCount(line); i++) if (candidate(line, i).endpoint.equals(c.endpoint)) candidate(line, i).boundUntil = 0
}

/** AMB-18: a server that DNS no longer names leaves the list when it has failed, or holds no binding of ours any more. */
export function dropRemoved(line: i32): void {
  const last = candidateCount(line) - 1
  if (last < 0) return
  const c = candidate(line, last)
  if (c.rank == 0 && <u32>c.id != activeId(line) && (c.boundUntil == 0 || c.status == Status.DOWN)) shorten(line, last)
}

/** How many servers the line may know: each other line that has an account can have some, too. */
function shareOf(line: i32): i32 {
  let share: i32 = CANDIDATES
  for (let other = 0; other < LINES; other++) {
    if (other == line) continue
    const count = candidateCount(other)
    share -= lengthOf(words(other, Setting.DOMAIN)) > 0 ? max(count, CANDIDATES_KEPT_FREE) : count
  }
  return min(share, CANDIDATES_OF_LINE)
}

/** The target that would be tried after all others. */
function leastWanted(): i32 {
  let last = 0
  for (let i = 1; i < targetCount(); i++) {
    if (!precedes(target(i), target(last))) last = i
  }
  return last
}

/** Puts the candidate for target `i` at place `i` of the list. */
function place(line: i32, i: i32, wanted: i32, most: i32): void {
  const t = target(i)
  const count = candidateCount(line)
  let at = -1
  for (let j = i; j < count; j++) {
    if (candidate(line, j).endpoint.equals(t.endpoint)) at = j
  }
  if (at < 0) {
    at = count < most ? addCandidate(line) : unwanted(line, i, wanted)
    begin(line, candidate(line, at), t)
  }
  swap(line, i, at)
  describe(candidate(line, i), t)
}

/** The list has one place more; its index. There is room for it. */
export function addCandidate(line: i32): i32 {
  let free = 0
  while (inPool(free).id != 0) free++
  const list = listOf(line)
  store<u8>(list.places + list.count, <u8>free)
  return list.count++
}

/** The list ends before place `count`. */
function shorten(line: i32, count: i32): void {
  for (let i = candidateCount(line) - 1; i >= count; i--) candidate(line, i).id = 0
  listOf(line).count = <u8>count
}

/** A candidate behind place `i` that no target asks for: with as many candidates as targets there is always one. */
function unwanted(line: i32, i: i32, wanted: i32): i32 {
  const active = activeOf(line)
  for (let j = candidateCount(line) - 1; j > i; j--) {
    if (j == active) continue
    let asked = false
    for (let k = i; k < wanted; k++) {
      if (target(k).endpoint.equals(candidate(line, j).endpoint)) asked = true
    }
    if (!asked) return j
  }
  return i
}

function begin(line: i32, c: Candidate, t: Target): void {
  memory.fill(changetype<usize>(c), 0, STRIDE)
  c.endpoint.copyFrom(t.endpoint)
  c.lastSeen = NEVER
  c.line = <u8>line
  c.id = newId()
  // SN-15: turns begin anew when DNS has changed.
  listOf(line).turns = 0
}

function newId(): u8 {
  let id = load<u32>(LAST_ID)
  do {
    id = (id + 1) & 0xff
  } while (id == 0 || isTaken(id))
  store<u32>(LAST_ID, id)
  return <u8>id
}

function isTaken(id: u32): bool {
  for (let place = 0; place < CANDIDATES; place++) {
    if (<u32>inPool(place).id == id) return true
  }
  return false
}

function describe(c: Candidate, t: Target): void {
  c.rank = t.rank
  c.record = t.record
  c.transport = t.transport
  c.priority = t.priority
  c.weight = t.weight
  c.led = t.led
  c.group = groupOf(t)
  giveName(c, t.host)
}

/** How many of the targets come strictly before this one. */
function groupOf(t: Target): u8 {
  let before: u8 = 0
  const count = targetCount()
  for (let i = 0; i < count; i++) {
    if (precedes(target(i), t)) before++
  }
  return before
}

// RFC 3263 4.1, RFC 3403 4.1: NAPTR order, then preference; RFC 2782: then the priority of the SRV record. Lower numbers come first.
function precedes(a: Target, b: Target): bool {
  if (a.rank != b.rank) return a.rank < b.rank
  if (a.order != b.order) return a.order < b.order
  if (a.preference != b.preference) return a.preference < b.preference
  return a.priority < b.priority
}

function swap(line: i32, i: i32, j: i32): void {
  const p = listOf(line).places + i, q = listOf(line).places + j, place = load<u8>(p)
  store<u8>(p, load<u8>(q))
  store<u8>(q, place)
}

if (offsetof<Candidate>() > INSTANTS_AT) ERROR("Candidate has grown over its instants")
if (WHY_STATE_SIZE < 256 || WHY_STATE > SERVERS_STATE + SERVERS_STATE_SIZE) ERROR("SERVERS_STATE leaves too little for the explanations")
if (CANDIDATES < CANDIDATES_OF_LINE || CANDIDATES < LINES * CANDIDATES_KEPT_FREE) ERROR("the pool of servers is too small for the lines")
