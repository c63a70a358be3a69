// Rewrites the header names of a whole message of ours in their compact forms (RFC 3261 7.3.3), so that fewer bytes need to be sent.
import { COLON, CR, LF, peek } from "./char"
import { Field, fieldNamed } from "./header"
import { between } from "../base/span"

/** Each Field that we write and that has a compact form, with its letter; 0 ends it. The last five: RFC 6665 8.2.1, 8.2.2, RFC 3515 2.1, RFC 3892 3, RFC 4028 4. */
const LETTERS = memory.data<u8>([
  <u8>Field.VIA, 0x76, <u8>Field.FROM, 0x66, <u8>Field.TO, 0x74, <u8>Field.CALL_ID, 0x69, <u8>Field.CONTACT, 0x6d, <u8>Field.CONTENT_LENGTH, 0x6c,
  <u8>Field.CONTENT_TYPE, 0x63, <u8>Field.CONTENT_ENCODING, 0x65, <u8>Field.SUPPORTED, 0x6b, <u8>Field.SUBJECT, 0x73,
  <u8>Field.EVENT, 0x6f, <u8>Field.ALLOW_EVENTS, 0x75, <u8>Field.REFER_TO, 0x72, <u8>Field.REFERRED_BY, 0x62, <u8>Field.SESSION_EXPIRES, 0x78, 0,
])

/** In place, from `start` to `end`, up to the empty line; what stands behind it moves down as it is. Returns the new end. */
export function compact(start: usize, end: usize): usize {
  let p = lineEnd(start, end), to = p
  while (p < end && peek(p) != CR) {
    const next = lineEnd(p, end)
    let colon = p
    while (colon < next && peek(colon) != COLON) colon++
    const letter = letterOf(fieldNamed(between(p, colon)))
    if (letter != 0) {
      store<u8>(to++, letter)
      p = colon
    }
    memory.copy(to, p, next - p)
    to += next - p
    p = next
  }
  memory.copy(to, p, end - p)
  return to + end - p
}

/** Behind the line that `p` is in. */
function lineEnd(p: usize, end: usize): usize {
  while (p < end && peek(p) != LF) p++
  return min(p + 1, end)
}

/** 0: it has none. */
function letterOf(field: Field): u8 {
  let p = LETTERS
  while (load<u8>(p) != 0 && load<u8>(p) != field) p += 2
  return load<u8>(p) == 0 ? 0 : load<u8>(p, 1)
}
