// Keys as events in the RTP stream (RFC 4733): those pressed here wait in a queue and are sent one after the other; those pressed there are noticed.
import { number16, put16 } from "../wire/rtp"
import { KEYS_SIZE, TICK } from "./record"

/** Keys that wait; more are refused. */
const QUEUE: u32 = 4
const HELD: u8 = 0x80
const LEAST_TICKS: u16 = 5           // 100 ms
const MOST_TICKS: u16 = 400          // 8 s; a duration has 16 bits
const ENDS: u8 = 3
/** -10 dBm0, as phones do. */
const VOLUME: u32 = 10
const END_BIT: u32 = 0x80
export const EVENT_SIZE: u32 = 4

@unmanaged
export class Keys {
  place: u8            // of the call that they are for
  waiting: u8
  event: u8            // of the key under way
  held: bool
  ticks: u16           // that it has lasted; 0: none is under way
  ends: u8             // packets of its end still to be sent
  stamp: u32           // timestamp of its beginning
  // then: the queue
}

/** Event number of a key, or -1. */
export function eventOf(key: u32): i32 {
  if (key - 48 < 10) return key - 48
  if (key == 42) return 10
  if (key == 35) return 11
  const letter = (key | 0x20) - 97
  return letter < 4 ? letter + 12 : -1
}

/** A key was pressed. False: it is none, or too many wait. Keys for another call end the ones before. */
export function press(k: Keys, place: i32, key: u32): bool {
  const event = eventOf(key)
  if (event < 0) return false
  if (k.place != <u8>place) forget(k)
  k.place = <u8>place
  if (k.waiting >= <u8>QUEUE) return false
  store<u8>(queueOf(k) + k.waiting++, <u8>event | HELD)
  return true
}

/** The key pressed last was let go. */
export function letGo(k: Keys): void {
  if (k.waiting == 0) k.held = false
  else {
    const last = queueOf(k) + k.waiting - 1
    store<u8>(last, load<u8>(last) & ~HELD)
  }
}

export function forget(k: Keys): void { memory.fill(changetype<usize>(k), 0, KEYS_SIZE) }

/** The next 20 ms. `stamp` is the timestamp of its first sample. True: a key is under way, and an event packet is to be sent. */
export function advance(k: Keys, stamp: u32): bool {
  if (k.ends > 0) {
    if (--k.ends > 0) return true
    // 60 ms after the first end the next may begin.
    k.ticks = 0
    return false
  }
  if (k.ticks == 0) {
    if (k.waiting == 0) return false
    const first: u8 = load<u8>(queueOf(k))
    k.waiting--
    memory.copy(queueOf(k), queueOf(k) + 1, k.waiting)
    k.event = first & ~HELD
    k.held = (first & HELD) != 0
    k.stamp = stamp
  }
  k.ticks++
  // RFC 4733 2.5.1.4: the end is sent three times, as one of them may be lost.
  if (!k.held && k.ticks >= LEAST_TICKS || k.ticks >= MOST_TICKS) k.ends = ENDS
  return true
}

/** True while the tone of a key is to be heard. */
export function isSounding(k: Keys): bool { return k.ticks > 0 && (k.ends == 0 || k.ends == ENDS) }

export function isFirst(k: Keys): bool { return k.ticks == 1 }

/** Writes the payload: RFC 4733 2.3. */
export function writeEvent(k: Keys, at: usize): void {
  store<u8>(at, k.event)
  store<u8>(at, <u8>(VOLUME | (k.ends > 0 ? END_BIT : 0)), 1)
  put16(at + 2, <u32>k.ticks * TICK)
}

/** What an event packet says: event number, its end in bit 8, duration in samples above bit 16; or -1. */
export function readEvent(at: usize, length: u32): i64 {
  if (length < EVENT_SIZE) return -1
  return <i64>(<u32>load<u8>(at) | (<u32>load<u8>(at, 1) & END_BIT) << 1 | number16(at + 2) << 16)
}

function queueOf(k: Keys): usize { return changetype<usize>(k) + offsetof<Keys>() }

if (offsetof<Keys>() + <usize>QUEUE > KEYS_SIZE) ERROR("the keys do not fit")
