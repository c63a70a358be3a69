// What comes in for a stream: RTP into the jitter buffer, comfort noise, events, RTCP.
import { Endpoint } from "../base/endpoint"
import { Codec, NO_PAYLOAD, Session } from "../dialog/session"
import { RTCP_RECORD, Rtcp, Rtp, readRtcp, readRtp } from "../wire/rtp"
import { readEvent } from "./events"
import { ahead, put, restart } from "./jitter"
import { amplitudeOf } from "./noise"
import { Heard, PACKET_AT, PACKET_SIZE, Stream } from "./record"
import { takeReport } from "./report"
import { Source, accept, measureJitter } from "./source"

/** 100 ms in one packet at most: nobody sends more. */
const SOUND_MAX: u32 = 800
/** An event of theirs that is not heard of any more ends after so many ticks. */
const KEY_TICKS: u8 = 6
const KEY: u8 = 0x80

function packet(): Rtp { return changetype<Rtp>(PACKET_AT) }
function report(): Rtcp { return changetype<Rtcp>(PACKET_AT) }

/** A datagram of `length` bytes at `at` came for the RTP port. `toTickMs`: time until the next tick. */
export function hear(s: Stream, session: Session, at: usize, length: u32, from: Endpoint, toTickMs: i32, now: i64): void {
  const p = packet()
  if (!readRtp(at, length, p)) {
    s.malformed++
    return
  }
  const kind = kindOf(session, p.payload)
  if (kind == Kind.UNKNOWN) {
    s.malformed++
    return
  }
  const source = accept(s, p, from, session.remoteRtp, now)
  if (source == Source.STRANGER) {
    s.strange++
    return
  }
  if (source == Source.DROPPED || !s.active) return
  if (kind == Kind.EVENT) {
    takeEvent(s, p)
    return
  }
  if (source == Source.ANEW && s.running) restart(s, p.timestamp)
  if (kind == Kind.NOISE) {
    s.noise = <u16>(p.length > 0 ? max<u32>(amplitudeOf(load<u8>(p.at) & 0x7f), 1) : 1)
    return
  }
  if (p.length == 0 || p.length > SOUND_MAX) {
    s.malformed++
    return
  }
  measureJitter(s, p.timestamp, now)
  s.noise = 0
  put(s, p.timestamp, p.at, p.length, kind == Kind.OTHER_SOUND, toTickMs)
}

/** A datagram for the RTCP port. It counts only from the host that their RTP comes from, or is to come from. */
export function listen(s: Stream, session: Session, at: usize, length: u32, from: Endpoint, now: i64): void {
  if (!from.sameHost(session.remoteRtcp) && !(s.heard == Heard.LATCHED && from.sameHost(s.peer))) {
    s.strange++
    return
  }
  const r = report()
  if (readRtcp(at, length, s.ssrcOut, r)) takeReport(s, r, now)
  else s.malformed++
}

const enum Kind { UNKNOWN, SOUND, OTHER_SOUND, NOISE, EVENT }

function kindOf(session: Session, payload: u32): Kind {
  if (payload == session.payloadIn) return Kind.SOUND
  if (payload == session.eventsIn && session.eventsIn != NO_PAYLOAD) return Kind.EVENT
  if (payload == session.comfortIn && session.comfortIn != NO_PAYLOAD) return Kind.NOISE
  // RFC 3264 6.1: they may change between all that was agreed on at any time, and both are in every offer of ours that has two.
  if (payload == Codec.PCMU || payload == Codec.PCMA) return payload == session.codec ? Kind.SOUND : Kind.OTHER_SOUND
  return Kind.UNKNOWN
}

/** RFC 4733 2.5.2.3: packets with the same timestamp are one event. */
function takeEvent(s: Stream, p: Rtp): void {
  const event = readEvent(p.at, p.length)
  if (event < 0 || (event & 0xff) > 15) return
  const ends = (event & 0x100) != 0, known = s.key != 0 && s.seen == p.timestamp
  if (!known) s.keys++
  s.key = <u8>event & 15 | KEY
  s.seen = p.timestamp
  s.keyTicks = ends ? 0 : KEY_TICKS
  // No sound comes meanwhile, and none is missing.
  if (s.running && ahead(s) <= 0) s.noise = max<u16>(s.noise, 1)
}

if (RTCP_RECORD > PACKET_SIZE || offsetof<Rtp>() > PACKET_SIZE) ERROR("a packet that is read does not fit")
