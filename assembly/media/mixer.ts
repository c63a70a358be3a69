// Adds sound to sound without wrapping around.
import { TICK } from "./record"

/** Adds the samples of one tick at `from` to those at `to`; what is too loud stays at the limit. */
export function mix(from: usize, to: usize): void {
  for (const end = to + (TICK << 1); to < end; to += 2, from += 2) {
    store<i16>(to, <i16>max<i32>(min<i32>(<i32>load<i16>(to) + <i32>load<i16>(from), i16.MAX_VALUE), i16.MIN_VALUE))
  }
}
