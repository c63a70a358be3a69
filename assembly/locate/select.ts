// Which record comes first: the selection of RFC 2782 by priority and weighted draw, and two simpler ones. Pure: all memory is the caller's.
import { below } from "../base/random"

/** Setting weight_algo. */
export const enum Algorithm { RFC2782, PROPORTIONAL, DNS_ORDER }

/** At most so many records are put in order at once. */
export const ORDER_MAX: u32 = 32
/** A bit for each of them. */
type Taken = u32

/**
 * Puts `count` records in the order in which they are to be tried. `priorities` and `weights` are u16 each, in the order of the DNS answer;
 * `out` gets one byte per record: its index. Every index appears once (P-08). With `trace` not 0, four bytes per place say what decided it:
 * the number drawn << 16 | the greatest that could be; 0 when there was nothing to draw. Where that is above 65535 both are halved until they fit.
 */
export function order(priorities: usize, weights: usize, count: u32, algorithm: Algorithm, out: usize, trace: usize): void {
  let taken: Taken = 0
  for (let place: u32 = 0; place < count; place++) {
    const choices = choicesOf(priorities, weights, count, taken, algorithm)
    const drawn = below(choices)
    const i = pick(priorities, weights, count, taken, algorithm, drawn)
    taken |= <Taken>1 << i
    store<u8>(out + place, <u8>i)
    if (trace != 0) store<u32>(trace + (<usize>place << 2), traceOf(drawn, choices))
  }
}

/** How many numbers the next draw is made among, 0 up to one less than this, each as likely; 1: nothing to draw. `taken` has bit i for record i. */
export function choicesOf(priorities: usize, weights: usize, count: u32, taken: Taken, algorithm: Algorithm): u32 {
  const priority = lowest(priorities, count, taken)
  const all = tally(priorities, weights, count, taken, priority)
  const left = <u32>(all >>> 48), zeros = <u32>(all >>> 32) & 0xffff, sum = <u32>all
  if (left < 2 || algorithm == Algorithm.DNS_ORDER) return 1
  // Nothing but zeros: all are equal (AMB-03, P-07). RFC 2782's own draw would always give the first.
  if (sum == 0) return left
  if (algorithm == Algorithm.PROPORTIONAL) return sum
  // RFC 2782 "Usage rules": a number from 0 up to and including the sum. Records of weight 0 stand before the others, in any order
  // among themselves: so each value of the draw is divided into as many parts as there are such records, one for each that may be the first.
  return (sum + 1) * max<u32>(zeros, 1)
}

/** The record that the number `drawn`, below choicesOf(), stands for. */
export function pick(priorities: usize, weights: usize, count: u32, taken: Taken, algorithm: Algorithm, drawn: u32): u32 {
  const priority = lowest(priorities, count, taken)
  const all = tally(priorities, weights, count, taken, priority)
  const left = <u32>(all >>> 48), zeros = <u32>(all >>> 32) & 0xffff, sum = <u32>all
  if (left < 2 || algorithm == Algorithm.DNS_ORDER || sum == 0) return nth(priorities, weights, count, taken, priority, drawn, false)
  if (algorithm == Algorithm.PROPORTIONAL) return running(priorities, weights, count, taken, priority, drawn + 1)
  const parts = max<u32>(zeros, 1)
  const value = drawn / parts
  if (value == 0 && zeros > 0) return nth(priorities, weights, count, taken, priority, drawn % parts, true)
  return running(priorities, weights, count, taken, priority, value)
}

/** Of the records that are left at this priority: how many in the high 16 bits, how many of them weigh 0 in the next 16, and the sum of the weights. */
function tally(priorities: usize, weights: usize, count: u32, taken: Taken, priority: u32): u64 {
  let left: u64 = 0, zeros: u64 = 0, sum: u64 = 0
  for (let i: u32 = 0; i < count; i++) {
    if (!isIn(priorities, i, taken, priority)) continue
    const weight = at(weights, i)
    left++
    if (weight == 0) zeros++
    sum += weight
  }
  return left << 48 | zeros << 32 | sum
}

// RFC 2782 "Usage rules": the first record whose running sum is greater than or equal to the number.
function running(priorities: usize, weights: usize, count: u32, taken: Taken, priority: u32, number: u32): u32 {
  let sum: u32 = 0
  let last: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const weight = at(weights, i)
    if (weight == 0 || !isIn(priorities, i, taken, priority)) continue
    last = i
    sum += weight
    if (sum >= number) break
  }
  return last
}

/** The n-th, from 0, of the records that are left at this priority; of those with weight 0 when `zero` is set. */
function nth(priorities: usize, weights: usize, count: u32, taken: Taken, priority: u32, n: u32, zero: bool): u32 {
  let last: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    if (!isIn(priorities, i, taken, priority) || (zero && at(weights, i) != 0)) continue
    last = i
    if (n-- == 0) break
  }
  return last
}

/** The lowest number, which is the most preferred priority, of the records that are left. */
function lowest(priorities: usize, count: u32, taken: Taken): u32 {
  let found: u32 = u32.MAX_VALUE
  for (let i: u32 = 0; i < count; i++) {
    if ((taken >>> <Taken>i & 1) == 0) found = min(found, at(priorities, i))
  }
  return found
}

function isIn(priorities: usize, i: u32, taken: Taken, priority: u32): bool {
  return (taken >>> <Taken>i & 1) == 0 && at(priorities, i) == priority
}

function at(numbers: usize, i: u32): u32 { return load<u16>(numbers + (<usize>i << 1)) }

function traceOf(drawn: u32, choices: u32): u32 {
  if (choices < 2) return 0
  let greatest = choices - 1
  while (greatest > 0xffff) {
    greatest >>>= 1
    drawn >>>= 1
  }
  return drawn << 16 | greatest
}
