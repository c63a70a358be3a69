// Hunts: the order in which the servers of a line are tried for one request, drawn when it begins and shared with no other request (P-13).
//
// Every hunt has a number: 0 to LINES - 1 for the registration of that line, LINES + place for the call at that place, OTHER_HUNT for what is no call's.
import { CALLS, CANDIDATES_OF_LINE, HUNTS, LINES } from "../config"
import { TX } from "../memory"
import { prose } from "../base/prose"
import { assume } from "../base/panic"
import * as log from "../base/log"
import { Level } from "../base/log"
import { AddrOrder, EqualChoice, Setting, WeightAlgo, knob } from "../settings/settings"
import { Algorithm, order } from "../locate/select"
import { Candidate, HUNT_SIZE, HUNT_STATE, Reason, Status, activeId, byId, candidate, candidateCount, indexOfId, takeTurn } from "./candidates"
import { longestTry, markFailure, standing } from "./policy"
import { noteFirst, noteFound, noteKnob, notePick, noteAvoided, noteRejected, noteTry, noteLeft, noteExhausted, noteUnproved, beginWhy, writeLeft } from "./why"

// The order is drawn in TX, which nobody else uses while an input is being worked on.
const PRIORITIES: usize = TX                              // u16 each, all the same: the draw is among equals
const WEIGHTS: usize = TX + CANDIDATES_OF_LINE * 2
const DRAWN: usize = TX + CANDIDATES_OF_LINE * 4                  // u8 each: indexes of records in the order drawn
const DRAWS: usize = TX + CANDIDATES_OF_LINE * 5                  // u32 each: number drawn << 16 | greatest that could be
const MEMBERS: usize = TX + CANDIDATES_OF_LINE * 9                // u8 each: index of the first candidate of each record
// The same for the addresses of one record.
const FAMILIES: usize = TX + CANDIDATES_OF_LINE * 10
const NO_WEIGHTS: usize = TX + CANDIDATES_OF_LINE * 12
const ADDRESSES: usize = TX + CANDIDATES_OF_LINE * 14
const SHUFFLED: usize = TX + CANDIDATES_OF_LINE * 15

@unmanaged
class Hunt {
  count: u8
  position: u8
  line: u8
  spare: u8
  // then: ids, one byte each
}

const IDS: usize = 4
/** The hunt for requests that belong to no call, one at a time. */
export const OTHER_HUNT: i32 = LINES + CALLS

function huntAt(number: i32): Hunt {
  if (OTHER_HUNT >= HUNTS || IDS + CANDIDATES_OF_LINE > HUNT_SIZE) ERROR("the hunts do not fit")
  return changetype<Hunt>(HUNT_STATE + <usize>number * HUNT_SIZE)
}

// @ts-ignore: decorator
@inline
function idOf(hunt: Hunt, i: u32): u32 { return load<u8>(changetype<usize>(hunt) + IDS + i) }

// @ts-ignore: decorator
@inline
function setId(hunt: Hunt, i: u32, id: u32): void { store<u8>(changetype<usize>(hunt) + IDS + i, <u8>id) }

/**
 * Draws the order for a new request: `first` (an id, 0 for none) before all others, then group by group; within a group by weight, the addresses
 * of one record together. Servers that failed lately come last, least recently failed first (SN-16, SN-20). Returns the first id, or 0.
 */
export function beginHunt(number: i32, line: i32, first: u32, now: i64): u32 {
  drawHunt(number, line, first)
  putFailedLast(line, huntAt(number), first, now)
  return currentId(number)
}

/** The same, but with every server at the place that it was drawn, whatever is known of it. */
export function drawHunt(number: i32, line: i32, first: u32): u32 {
  const hunt = huntAt(number)
  hunt.count = 0
  hunt.position = 0
  hunt.line = <u8>line
  beginWhy(line, number, number < LINES && first != 0 && first == activeId(line))
  noteFound(line, candidateCount(line), ledBy(line))
  if (first != 0 && indexOfId(line, first) >= 0) {
    append(hunt, first)
    if (number >= LINES) noteKnob(line, Setting.SERVER_AFFINITY)
    noteFirst(line, first)
  }
  let group = lowestGroup(line, -1)
  while (group >= 0) {
    drawGroup(line, hunt, <u32>group, first)
    group = lowestGroup(line, group)
  }
  return currentId(number)
}

