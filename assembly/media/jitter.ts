// The jitter buffer: keeps encoded sound by its timestamp until it is played, and knows how early or late packets come.
//
// A ring holds what was played (for concealment), what is to be played, and a bit for every 8 samples that says whether they came. `next` is the
// sample that the next tick begins with; it goes on with the ticks whatever comes. A packet that comes when everything before it has been
// played, but late, takes the cursor back to its beginning: the delay grows by as much, and nothing is lost. media/delay.ts changes the
// delay otherwise.
import { silence, transcode } from "./g711"
import { PER_MS, Stream, TICK, TICK_MS, WORK, presentOf, ringOf } from "./record"

export const enum Put { KEPT, LATE, DUPLICATE }

/** What was played stays in the ring for so long: what concealment needs. */
export const HISTORY: u32 = 400
/** The first packet waits for two ticks and what is left of the one under way: 40 ms of jitter leave no gap. */
const START: u32 = 2 * TICK
/** Late by more than this, after everything was played: their clock has jumped, it is no delay. */
const BACK_MAX: i32 = 200 * <i32>PER_MS
const FAR: i32 = 0x100000
export const SILENT: u16 = 480       // concealment has faded away after 60 ms

/** Their sound begins, or begins anew, at this timestamp. What was played is still there to go on from. */
export function restart(s: Stream, timestamp: u32): void {
  if (!s.running) {
    memory.fill(ringOf(s), <u8>silence(s.codec), s.size)
    s.index = 0
    s.elapsed = SILENT
    s.gain = 0
    s.delay = <u16>START
  }
  s.running = true
  s.next = timestamp - START
  s.end = s.next
  s.jumped = 0
  forgetAll(s)
  forgetMargins(s)
}

/** Nothing is known any more of how early packets come. */
export function forgetMargins(s: Stream): void {
  s.margin = i16.MAX_VALUE
  s.marginBefore = i16.MAX_VALUE
  s.window = 0
  s.lateInWindow = 0
  s.need = 0
}

/**
 * Keeps `length` bytes of sound at `at` that begin with `timestamp`; `foreign`: in the other codec. `toTickMs`: time until the next tick.
 */
export function put(s: Stream, timestamp: u32, at: usize, length: u32, foreign: bool, toTickMs: i32): Put {
  if (!s.running) restart(s, timestamp)
  let early = min<i32>(<i32>(timestamp - s.next), FAR)
  const dry = ahead(s) <= 0
  if (dry && (early < -BACK_MAX || early + <i32>length > roomOf(s))) {
    restart(s, timestamp)
    early = <i32>START
  }
  note(s, early, length, toTickMs)
  if (early < 0) {
    // Everything before it has been played: what was taken for a loss was a delay.
    if (dry) early += stepBack(s, -early, length)
    else shortOf(s, -early)
    if (early + <i32>length <= 0) {
      s.late++
      return Put.LATE
    }
  }
  if (early + <i32>length > roomOf(s)) {
    if (!makeRoom(s, early + <i32>length - roomOf(s))) return Put.LATE
    early = <i32>(timestamp - s.next)
  }
  // What has been played of it is cut off, in steps of the bits.
  const over = early < 0 ? -early & ~7 : 0
  return keep(s, early + over, at + over, length - over, foreign)
}

/** Room for what is to come. */
// @ts-ignore: decorator
@inline
function roomOf(s: Stream): i32 { return <i32>s.size - <i32>HISTORY }

/** How many of the next `most` samples have come, without a gap. */
export function runAt(s: Stream, most: u32): u32 {
  const left = ahead(s)
  if (left <= 0) return 0
  return stretch(s, min<u32>(most, left), true)
}

/** How many of the next `most` samples have not come. */
export function gapAt(s: Stream, most: u32): u32 {
  const left = ahead(s)
  if (left <= 0) return most
  const gap = stretch(s, min<u32>(most, left), false)
  return gap == <u32>left ? most : gap
}

/** Moves the cursor by `by` samples, forward or back. */
export function move(s: Stream, by: i32): void {
  s.next += by
  s.index = <u16>place(s, by)
}

/** Place in the ring of the sample `from` samples after the next; -size <= from < size. */
// @ts-ignore: decorator
@inline
export function place(s: Stream, from: i32): u32 {
  const at = <i32>s.index + from
  return at < 0 ? at + <i32>s.size : at >= <i32>s.size ? at - <i32>s.size : at
}

/** Samples from the next one to the end of what has come; 0 or less: nothing is left. */
export function ahead(s: Stream): i32 { return <i32>(s.end - s.next) }

/** Takes note of how long before it is needed a packet came, and of the delay. */
function note(s: Stream, early: i32, length: u32, toTickMs: i32): void {
  s.grid = length % TICK == 0 ? <u16>TICK : <u16>(TICK / 2)
  const wait = early + toTickMs * <i32>PER_MS
  // It is needed at the tick whose samples it begins among, not at its first sample.
  const spare = early < 0 ? early : wait - early % <i32>TICK
  if (spare < <i32>s.margin) s.margin = <i16>max<i32>(spare, i16.MIN_VALUE)
  const delay = <i32>s.delay + (min<i32>(max<i32>(wait, 0), roomOf(s)) - <i32>s.delay >> 4)
  s.delay = <u16>max<i32>(delay, 0)
}

