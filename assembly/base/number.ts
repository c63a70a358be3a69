// Reads decimal numbers, every one against a limit, so that nothing from the network can wrap.
import { Span, startOf, endOf } from "./span"

/**
 * The number that the whole span is: digits only, leading zeros allowed (RFC 3261 25.1: 1*DIGIT).
 * -1 when it is empty, holds anything else, or is above `max`. `max` may be anything up to 2^59.
 */
export function decimal(s: Span, max: i64): i64 {
  let p = startOf(s)
  const end = endOf(s)
  if (p == end) return -1
  let value: i64 = 0
  for (; p < end; p++) {
    const digit: u32 = <u32>load<u8>(p) - 48
    if (digit > 9) return -1
    value = value * 10 + digit
    if (value > max) return -1
  }
  return value
}

/** The value of a hexadecimal digit, or 16 and above for any other byte. */
export function hexDigit(c: u32): u32 {
  if (c - 48 < 10) return c - 48
  const letter = (c | 0x20) - 97
  return letter < 6 ? letter + 10 : 16
}
