// Classes of characters and the searches over them that all readers of messages share. Nothing here looks at or behind `end`.
import { CLASSES } from "./char-table"

/** Bits of char-table.ts; build/headers.ts has the characters of each. */
export const enum Class {
  TOKEN = 1,
  HOST = 2,
  USER = 4,
  LABEL = 8,
  PARAMETER = 16,
  HEADER = 32,
  URI = 64,
  VALUE = 128
}

export const TAB: u32 = 0x09, LF: u32 = 0x0a, CR: u32 = 0x0d, SPACE: u32 = 0x20, QUOTE: u32 = 0x22, PERCENT: u32 = 0x25,
  AMPERSAND: u32 = 0x26, COMMA: u32 = 0x2c, DOT: u32 = 0x2e, SLASH: u32 = 0x2f, COLON: u32 = 0x3a, SEMICOLON: u32 = 0x3b, LESS: u32 = 0x3c,
  EQUALS: u32 = 0x3d, GREATER: u32 = 0x3e, QUESTION: u32 = 0x3f, AT: u32 = 0x40, OPEN: u32 = 0x5b, BACKSLASH: u32 = 0x5c,
  CLOSE: u32 = 0x5d
/** Both, as they lie in memory. */
export const CRLF: u16 = 0x0a0d

/** Eight bytes at once: one in each byte, and the top bit of each. */
const ONES: u64 = 0x0101010101010101
const TOPS: u64 = 0x8080808080808080

/** Bit 5 of eight bytes: set in all of them, the case of letters no longer matters. */
export const CASE: u64 = 0x2020202020202020

/** The byte at an address, as a number that arithmetic leaves alone: u8 would be cut to 8 bits after each step. */
// @ts-ignore: decorator
@inline
export function peek(p: usize): u32 { return load<u8>(p) }

// @ts-ignore: decorator
@inline
export function isOf(c: u32, kind: Class): bool {
  return (load<u8>(c, CLASSES) & kind) != 0
}

// @ts-ignore: decorator
@inline
export function isDigit(c: u32): bool {
  return c - 48 < 10
}

/** White space within a field value. CR and LF occur there only where a line is folded (RFC 3261 25.1: LWS); message.ts has made sure of it. */
// @ts-ignore: decorator
@inline
export function isSpace(c: u32): bool {
  return c == SPACE || c == TAB || c == CR || c == LF
}

/** The first byte that is not white space, or `end`. */
// @ts-ignore: decorator
@inline
export function skipSpace(p: usize, end: usize): usize {
  if (p < end) {
    if (peek(p) <= SPACE) return skipSpaces(p, end)
  }
  return p
}

/** Behind the last byte that is not white space, `start` at least. */
// @ts-ignore: decorator
@inline
export function dropSpace(start: usize, end: usize): usize {
  if (peek(end - 1) <= SPACE) return dropSpaces(start, end)
  return end
}

function skipSpaces(p: usize, end: usize): usize {
  while (p < end && isSpace(peek(p))) p++
  return p
}

function dropSpaces(start: usize, end: usize): usize {
  while (end > start && isSpace(peek(end - 1))) end--
  return end
}

/** The first byte that is not of a class, or `end`. */
export function skipOf(p: usize, end: usize, kind: Class): usize { return runOf(p, end, kind) }

/** The same in place. Four bytes a turn: there are few other places where a message is looked at byte by byte. */
// @ts-ignore: decorator
@inline
export function runOf(p: usize, end: usize, kind: Class): usize {
  const last = end - 4
  while (p <= last) {
    if (load<u8>(load<u8>(p), CLASSES) & kind) {
      if (load<u8>(load<u8>(p, 1), CLASSES) & kind) {
        if (load<u8>(load<u8>(p, 2), CLASSES) & kind) {
          if (load<u8>(load<u8>(p, 3), CLASSES) & kind) {
            p += 4
            continue
          }
          return p + 3
        }
        return p + 2
      }
      return p + 1
    }
    return p
  }
  while (p < end) {
    if (!(load<u8>(load<u8>(p), CLASSES) & kind)) break
    p++
  }
  return p
}

