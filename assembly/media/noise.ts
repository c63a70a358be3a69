// Comfort noise (RFC 3389): what is played while the other side sends nothing because nobody speaks there, and what we send then.
import { u32Random } from "../base/random"

/** 32767 times 10^(-n/20) for 0 to 5 dB; each 6 dB more halves it (6.02 in truth). */
const STEPS: usize = memory.data<u16>([32767, 29204, 26028, 23198, 20675, 18426])

/** Amplitude of uniform noise with a level of -`level` dBov, 0 to 127. */
export function amplitudeOf(level: u32): u32 {
  // RFC 3389 3.1: dBov is relative to the overload of the system: a square wave. Uniform noise has a third of the power of its peak.
  const shift = level / 6
  if (shift > 14) return 0
  const rms: u32 = <u32>load<u16>(STEPS + <usize>(level % 6 << 1)) >>> shift
  return min<u32>(rms * 443 >>> 8, 32767)
}

/** Level in -dBov of a mean absolute sample value. */
export function levelOf(mean: u32): u32 {
  let level: u32 = 0
  while (level < 78 && amplitudeOf(level) > mean * 2) level++
  return level
}

/** Plays `count` samples of noise. One draw begins each piece, so that no two are alike. */
export function noise(out: usize, count: u32, amplitude: u32): void {
  let state = u32Random(), low: i32 = 0
  for (let i: u32 = 0; i < count; i++) {
    state = state * 1664525 + 1013904223
    const white = (<i32>state >> 16) * <i32>amplitude >> 15
    // A little softer on high notes, as rooms are.
    low += white - low >> 1
    store<i16>(out + (i << 1), <i16>low)
  }
}
