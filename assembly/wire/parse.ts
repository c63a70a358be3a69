// Reads a SIP message: start line, header lines, body (RFC 3261 7, 25.1).
import { COLON, CR, CRLF, DOT, LF, SPACE, TAB, Class, dropSpace, findControl, findNameEnd, isDigit, peek, skipOf, skipSpace } from "./char"
import { Fault } from "./fault"
import { Field, fieldAt } from "./header"
import { LINES_AT, Message, addLine, hasLine } from "./message"
import { Method, methodBetween } from "./method"
import { parseUri } from "./uri"
import { readTyped } from "./typed"
import { SIP_SPACE, SPACE_SIP } from "./words"
import { HEADERS_MAX } from "../config"
import { decimal } from "../base/number"
import { NONE, Span, between, same } from "../base/span"

/** What parse() returns for a message with a fault. */
export const BAD: i32 = -1

/**
 * Reads the `length` bytes at `at` into `m` and returns how many of them are the message: octets behind the body that Content-Length gives
 * are surplus (RFC 3261 18.3). Returns BAD when something is wrong: m.fault says what, and `m` holds all that could be read nevertheless.
 * Nothing behind the bytes is read, nothing is written but `m`. The work is proportional to `length`.
 */
export function parse(at: usize, length: u32, m: Message): i32 {
  memory.fill(changetype<usize>(m), 0, LINES_AT)
  m.start = at
  m.maxForwards = -1
  m.contentLength = -1
  m.expires = -1
  m.minExpires = -1
  m.retryAfter = -1
  const end = at + length
  let p = at
  // RFC 3261 7.5: empty lines before the start line are ignored.
  while (p + 2 <= end && load<u16>(p) == CRLF) p += 2
  if (p == end) {
    spoil(m, Fault.EMPTY)
    return BAD
  }
  p = readLines(readStartLine(p, end, m), end, m)
  if (p != 0) p = takeBody(p, end, m)
  checkPresence(m)
  return m.fault == Fault.NONE ? <i32>(p - at) : BAD
}

/** Notes what is wrong, unless something was wrong before. */
export function spoil(m: Message, fault: Fault): void {
  if (m.fault == Fault.NONE) m.fault = <u8>fault
}

/** Returns where the next line begins, `end` when there is none. */
function readStartLine(start: usize, end: usize, m: Message): usize {
  const lineEnd = findControl(start, end)
  let next = lineEnd
  if (lineEnd + 2 <= end && load<u16>(lineEnd) == CRLF) next += 2
  else {
    spoil(m, Fault.START_LINE)
    while (next < end && peek(next) != LF) next++
    if (next < end) next++
  }
  if (lineEnd - start < 11) spoil(m, Fault.START_LINE)
  else if ((load<u32>(start) | 0x00202020) == 0x2f706973) readStatusLine(start, lineEnd, m)
  else readRequestLine(start, lineEnd, m)
  return next
}

/** RFC 3261 7.1: Method SP Request-URI SP SIP-Version. One space each: RFC 4475 3.1.2.9 and 3.1.2.10 let us refuse more. */
function readRequestLine(start: usize, end: usize, m: Message): void {
  let p = skipOf(start, end, Class.TOKEN)
  if (p == start || p == end || peek(p) != SPACE) {
    spoil(m, Fault.START_LINE)
    return
  }
  m.methodName = between(start, p)
  m.method = <u8>methodBetween(start, p)
  p++
  let uriEnd = end - 8
  // RFC 3261 7.1: the version is compared without regard to case.
  if (uriEnd <= p || load<u64>(uriEnd) != SPACE_SIP && (load<u64>(uriEnd) | 0x20202000) != (SPACE_SIP | 0x20202000)) {
    uriEnd = end
    while (uriEnd > p && peek(uriEnd - 1) != SPACE) uriEnd--
    spoil(m, uriEnd > p && isVersion(uriEnd, end) ? Fault.VERSION : Fault.START_LINE)
    if (uriEnd <= p) return
    uriEnd--
  }
  m.requestUri = between(p, uriEnd)
  if (parseUri(m.requestUri, m.uri) < 0) spoil(m, Fault.REQUEST_URI)
}

/** RFC 3261 7.2: SIP-Version SP Status-Code SP Reason-Phrase, which may be empty. */
function readStatusLine(start: usize, end: usize, m: Message): void {
  if (load<u64>(start) != SIP_SPACE && (load<u64>(start) | 0x202020) != (SIP_SPACE | 0x202020)) {
    const version = findSpace(start, end)
    spoil(m, isVersion(start, version) ? Fault.VERSION : Fault.START_LINE)
    return
  }
  const p = start + 8
  const a = peek(p) - 48, b = <u32>load<u8>(p, 1) - 48, c = <u32>load<u8>(p, 2) - 48
  if (a - 1 > 5 || b > 9 || c > 9 || p + 3 < end && load<u8>(p, 3) != SPACE) {
    spoil(m, Fault.STATUS_CODE)
    return
  }
  m.status = <u16>(a * 100 + b * 10 + c)
  // A line that ends behind the code lacks a space that says nothing.
  if (p + 4 < end) m.reason = between(p + 4, end)
}

function findSpace(p: usize, end: usize): usize {
  while (p < end && peek(p) != SPACE) p++
  return p
}

