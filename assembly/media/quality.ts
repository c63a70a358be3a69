// How good the sound of a call is, in numbers for the screen and the console.
import { PER_MS, Stream } from "./record"

@unmanaged
export class Quality {
  level: u8            // 0 nothing comes, 1 bad to 5 good
  lossPercent: u8      // of their packets, in the last report interval: lost or too late
  lossOutPercent: u8   // of ours, as they say
  jitterMs: u16
  delayMs: u16         // that a packet waits here
  roundTripMs: u16     // 0 not known
  packetsIn: u32
  packetsOut: u32
  concealedMs: u32     // of sound
  late: u32
  duplicate: u32
  strange: u32         // packets of strangers, dropped
  malformed: u32
}

export const QUALITY_SIZE: usize = offsetof<Quality>()

const SILENT_MS: i64 = 3000

/** Fills `q` from a stream. */
export function measure(s: Stream, q: Quality, now: i64): void {
  q.lossPercent = <u8>((<u32>s.lossIn * 100 + 128) >>> 8)
  q.lossOutPercent = <u8>((<u32>s.lossOut * 100 + 128) >>> 8)
  q.jitterMs = <u16>(s.jitter / 16 / PER_MS)
  q.delayMs = s.delay / <u16>PER_MS
  q.roundTripMs = s.roundTrip
  q.packetsIn = s.received
  q.packetsOut = s.sent
  q.concealedMs = s.concealed / PER_MS
  q.late = s.late
  q.duplicate = s.duplicate
  q.strange = s.strange
  q.malformed = s.malformed
  q.level = <u8>levelOf(q, s.received > 0 && now - s.heardAt < SILENT_MS)
}

/** A bar less for each step of loss, in either direction, and for a long way. */
function levelOf(q: Quality, comes: bool): u32 {
  if (!comes) return 0
  const loss: u32 = max<u8>(q.lossPercent, q.lossOutPercent)
  let level: u32 = loss < 1 ? 5 : loss < 3 ? 4 : loss < 8 ? 3 : loss < 20 ? 2 : 1
  // ITU-T G.114: one way up to 150 ms is not noticed, more than 400 is not to be borne.
  const oneWay = <u32>q.roundTripMs / 2 + q.delayMs
  if (oneWay > 200 && level > 1) level--
  if (oneWay > 400 && level > 1) level--
  return level
}
