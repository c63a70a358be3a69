// RTCP of a stream: reports every five seconds or so, what theirs say about us, and the farewell (RFC 3550 section 6).
import { below } from "../base/random"
import { Rtcp, writeBlock, writeBye, writeCname, writeReceiver, writeSender } from "../wire/rtp"
import { NAME_AT, NAME_SIZE, Stream } from "./record"
import { expected } from "./source"

/** RFC 3550 6.2, 6.3.1: five seconds, times a random 0.5 to 1.5. */
const INTERVAL: u32 = 5000

export function nextReport(s: Stream, now: i64): void { s.reportAt = now + INTERVAL / 2 + below(INTERVAL) }

/** Writes a compound packet at `at` and returns its size: a sender report when something was sent since the last one, and always a CNAME. */
export function writeReport(s: Stream, at: usize, now: i64): u32 {
  let size: u32
  // RFC 3550 4: without a calendar clock any clock serves, as only differences count.
  const seconds = <u32>(now / 1000), fraction = <u32>((now % 1000 << 32) / 1000)
  if (s.sent != s.sentBefore) size = writeSender(at, s.ssrcOut, seconds, fraction, s.stamp, s.sent, s.octets)
  else size = writeReceiver(at, s.ssrcOut)
  s.sentBefore = s.sent
  if (s.received > 0) {
    const lost = expected(s) - s.received
    const since: u32 = s.theirNtp == 0 ? 0 : (<u32>now - s.theirNtpAt) * 8192 / 125
    size = writeBlock(at, size, s.ssrcIn, lossSince(s), lost, s.highest - 0x10000, s.jitter >>> 4, s.theirNtp, since)
  }
  size += writeCname(at + size, s.ssrcOut, NAME_AT, NAME_SIZE)
  if (s.farewell) size += writeBye(at + size, s.ssrcOut)
  return size
}

/** RFC 3550 A.3: the part of the packets since the last report that did not come, in 256ths. Those that came too late count for the quality only. */
function lossSince(s: Stream): u32 {
  const all = expected(s), due = all - s.expectedBefore, came = s.received - s.receivedBefore, late = s.late - s.lateBefore
  s.expectedBefore = all
  s.receivedBefore = s.received
  s.lateBefore = s.late
  if (due == 0 || <i32>due < 0) return 0
  const lost = came < due ? due - came : 0
  s.lossIn = <u8>min<u32>((lost + late) * 256 / due, 255)
  return min<u32>(lost * 256 / due, 255)
}

/** What a packet of theirs says. */
export function takeReport(s: Stream, r: Rtcp, now: i64): void {
  if (r.sent) {
    s.theirNtp = r.ntp
    s.theirNtpAt = <u32>now
  }
  if (!r.reported) return
  s.lossOut = r.fraction
  if (r.lsr == 0) return
  // RFC 3550 6.4.1: round trip = now - when we sent what they saw last - how long they had it, in 1/65536 s.
  const clock = <u32>(now / 1000 << 16) | <u32>((now % 1000 << 16) / 1000)
  const trip = <i32>(clock - r.lsr - r.dlsr)
  if (trip >= 0 && trip < 60 << 16) s.roundTrip = <u16>max<i32>(trip * 125 >> 13, 1)
}
