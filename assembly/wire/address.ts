// A name-addr or addr-spec with its parameters: From, To, Contact, Route, Record-Route, Refer-To and their kin (RFC 3261 20.10, 25.1).
import {
  AT, COLON, COMMA, EQUALS, GREATER, LESS, PERCENT, QUOTE, SEMICOLON, SPACE, Class, dropSpace, findByte, isOf, peek, skipOf, skipQuoted, skipSpace,
} from "./char"
import { lastParam, readParam } from "./param"
import { EXPIRES, TAG, TAG_PARAM, folded } from "./words"
import { Span, NONE, between, endOf, lengthOf, span, startOf } from "../base/span"

export { param } from "./param"

@unmanaged
export class Address {
  display: Span         // as it stands, quotes included; NONE when there is none
  uri: Span             // without the angle brackets; uri.ts reads it
  params: Span          // from the first semicolon behind the URI; empty when there is none
  tag: Span             // these three are NONE when absent
  expires: Span
  q: Span
}

export const ADDRESS_SIZE: usize = 24

/** The five bytes of ";tag=". */
const TAG_PARAM_MASK: u64 = 0xffffffffff

// @ts-ignore: decorator
@inline
function clear(a: Address): void {
  store<u64>(changetype<usize>(a), 0)
  store<u64>(changetype<usize>(a), 0, 8)
  store<u64>(changetype<usize>(a), 0, 16)
}

/** Reads a text that is one address. Returns the bytes used, which are all, or -1 when it is malformed. */
export function parseAddress(s: Span, a: Address): i32 {
  return lengthOf(s) > 0 && readAddress(startOf(s), endOf(s), a) == endOf(s) ? <i32>lengthOf(s) : -1
}

/**
 * Reads the address at `p`. Returns the address of the comma behind it, `end` when it is the last, or 0 when it is malformed.
 * The URI is not looked into, save that it is not empty.
 */
export function readAddress(p: usize, end: usize, a: Address): usize {
  clear(a)
  p = skipSpace(p, end)
  if (p < end && peek(p) == LESS) p = readBracketed(p, end, a)
  else p = readNamed(p, end, a)
  if (p == 0) return 0
  p = skipSpace(p, end)
  const params = p
  while (p < end && peek(p) == SEMICOLON) {
    // By far the most frequent form; any other leads to the same result.
    if (p + 8 <= end && (load<u64>(p) & TAG_PARAM_MASK) == TAG_PARAM) {
      const value = p + 5
      p = skipOf(value, end, Class.VALUE)
      if (p > value) {
        a.tag = between(value, p)
        p = skipSpace(p, end)
        continue
      }
      p = value - 5
    }
    p = readParam(p + 1, end)
    if (p == 0) return 0
    const read = lastParam()
    const name = folded(startOf(read.name), endOf(read.name))
    if (name == TAG) a.tag = read.value
    else if (name == EXPIRES) a.expires = read.value
    else if (lengthOf(read.name) == 1 && (peek(startOf(read.name)) | 0x20) == 0x71) a.q = read.value
  }
  a.params = between(params, p)
  return p == end || peek(p) == COMMA ? p : 0
}

/** Reads the URI between the brackets of which the first is at `p`. Returns the address behind the second, 0 when there is no URI between two. */
// @ts-ignore: decorator
@inline
function readBracketed(p: usize, end: usize, a: Address): usize {
  const close = findByte(p, end, GREATER)
  if (close == end || close == p + 1) return 0
  a.uri = between(p + 1, close)
  return close + 1
}

/** The same with a display name before the brackets, or without brackets. */
function readNamed(p: usize, end: usize, a: Address): usize {
  if (p == end) return 0
  const start = p
  if (peek(p) == QUOTE) {
    p = skipQuoted(p, end)
    if (p == 0) return 0
    a.display = between(start, p)
    if (p < end && peek(p) == SPACE) p++
    p = skipSpace(p, end)
  } else {
    p = skipOf(p, end, Class.TOKEN)
    if (p < end && peek(p) == COLON) return p > start ? readBare(start, end, a) : 0
    // RFC 4475 3.1.1.6: the display name may touch the bracket, although the grammar wants white space between them.
    for (let before: usize = 0; p != before;) {
      before = p
      p = skipOf(skipSpace(p, end), end, Class.TOKEN)
    }
    a.display = between(start, dropSpace(start, p))
  }
  return p < end && peek(p) == LESS ? readBracketed(p, end, a) : 0
}

/** RFC 3261 20.10: without brackets a URI holds no comma, semicolon or question mark; what follows a semicolon belongs to the field. */
function readBare(start: usize, end: usize, a: Address): usize {
  let p = start
  while (p < end) {
    const c: u32 = peek(p)
    if (!isOf(c, Class.PARAMETER) && c != AT && c != EQUALS && c != PERCENT) break
    p++
  }
  a.uri = between(start, p)
  return p
}

/** The display name without quotes, escapes as they are; an empty span when there is none. */
export function displayOf(a: Address): Span {
  if (a.display == NONE) return span(startOf(a.uri), 0)
  const length = lengthOf(a.display)
  return peek(startOf(a.display)) == QUOTE ? span(startOf(a.display) + 1, length - 2) : a.display
}
