// The values that are read with every message: Via, From, To, Call-ID, CSeq and the numbers (RFC 3261 20).
import { readAddress } from "./address"
import { SEMICOLON, SPACE, Class, findBlank, peek, skipOf, skipSpace } from "./char"
import { Fault } from "./fault"
import { Field } from "./header"
import { Message } from "./message"
import { methodBetween } from "./method"
import { findValueEnd } from "./values"
import { readVia } from "./via"
import { decimal } from "../base/number"
import { Span, between, endOf, startOf } from "../base/span"

const UINT32_MAX: i64 = 0xffffffff

/** RFC 3261 20.19: what a malformed Expires counts as, in seconds. */
const EXPIRES_WHEN_MALFORMED: i64 = 3600

/** Reads the value between two addresses, which is the first of its name (any of Via), into `m`. The ifs are nested so that few are passed. */
// @ts-ignore: decorator
@inline
export function readTyped(m: Message, field: Field, start: usize, end: usize): Fault {
  if (field <= Field.TO) {
    if (field == Field.VIA) return readVias(m, start, end)
    if (field == Field.FROM) {
      m.from = between(start, end)
      return readAddress(start, end, m.fromAddress) == end && start < end ? Fault.NONE : Fault.FROM
    }
    m.to = between(start, end)
    return readAddress(start, end, m.toAddress) == end && start < end ? Fault.NONE : Fault.TO
  }
  if (field <= Field.CSEQ) {
    if (field == Field.CSEQ) return readCseq(m, start, end)
    // RFC 3261 20.8: one word, or two with "@" between. Phones in use put more characters there than the grammar has; all but white space pass.
    m.callId = between(start, end)
    return start < end && findBlank(start, end) == end ? Fault.NONE : Fault.CALL_ID
  }
  return readNumber(m, field, between(start, end))
}

function readNumber(m: Message, field: Field, value: Span): Fault {
  if (field == Field.CONTENT_TYPE) m.contentType = value
  else if (field == Field.MAX_FORWARDS) {
    m.maxForwards = <i32>decimal(value, 255)
    if (m.maxForwards < 0) return Fault.MAX_FORWARDS
  } else if (field == Field.CONTENT_LENGTH) {
    m.contentLength = <i32>decimal(value, i32.MAX_VALUE)
    if (m.contentLength < 0) return Fault.CONTENT_LENGTH
  } else if (field == Field.EXPIRES) m.expires = deltaSeconds(value, EXPIRES_WHEN_MALFORMED)
  else if (field == Field.MIN_EXPIRES) m.minExpires = deltaSeconds(value, -1)
  else m.retryAfter = readRetryAfter(startOf(value), endOf(value))
  return Fault.NONE
}

/** Seconds from 0 to 2^32-1 (RFC 3261 25.1: delta-seconds), or `otherwise`. */
export function deltaSeconds(value: Span, otherwise: i64): i64 {
  const seconds = decimal(value, UINT32_MAX)
  return seconds >= 0 ? seconds : otherwise
}

/** The first value of all is taken apart, the others are counted. */
function readVias(m: Message, start: usize, end: usize): Fault {
  let p = start
  if (m.viaCount == 0) {
    m.viaCount = 1
    p = readVia(start, end, m.via)
    if (p == 0) return Fault.VIA
    if (p == end) return Fault.NONE
    p++
  }
  while (true) {
    const value = skipSpace(p, end)
    p = findValueEnd(value, end)
    if (p == value) return Fault.VIA
    m.viaCount++
    if (p == end) return Fault.NONE
    p++
  }
}

/** RFC 3261 20.16: a number that 32 bits hold, white space, a method. */
function readCseq(m: Message, start: usize, end: usize): Fault {
  let p = start
  let value: i64 = 0
  for (; p < end; p++) {
    const digit: u32 = peek(p) - 48
    if (digit > 9) break
    value = value * 10 + digit
    if (value > UINT32_MAX) return Fault.CSEQ
  }
  let method = p
  if (p < end && peek(p) == SPACE) method++
  method = skipSpace(method, end)
  if (p == start || method == p) return Fault.CSEQ
  p = skipOf(method, end, Class.TOKEN)
  if (p != end || p == method) return Fault.CSEQ
  m.cseq = <u32>value
  m.cseqMethodName = between(method, end)
  m.cseqMethod = <u8>methodBetween(method, end)
  return Fault.NONE
}

/** RFC 3261 20.33: seconds, then perhaps a comment and parameters. -1 when there is no such number; the field is then as if it were not there. */
function readRetryAfter(start: usize, end: usize): i64 {
  const OPEN_COMMENT = 0x28
  let p = start
  while (p < end && peek(p) - 48 < 10) p++
  const next = skipSpace(p, end)
  if (next < end && peek(next) != SEMICOLON && peek(next) != OPEN_COMMENT) return -1
  return deltaSeconds(between(start, p), -1)
}
