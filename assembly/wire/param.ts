// One parameter of a field value: ;name or ;name=value (RFC 3261 25.1: generic-param).
import { BACKSLASH, EQUALS, QUOTE, SEMICOLON, Class, peek, skipOf, skipQuoted, skipSpace } from "./char"
import { PARAM_AT } from "./state"
import { Span, NONE, startOf, endOf, lengthOf, between, byteAt, span, sameFolded } from "../base/span"
import { Writer } from "../base/writer"

@unmanaged
export class Param {
  name: Span
  value: Span    // a quoted string with its quotes; NONE when there is no "="
}

/** The parameter that readParam read last. */
// @ts-ignore: decorator
@inline
export function lastParam(): Param { return changetype<Param>(PARAM_AT) }

/**
 * Reads the parameter whose semicolon is before `p` into lastParam(). Returns the address behind it and the white space after it, or 0 when it
 * is malformed.
 * A value may hold colons and brackets: RFC 5118 4.5 shows IPv6 addresses there with and without brackets.
 */
export function readParam(p: usize, end: usize): usize {
  const out = lastParam()
  p = skipSpace(p, end)
  const name = p
  p = skipOf(p, end, Class.TOKEN)
  if (p == name) return 0
  out.name = between(name, p)
  out.value = NONE
  p = skipSpace(p, end)
  if (p == end || peek(p) != EQUALS) return p
  p = skipSpace(p + 1, end)
  const value = p
  if (p < end && peek(p) == QUOTE) {
    p = skipQuoted(p, end)
    if (p == 0) return 0
  } else {
    p = skipOf(p, end, Class.VALUE)
    if (p == value) return 0
  }
  out.value = between(value, p)
  return skipSpace(p, end)
}

/**
 * The value of the parameter `name` (any case) in a text of the form ";a=b;c". An empty span when it has no value,
 * NONE when it is not there or the text is malformed before it.
 */
export function param(params: Span, name: Span): Span {
  let p = startOf(params)
  const end = endOf(params)
  while (p < end && peek(p) == SEMICOLON) {
    p = readParam(p + 1, end)
    if (p == 0) return NONE
    const read = lastParam()
    if (sameFolded(read.name, name)) return read.value != NONE ? read.value : span(endOf(read.name), 0)
  }
  return NONE
}

/** What is between the quotes of a quoted string, escapes as they are; any other span unchanged. */
export function unquoted(s: Span): Span {
  const length = lengthOf(s)
  if (length < 2 || byteAt(s, 0) != QUOTE) return s
  return span(startOf(s) + 1, length - 2)
}

/** Appends what a quoted string means: without quotes, and each backslash gone (RFC 3261 25.1: quoted-pair). Any other span as it is. */
export function writeUnquoted(w: Writer, s: Span): void {
  const inner = unquoted(s)
  if (inner == s) {
    w.put(s)
    return
  }
  const end = endOf(inner)
  for (let p = startOf(inner); p < end; p++) {
    if (peek(p) == BACKSLASH && p + 1 < end) p++
    w.byte(peek(p))
  }
}
