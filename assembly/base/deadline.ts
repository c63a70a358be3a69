// Instants on the host's monotonic clock: i64 milliseconds, so that nothing wraps (32 bits would after 49.7 days).

/** No deadline. */
export const NEVER: i64 = i64.MAX_VALUE

// @ts-ignore: decorator
@inline
export function sooner(a: i64, b: i64): i64 { return a < b ? a : b }
