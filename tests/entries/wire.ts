// What the tests of the wire room call: everything is written out as lines "name: value", so that both engines can be compared with a text.
import { Endpoint } from "../../assembly/base/endpoint"
import { isName, parseHostPort, parseIp, writeEndpoint, writeIp } from "../../assembly/base/ip"
import { decimal } from "../../assembly/base/number"
import { NONE, Span, endOf, lengthOf, startOf, text } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { CONSTANTS, OUTBOX, RX, SETTINGS_STATE, TX, WIRE_STATE, WIRE_STATE_SIZE } from "../../assembly/memory"
import { Address, displayOf, param, parseAddress } from "../../assembly/wire/address"
import { Algorithm, Challenge, Scheme as AuthScheme, challenge, nextNonce } from "../../assembly/wire/challenge"
import { compact } from "../../assembly/wire/compact"
import { ackFor, beginRequest, repeatRequest, cancelFor, copyFields, field, finish, via } from "../../assembly/wire/compose"
import { writeEscapedUser, writeUnescaped } from "../../assembly/wire/escape"
import { reasonFor, statusFor } from "../../assembly/wire/fault"
import { Values, firstAddress, inspect, lists, mediaType } from "../../assembly/wire/fields"
import { Field, fieldNamed } from "../../assembly/wire/header"
import { Message, answerable, fieldKind, fieldName, fieldValue, firstField, incoming, kept, parse } from "../../assembly/wire/message"
import { methodNamed } from "../../assembly/wire/method"
import { unquoted, writeUnquoted } from "../../assembly/wire/param"
import { ADDRESS_AT, MESSAGE_SIZE, URI_AT, OTHER_URI_AT, VALUES_AT } from "../../assembly/wire/state"
import { Scheme, Uri, parseUri, sameUri, uriParam } from "../../assembly/wire/uri"
import { Found, isWildcard } from "../../assembly/wire/values"
import { Via, parseVia } from "../../assembly/wire/via"

/** Where texts are written: in the rooms behind this one. OUTBOX is for the tests' messages. */
const OUT: usize = SETTINGS_STATE
const OUT_SIZE: usize = CONSTANTS - SETTINGS_STATE

function out(): Writer { return changetype<Writer>(TX) }

function begin(): Writer {
  const w = out()
  w.open(OUT, OUT_SIZE)
  return w
}

export function outAt(): usize { return OUT }
export function rxAt(): usize { return RX }
export function argumentsAt(): usize { return OUTBOX }
export function stateAt(): usize { return WIRE_STATE }
export function stateSize(): usize { return WIRE_STATE_SIZE }
export function recordSize(): usize { return MESSAGE_SIZE }
/** Length of what was written, or -1 when it did not fit. */
export function outLength(): i32 { return out().overflow ? -1 : <i32>lengthOf(out().written) }

function message(which: i32): Message { return which == 0 ? incoming() : kept() }

export function read(which: i32, at: usize, length: u32): i32 { return parse(at, length, message(which)) }
export function look(which: i32): i32 { return inspect(message(which)) }
export function faultOf(which: i32): i32 { return message(which).fault }
export function isAnswerable(which: i32): bool { return answerable(message(which)) }

