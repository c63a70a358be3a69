// Tells whether a word is another one mistyped, so that a refusal can say what was meant.
import { Span, lengthOf, byteAt } from "../base/span"

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
  if (lengthOf(a) == 0) return false
  if (differing == 2 && longer == shorter) return byteAt(a, front) == byteAt(b, front + 1) && byteAt(a, front + 1) == byteAt(b, front) || allowed >= 2
  return differing <= allowed
}