/** Takes those out of a hunt that has just begun which have failed a moment ago, but for the first (BK-11: each is tried once for one wish of the user). */
export function dropJustFailed(number: i32, line: i32, now: i64): void {
  const hunt = huntAt(number)
  let kept: u32 = 1
  for (let i: u32 = 1; i < hunt.count; i++) {
    const id = idOf(hunt, i)
    if (!hasFailed(line, id, now - longestTry() + 1)) setId(hunt, kept++, id)
  }
  hunt.count = <u8>min<u32>(kept, hunt.count)
}

/** Keeps the first server only, for a request that the settings let go to no other (BK-09). */
export function confine(number: i32): void {
  const hunt = huntAt(number)
  hunt.count = min<u8>(hunt.count, 1)
}

/** The server being tried, 0 when the hunt has run out. */
export function currentId(number: i32): u32 {
  const hunt = huntAt(number)
  return hunt.position < hunt.count ? idOf(hunt, hunt.position) : 0
}

/** True when no other server is left after this one. */
export function isLast(number: i32): bool {
  const hunt = huntAt(number)
  return hunt.position + 1 >= hunt.count
}

/** Leaves the server being tried and goes on to the next; returns its id, or 0 when none is left. */
export function leave(number: i32, line: i32, reason: Reason, code: u32, retryAfterSec: i64, now: i64): u32 {
  const hunt = huntAt(number)
  const id = currentId(number)
  if (id == 0) return 0
  giveUp(number, line, id, reason, code, retryAfterSec, now)
  const next = skip(number, line)
  if (next == 0) noteExhausted(line, number)
  return next
}

/** A server that was asked will not do. */
export function giveUp(number: i32, line: i32, id: u32, reason: Reason, code: u32, retryAfterSec: i64, now: i64): void {
  // The list may have been made anew while the request was out: a server that has gone is simply passed over.
  const told = indexOfId(line, id) >= 0 ? markFailure(byId(line, id), reason, retryAfterSec, now) : reason
  noteLeft(line, number, id, told, code)
  writeLeft(log.line(), line, id, told, code)
  log.say(Level.NOTE)
}

/** Whether a server comes next that nothing speaks against. */
export function hasGoodNext(number: i32, line: i32, now: i64): bool {
  const hunt = huntAt(number)
  for (let i: u32 = <u32>hunt.position + 1; i < hunt.count; i++) {
    const id = idOf(hunt, i)
    if (indexOfId(line, id) >= 0) return avoidance(line, id, 0, now) < FAILED_LATELY
  }
  return false
}

/** A server that was passed over is the one being tried again; those behind it keep their places. */
export function turnBack(number: i32, id: u32): void {
  const hunt = huntAt(number)
  for (let i: u32 = 0; i < hunt.count; i++) if (idOf(hunt, i) == id) hunt.position = <u8>i
}

/** Goes on to the next server without a word against the one being tried; returns the id of the next, or 0. */
export function skip(number: i32, line: i32): u32 {
  const hunt = huntAt(number)
  do {
    hunt.position++
  } while (hunt.position < hunt.count && indexOfId(line, idOf(hunt, hunt.position)) < 0)
  return currentId(number)
}

/** A request that no hunt is about has failed at this server: it is marked, and told of. */
export function noteAway(line: i32, id: u32, reason: Reason, code: u32, retryAfterSec: i64, now: i64): void {
  writeLeft(log.line(), line, id, markFailure(byId(line, id), reason, retryAfterSec, now), code)
  log.say(Level.NOTE)
}

/** The server that comes first for such a request, but for this one, and those that have failed since then: where we are registered, else as drawn. 0: none. */
export function nextBut(line: i32, but: u32, since: i64, now: i64): u32 {
  const home = activeId(line)
  let id = beginHunt(OTHER_HUNT, line, home != but ? home : 0, now)
  while (id != 0 && (id == but || hasFailed(line, id, since))) id = skip(OTHER_HUNT, line)
  return id
}