/** Writes the whole reading of a message. */
export function describe(which: i32): void {
  const m = message(which), w = begin()
  line(w, text("answerable"), answerable(m) ? text("yes") : text("no"))
  name(w, text("answer"))
  w.number(statusFor(m))
  w.byte(0x20)
  w.say(reasonFor(m))
  numberLine(w, text("method number"), m.method)
  line(w, text("method"), m.methodName)
  numberLine(w, text("status"), m.status)
  line(w, text("reason"), m.reason)
  if (m.uri.scheme != Scheme.NONE) writeUri(w, text("uri"), m.uri)
  writeAddress(w, text("from"), m.fromAddress)
  writeAddress(w, text("to"), m.toAddress)
  line(w, text("call-id"), m.callId)
  numberLine(w, text("cseq"), m.cseq)
  line(w, text("cseq method"), m.cseqMethodName)
  writeVia(w, m.via)
  numberLine(w, text("via count"), m.viaCount)
  numberLine(w, text("max-forwards"), m.maxForwards)
  numberLine(w, text("content-length"), m.contentLength)
  line(w, text("content-type"), m.contentType)
  line(w, text("media type"), mediaType(m))
  numberLine(w, text("body length"), lengthOf(m.body))
  numberLine(w, text("expires"), m.expires)
  numberLine(w, text("min-expires"), m.minExpires)
  numberLine(w, text("retry-after"), m.retryAfter)
  line(w, text("wildcard"), isWildcard(m) ? text("yes") : text("no"))
  writeAddresses(w, m, text("contact "), Field.CONTACT)
  writeAddresses(w, m, text("route "), Field.ROUTE)
  writeAddresses(w, m, text("record-route "), Field.RECORD_ROUTE)
  writeList(w, m, text("allow"), Field.ALLOW)
  writeList(w, m, text("supported"), Field.SUPPORTED)
  writeList(w, m, text("require"), Field.REQUIRE)
  writeList(w, m, text("accept"), Field.ACCEPT)
  writeList(w, m, text("path"), Field.PATH)
  writeList(w, m, text("service-route"), Field.SERVICE_ROUTE)
  writeChallenges(w, m)
  line(w, text("nextnonce"), nextNonce(m))
  numberLine(w, text("fields"), m.fieldCount)
  for (let i: i32 = 0; i < <i32>m.fieldCount; i++) {
    name(w, text("field "), i + 1)
    safely(w, fieldName(m, i))
    w.put(text(" = "))
    safely(w, fieldValue(m, i))
  }
}

/** Every value again, without writing: for the counts of work done. */
export function walk(which: i32): i32 {
  const m = message(which), values = changetype<Values>(VALUES_AT), address = changetype<Address>(ADDRESS_AT)
  let count = 0
  for (let i: i32 = 0; i < <i32>m.fieldCount; i++) {
    if (firstField(m, fieldKind(m, i)) != i) continue
    values.open(m, fieldKind(m, i))
    while (values.nextAddress(address) != Found.END) count++
    values.open(m, fieldKind(m, i))
    while (values.next() != NONE) count++
  }
  const c = challenge()
  c.open(m)
  while (c.next()) count++
  return count + inspect(m)
}

/** Writes a response to the incoming message; the reason and the tag are at the start of OUT's scratch. */
export function respond(status: u32, reason: Span, tag: Span, source: Span, withRoutes: bool): void {
  const from = changetype<Endpoint>(VALUES_AT)
  parseHostPort(source, from)
  const w = begin()
  w.put(text("SIP/2.0 "))
  w.number(status)
  w.byte(0x20)
  w.put(reason)
  w.put(text("\r\n"))
  repeatRequest(w, incoming(), status, tag, from)
  if (withRoutes) copyFields(w, incoming(), Field.RECORD_ROUTE)
  finish(w, NONE)
}
/** The message in RX, of `length` bytes, with compact names. */
export function shorten(length: u32): void {
  const w = begin()
  memory.copy(w.at, RX, length)
  w.at = compact(w.at, w.at + length)
}
export function acknowledge(): void { ackFor(begin(), kept(), incoming()) }
export function cancel(): void { cancelFor(begin(), kept()) }
export function request(method: Span, uri: Span, transport: Span, local: Span, branch: Span, body: Span): void {
  const e = changetype<Endpoint>(VALUES_AT), w = begin()
  parseHostPort(local, e)
  beginRequest(w, method, uri)
  via(w, transport, e, branch, false)
  field(w, text("Content-Type"), text("text/plain"))
  finish(w, body)
}

/** 1 same, 0 different, -1 or -2 when one is no URI. */
export function compareUris(a: Span, b: Span): i32 {
  const x = changetype<Uri>(URI_AT), y = changetype<Uri>(OTHER_URI_AT)
  if (parseUri(a, x) < 0) return -1
  if (parseUri(b, y) < 0) return -2
  return sameUri(x, y) ? 1 : 0
}