/*
 * The searches take eight bytes at a time. In (bytes - n * ONES & ~bytes & TOPS) the lowest byte that is not 0 stands where the first byte
 * below n is: a byte without top bit gets one only when the subtraction borrows. What the loops look like is what both engines run fastest:
 * one condition for each exit, and nothing computed that only the last turn needs.
 */

/** The first byte below a space, or `end`. */
// @ts-ignore: decorator
@inline
export function findControl(p: usize, end: usize): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p)
    found = bytes - ONES * 32 & ~bytes & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) < SPACE) break
    p++
  }
  return p
}

/** The first byte equal to `c`, or `end`. */
// @ts-ignore: decorator
@inline
export function findByte(p: usize, end: usize, c: u64): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p) ^ ONES * c
    found = bytes - ONES & ~bytes & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) == <u32>c) break
    p++
  }
  return p
}

/** The first colon or byte below a space, or `end`: where the name of a header field ends. */
// @ts-ignore: decorator
@inline
export function findNameEnd(p: usize, end: usize): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p), colons = bytes ^ ONES * COLON
    found = (bytes - ONES * 32 & ~bytes | colons - ONES & ~colons) & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) < SPACE || peek(p) == COLON) break
    p++
  }
  return p
}

/**
 * The last eight bytes before `end`, of which the last `length` (1-8) count; the others become 0. What is read in vain lies before the word:
 * no message begins in the first bytes of memory, but one may end with them.
 */
// @ts-ignore: decorator
@inline
export function wordBefore(end: usize, length: u32): u64 {
  return load<u64>(end - 8) >> (64 - (length << 3))
}

/** Behind the quotation mark that closes the string whose opening one is at `p`, or 0 when none does (RFC 3261 25.1: quoted-string). */
export function skipQuoted(p: usize, end: usize): usize {
  p++
  while (true) {
    p = findQuote(p, end)
    if (p == end) return 0
    if (peek(p) == QUOTE) return p + 1
    // RFC 3261 25.1: quoted-pair = "\" and any character of ASCII but CR and LF
    if (++p == end || peek(p) > 127 || peek(p) == CR || peek(p) == LF) return 0
    p++
  }
}

/** The first quotation mark or backslash, or `end`. */
// @ts-ignore: decorator
@inline
function findQuote(p: usize, end: usize): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p), quotes = bytes ^ ONES * QUOTE, slashes = bytes ^ ONES * BACKSLASH
    found = (quotes - ONES & ~quotes | slashes - ONES & ~slashes) & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) == QUOTE || peek(p) == BACKSLASH) break
    p++
  }
  return p
}

/** The first byte up to a comma or equal to "<", or `end`: commas and quotation marks are among them, and little else that a value holds. */
// @ts-ignore: decorator
@inline
export function findMark(p: usize, end: usize): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p), brackets = bytes ^ ONES * LESS
    found = (bytes - ONES * (COMMA + 1) & ~bytes | brackets - ONES & ~brackets) & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) <= COMMA || peek(p) == LESS) break
    p++
  }
  return p
}

/** The first byte that is neither of a class nor part of an escape (% and two hexadecimal digits), or `end`. */
// @ts-ignore: decorator
@inline
export function skipEscaped(p: usize, end: usize, kind: Class): usize {
  p = skipOf(p, end, kind)
  if (p < end) {
    if (peek(p) == PERCENT) p = skipEscapes(p, end, kind)
  }
  return p
}

function skipEscapes(p: usize, end: usize, kind: Class): usize {
  while (p + 3 <= end && peek(p) == PERCENT && isHex(peek(p + 1)) && isHex(peek(p + 2))) p = skipOf(p + 3, end, kind)
  return p
}

function isHex(c: u32): bool {
  return c - 48 < 10 || (c | 0x20) - 97 < 6
}

/** The first byte that is a space or less, or `end`. */
// @ts-ignore: decorator
@inline
export function findBlank(p: usize, end: usize): usize {
  const last = end - 8
  let found: u64 = 0
  while (p <= last) {
    const bytes = load<u64>(p)
    found = bytes - ONES * 33 & ~bytes & TOPS
    if (found) break
    p += 8
  }
  if (found) return p + <usize>(ctz(found) >> 3)
  while (p < end) {
    if (peek(p) <= SPACE) break
    p++
  }
  return p
}
