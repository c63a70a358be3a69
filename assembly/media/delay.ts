// How long sound waits in the jitter buffer: measured over the last seconds, made shorter or longer by whole pitch periods where that is not heard.
import { bestLag, conceal, linear, play } from "./conceal"
import { ahead, gapAt, move, runAt } from "./jitter"
import { PER_MS, Stream, TICK, WORK } from "./record"

const WINDOW_TICKS: u16 = 200            // 4 s; the one before counts as well
const LEAST: u32 = 20                    // samples that are worth a change
const OVERLAP: u32 = 80
const ALIKE: u32 = 150                   // in 256ths: as alike as the two parts of an overlap have to be
const FAINT: i64 = 60 * 40               // energy of OVERLAP/2 samples, an eighth of their size each, below which nobody hears a cut
const REST_TICKS: u8 = 10
const REST_LONGER: u8 = 3
const SPARE_LEAST: i32 = 2 * <i32>PER_MS
const SPARE_CALM: i32 = 10 * <i32>PER_MS // kept where there is no jitter yet

/** Plays the next 20 ms at `out`. */
export function render(s: Stream, out: usize): void {
  adapt(s)
  for (let done: u32 = 0; done < TICK;) {
    const run = runAt(s, TICK - done)
    if (run > 0) {
      play(s, out + (done << 1), run)
      move(s, run)
      done += run
    } else {
      const gap = gapAt(s, TICK - done)
      conceal(s, out + (done << 1), gap)
      // What was never to come is no loss.
      if (s.gain != 0) s.concealed += gap
      move(s, gap)
      done += gap
    }
  }
}

function adapt(s: Stream): void {
  if (++s.window >= WINDOW_TICKS) {
    s.window = 0
    s.marginBefore = s.margin
    s.margin = i16.MAX_VALUE
    s.lateInWindow = 0
  }
  if (s.rest > 0) {
    s.rest--
    return
  }
  if (s.elapsed != 0) return
  if (s.need >= <u16>LEAST) longer(s)
  else if (s.marginBefore != i16.MAX_VALUE) shorter(s)
}

/** Plays a piece twice: as long as late packets were short of, or nearly. */
function longer(s: Stream): void {
  const most = min<u32>(s.need, TICK), length = OVERLAP + TICK
  if (runAt(s, OVERLAP) < OVERLAP) return
  linear(s, -<i32>TICK, length)
  const at = WORK + (<usize>TICK << 1)
  const found = bestLag(at, OVERLAP, LEAST, most, -1)
  if (isAudible(at, found)) return
  const by: u32 = found & 0xffff
  s.need = s.need > by ? s.need - <u16>by : 0
  change(s, -<i32>by, REST_LONGER)
}

/** Leaves a piece out when packets have been coming earlier than needed for some time. */
function shorter(s: Stream): void {
  const spare = min<i32>(s.margin, s.marginBefore), kept = max<i32>(SPARE_LEAST, SPARE_CALM - <i32>(s.jitter >>> 4))
  // Up to the beginning of a packet nothing is gained by waiting; beyond it a whole tick has to be to spare.
  const part: u32 = <u32>ahead(s) % s.grid
  const whole = spare >= <i32>TICK + kept
  const most: u32 = whole ? TICK : part
  if (most < LEAST || runAt(s, most + OVERLAP) < most + OVERLAP) return
  linear(s, 0, most + OVERLAP)
  const faint = energyOf(WORK) < FAINT
  const found = faint ? most : bestLag(WORK, OVERLAP, LEAST, most, 1)
  if (!faint && isAudible(WORK, found)) return
  const by: u32 = found & 0xffff
  if (by > part) {
    if (s.margin != i16.MAX_VALUE) s.margin -= <i16>TICK
    s.marginBefore -= <i16>TICK
  }
  change(s, by, REST_TICKS)
}

function change(s: Stream, by: i32, rest: u8): void {
  move(s, by)
  s.jumped = <i16>by
  s.delay = <u16>max<i32>(<i32>s.delay - by, 0)
  s.rest = rest
}

function isAudible(at: usize, found: u32): bool { return found >>> 16 < ALIKE && energyOf(at) >= FAINT }

function energyOf(at: usize): i64 {
  let sum: i64 = 0
  for (const end = at + (OVERLAP << 1); at < end; at += 4) sum += <i64>load<i16>(at) * <i64>load<i16>(at)
  return sum
}