export function describeUri(s: Span): i32 {
  const u = changetype<Uri>(URI_AT), w = begin()
  const used = parseUri(s, u)
  if (used >= 0) writeUri(w, text("uri"), u)
  return used
}
export function paramOfUri(s: Span, named: Span): Span {
  const u = changetype<Uri>(URI_AT)
  return parseUri(s, u) < 0 ? NONE : uriParam(u, named)
}
export function paramOf(params: Span, named: Span): Span { return param(params, named) }
export function readsAsAddress(s: Span): i32 { return parseAddress(s, changetype<Address>(ADDRESS_AT)) }
export function readsAsVia(s: Span): bool { return parseVia(s, changetype<Via>(VALUES_AT)) }
export function unescape(s: Span): void { writeUnescaped(begin(), s) }
export function escapeUser(s: Span): void { writeEscapedUser(begin(), s) }
export function unquote(s: Span): void { writeUnquoted(begin(), s) }
export function hasWord(field: Field, word: Span): bool { return lists(incoming(), field, word) }
export function firstContact(): bool { return firstAddress(incoming(), Field.CONTACT, changetype<Address>(ADDRESS_AT)) }

export function fieldNumber(s: Span): i32 { return fieldNamed(s) }
export function methodNumber(s: Span): i32 { return methodNamed(s) }
export function toDecimal(s: Span, max: i64): i64 { return decimal(s, max) }
export function isHostName(s: Span): bool { return isName(s) }

/** Writes an IP address in its canonical form. False when the text is none. */
export function canonicalIp(s: Span): bool {
  const e = changetype<Endpoint>(VALUES_AT), w = begin()
  const good = parseIp(s, e)
  writeIp(w, e)
  return good
}
/** Writes host, port and, when it is an address, the endpoint. False when the text is no host with a port or without. */
export function hostPort(s: Span): bool {
  const e = changetype<Endpoint>(VALUES_AT), w = begin()
  const host = parseHostPort(s, e)
  if (host == NONE) return false
  w.put(host)
  w.byte(0x20)
  w.number(e.port)
  if (e.family == 0) return true
  w.byte(0x20)
  writeEndpoint(w, e)
  return true
}

// -- Lines

function name(w: Writer, what: Span, number: i32 = -1): void {
  if (lengthOf(w.written) > 0) w.byte(0x0a)
  w.put(what)
  if (number >= 0) w.number(number)
  w.put(text(": "))
}

function line(w: Writer, what: Span, value: Span): void {
  name(w, what)
  if (value == NONE) w.byte(0x2d)
  else safely(w, value)
}

function numberLine(w: Writer, what: Span, value: i64): void {
  name(w, what)
  w.number(value)
}

/** Control characters as {{hexadecimal}}. */
function safely(w: Writer, s: Span): void {
  for (let p = startOf(s); p < endOf(s); p++) {
    if (load<u8>(p) >= 32 && load<u8>(p) != 127) w.byte(load<u8>(p))
    else {
      w.put(text("{{"))
      w.hex(p, 1)
      w.put(text("}}"))
    }
  }
}

function part(w: Writer, what: Span, which: Span, value: Span): void {
  if (value == NONE) return
  name(w, what)
  w.at -= 2
  w.byte(0x20)
  w.put(which)
  w.put(text(": "))
  safely(w, value)
}

function numberPart(w: Writer, what: Span, which: Span, value: i32): void {
  name(w, what)
  w.at -= 2
  w.byte(0x20)
  w.put(which)
  w.put(text(": "))
  w.number(value)
}

function schemeName(scheme: u8): Span {
  if (scheme == Scheme.SIP) return text("sip")
  if (scheme == Scheme.SIPS) return text("sips")
  return scheme == Scheme.TEL ? text("tel") : text("other")
}

