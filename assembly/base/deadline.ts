// Instants on the host's monotonic clock: i64 milliseconds, so that nothing wraps (32 bits would after 49.7 days).

/** No deadline. */
export const NEVER: i64 = i64.MAX_VALUE

// @ts-ignore: decorator
@inline
export function sooner(a: i64, b: i64): i64 { return a < b ? a : b }

/** What keepInstant() takes, in bytes. */
export const INSTANT_SIZE: usize = 6
/** The greatest that 48 bits hold, 4,400 years; stands for NEVER. */
const LAST: i64 = 0x7fff_ffff_ffff

/** An instant that was kept in six bytes, as the records of a pool do: the page has no room for eight. Reads two bytes more than it needs. */
export function instantAt(at: usize): i64 {
  const t = load<i64>(at) << 16 >> 16
  return t == LAST ? NEVER : t
}

export function keepInstant(at: usize, t: i64): void {
  const kept = min(t, LAST)
  store<u32>(at, <u32>kept)
  store<u16>(at, <u16>(kept >> 32), 4)
}
