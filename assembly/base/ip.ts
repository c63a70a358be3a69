// IP addresses between text and bytes: RFC 3986 3.2.2 dotted IPv4, RFC 4291 2.2 IPv6, written as RFC 5952 wants it.
import { Endpoint } from "./endpoint"
import { decimal, hexDigit } from "./number"
import { Span, NONE, startOf, lengthOf, endOf, between, span, byteAt, indexOf } from "./span"
import { Writer } from "./writer"

const COLON = 0x3a, DOT = 0x2e, OPEN = 0x5b, CLOSE = 0x5d

const NO_GAP: u32 = 255

/** Reads an address of either family, IPv6 with or without brackets. The port becomes 0. False: not an address, `e` is cleared. */
export function parseIp(s: Span, e: Endpoint): bool {
  if (parseIp4(s, e)) return true
  return parseIp6(withoutBrackets(s), e)
}

/** Reads dotted decimal IPv4: four numbers of one to three digits, each at most 255. False: anything else, `e` is cleared. */
export function parseIp4(s: Span, e: Endpoint): bool {
  e.clear()
  if (!readIp4(startOf(s), endOf(s), e.bytes)) {
    e.clear()
    return false
  }
  e.family = 4
  return true
}

/** Reads IPv6 without brackets and without zone; the last 32 bits may be dotted. False: anything else, `e` is cleared. */
export function parseIp6(s: Span, e: Endpoint): bool {
  e.clear()
  if (lengthOf(s) < 2 || !readIp6(startOf(s), endOf(s), e.bytes)) {
    e.clear()
    return false
  }
  e.family = 6
  return true
}

/**
 * Splits `name`, `name:port`, `ip`, `ip:port`, `[ip6]`, `[ip6]:port` or a bare `ip6`. Returns the host without brackets, or NONE when it is none
 * of these. `e` gets the port (0 when there is none) and, when the host is an address, the address; otherwise its family is 0.
 */
export function parseHostPort(s: Span, e: Endpoint): Span {
  let host = s, rest = NONE
  if (lengthOf(s) > 0 && byteAt(s, 0) == OPEN) {
    const close = indexOf(s, CLOSE)
    if (close < 0) return NONE
    host = span(startOf(s) + 1, close - 1)
    rest = between(startOf(s) + close + 1, endOf(s))
    if (!parseIp6(host, e)) return NONE
    return portAfter(rest, e) ? host : NONE
  }
  if (parseIp6(s, e)) return s
  const colon = indexOf(s, COLON)
  if (colon >= 0) {
    host = span(startOf(s), colon)
    rest = between(startOf(s) + colon, endOf(s))
  }
  parseIp4(host, e)
  if (lengthOf(host) == 0 || e.family == 0 && !isName(host)) return NONE
  return portAfter(rest, e) ? host : NONE
}

/**
 * Letters, digits, hyphens and dots, no empty label, and the last label does not begin with a digit, as an address would
 * (RFC 3261 25.1: hostname). Underscores pass too: they are common in names of private networks.
 */
export function isName(s: Span): bool {
  let p = startOf(s), label = p
  const end = endOf(s)
  if (p == end) return false
  let before: u32 = DOT
  for (; p < end; p++) {
    const c: u32 = load<u8>(p)
    if (c == DOT) {
      if (before == DOT) return false
      if (p + 1 < end) label = p + 1
    } else if ((c | 0x20) - 97 >= 26 && c - 48 >= 10 && c != 0x2d && c != 0x5f) return false
    before = c
  }
  return load<u8>(label) - 48 >= 10 && load<u8>(label) != 0x2d && load<u8>(label) != DOT
}

/** Writes the address without brackets or port; IPv6 in the canonical form of RFC 5952 section 4. Family 0 writes nothing. */
export function writeIp(w: Writer, e: Endpoint): void {
  if (e.family == 4) writeIp4(w, e.bytes)
  if (e.family == 6) writeIp6(w, e.bytes)
}

/** Writes the address as a host in a URI or Via: IPv6 in brackets (RFC 3261 25.1: IPv6reference). */
export function writeHost(w: Writer, e: Endpoint): void {
  if (e.family == 6) w.byte(OPEN)
  writeIp(w, e)
  if (e.family == 6) w.byte(CLOSE)
}

/** Writes address:port, IPv6 in brackets. */
export function writeEndpoint(w: Writer, e: Endpoint): void {
  writeHost(w, e)
  w.byte(COLON)
  w.number(e.port)
}

