// The servers that a line knows, in the order found, with what has been learnt of each.
import { SERVERS_STATE, SERVERS_STATE_SIZE, TX } from "../memory"
import { CANDIDATES, HUNTS } from "../config"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { NEVER } from "../base/deadline"
import { Span, NONE, keep, lengthOf, span, startOf } from "../base/span"
import { Target, target, targetCount } from "../locate/target"

/** What is known of a server (VE-22). The active one is marked besides: see activeOf. */
export const enum Status { UNKNOWN, UP, DOWN, FAILED }

/** The group of a server that DNS no longer names. */
export const LAST_GROUP: u8 = 0xff

/** Why a server was left. */
export const enum Reason { NONE, REFUSED, SILENT, CODE, UNREACHABLE, REJECTED, REMOVED, NO_FLOW }

@unmanaged
export class Candidate {
  status: u8          // Status
  rank: u8            // 1 for P1; 0 when DNS no longer names it (AMB-18)
  record: u8          // addresses of one SRV record share this number
  transport: u8       // wire Transport
  priority: u16       // of the SRV record; 1 when there was none
  weight: u16
  lastCode: u16       // last status code received, 0 none
  reason: u8          // Reason it was left last
  id: u8              // names it for as long as it is known, wherever it moves in the list; never 0
  host: Span          // name that led to the address, or NONE
  group: u8           // candidates of one group are equals; lower groups come first (rank, NAPTR order, preference, SRV priority)
  failures: u8        // in a row
  good: u8            // probes in a row that it answered
  falls: u8           // times in a row that it lost our registration soon after it had got it
  roundTripMs: u16    // of the last probe
  line: u8
  led: u8             // locate Led: the kinds of records that led to it
  dirtyUntil: i64     // not chosen before, unless all are dirty; 0 = clean
  lastSeen: i64       // instant of the last answer of any kind; NEVER = never
  leftAt: i64
  boundUntil: i64     // a registration made there may live until then; 0 = none
  cleanAt: i64        // when to try next to remove a binding left behind
  probeAt: i64        // when it is probed next; 0 = that has not been decided yet
  heldUntil: i64      // no return to it before (P-01, P-02)

  // @ts-ignore: decorator
  @inline
  get endpoint(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + ENDPOINT_AT) }
  /** The address of ours that the binding made there names; only meaningful while boundUntil is not 0. */
  // @ts-ignore: decorator
  @inline
  get boundLocal(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + BOUND_AT) }
}

const ENDPOINT_AT: usize = 80
const BOUND_AT: usize = ENDPOINT_AT + ENDPOINT_SIZE
const NAME_AT: usize = BOUND_AT + ENDPOINT_SIZE
const NAME_CAPACITY: u32 = 36
const STRIDE: usize = NAME_AT + NAME_CAPACITY

const HEADER: usize = SERVERS_STATE          // u32 count, u32 id of the active one, u32 last id given, u32 turns taken among equals
const TABLE: usize = SERVERS_STATE + 16

/** The rest of SERVERS_STATE: the orders of the hunts (servers/hunt.ts), then the steps of an explanation (servers/why.ts). */
export const HUNT_STATE: usize = TABLE + <usize>CANDIDATES * STRIDE
export const HUNT_SIZE: usize = 4 + CANDIDATES
export const WHY_STATE: usize = HUNT_STATE + <usize>HUNTS * HUNT_SIZE
export const WHY_STATE_SIZE: usize = SERVERS_STATE + SERVERS_STATE_SIZE - WHY_STATE

export function candidateCount(line: i32): i32 { return load<i32>(HEADER) }

/** The i-th candidate, in the order found; 0 <= i < candidateCount. */
export function candidate(line: i32, i: i32): Candidate { return changetype<Candidate>(TABLE + <usize>i * STRIDE) }

/** Index of the server that the line is registered at, or -1. */
export function activeOf(line: i32): i32 { return indexOfId(line, load<u32>(HEADER, 4)) }

export function activeId(line: i32): u32 { return load<u32>(HEADER, 4) }

