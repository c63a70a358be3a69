// URIs of the schemes sip, sips and tel taken apart; any other scheme is recognised as one and passes (RFC 3261 19.1, RFC 3966).
import { AMPERSAND, AT, CASE, COLON, EQUALS, PERCENT, QUESTION, SEMICOLON, SLASH, Class, findByte, isOf, peek, skipEscaped } from "./char"
import { hostEnd, hostKind, readHost, readPort } from "./host"
import { sameUnescaped } from "./escape"
import { transportBetween } from "./via"
import { LR, MADDR, METHOD, SIPS, TEL, TRANSPOR, TTL, USER, folded } from "./words"
import { decimal } from "../base/number"
import { NONE, Span, between, endOf, indexOf, lengthOf, span, startOf, text } from "../base/span"

export { sameUri } from "./uri-equal"

export const enum Scheme { NONE, SIP, SIPS, TEL, OTHER }

@unmanaged
export class Uri {
  scheme: u8            // Scheme
  hostKind: u8          // HostKind; NONE in a URI that is not sip or sips
  transport: u8         // Transport; NONE when there is no such parameter
  lr: bool
  port: u16             // 0 = none given
  ttl: i16              // -1 = none given
  whole: Span
  user: Span            // NONE when there is none; the digits of a tel URI; what follows the colon of any other scheme
  password: Span        // NONE when there is none
  host: Span            // IPv6 in its brackets
  params: Span          // from the first semicolon; empty when there are none
  headers: Span         // behind the question mark; NONE when there is none
  transportParam: Span  // these four are NONE when absent
  maddr: Span
  method: Span
  userParam: Span
}

export const URI_SIZE: usize = 48

/** Reads a whole text as a URI. Returns the bytes used, which are all, or -1 when it is malformed. Escapes are checked and left as they are. */
export function parseUri(s: Span, u: Uri): i32 {
  memory.fill(changetype<usize>(u), 0, URI_SIZE)
  u.ttl = -1
  u.scheme = <u8>Scheme.SIP
  u.whole = s
  const start = startOf(s), end = endOf(s)
  const p = start + 4 <= end && (load<u32>(start) | 0x00202020) == SIP_COLON ? start + 4 : readScheme(start, end, u)
  if (p == 0) return -1
  const read = <i32>u.scheme > Scheme.SIPS ? readOther(p, end, u) : readSip(p, end, u)
  return read == end ? <i32>lengthOf(s) : -1
}

/** "lr" and "sip:" in small letters as they lie in memory. */
const LR_NAME: u16 = 0x726c
const SIP_COLON: u32 = 0x3a706973

/**
 * The value of the URI parameter `name` (lower case, without escapes), an empty span when it has none, NONE when it is not there.
 * RFC 4475 3.1.1.3: an escaped name is the same name.
 */
export function uriParam(u: Uri, name: Span): Span {
  let p = startOf(u.params)
  const end = endOf(u.params)
  while (p < end) {
    const start = p + 1
    p = skipEscaped(start, end, Class.PARAMETER)
    const found = sameUnescaped(between(start, p), name)
    const value = p < end && peek(p) == EQUALS ? p + 1 : p
    if (value != p) p = skipEscaped(value, end, Class.PARAMETER)
    if (found) return between(value, p)
  }
  return NONE
}

/** The address of the colon behind a scheme (a letter, then letters, digits, +, - and dots), or 0. */
function schemeEnd(start: usize, end: usize): usize {
  if (start == end || (peek(start) | 0x20) - 97 >= 26) return 0
  for (let p = start + 1; p < end; p++) {
    const c: u32 = peek(p)
    if (c == COLON) return p
    if (!isOf(c, Class.HOST) && c != 0x2b || c == 0x5f) return 0
  }
  return 0
}

/** Notes which scheme it is; returns the address behind its colon, or 0. */
function readScheme(start: usize, end: usize, u: Uri): usize {
  const colon = schemeEnd(start, end)
  if (colon == 0) return 0
  const scheme = folded(start, colon)
  u.scheme = <u8>(scheme == SIPS ? Scheme.SIPS : scheme == TEL ? Scheme.TEL : Scheme.OTHER)
  return colon + 1
}

