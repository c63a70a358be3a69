// Words: one of a list, and whether one is another mistyped, so that a refusal can say what was meant.
import { Span, NONE, startOf, endOf, lengthOf, between } from "../base/span"

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

/** What distance() gives for words that are not alike. */
export const FAR: u32 = 99

/**
 * How many typing mistakes turn `b` into `a`: a letter left out, put in or exchanged, or two neighbours swapped. FAR when there are more than
 * one per three letters of `b`, or when nothing of `b` is left.
 */
export function distance(a: Span, b: Span): u32 {
  const most: u32 = max(1, lengthOf(b) / 3)
  for (let edits: u32 = 0; edits <= most && edits < lengthOf(b) && lengthOf(a) > 0; edits++) {
    if (within(startOf(a), endOf(a), startOf(b), endOf(b), edits)) return edits
  }
  return FAR
}

/** Whether `edits` mistakes are enough. Goes no deeper than that. */
function within(p: usize, pEnd: usize, q: usize, qEnd: usize, edits: u32): bool {
  while (p < pEnd && q < qEnd && load<u8>(p) == load<u8>(q)) {
    p++
    q++
  }
  const left = pEnd - p, right = qEnd - q
  if (left == 0 || right == 0) return left + right <= edits
  if (edits == 0) return false
  if (within(p + 1, pEnd, q, qEnd, edits - 1) || within(p, pEnd, q + 1, qEnd, edits - 1) || within(p + 1, pEnd, q + 1, qEnd, edits - 1)) return true
  const swapped = left > 1 && right > 1 && load<u8>(p) == load<u8>(q + 1) && load<u8>(p + 1) == load<u8>(q)
  return swapped && within(p + 2, pEnd, q + 2, qEnd, edits - 1)
}