function writeUri(w: Writer, what: Span, u: Uri): void {
  line(w, what, u.whole)
  part(w, what, text("scheme"), schemeName(u.scheme))
  part(w, what, text("user"), u.user)
  part(w, what, text("password"), u.password)
  part(w, what, text("host"), u.host)
  if (u.hostKind != 0) numberPart(w, what, text("host kind"), u.hostKind)
  if (u.port != 0) numberPart(w, what, text("port"), u.port)
  if (lengthOf(u.params) > 0) part(w, what, text("params"), u.params)
  part(w, what, text("headers"), u.headers)
  part(w, what, text("transport"), u.transportParam)
  part(w, what, text("maddr"), u.maddr)
  part(w, what, text("method"), u.method)
  part(w, what, text("user param"), u.userParam)
  if (u.ttl >= 0) numberPart(w, what, text("ttl"), u.ttl)
  if (u.lr) part(w, what, text("lr"), text("yes"))
}

function writeAddress(w: Writer, what: Span, a: Address): void {
  if (a.uri == NONE) return
  line(w, what, a.uri)
  part(w, what, text("display"), a.display)
  if (a.display != NONE && unquoted(a.display) != displayOf(a)) part(w, what, text("display differs"), displayOf(a))
  if (lengthOf(a.params) > 0) part(w, what, text("params"), a.params)
  part(w, what, text("tag"), a.tag)
  part(w, what, text("expires"), a.expires)
  part(w, what, text("q"), a.q)
}

function writeAddresses(w: Writer, m: Message, what: Span, field: Field): void {
  const values = changetype<Values>(VALUES_AT), a = changetype<Address>(ADDRESS_AT)
  values.open(m, field)
  let i = 0
  while (true) {
    const found = values.nextAddress(a)
    if (found == Found.END) break
    name(w, what, ++i)
    if (found == Found.BAD) {
      w.put(text("malformed"))
      continue
    }
    if (a.display != NONE) {
      safely(w, a.display)
      w.byte(0x20)
    }
    w.byte(0x3c)
    safely(w, a.uri)
    w.byte(0x3e)
    safely(w, a.params)
    const u = changetype<Uri>(URI_AT)
    if (parseUri(a.uri, u) < 0) w.put(text(" (malformed URI)"))
  }
}

function writeList(w: Writer, m: Message, what: Span, field: Field): void {
  const values = changetype<Values>(VALUES_AT)
  values.open(m, field)
  name(w, what)
  let first = true
  for (let value = values.next(); value != NONE; value = values.next()) {
    if (!first) w.put(text(" | "))
    first = false
    safely(w, value)
  }
}

function writeVia(w: Writer, v: Via): void {
  const what = text("via")
  line(w, what, v.value)
  part(w, what, text("transport"), v.transportName)
  numberLine(w, text("via transport number"), v.transport)
  part(w, what, text("host"), v.host)
  if (v.port != 0) numberPart(w, what, text("port"), v.port)
  part(w, what, text("branch"), v.branch)
  part(w, what, text("received"), v.received)
  part(w, what, text("maddr"), v.maddr)
  if (v.hasRport) part(w, what, text("rport"), v.rport)
  if (v.ttl >= 0) numberPart(w, what, text("ttl"), v.ttl)
}

function algorithmName(c: Challenge): Span {
  if (c.algorithm == Algorithm.MD5) return text("MD5")
  if (c.algorithm == Algorithm.SHA_256) return text("SHA-256")
  return c.algorithm == Algorithm.SHA_512_256 ? text("SHA-512-256") : text("unknown")
}

function writeChallenges(w: Writer, m: Message): void {
  const c = challenge()
  c.open(m)
  let i = 0
  while (c.next()) {
    name(w, text("challenge "), ++i)
    w.put(c.schemeName)
    if (c.scheme != AuthScheme.DIGEST) continue
    pair(w, text(" realm="), c.realm)
    pair(w, text(" nonce="), c.nonce)
    pair(w, text(" opaque="), c.opaque)
    if (c.algorithmPresent) pair(w, text(" algorithm="), algorithmName(c))
    if (c.session) w.put(text(" session"))
    if (c.qopPresent) w.put(c.qopAuth ? text(" qop=auth") : text(" qop=other"))
    if (c.stale) w.put(text(" stale"))
    if (c.proxy) w.put(text(" proxy"))
  }
}

function pair(w: Writer, what: Span, value: Span): void {
  if (value == NONE) return
  w.put(what)
  safely(w, value)
}