export function setActive(line: i32, id: u32): void { store<u32>(HEADER, id, 4) }

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
  const turn = load<u32>(HEADER, 12)
  store<u32>(HEADER, turn + 1, 12)
  return turn % count
}

export function clearCandidates(line: i32): void {
  memory.fill(SERVERS_STATE, 0, SERVERS_STATE_SIZE)
}

/**
 * Makes the list agree with what the locate room found, in its order. A server that was known before keeps what is known of it (VE-42);
 * the active one stays even when DNS no longer names it, with rank 0 (AMB-18).
 */
export function rebuild(line: i32): void {
  const wanted = targetCount()
  for (let i = 0; i < wanted; i++) place(line, i, wanted)
  const active = activeOf(line)
  let count = wanted
  if (active >= wanted && count < CANDIDATES) {
    swap(active, count)
    const c = candidate(line, count)
    c.rank = 0
    c.reason = <u8>Reason.REMOVED
    c.group = LAST_GROUP
    count++
  }
  store<i32>(HEADER, count)
}

/** AMB-18: a server that DNS no longer names leaves the list when it has failed, or holds no binding of ours any more. */
export function dropRemoved(line: i32): void {
  const last = candidateCount(line) - 1
  if (last < 0) return
  const c = candidate(line, last)
  if (c.rank == 0 && <u32>c.id != activeId(line) && (c.boundUntil == 0 || c.status == Status.DOWN)) store<i32>(HEADER, last)
}

/** Puts the candidate for target `i` at place `i` of the list. */
function place(line: i32, i: i32, wanted: i32): void {
  const t = target(i)
  const count = candidateCount(line)
  let at = -1
  for (let j = i; j < count; j++) {
    if (candidate(line, j).endpoint.equals(t.endpoint)) at = j
  }
  if (at < 0) {
    at = count < CANDIDATES ? count : unwanted(line, i, wanted)
    if (at == count) store<i32>(HEADER, count + 1)
    begin(line, candidate(line, at), t)
  }
  swap(i, at)
  describe(line, candidate(line, i), t, i)
}

/** A candidate behind place `i` that no target asks for: with as many candidates as targets there is always one. */
function unwanted(line: i32, i: i32, wanted: i32): i32 {
  const active = activeOf(line)
  for (let j = CANDIDATES - 1; j > i; j--) {
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
  c.id = <u8>newId()
  // SN-15: turns begin anew when DNS has changed.
  store<u32>(HEADER, 0, 12)
}

function newId(): u32 {
  let id = load<u32>(HEADER, 8)
  do {
    id = (id + 1) & 0xff
  } while (id == 0 || indexOfId(0, id) >= 0)
  store<u32>(HEADER, id, 8)
  return id
}

function describe(line: i32, c: Candidate, t: Target, i: i32): void {
  c.rank = t.rank
  c.record = t.record
  c.transport = t.transport
  c.priority = t.priority
  c.weight = t.weight
  c.led = t.led
  const length = min(lengthOf(t.host), NAME_CAPACITY)
  const name = span(startOf(t.host), length)
  c.host = length == 0 ? NONE : keep(name, changetype<usize>(c) + NAME_AT, NAME_CAPACITY)
  c.group = groupOf(line, t)
}

/** How many of the targets come strictly before this one. */
function groupOf(line: i32, t: Target): u8 {
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

function swap(i: i32, j: i32): void {
  if (i == j) return
  const p = TABLE + <usize>i * STRIDE, q = TABLE + <usize>j * STRIDE
  memory.copy(TX, p, STRIDE)
  memory.copy(p, q, STRIDE)
  memory.copy(q, TX, STRIDE)
  fixName(p)
  fixName(q)
}

/** The name lies in the record itself, so a record that has moved points at the new place. */
function fixName(at: usize): void {
  const c = changetype<Candidate>(at)
  if (c.host != NONE) c.host = span(at + NAME_AT, lengthOf(c.host))
}

if (offsetof<Candidate>() > ENDPOINT_AT) ERROR("Candidate has grown over its endpoint")
if (WHY_STATE + 128 > SERVERS_STATE + SERVERS_STATE_SIZE) ERROR("SERVERS_STATE leaves too little for the explanation of a hunt")
