// Escapes in URIs: % and two hexadecimal digits stand for one byte (RFC 3261 19.1.2, RFC 3986 2.1).
import { PERCENT, Class, isOf, peek } from "./char"
import { hexDigit } from "../base/number"
import { Span, endOf, startOf } from "../base/span"
import { Writer } from "../base/writer"

/** Added to a byte that stood as an escape although it is a delimiter: such a byte is not the delimiter. */
const ESCAPED: u32 = 0x100

/**
 * The byte that begins at `p`, which is before `end`. An escaped delimiter has ESCAPED added: RFC 3261 19.1.4 holds an escape and its
 * character equal only outside the set `reserved`.
 */
export function unitAt(p: usize, end: usize): u32 {
  const c: u32 = peek(p)
  if (!isEscape(p, end)) return c
  const value = hexDigit(peek(p + 1)) << 4 | hexDigit(peek(p + 2))
  return isReserved(value) ? value + ESCAPED : value
}

/** How many bytes of text the byte at `p` takes: 3 when it is escaped. */
// @ts-ignore: decorator
@inline
export function unitLength(p: usize, end: usize): usize { return isEscape(p, end) ? 3 : 1 }

/** The same characters once both are unescaped, letters held equal to capitals. */
export function sameUnescaped(a: Span, b: Span): bool { return sameUnits(a, b, true) }

/** The same for `fold` true, with the case of letters told apart for `fold` false. */
export function sameUnits(a: Span, b: Span, fold: bool): bool {
  let p = startOf(a), q = startOf(b)
  const pEnd = endOf(a), qEnd = endOf(b)
  while (p < pEnd && q < qEnd) {
    let x = unitAt(p, pEnd), y = unitAt(q, qEnd)
    if (fold) {
      x = lower(x)
      y = lower(y)
    }
    if (x != y) return false
    p += unitLength(p, pEnd)
    q += unitLength(q, qEnd)
  }
  return p == pEnd && q == qEnd
}

/** Appends the text with every escape resolved, once. */
export function writeUnescaped(w: Writer, s: Span): void {
  const end = endOf(s)
  for (let p = startOf(s); p < end; p += unitLength(p, end)) w.byte(unitAt(p, end) & 0xff)
}

/** Appends a text as the user part of a URI: what may not stand there is escaped (RFC 3261 25.1: user). */
export function writeEscapedUser(w: Writer, s: Span): void { writeEscaped(w, s, Class.USER) }

/** Appends a text with all bytes escaped but those of a class. */
export function writeEscaped(w: Writer, s: Span, plain: Class): void {
  const end = endOf(s)
  for (let p = startOf(s); p < end; p++) {
    if (isOf(peek(p), plain)) w.byte(peek(p))
    else {
      w.byte(PERCENT)
      w.hex(p, 1)
    }
  }
}

function isEscape(p: usize, end: usize): bool {
  return peek(p) == PERCENT && p + 3 <= end && (hexDigit(peek(p + 1)) | hexDigit(peek(p + 2))) < 16
}

/** RFC 3261 25.1: reserved = ; / ? : @ & = + $ , */
function isReserved(c: u32): bool {
  return c == 0x3b || c == 0x2f || c == 0x3f || c == 0x3a || c == 0x40 || c == 0x26 || c == 0x3d || c == 0x2b || c == 0x24 || c == 0x2c
}

function lower(c: u32): u32 { return c - 65 < 26 ? c | 0x20 : c }
