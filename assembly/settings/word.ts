// Words: one of a list, and whether one is another mistyped, so that a refusal can say what was meant.
import { Span, NONE, startOf, endOf, lengthOf, byteAt, between } from "../base/span"

/** Word number `n`, from 0, of a text with single spaces between words; NONE behind the last. */
export function wordAt(all: Span, n: i32): Span {
  const end = endOf(all)
  let start = startOf(all)
  for (let p = start; p <= end; p++) {
    if (p < end && load<u8>(p) != 0x20) continue
    if (n-- == 0) return between(start, p)
    start = p + 1
  }
  return NONE
}

/**
 * Whether `a` becomes `b` by at most one typing mistake per four letters of `b` (one at least): a letter left out, put in, exchanged,
 * or two neighbours swapped. Compares from both ends: what differs in between must be that short.
 */
export function near(a: Span, b: Span): bool {
  const allowed: u32 = max(1, lengthOf(b) / 4)
  const shorter = min(lengthOf(a), lengthOf(b))
  const longer = max(lengthOf(a), lengthOf(b))
  let front: u32 = 0
  while (front < shorter && byteAt(a, front) == byteAt(b, front)) front++
  let back: u32 = 0
  while (back < shorter - front && byteAt(a, lengthOf(a) - 1 - back) == byteAt(b, lengthOf(b) - 1 - back)) back++
  const differing = longer - front - back
  if (differing <= allowed) return shorter > 0
  return differing == 2 && longer == shorter && byteAt(a, front) == byteAt(b, front + 1) && byteAt(a, front + 1) == byteAt(b, front)
}