/** Whether a server has failed since then, or refused our account, and not registered us after that. */
export function hasFailed(line: i32, id: u32, since: i64): bool {
  const c = byId(line, id)
  return (c.failures != 0 || c.status == Status.FAILED) && c.leftAt >= since
}

function append(hunt: Hunt, id: u32): void {
  for (let i: u32 = 0; i < hunt.count; i++) {
    if (idOf(hunt, i) == id) return
  }
  assume(<i32>hunt.count < CANDIDATES_OF_LINE, prose("a hunt has no more servers than there are"))
  setId(hunt, hunt.count, id)
  hunt.count++
}

/** The lowest group above `above`, or -1. */
function lowestGroup(line: i32, above: i64): i64 {
  let lowest: i64 = -1
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    const group: i64 = candidate(line, i).group
    if (group > above && (lowest < 0 || group < lowest)) lowest = group
  }
  return lowest
}

// RFC 2782 "Usage rules": the weighted draw is among the records of one priority.
function drawGroup(line: i32, hunt: Hunt, group: u32, first: u32): void {
  const records = gatherRecords(line, group)
  const inOrder = knob(line, Setting.WEIGHT_ALGO) == WeightAlgo.DNS_ORDER || knob(line, Setting.EQUAL_CHOICE) != EqualChoice.RANDOM && areEqual(records)
  order(PRIORITIES, WEIGHTS, records, inOrder ? Algorithm.DNS_ORDER : <Algorithm>knob(line, Setting.WEIGHT_ALGO), DRAWN, DRAWS)
  const from: u32 = hunt.count
  if (records > 1) noteKnob(line, inOrder && knob(line, Setting.WEIGHT_ALGO) != WeightAlgo.DNS_ORDER ? Setting.EQUAL_CHOICE : Setting.WEIGHT_ALGO)
  for (let i: u32 = 0; i < records; i++) {
    const member = candidate(line, load<u8>(MEMBERS + load<u8>(DRAWN + i)))
    notePick(line, member.id, load<u32>(DRAWS + i * 4))
    appendRecord(line, hunt, group, member.record)
  }
  if (inOrder) rotate(hunt, from, turnsOf(line, hunt, from, group, first))
}

/** The kinds of records that led to the servers. */
function ledBy(line: i32): u32 {
  let led: u32 = 0
  for (let i = candidateCount(line) - 1; i >= 0; i--) led |= candidate(line, i).led
  return led
}

/** How far the order of DNS is turned: AMB-02 alternate, a step further with each choice; VE-32, behind the server that we are, or were, at. */
function turnsOf(line: i32, hunt: Hunt, from: u32, group: u32, first: u32): u32 {
  const count = <u32>hunt.count - from
  if (count < 2) return 0
  if (knob(line, Setting.EQUAL_CHOICE) == EqualChoice.ALTERNATE) return first == 0 && group == 0 ? takeTurn(line, count) : 0
  const at = first != 0 ? first : activeId(line)
  const place = indexOfId(line, at)
  if (place < 0 || <u32>candidate(line, place).group != group) return 0
  // The one to be tried first stands before the group already.
  let turns: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const other = indexOfId(line, idOf(hunt, from + i))
    if (other <= place) turns = i + 1
  }
  return turns % count
}

/** Turns the ids from `from` on, so that the one `turns` places behind it comes first. */
function rotate(hunt: Hunt, from: u32, turns: u32): void {
  for (; turns > 0; turns--) {
    const id = idOf(hunt, from)
    for (let i = from + 1; i < <u32>hunt.count; i++) setId(hunt, i - 1, idOf(hunt, i))
    setId(hunt, hunt.count - 1, id)
  }
}

/** Whether the records of a group weigh the same. */
function areEqual(records: u32): bool {
  for (let i: u32 = 1; i < records; i++) {
    if (load<u16>(WEIGHTS + i * 2) != load<u16>(WEIGHTS)) return false
  }
  return true
}