function withoutBrackets(s: Span): Span {
  const length = lengthOf(s)
  if (length < 2 || byteAt(s, 0) != OPEN || byteAt(s, length - 1) != CLOSE) return s
  return span(startOf(s) + 1, length - 2)
}

/** Reads ":port" (1-65535) into `e`; nothing at all is right too. */
function portAfter(s: Span, e: Endpoint): bool {
  e.port = 0
  const length = lengthOf(s)
  if (length == 0) return true
  if (byteAt(s, 0) != COLON) return false
  const port = decimal(span(startOf(s) + 1, length - 1), 65535)
  if (port <= 0) return false
  e.port = <u16>port
  return true
}

function readIp4(p: usize, end: usize, out: usize): bool {
  for (let i: u32 = 0; i < 4; i++) {
    let value: u32 = 0, digits: u32 = 0
    for (; p < end; p++, digits++) {
      const digit: u32 = <u32>load<u8>(p) - 48
      if (digit > 9) break
      value = value * 10 + digit
      if (value > 255) return false
    }
    if (digits == 0 || digits > 3) return false
    store<u8>(out + i, <u8>value)
    if (i == 3) return p == end
    if (p == end || load<u8>(p) != DOT) return false
    p++
  }
  return false
}

/** The eight groups; `gap` is where "::" stood, and the groups read after it are moved to the end. */
function readIp6(p: usize, end: usize, out: usize): bool {
  let i: u32 = 0, gap = NO_GAP
  if (load<u8>(p) == COLON) {
    p++
    if (p == end || load<u8>(p) != COLON) return false
  }
  while (p < end) {
    if (load<u8>(p) == COLON) {
      if (gap != NO_GAP) return false
      gap = i
      p++
      // RFC 5118 4.10: the grammar of RFC 3261 led to three colons before a dotted part; such an address is understood.
      if (p < end && load<u8>(p) == COLON && i <= 12 && readIp4(p + 1, end, out + i)) p++
      continue
    }
    if (i >= 16) return false
    if (i <= 12 && readIp4(p, end, out + i)) {
      i += 4
      p = end
      break
    }
    let value: u32 = 0, digits: u32 = 0
    for (; p < end && load<u8>(p) != COLON; p++, digits++) {
      const digit = hexDigit(load<u8>(p))
      if (digit > 15 || digits == 4) return false
      value = value << 4 | digit
    }
    if (p < end && ++p == end) return false
    store<u16>(out + i, bswap(<u16>value))
    i += 2
  }
  if (gap == NO_GAP) return i == 16
  if (i > 14) return false
  memory.copy(out + 16 - (i - gap), out + gap, i - gap)
  memory.fill(out + gap, 0, 16 - i)
  return true
}

function writeIp4(w: Writer, bytes: usize): void {
  for (let i: u32 = 0; i < 4; i++) {
    if (i > 0) w.byte(DOT)
    w.number(load<u8>(bytes + i))
  }
}

function writeIp6(w: Writer, bytes: usize): void {
  // RFC 5952 5: an IPv4-mapped address keeps its dotted part.
  const mapped = load<u64>(bytes) == 0 && load<u32>(bytes, 8) == 0xffff0000
  const groups: u32 = mapped ? 6 : 8
  // RFC 5952 4.2: "::" stands for the longest run of zero groups, the first of equals, never for a single one.
  let gap: u32 = 8, gapLength: u32 = 1
  for (let i: u32 = 0; i < groups; i++) {
    let run: u32 = 0
    while (i + run < groups && load<u16>(bytes + (i + run) * 2) == 0) run++
    if (run > gapLength) {
      gap = i
      gapLength = run
    }
    i += run
  }
  for (let i: u32 = 0; i < groups; i++) {
    if (i == gap) {
      w.byte(COLON)
      w.byte(COLON)
      i += gapLength - 1
      continue
    }
    if (i > 0 && i != gap + gapLength) w.byte(COLON)
    writeGroup(w, bswap(load<u16>(bytes + i * 2)))
  }
  if (!mapped) return
  w.byte(COLON)
  writeIp4(w, bytes + 12)
}

/** Up to four lower-case hexadecimal digits without leading zeros (RFC 5952 4.1, 4.3). */
function writeGroup(w: Writer, group: u32): void {
  for (let shift: i32 = 12; shift >= 0; shift -= 4) {
    if (group >>> shift == 0 && shift > 0) continue
    const digit = group >>> shift & 15
    w.byte(digit < 10 ? 48 + digit : 87 + digit)
  }
}