// @ts-ignore: decorator
@inline
function readSip(p: usize, end: usize, u: Uri): usize {
  // RFC 3261 25.1: an unescaped "@" occurs nowhere else, while the user part may hold ";", "?" and "/".
  const at = findByte(p, end, AT)
  if (at < end) {
    const user = p
    p = skipEscaped(p, at, Class.USER)
    if (p == user) return 0
    u.user = between(user, p)
    if (p < at && peek(p) == COLON) {
      const password = p + 1
      p = skipEscaped(password, at, Class.USER)
      u.password = between(password, p)
      if (hasSeparator(u.password)) return 0
    }
    if (p != at) return 0
    p++
  }
  const host = readHost(p, end)
  if (host == 0) return 0
  u.hostKind = <u8>hostKind(host)
  u.host = between(p, hostEnd(host))
  p = hostEnd(host)
  if (p < end && peek(p) == COLON) {
    const port = readPort(p + 1, end)
    if (port == 0) return 0
    u.port = <u16>(port >> 20)
    p = <usize>port & 0xfffff
  }
  u.params = span(p, 0)
  if (p < end && peek(p) == SEMICOLON) p = readParams(p, end, u)
  if (p != 0 && p < end && peek(p) == QUESTION) p = readHeaders(p + 1, end, u)
  return p
}

/** RFC 3261 25.1: a password has none of these, which a user name may have. */
function hasSeparator(s: Span): bool { return indexOf(s, SEMICOLON) >= 0 || indexOf(s, QUESTION) >= 0 || indexOf(s, SLASH) >= 0 }

function readParams(p: usize, end: usize, u: Uri): usize {
  const start = p
  while (p < end && peek(p) == SEMICOLON) {
    const name = p + 1
    // By far the most frequent parameter of a route.
    if (p + 3 == end && load<u16>(name) == LR_NAME) {
      u.lr = true
      p = end
      break
    }
    p = skipEscaped(name, end, Class.PARAMETER)
    if (p == name) return 0
    const nameEnd = p
    let value = NONE
    if (p < end && peek(p) == EQUALS) {
      const from = p + 1
      p = skipEscaped(from, end, Class.PARAMETER)
      if (p == from) return 0
      value = between(from, p)
    }
    if (!noteParam(name, nameEnd, value, u)) return 0
  }
  u.params = between(start, p)
  return p
}

/** Keeps the parameters that RFC 3261 19.1.1 defines. False when one has a value that is not allowed. */
// @ts-ignore: decorator
@inline
function noteParam(start: usize, end: usize, value: Span, u: Uri): bool {
  if (end - start == 9 && (load<u64>(start) | CASE) == TRANSPOR && (peek(end - 1) | 0x20) == 0x74) {
    noteTransport(value, u)
    return true
  }
  const name = folded(start, end)
  if (name == LR) u.lr = true
  else if (name == MADDR) u.maddr = value
  else if (name == METHOD) u.method = value
  else if (name == USER) u.userParam = value
  else if (name == TTL) {
    u.ttl = <i16>decimal(value, 255)
    return u.ttl >= 0
  } else if (indexOf(between(start, end), PERCENT) >= 0) noteEscaped(between(start, end), value, u)
  return true
}

function noteTransport(value: Span, u: Uri): void {
  u.transportParam = value
  u.transport = <u8>transportBetween(startOf(value), endOf(value))
}

/** The same for a name with escapes in it. */
function noteEscaped(name: Span, value: Span, u: Uri): void {
  if (sameUnescaped(name, text("lr"))) u.lr = true
  else if (sameUnescaped(name, text("transport"))) noteTransport(value, u)
  else if (sameUnescaped(name, text("maddr"))) u.maddr = value
  else if (sameUnescaped(name, text("method"))) u.method = value
  else if (sameUnescaped(name, text("user"))) u.userParam = value
}

/** hname=hvalue pairs with "&" between them; a value may be empty. */
function readHeaders(p: usize, end: usize, u: Uri): usize {
  const start = p
  while (true) {
    const name = p
    p = skipEscaped(p, end, Class.HEADER)
    if (p == name || p == end || peek(p) != EQUALS) return 0
    p = skipEscaped(p + 1, end, Class.HEADER)
    if (p == end || peek(p) != AMPERSAND) break
    p++
  }
  u.headers = between(start, p)
  return p
}

/** RFC 3966 3: "+" and digits, or a local number of digits, letters A-F, "*" and "#", with visual separators, then parameters. */
function readTel(p: usize, end: usize, u: Uri): usize {
  const start = p
  if (p < end && peek(p) == 0x2b) p++
  const digits = p
  while (p < end && isTelDigit(peek(p))) p++
  if (p == digits) return 0
  u.user = between(start, p)
  u.params = span(p, 0)
  return p < end && peek(p) == SEMICOLON ? readParams(p, end, u) : p
}

function isTelDigit(c: u32): bool {
  return c - 48 < 10 || (c | 0x20) - 97 < 6 || c == 0x2a || c == 0x23 || c == 0x2d || c == 0x2e || c == 0x28 || c == 0x29
}

function readOther(p: usize, end: usize, u: Uri): usize {
  if (u.scheme == Scheme.TEL) return readTel(p, end, u)
  const start = p
  while (p < end && isOf(peek(p), Class.URI)) p++
  if (p == start) return 0
  u.user = between(start, p)
  return p
}
