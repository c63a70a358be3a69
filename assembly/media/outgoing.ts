// Our side of a stream: 20 ms of sound at a time become packets of the length that was agreed on, packets of comfort noise, or events.
import { NO_PAYLOAD, Session } from "../dialog/session"
import { RTP_HEADER, writeRtp } from "../wire/rtp"
import { EVENT_SIZE, Keys, isFirst, writeEvent } from "./events"
import { encodeAll } from "./g711"
import { levelOf } from "./noise"
import { PER_MS, Stream, TICK, WAITING, freshOf, waitingOf } from "./record"

/** What is ready to be sent; bits of Stream.due. */
const enum Due { SOUND = 1, NOISE = 2, EVENT = 4 }

const MARKER: u32 = 0x80
/** Silence is told after so many ticks of it, and told again every second. */
const HANGOVER: u16 = 15
const NOISE_AGAIN: u16 = 50
/** As loud as this is never silence (mean of absolute samples): about -40 dBov. */
const LOUD: u32 = 300

/** Takes the next 20 ms at `samples`. */
export function feed(s: Stream, i: i32, session: Session, samples: usize): void {
  if (session.comfort != NO_PAYLOAD && isQuiet(s, samples)) {
    skip(s)
    if ((s.quiet - HANGOVER) % NOISE_AGAIN == 0) s.due = <u8>Due.NOISE
    return
  }
  encodeAll(s.codec, samples, freshOf(i), TICK)
  s.fresh = <u8>TICK
  s.due = <u8>Due.SOUND
}

/** The next 20 ms are a key. */
export function feedEvent(s: Stream): void {
  skip(s)
  s.due = <u8>Due.EVENT
}

/** Nothing is sent of this tick, but its time passes. */
export function skip(s: Stream): void {
  s.stamp += s.waiting + TICK
  s.waiting = 0
  s.fresh = 0
  s.due = 0
  s.marker = true
}

/** Writes the next packet that is ready at `at` and returns its size; 0 when there is none, and what is left waits. */
export function nextPacket(s: Stream, i: i32, session: Session, keys: Keys, at: usize): u32 {
  const due: u32 = s.due
  let size: u32 = 0
  if (due == Due.EVENT) size = eventPacket(s, session, keys, at)
  else if (due == Due.NOISE) size = noisePacket(s, session, at)
  else if (due == Due.SOUND) return soundPacket(s, i, session, at)
  s.due = 0
  return size
}

function soundPacket(s: Stream, i: i32, session: Session, at: usize): u32 {
  const length = min<u32>(max<u32>(session.ptimeMs, 10), 60) * PER_MS, fresh = freshOf(i) + TICK - s.fresh
  if (s.waiting + s.fresh < length) {
    if (s.waiting + s.fresh <= WAITING) memory.copy(waitingOf(s) + s.waiting, fresh, s.fresh)
    s.waiting += s.fresh
    s.due = 0
    return 0
  }
  const more = length - s.waiting
  memory.copy(at + RTP_HEADER, waitingOf(s), s.waiting)
  memory.copy(at + RTP_HEADER + s.waiting, fresh, more)
  head(s, session.payload, s.stamp, at, length)
  s.fresh -= <u8>more
  s.waiting = 0
  s.stamp += length
  return RTP_HEADER + length
}

function noisePacket(s: Stream, session: Session, at: usize): u32 {
  // RFC 3389 3.1: the level alone; the spectrum is left to the other side.
  store<u8>(at + RTP_HEADER, <u8>levelOf(s.floor))
  s.marker = false
  head(s, session.comfort, s.stamp - TICK, at, 1)
  s.marker = true
  return RTP_HEADER + 1
}

/** RFC 4733 2.5.1.2: all packets of an event carry its first timestamp, and the marker stands in the first. */
function eventPacket(s: Stream, session: Session, keys: Keys, at: usize): u32 {
  s.marker = isFirst(keys)
  writeEvent(keys, at + RTP_HEADER)
  head(s, session.events, keys.stamp, at, EVENT_SIZE)
  s.marker = true
  return RTP_HEADER + EVENT_SIZE
}

function head(s: Stream, payload: u32, stamp: u32, at: usize, length: u32): void {
  writeRtp(at, payload | (s.marker ? MARKER : 0), s.sequence, stamp, s.ssrcOut)
  s.marker = false
  s.sequence++
  s.sent++
  s.octets += length
}

/** Whether nobody has spoken for a while: as loud as the quietest that there was lately, and not loud. */
function isQuiet(s: Stream, samples: usize): bool {
  let sum: u32 = 0
  for (const end = samples + (TICK << 1); samples < end; samples += 4) sum += abs<i32>(load<i16>(samples))
  const mean = sum / (TICK / 2)
  // The floor falls at once and rises slowly.
  if (mean < s.floor) s.floor = <u16>mean
  else s.floor += <u16>(mean - s.floor >> 6) + 1
  if (mean > LOUD || mean > <u32>s.floor * 3 + 16) {
    s.quiet = 0
    return false
  }
  s.quiet++
  return s.quiet >= HANGOVER
}