/** Moves the cursor back by `by` samples, or as far as there is room for packets that come early. Returns by how much. */
function stepBack(s: Stream, by: i32, length: u32): i32 {
  const room = roomOf(s) - <i32>length - <i32>s.delay - <i32>TICK
  const step = min<i32>(by, room)
  if (step <= 0) return 0
  move(s, -step)
  // What was played last goes before the cursor again: that is what is gone on from.
  const ring = ringOf(s)
  for (let i = -<i32>HISTORY; i < 0; i++) store<u8>(ring + place(s, i), load<u8>(ring + place(s, i + step)))
  if (s.margin != i16.MAX_VALUE) s.margin += <i16>step
  if (s.marginBefore != i16.MAX_VALUE) s.marginBefore += <i16>step
  s.delay += <u16>step
  return step
}

/** A packet came after later ones were played: more delay would have saved it. One alone says nothing. */
function shortOf(s: Stream, by: i32): void {
  if (s.lateInWindow < 255) s.lateInWindow++
  if (s.lateInWindow > 1 && by < roomOf(s) / 2) s.need = max<u16>(s.need, <u16>by)
}

/**
 * Goes on in another ring of `size` bytes, with what was played last and what is to be played: nobody hears a gap because somebody else is heard as well, or not
 * any more.
 */
export function moveTo(s: Stream, ring: usize, size: u32): void {
  const over = ahead(s) + <i32>HISTORY + 8 - <i32>size
  if (over > 0 && !makeRoom(s, over)) {
    s.running = false
    s.ring = <u16>ring
    s.size = <u16>size
    return
  }
  // Groups of 8 samples stay what they are, so that each keeps its bit.
  const begin: u32 = HISTORY + (<u32>s.index & 7), from = place(s, -<i32>begin), whole = min<u32>(size, s.size)
  copyOut(s, from, WORK, whole)
  let came: u64 = 0, bits = WORK + <usize>whole
  for (let group: u32 = 0; group < whole >>> 3; group++) {
    if (isMarked(s, place(s, <i32>(group << 3) - <i32>begin))) came |= 1 << <u64>(group & 63)
    if ((group & 63) != 63 && group + 1 != whole >>> 3) continue
    store<u64>(bits, came)
    came = 0
    bits += 8
  }
  s.ring = <u16>ring
  s.size = <u16>size
  s.index = <u16>begin
  memory.fill(ring, <u8>silence(s.codec), size)
  memory.copy(ring, WORK, whole)
  forgetAll(s)
  memory.copy(presentOf(s), WORK + <usize>whole, whole + 63 >>> 6)
}

/** Copies from the ring, from place `from` on. */
function copyOut(s: Stream, from: u32, to: usize, length: u32): void {
  const first = min<u32>(length, s.size - from), ring = ringOf(s)
  memory.copy(to, ring + from, first)
  memory.copy(to + first, ring, length - first)
}

/** Gives up the oldest `by` samples that were to be played. False: so far ahead is no delay, the packet is not for now. */
function makeRoom(s: Stream, by: i32): bool {
  if (by > roomOf(s) / 2) {
    s.late++
    return false
  }
  move(s, by)
  s.jumped = <i16>by
  s.concealed += by
  forgetMargins(s)
  return true
}

/** Writes the bytes into the ring, and the bits. */
function keep(s: Stream, early: i32, at: usize, length: u32, foreign: bool): Put {
  // The bits stand for 8 samples: a packet that begins among them begins with them.
  const begin = place(s, early) & ~7, groups = length >>> 3
  const left = ahead(s)
  if (left <= -<i32>HISTORY) forgetAll(s)
  else if (early >= left) mark(s, place(s, left) & ~7, <u32>(early - left + 7) >>> 3, false)
  else if (isMarked(s, begin)) {
    s.duplicate++
    return Put.DUPLICATE
  }
  copyIn(s, begin, at, groups << 3, foreign)
  mark(s, begin, groups, true)
  const end = s.next + early + length
  if (<i32>(end - s.end) > 0) s.end = end
  return Put.KEPT
}

function copyIn(s: Stream, begin: u32, at: usize, length: u32, foreign: bool): void {
  const first = min<u32>(length, s.size - begin), ring = ringOf(s)
  if (foreign) {
    transcode(s.codec, at, ring + begin, first)
    transcode(s.codec, at + first, ring, length - first)
  } else {
    memory.copy(ring + begin, at, first)
    memory.copy(ring, at + first, length - first)
  }
}

function mark(s: Stream, begin: u32, groups: u32, came: bool): void {
  let group = begin >>> 3
  const bits = presentOf(s), all = <u32>s.size >>> 3
  for (let i = min<u32>(groups, all); i > 0; i--) {
    const byte = bits + (group >>> 3), bit: u32 = 1 << (group & 7), old: u32 = load<u8>(byte)
    store<u8>(byte, <u8>(came ? old | bit : old & ~bit))
    if (++group == all) group = 0
  }
}

function forgetAll(s: Stream): void { memory.fill(presentOf(s), 0, s.size + 63 >>> 6) }

function isMarked(s: Stream, at: u32): bool {
  return (<u32>load<u8>(presentOf(s) + (at >>> 6)) >>> (at >>> 3 & 7) & 1) != 0
}

/** Samples from the cursor on, at most `most`, that have come, or have not. */
function stretch(s: Stream, most: u32, came: bool): u32 {
  let at: u32 = s.index, length: u32 = 0
  while (length < most && isMarked(s, at) == came) {
    length += 8 - (at & 7)
    at = (at | 7) + 1
    if (at == s.size) at = 0
  }
  return min<u32>(length, most)
}

if (<u32>TICK_MS * PER_MS != TICK) ERROR("a tick is not 20 ms")
