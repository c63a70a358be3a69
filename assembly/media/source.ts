// Which RTP packets are theirs: where they come from (symmetric RTP), their source, their sequence (RFC 3550 A.1), their jitter and loss.
import { Endpoint } from "../base/endpoint"
import { Rtp } from "../wire/rtp"
import { Heard, PER_MS, Stream } from "./record"
import { forgetMargins } from "./jitter"

const DROPOUT_MAX: u32 = 3000
const MISORDER_MAX: u32 = 100

/** NEXT: a good packet; ANEW: the first one of a source or of a sequence; STRANGER: not from whom we talk to; DROPPED: may be good if another follows. */
export const enum Source { NEXT, ANEW, STRANGER, DROPPED }

/** Whether this packet is to be played. `signalled` is where the session says that they are. */
export function accept(s: Stream, p: Rtp, from: Endpoint, signalled: Endpoint, now: i64): Source {
  if (!isFromThem(s, p, from, signalled)) return Source.STRANGER
  const result = follow(s, p)
  if (result == Source.DROPPED) return result
  s.received++
  s.heardAt = now
  return result
}

/**
 * Behind a NAT they send from elsewhere than their SDP says, and that is where answers have to go (RFC 4961). Whoever guesses our port could have them
 * too: so only two packets in order count, and nothing counts any more once a packet has come from where they said.
 */
function isFromThem(s: Stream, p: Rtp, from: Endpoint, signalled: Endpoint): bool {
  if (from.equals(signalled)) {
    if (s.heard != Heard.SIGNALLED) s.peer.copyFrom(from)
    s.heard = <u8>Heard.SIGNALLED
    return true
  }
  if (s.heard == Heard.SIGNALLED) return false
  if (s.heard == Heard.LATCHED) {
    if (from.equals(s.peer)) return true
    // Their NAT has given them another port: same host, same source, going on where it was.
    if (!from.sameHost(s.peer) || p.ssrc != s.ssrcIn || <u32><u16>(p.sequence - <u16>s.highest) > MISORDER_MAX) return false
    s.peer.copyFrom(from)
    return true
  }
  if (s.heard == Heard.STRANGER && from.equals(s.peer) && p.ssrc == s.newSsrc && p.sequence == s.newSequence) {
    s.heard = <u8>Heard.LATCHED
    return true
  }
  s.heard = <u8>Heard.STRANGER
  s.peer.copyFrom(from)
  expect(s, p)
  return false
}

function expect(s: Stream, p: Rtp): void {
  s.newSsrc = p.ssrc
  s.newSequence = p.sequence + 1
}

/** RFC 3550 A.1, with one packet instead of two for the first source: it comes from where they said that they are. */
function follow(s: Stream, p: Rtp): Source {
  const sequence: u32 = p.sequence
  if (s.received == 0) return begin(s, p)
  if (p.ssrc != s.ssrcIn) {
    const second = p.ssrc == s.newSsrc && p.sequence == s.newSequence
    expect(s, p)
    return second ? begin(s, p) : Source.DROPPED
  }
  const step = sequence - s.highest & 0xffff
  if (step < DROPOUT_MAX) {
    s.highest += step
    return Source.NEXT
  }
  if (step >= 0x10000 - MISORDER_MAX) return Source.NEXT
  // A great jump: they may have started anew. The next packet in order will show it.
  const second = p.sequence == s.badSequence
  s.badSequence = p.sequence + 1
  return second ? begin(s, p) : Source.DROPPED
}

function begin(s: Stream, p: Rtp): Source {
  s.ssrcIn = p.ssrc
  s.highest = <u32>p.sequence + 0x10000
  s.first = s.highest
  s.badSequence = p.sequence
  s.received = 0
  s.expectedBefore = 0
  s.receivedBefore = 0
  s.lateBefore = s.late
  s.transit = 0
  s.jitter = 0
  s.theirNtp = 0
  s.noise = 0
  forgetMargins(s)
  return Source.ANEW
}

/** RFC 3550 A.8: the mean deviation of the time between packets. */
export function measureJitter(s: Stream, timestamp: u32, now: i64): void {
  const transit = <u32>now * PER_MS - timestamp
  const difference = abs<i32>(<i32>(transit - s.transit))
  // The first packet has none before it; more than a second is no jitter, their clock has jumped.
  if (s.transit != 0 && difference < 8000) s.jitter += difference - (s.jitter + 8 >>> 4)
  s.transit = transit
}

/** Packets that should have come. */
export function expected(s: Stream): u32 { return s.received == 0 ? 0 : s.highest - s.first + 1 }
