// Characters of UTF-8 text: which bytes make one, and whether a person could read it.
import { Span, startOf, endOf } from "../base/span"

/** What decode gives for bytes that are no UTF-8. */
export const NO_CHARACTER: u32 = 0

/** The character at `p`: its code in the low 24 bits, how many bytes it takes above. NO_CHARACTER when it is cut or not UTF-8. */
export function decode(p: usize, end: usize): u32 {
  const first: u32 = load<u8>(p)
  if (first < 0x80) return first | (1 << 24)
  // RFC 3629 4: 0xc0 and 0xc1 would be overlong, and nothing lies above 0xf4
  if (first < 0xc2 || first > 0xf4) return NO_CHARACTER
  const length: u32 = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (p + length > end) return NO_CHARACTER
  let code: u32 = first & (0x7f >>> length)
  for (let i: u32 = 1; i < length; i++) {
    const next: u32 = load<u8>(p + i)
    if ((next & 0xc0) != 0x80) return NO_CHARACTER
    code = (code << 6) | (next & 0x3f)
  }
  if (length == 3 && (code < 0x800 || (code >>> 11) == 27)) return NO_CHARACTER
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return NO_CHARACTER
  return code | (length << 24)
}

/** UTF-8 without control characters. */
export function printable(s: Span): bool {
  const end = endOf(s)
  for (let p = startOf(s); p < end;) {
    const c = decode(p, end), code = c & 0xffffff
    if (c == NO_CHARACTER || code < 0x20 || (code >= 0x7f && code < 0xa0)) return false
    p += c >>> 24
  }
  return true
}
