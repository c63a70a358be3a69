// What a phone answers to a request outside its dialogs, in the order in which RFC 3261 8.2 looks at it.
import { TX } from "../memory"
import { Endpoint } from "../base/endpoint"
import { Prose, prose } from "../base/prose"
import { below, token } from "../base/random"
import { prose } from "../base/prose"
import { Span, NONE, after, indexOf, lengthOf, sameFolded, span, startOf, endOf, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { param } from "../wire/address"
import { beginResponse, field, finish } from "../wire/compose"
import { reasonFor, statusFor } from "../wire/fault"
import { inspect, withoutParams } from "../wire/fields"
import { Fault, Field, Message, Method, fieldOf, firstField } from "../wire/message"
import { Scheme } from "../wire/uri"
import { Values } from "../wire/values"
import { VALUES_AT } from "../wire/state"
import { cancelled, current, isMerged } from "../transaction/server"

/** No answer. */
export const SILENCE: u32 = 0
/** It belongs to a dialog, which others have to know. */
export const UNKNOWN_DIALOG: u32 = 481
/** Nothing stands against it; whether somebody takes the call, others have to know. */
export const NOBODY_HERE: u32 = 480

/** RFC 3261 20.5, 20.37: what we take part in. The same methods as in isOffered. RFC 3327: Path is read in the answer of a registrar. */
export const ALLOW: Span = text("INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY")
export const SUPPORTED: Span = text("path, timer, 100rel, replaces, norefersub, answermode, privanswermode")

const TAG_LENGTH: u32 = 10
const SEMICOLON: u32 = 0x3b, ZERO: u32 = 0x30, DOT: u32 = 0x2e

/**
 * The status code for the request that server.receive() has just taken; SILENCE for an ACK. `allowed`: false refuses it, as it comes from no
 * server of ours and filter_registrar is on (SK-27). A request that parse() refused is judged too; whether it can be answered is
 * answerable()'s to say.
 */
export function judge(m: Message, allowed: bool): u32 {
  // RFC 3261 17.1.1.3: an ACK is never answered.
  if (m.method == Method.ACK) return SILENCE
  // A source that is refused learns no more than that.
  if (!allowed) return 403
  if (m.fault != Fault.NONE || inspect(m) != Fault.NONE) return statusFor(m)
  // RFC 3261 8.2.1: first the method. What nobody knows is 501, what we do not offer is 405.
  if (m.method == Method.UNKNOWN) return 501
  if (!isOffered(m.method)) return 405
  // RFC 3261 9.2: a CANCEL is about another request; it needs no extension (8.2.2.3) and its Request-URI was looked at there.
  if (m.method == Method.CANCEL) return cancelled() >= 0 ? 200 : 481
  const status = judgeHeaders(m)
  if (status != 0) return status
  // The bodies of these are looked at where they are read.
  if (m.method != Method.NOTIFY && m.method != Method.INFO && !isContentUnderstood(m)) return 415
  if (m.method == Method.INVITE && !isSdpAccepted(m)) return 406
  // RFC 3261 12.2.2: with a To tag it belongs to a dialog that we do not have, or have forgotten. 15.1.2: a BYE always does.
  if (m.toTag != NONE || m.method == Method.BYE) return UNKNOWN_DIALOG
  return m.method == Method.OPTIONS ? 200 : NOBODY_HERE
}

/**
 * Composes the answer that judge() has found for the request that server.receive() has just taken. Returns its status; with SILENCE nothing
 * was written. The caller looks at the writer's overflow.
 */
export function answer(w: Writer, m: Message, source: Endpoint, status: u32): u32 {
  if (status == SILENCE) return SILENCE
  // RFC 3261 8.2.6.2: a tag of ours, as long as the request has none; repetitions get the answer that is kept, and so the same tag.
  const tag = changetype<Writer>(TX)
  tag.open(TX + WRITER_SIZE, TAG_LENGTH)
  token(tag, TAG_LENGTH)
  beginResponse(w, m, status, m.fault != Fault.NONE && status != 403 ? reasonFor(m) : reasonOf(status), tag.written, source)
  explain(w, m, status)
  finish(w, NONE)
  return status
}

/** Writes what goes with an answer of this status, outside dialogs or within: what would have been understood, when to try again, what we can. */
export function explain(w: Writer, m: Message, status: u32): void {
  if (status == 405) writeAllow(w)
  else if (status == 415) writeUnderstood(w, m)
  else if (status == 489) writeEvents(w)
  else if (status == 420) writeUnsupported(w, m)
  else if (status == 500 && (m.method == Method.INVITE || m.method == Method.UPDATE)) writeLater(w)
  else if (status == 200 && m.method == Method.OPTIONS) writeAbilities(w)
}

/** The reason phrase of the codes that this phone gives. */
export function reasonOf(status: u32): Prose {
  switch (status) {
    case 100: return prose("Trying")
    case 180: return prose("Ringing")
    case 200: return prose("OK")
    case 202: return prose("Accepted")
    case 403: return prose("Forbidden")
    case 405: return prose("Method Not Allowed")
    case 406: return prose("Not Acceptable")
    case 408: return prose("Request Timeout")
    case 422: return prose("Session Interval Too Small")
    case 491: return prose("Request Pending")
    case 415: return prose("Unsupported Media Type")
    case 416: return prose("Unsupported URI Scheme")
    case 420: return prose("Bad Extension")
    case 480: return prose("Temporarily Unavailable")
    case 481: return prose("Call/Transaction Does Not Exist")
    case 482: return prose("Loop Detected")
    case 486: return prose("Busy Here")
    case 487: return prose("Request Terminated")
    case 488: return prose("Not Acceptable Here")
    case 489: return prose("Bad Event")
    case 500: return prose("Server Internal Error")
    case 501: return prose("Not Implemented")
    case 503: return prose("Service Unavailable")
    case 505: return prose("Version Not Supported")
    case 513: return prose("Message Too Large")
    case 603: return prose("Decline")
    default: return prose("Bad Request")
  }
}

// -- Judging

/** The same methods as in ALLOW. */
const OFFERED: u32 = 1 << Method.INVITE | 1 << Method.ACK | 1 << Method.CANCEL | 1 << Method.BYE | 1 << Method.OPTIONS | 1 << Method.PRACK | 1 << Method.UPDATE |
  1 << Method.INFO | 1 << Method.REFER | 1 << Method.NOTIFY

function isOffered(method: u8): bool {
  return (OFFERED >>> method & 1) != 0
}

/** RFC 3261 8.2.2: 0 when nothing in the header stands against the request. */
function judgeHeaders(m: Message): u32 {
  // RFC 3261 8.2.2.1, RFC 5630 5.3: we carry no TLS, so sips is as foreign as tel or http. Who is meant by To is not ours to refuse.
  if (m.uri.scheme != Scheme.SIP) return 416
  // RFC 3261 8.2.2.2
  if (isMerged(current(), m)) return 482
  // RFC 3261 8.2.2.3: an empty Require requires nothing.
  const tags = values(m, Field.REQUIRE)
  for (let tag = tags.next(); tag != NONE; tag = tags.next()) if (!isSupported(tag)) return 420
  return 0
}

/** RFC 3262 8.1, RFC 4028 11, RFC 3891 6.2, RFC 4488 3, RFC 5373: what a request may require of us. */
function isSupported(tag: Span): bool {
  return sameFolded(tag, text("answermode")) || sameFolded(tag, text("privanswermode")) || sameFolded(tag, text("100rel")) || sameFolded(tag, text("timer")) || sameFolded(tag, text("replaces")) || sameFolded(tag, text("norefersub"))
}

/** RFC 3261 8.2.3: of bodies we understand session descriptions, as they are; one that is optional may be anything. */
function isContentUnderstood(m: Message): bool {
  if (lengthOf(m.body) == 0) return true
  if (isOptional(fieldOf(m, Field.CONTENT_DISPOSITION))) return true
  return isPlain(m) && isSdp(m.contentType)
}

function isOptional(disposition: Span): bool {
  return disposition != NONE && sameFolded(param(paramsOf(disposition), text("handling")), text("optional"))
}

/** No encoding, or the one that changes nothing (RFC 3261 20.12). */
function isPlain(m: Message): bool {
  const encodings = values(m, Field.CONTENT_ENCODING)
  for (let coding = encodings.next(); coding != NONE; coding = encodings.next()) {
    if (!sameFolded(coding, text("identity"))) return false
  }
  return true
}

/** RFC 3261 20.1: without Accept, session descriptions are accepted; an empty one accepts nothing. */
function isSdpAccepted(m: Message): bool {
  if (firstField(m, Field.ACCEPT) < 0) return true
  const ranges = values(m, Field.ACCEPT)
  for (let range = ranges.next(); range != NONE; range = ranges.next()) {
    const type = withoutParams(range)
    if (!isSdp(range) && !sameFolded(type, text("application/*")) && !sameFolded(type, text("*/*"))) continue
    if (!isZero(param(paramsOf(range), text("q")))) return true
  }
  return false
}

function isSdp(type: Span): bool { return sameFolded(withoutParams(type), text("application/sdp")) }

/** A q of 0, with or without decimals: not acceptable. */
function isZero(q: Span): bool {
  if (lengthOf(q) == 0) return false
  for (let p = startOf(q); p < endOf(q); p++) {
    if (load<u8>(p) != ZERO && load<u8>(p) != DOT) return false
  }
  return true
}

function paramsOf(value: Span): Span {
  const start = indexOf(value, SEMICOLON)
  return start < 0 ? span(endOf(value), 0) : after(value, start)
}

function values(m: Message, name: Field): Values {
  const cursor = changetype<Values>(VALUES_AT)
  cursor.open(m, name)
  return cursor
}

// -- What goes with some answers

/** RFC 3261 21.4.6 */
function writeAllow(w: Writer): void { field(w, text("Allow"), ALLOW) }

/** RFC 6665 8.2.2: what we want to be told of. */
function writeEvents(w: Writer): void { w.say(prose("Allow-Events: refer, message-summary\r\n")) }

/** RFC 3261 14.2, RFC 3311 5.2: another one is under way; RFC 3261 21.5.1: there is no room for it now. One to ten seconds, so that two do not meet again. */
function writeLater(w: Writer): void {
  w.say(prose("Retry-After: "))
  w.number(1 + below(10))
  w.say(prose("\r\n"))
}

/** RFC 3261 21.4.13: what would have been understood, of that which was not. */
function writeUnderstood(w: Writer, m: Message): void {
  if (m.method == Method.NOTIFY) w.say(prose("Accept: message/sipfrag, application/simple-message-summary\r\n"))
  else if (m.method == Method.INFO) w.say(prose("Accept: application/dtmf-relay, application/dtmf\r\n"))
  else if (isPlain(m)) field(w, text("Accept"), text("application/sdp"))
  else field(w, text("Accept-Encoding"), text("identity"))
}

/** RFC 3261 21.4.15: each option tag that Require has and we have not. */
function writeUnsupported(w: Writer, m: Message): void {
  w.say(prose("Unsupported: "))
  const tags = values(m, Field.REQUIRE)
  let first = true
  for (let tag = tags.next(); tag != NONE; tag = tags.next()) {
    if (isSupported(tag)) continue
    if (!first) w.say(prose(", "))
    first = false
    w.put(tag)
  }
  w.say(prose("\r\n"))
}

/** RFC 3261 11.2: what an INVITE could count on. */
function writeAbilities(w: Writer): void {
  writeAllow(w)
  field(w, text("Accept"), text("application/sdp"))
  field(w, text("Accept-Encoding"), text("identity"))
  field(w, text("Accept-Language"), text("en"))
  field(w, text("Supported"), SUPPORTED)
  writeEvents(w)
}
