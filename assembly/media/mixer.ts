// Adds sound to sound, and makes it louder, without wrapping around.
import { TICK } from "./record"

/** Adds the samples of one tick at `from` to those at `to`; what is too loud stays at the limit. */
export function mix(from: usize, to: usize): void {
  for (const end = to + (TICK << 1); to < end; to += 2, from += 2) keep(to, <i32>load<i16>(to) + <i32>load<i16>(from))
}

/** The volume at which sound stays as it is. */
export const VOLUME_AS_IS: u32 = 6

/** The samples of one tick by volume: 3 dB a step, nothing at 0. Volumes are 0 to 10. */
export function amplify(at: usize, volume: u32): void {
  if (volume == VOLUME_AS_IS) return
  // In 256ths: 128 << n is a doubling every second step, and 181 is the root of two between them
  const gain: i32 = volume == 0 ? 0 : ((volume & 1 ? 181 : 128) << (volume >> 1)) >> 2
  for (const end = at + (TICK << 1); at < end; at += 2) keep(at, <i32>load<i16>(at) * gain >> 8)
}

// @ts-ignore: decorator
@inline
function keep(at: usize, sample: i32): void {
  store<i16>(at, <i16>(<u32>(sample + 0x8000) < 0x10000 ? sample : sample < 0 ? i16.MIN_VALUE : i16.MAX_VALUE))
}