/** "SIP/" and digits with a dot between them. */
function isVersion(p: usize, end: usize): bool {
  if (p + 7 > end || (load<u32>(p) | 0x00202020) != 0x2f706973) return false
  p += 4
  let digits = p
  while (p < end && isDigit(peek(p))) p++
  if (p == digits || p == end || peek(p) != DOT) return false
  digits = ++p
  while (p < end && isDigit(peek(p))) p++
  return p > digits && p == end
}

/** Reads lines up to and with the empty one. Returns where the body begins, or 0 when there is no empty line. */
function readLines(p: usize, end: usize, m: Message): usize {
  while (p + 2 <= end) {
    if (load<u16>(p) == CRLF) return p + 2
    if (m.fieldCount == HEADERS_MAX) {
      spoil(m, Fault.TOO_MANY_FIELDS)
      return 0
    }
    const name = p
    p = findNameEnd(p, end)
    let nameEnd = p
    if (p == end || peek(p) != COLON) p = findColon(p, end)
    nameEnd = dropSpace(name, nameEnd)
    if (p == 0 || nameEnd == name) {
      p = skipLine(name, end, m)
      continue
    }
    const value = p + 1
    p = findLineEnd(value, end, m)
    if (p == 0) break
    takeLine(m, name, nameEnd, value, p - 2)
  }
  spoil(m, Fault.NO_END)
  return 0
}

/** RFC 3261 25.1: HCOLON = *( SP / HTAB ) ":" SWS. The search for the end of a name stops at a tab. 0 = there is no colon behind the white space. */
function findColon(p: usize, end: usize): usize {
  while (p < end && (peek(p) == TAB || peek(p) == SPACE)) p++
  return p < end && peek(p) == COLON ? p : 0
}

/** A line that is neither a field nor a continuation: the next one may be good. */
function skipLine(p: usize, end: usize, m: Message): usize {
  spoil(m, Fault.FIELD_NAME)
  const next = findLineEnd(p, end, m)
  return next != 0 ? next : end
}

/** Behind the CRLF that ends the field at `p`: the first that no white space follows (RFC 3261 7.3.1). 0 when there is none. */
// @ts-ignore: decorator
@inline
function findLineEnd(p: usize, end: usize, m: Message): usize {
  while (true) {
    p = findControl(p, end)
    if (p + 2 > end) return 0
    if (load<u16>(p) == CRLF) {
      p += 2
      if (p == end) return p
      if (peek(p) > SPACE) return p
      if (peek(p) != SPACE && peek(p) != TAB) return p
    } else {
      // A lone CR or LF would be a line end to others than us. Other controls are for the readers of values: quoted strings may hold them.
      if (peek(p) == CR || peek(p) == LF) spoil(m, Fault.LINE_END)
      p++
    }
  }
}

/** Puts a line into the table and reads its value, if it is of those that every message needs. `end` is where its CRLF begins. */
// @ts-ignore: decorator
@inline
function takeLine(m: Message, name: usize, nameEnd: usize, start: usize, end: usize): void {
  // The CRLF can be looked at: no bound is needed.
  if (peek(start) == SPACE) start++
  if (peek(start) <= SPACE) start = skipSpace(start, end)
  end = dropSpace(start, end)
  const field = fieldAt(name, <u32>(nameEnd - name))
  if (field < Field.CONTACT) {
    if (field == Field.OTHER) {
      if (skipOf(name, nameEnd, Class.TOKEN) != nameEnd) {
        spoil(m, Fault.FIELD_NAME)
        return
      }
    } else if (field != Field.VIA && hasLine(m, field)) checkRepeated(m, field, between(start, end))
    else if (field <= Field.RETRY_AFTER) {
      const fault = readTyped(m, field, start, end)
      if (fault != Fault.NONE) spoil(m, fault)
    }
  }
  addLine(m, name, field, between(start, end))
}

/** RFC 4475 3.3.8, 3.3.9: which of two such lines holds cannot be known. */
function checkRepeated(m: Message, field: Field, value: Span): void {
  if (field != Field.CONTENT_LENGTH) spoil(m, Fault.REPEATED)
  else if (decimal(value, i32.MAX_VALUE) != m.contentLength) spoil(m, Fault.CONTENT_LENGTHS)
}

/** Takes as many octets as Content-Length says, or all there are (RFC 3261 18.3). Returns where the message ends. */
function takeBody(p: usize, end: usize, m: Message): usize {
  let bodyEnd = end
  if (m.contentLength >= 0) {
    if (<usize>m.contentLength <= end - p) bodyEnd = p + m.contentLength
    else spoil(m, Fault.BODY)
  }
  if (bodyEnd > p) m.body = between(p, bodyEnd)
  return bodyEnd
}

/** RFC 3261 8.1.1: what no request and no response can lack. Max-Forwards, tags and Contact may be missing in those of RFC 2543 phones. */
function checkPresence(m: Message): void {
  if (m.status != 0) {
    m.method = m.cseqMethod
    m.methodName = m.cseqMethodName
  }
  if (m.fault != Fault.NONE) return
  if (m.viaCount == 0) spoil(m, Fault.NO_VIA)
  else if (m.from == NONE) spoil(m, Fault.NO_FROM)
  else if (m.to == NONE) spoil(m, Fault.NO_TO)
  else if (m.callId == NONE) spoil(m, Fault.NO_CALL_ID)
  else if (m.cseqMethodName == NONE) spoil(m, Fault.NO_CSEQ)
  // RFC 3261 8.1.1.5: the method of CSeq is that of the request.
  else if (m.cseqMethod != m.method || m.method == Method.UNKNOWN && !same(m.methodName, m.cseqMethodName)) spoil(m, Fault.CSEQ_METHOD)
}
