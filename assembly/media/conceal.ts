// What is played where sound is missing: the last pitch periods again, fading away after 60 ms, as in ITU-T G.711 Appendix I.
//
// Instead of holding every sample back for the overlap-add at the beginning, what the first sample is short of is added and fades within 4 ms; at the
// end the concealment goes on below the sound that is there again while that is faded in. What is concealed is written into the ring, so
// that it is the history of what follows.
import { HISTORY, SILENT, place } from "./jitter"
import { decode, decodeAll, encode, silence } from "./g711"
import { Stream, WORK, ringOf } from "./record"
import { noise } from "./noise"

const PITCH_MIN: u32 = 40            // 200 Hz; two periods of a higher voice
const PITCH_MAX: u32 = 120           // 66 Hz
const WINDOW: u32 = 160              // samples that are compared
const MEND: u16 = 32
const FULL_SAMPLES: u32 = 80         // 10 ms at full level
const PERIOD_SAMPLES: u32 = 80       // after each 10 ms one period more is repeated, three at most
const FADE_IN: u32 = 40
const FADE_IN_LONG: u32 = 80
export const FULL: i32 = 32768

/** Plays `count` samples at `out` that have not come. The caller moves the cursor. */
export function conceal(s: Stream, out: usize, count: u32): void {
  if (s.noise != 0) {
    s.elapsed = SILENT
    s.gain = 0
    quiet(s, count)
    noise(out, count, s.noise)
    return
  }
  if (s.elapsed >= SILENT) {
    s.gain = 0
    quiet(s, count)
    memory.fill(out, 0, count << 1)
    return
  }
  if (s.elapsed == 0) begin(s)
  const ring = ringOf(s)
  for (let i: u32 = 0; i < count; i++) {
    if (s.elapsed % PERIOD_SAMPLES == 0) lengthen(s, <i32>i)
    const to = ring + place(s, <i32>i)
    let code: u32 = load<u8>(ring + place(s, <i32>i - <i32>s.lag)), sample = decode(s.codec, code)
    if (s.mended != 0) {
      sample = clamp(sample + <i32>s.mend * <i32>s.mended / <i32>MEND)
      s.mended--
      code = encode(s.codec, sample)
    }
    store<u8>(to, <u8>code)
    s.gain = <u16>gainAt(s.elapsed)
    store<i16>(out + (i << 1), <i16>(sample * <i32>s.gain >> 15))
    if (s.elapsed < SILENT) s.elapsed++
  }
}

/** Plays `count` samples at `out` that have come; after a gap, or when the cursor was moved, what went before fades out below. */
export function play(s: Stream, out: usize, count: u32): void {
  const ring = ringOf(s), first = min<u32>(count, s.size - s.index)
  decodeAll(s.codec, ring + s.index, out, first)
  decodeAll(s.codec, ring, out + (first << 1), count - first)
  if (s.elapsed != 0) {
    const long = s.elapsed > 2 * FULL_SAMPLES ? FADE_IN_LONG : FADE_IN
    fade(s, out, min<u32>(count, s.gain == 0 ? long : min<u32>(long, s.lag)), -<i32>s.lag, s.gain)
  } else if (s.jumped != 0) fade(s, out, min<u32>(count, FADE_IN_LONG), -<i32>s.jumped, FULL)
  s.elapsed = 0
  s.jumped = 0
}

/** Fades in what stands at `out`, while what lies `from` samples away in the ring fades out below, with `gain`. */
function fade(s: Stream, out: usize, count: u32, from: i32, gain: i32): void {
  const ring = ringOf(s)
  for (let i: i32 = 0; i < <i32>count; i++) {
    const weight = (i + 1) * FULL / <i32>(count + 1), p = out + (<usize>i << 1)
    const old = gain == 0 ? 0 : decode(s.codec, load<u8>(ring + place(s, from + i))) * gain >> 15
    store<i16>(p, <i16>(old + ((<i32>load<i16>(p) - old) * weight >> 15)))
  }
}