/** Lists each SRV record of the group once; returns how many. */
function gatherRecords(line: i32, group: u32): u32 {
  let records: u32 = 0
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    const c = candidate(line, i)
    if (c.group != group || isListed(line, c, records)) continue
    store<u16>(PRIORITIES + records * 2, 0)
    store<u16>(WEIGHTS + records * 2, c.weight)
    store<u8>(MEMBERS + records, <u8>i)
    records++
  }
  return records
}

function isListed(line: i32, c: Candidate, records: u32): bool {
  for (let i: u32 = 0; i < records; i++) {
    if (candidate(line, load<u8>(MEMBERS + i)).record == c.record) return true
  }
  return false
}

// RFC 3263 4.3: all addresses of one SRV record are tried before the next record. AMB-25: in the order that the settings want.
function appendRecord(line: i32, hunt: Hunt, group: u32, record: u32): void {
  const how = <AddrOrder>knob(line, Setting.ADDR_ORDER)
  const count = candidateCount(line)
  let members: u32 = 0
  for (let i = 0; i < count; i++) {
    const c = candidate(line, i)
    if (c.group != group || c.record != record) continue
    // RFC 6724 2.1: an IPv6 address has precedence over an IPv4 one.
    store<u16>(FAMILIES + members * 2, how == AddrOrder.RFC6724 && c.endpoint.family == 4 ? 1 : 0)
    store<u16>(NO_WEIGHTS + members * 2, 0)
    store<u8>(ADDRESSES + members, <u8>i)
    members++
  }
  order(FAMILIES, NO_WEIGHTS, members, how == AddrOrder.SHUFFLE ? Algorithm.PROPORTIONAL : Algorithm.DNS_ORDER, SHUFFLED, 0)
  for (let i: u32 = 0; i < members; i++) append(hunt, candidate(line, load<u8>(ADDRESSES + load<u8>(SHUFFLED + i))).id)
}

/** Moves the servers that are worth less behind the others; of those that failed the one that did so longest ago comes first. */
function putFailedLast(line: i32, hunt: Hunt, first: u32, now: i64): void {
  noteOvertaken(line, hunt, first, now)
  let pass: i32 = hunt.count, moved = true
  for (; moved && pass > 0; pass--) {
    moved = false
    for (let i: u32 = 1; i < hunt.count; i++) {
      const a = idOf(hunt, i - 1), b = idOf(hunt, i)
      if (avoidance(line, a, first, now) <= avoidance(line, b, first, now)) continue
      setId(hunt, i - 1, b)
      setId(hunt, i, a)
      moved = true
    }
  }
  // AMB-06: a server that rejects the account is no refuge, unless there is no other.
  while (hunt.count > 1 && standing(byId(line, idOf(hunt, hunt.count - 1)), now) == 3) noteRejected(line, idOf(hunt, --hunt.count))
  for (let i: u32 = 0; i < hunt.count; i++) {
    const id = idOf(hunt, i)
    if (avoidance(line, id, first, now) >= FAILED_LATELY) noteAvoided(line, id, <u32>(max<i64>(byId(line, id).dirtyUntil - now + 999, 0) / 1000))
  }
}

/** Says which servers that were drawn before one that is up come after it, as they have not been heard of. */
function noteOvertaken(line: i32, hunt: Hunt, first: u32, now: i64): void {
  let up: u32 = hunt.count
  while (up > 0 && avoidance(line, idOf(hunt, up - 1), first, now) != 0) up--
  for (let i: u32 = 0; i < up; i++) if (avoidance(line, idOf(hunt, i), first, now) == 1) noteUnproved(line, idOf(hunt, i))
}

const FAILED_LATELY: i64 = 1 << 60

/** 0 for a server that nothing speaks against, more the worse it stands. The one that the caller asked for is not avoided. */
function avoidance(line: i32, id: u32, first: u32, now: i64): i64 {
  const c = byId(line, id)
  if (id == first) return -1
  const dirty = c.dirtyUntil > now
  const worth: i64 = standing(c, now)
  if (worth < 2 && !dirty) return worth
  return (FAILED_LATELY * (worth < 2 ? 1 : worth)) | (dirty ? c.leftAt + 1 : 0)
}

/** Notes that the current server is being tried now. */
export function noteTrying(number: i32): void { noteTry(huntAt(number).line, number, currentId(number)) }