/** The gap begins: finds the pitch of what was played. */
function begin(s: Stream): void {
  const length = WINDOW + PITCH_MAX
  linear(s, -<i32>length, length)
  s.pitch = <u16>(bestLag(WORK + (<usize>PITCH_MAX << 1), WINDOW, PITCH_MIN, PITCH_MAX, -1) & 0xffff)
  s.lag = 0
}

/** Repeats one period more from here on. What is repeated is not what was concealed so far but what came before. */
function lengthen(s: Stream, from: i32): void {
  const periods: u32 = s.elapsed / PERIOD_SAMPLES
  if (periods > 2) return
  const pitch: u32 = s.pitch
  let lag = (s.elapsed / pitch + periods + 1) * pitch
  while (lag > HISTORY - 8) lag -= pitch
  s.lag = <u16>lag
  const ring = ringOf(s)
  const last = decode(s.codec, load<u8>(ring + place(s, from - 1))), before = decode(s.codec, load<u8>(ring + place(s, from - 1 - <i32>lag)))
  s.mend = <i16>clamp(last - before)
  s.mended = MEND
}

/** Writes silence into the ring. */
function quiet(s: Stream, count: u32): void {
  const ring = ringOf(s), code = <u8>silence(s.codec)
  for (let i: u32 = 0; i < count; i++) store<u8>(ring + place(s, <i32>i), code)
}

function gainAt(elapsed: u32): i32 {
  if (elapsed <= FULL_SAMPLES) return FULL
  return <i32>(<u32>SILENT - elapsed) * FULL / <i32>(<u32>SILENT - FULL_SAMPLES)
}

/** Puts `count` samples from `from` samples after the cursor on into WORK, a quarter of their size: their products then fit 32 bits. */
export function linear(s: Stream, from: i32, count: u32): void {
  const ring = ringOf(s)
  for (let i: i32 = 0; i < <i32>count; i++) {
    store<i16>(WORK + (<usize>i << 1), <i16>(decode(s.codec, load<u8>(ring + place(s, from + i))) >> 3))
  }
}

/**
 * Compares the `window` samples at `at` with those `lag` samples before (`way` -1) or after them (1), for lags from `least` to `most`. Returns the lag
 * where they are most alike, and how much, in 256ths, in the upper half.
 */
export function bestLag(at: usize, window: u32, least: u32, most: u32, way: i32): u32 {
  let best: u32 = least, bestScore: i64 = -1
  const energy = product(at, at, window)
  for (let lag = least; lag <= most; lag += 2) {
    const score = likeness(at, at + <usize>(way * <i32>(lag << 1)), window)
    if (score > bestScore) {
      bestScore = score
      best = lag
    }
  }
  // Every second lag has been tried: one of its neighbours may be better.
  const middle = best
  for (let lag = middle > least ? middle - 1 : middle + 1; lag <= min<u32>(middle + 1, most); lag += 2) {
    const score = likeness(at, at + <usize>(way * <i32>(lag << 1)), window)
    if (score > bestScore) {
      bestScore = score
      best = lag
    }
  }
  const alike = energy <= 0 || bestScore <= 0 ? 0 : min<i64>(bestScore * 256 / energy, 255)
  return best | <u32>alike << 16
}

/** Square of the correlation over the energy of the other; 0 when they are opposite. */
function likeness(at: usize, other: usize, window: u32): i64 {
  const common = product(at, other, window)
  if (common <= 0) return 0
  return common * common / (product(other, other, window) + 1)
}

/** Sum of products of every second sample. */
function product(p: usize, q: usize, window: u32): i64 {
  let sum: i32 = 0
  for (const end = p + (window << 1); p < end; p += 4, q += 4) sum += <i32>load<i16>(p) * <i32>load<i16>(q)
  return sum
}

function clamp(sample: i32): i32 { return max<i32>(min<i32>(sample, 32767), -32768) }
