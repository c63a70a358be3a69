// Writes the parts of requests and responses that repeat or follow from other messages (RFC 3261 8, 9.1, 17.1.1.3, 18.2.1).
import { COMMA, peek, skipSpace } from "./char"
import { HostKind } from "./host"
import { Field, Message, fieldName, fieldValue, firstField, nextField } from "./message"
import { OTHER_IP_AT } from "./state"
import { Via } from "./via"
import { Endpoint } from "../base/endpoint"
import { parseIp, writeEndpoint, writeIp } from "../base/ip"
import { NONE, Span, between, endOf, lengthOf, startOf, text } from "../base/span"
import { Prose, prose } from "../base/prose"
import { Writer } from "../base/writer"

const CRLF: Span = text("\r\n")
const MAX_FORWARDS: Span = text("Max-Forwards: 70\r\n")   // RFC 3261 8.1.1.6

/**
 * Writes a response to `m` as far as RFC 3261 8.2.6 fixes it: status line, all Via (received and rport of `source` in the topmost), From, To,
 * Call-ID and CSeq as they came, Timestamp in a 100. To gets `toTag` when it has no tag, unless `toTag` is NONE. The caller goes on with
 * fields and finish().
 */
export function beginResponse(w: Writer, m: Message, status: u32, reason: Prose, toTag: Span, source: Endpoint): void {
  statusLine(w, status, reason)
  repeatRequest(w, m, status, toTag, source)
}

export function statusLine(w: Writer, status: u32, reason: Prose): void {
  w.put(text("SIP/2.0 "))
  w.number(status)
  w.byte(0x20)
  w.say(reason)
  w.put(CRLF)
}

/** What of the request stands in every response. */
export function repeatRequest(w: Writer, m: Message, status: u32, toTag: Span, source: Endpoint): void {
  writeVias(w, m, source)
  field(w, text("From"), m.from)
  w.put(text("To: "))
  w.put(m.to)
  if (m.toTag == NONE && toTag != NONE) {
    w.put(text(";tag="))
    w.put(toTag)
  }
  w.put(CRLF)
  field(w, text("Call-ID"), m.callId)
  field(w, text("CSeq"), firstValue(m, Field.CSEQ))
  // RFC 3261 8.2.6.1: a 100 repeats the Timestamp.
  if (status == 100) copyFields(w, m, Field.TIMESTAMP)
}

/** Writes the request line. */
export function beginRequest(w: Writer, method: Span, uri: Span): void {
  w.put(method)
  w.byte(0x20)
  w.put(uri)
  w.put(text(" SIP/2.0\r\n"))
}

/** Writes a Via of ours, with rport (RFC 3581 3). `transport` is UDP, TCP or TLS; `keeps`: with keep (RFC 6223). */
export function via(w: Writer, transport: Span, local: Endpoint, branch: Span, keeps: bool): void {
  w.put(text("Via: SIP/2.0/"))
  w.put(transport)
  w.byte(0x20)
  writeEndpoint(w, local)
  w.put(text(";rport;branch="))
  w.put(branch)
  if (keeps) w.say(prose(";keep"))
  w.put(CRLF)
}

/** Writes one header line. */
export function field(w: Writer, name: Span, value: Span): void {
  w.put(name)
  w.put(text(": "))
  w.put(value)
  w.put(CRLF)
}

/** Writes all lines of one name as they came, in their order: Record-Route in the answer to a request, Route in its ACK. */
export function copyFields(w: Writer, m: Message, kind: Field): void {
  for (let i = firstField(m, kind); i >= 0; i = nextField(m, i)) field(w, fieldName(m, i), fieldValue(m, i))
}

/** Writes Content-Length, the empty line and the body, which may be NONE. The caller has written Content-Type. */
export function finish(w: Writer, body: Span): void {
  w.put(text("Content-Length: "))
  w.number(lengthOf(body))
  w.put(text("\r\n\r\n"))
  w.put(body)
}

/**
 * Writes the whole ACK for a final response that is no 2xx.
 * RFC 3261 17.1.1.3: Request-URI, topmost Via, From, Call-ID, CSeq number and Route of the INVITE; To of the response.
 */
export function ackFor(w: Writer, invite: Message, response: Message): void {
  beginSame(w, invite, text("ACK"), response.to)
}

/**
 * Writes the whole CANCEL for a request of ours.
 * RFC 3261 9.1: Request-URI, topmost Via, From, To, Call-ID, CSeq number and Route of the request; no Require.
 */
export function cancelFor(w: Writer, invite: Message): void {
  beginSame(w, invite, text("CANCEL"), invite.to)
}

function beginSame(w: Writer, invite: Message, method: Span, to: Span): void {
  beginRequest(w, method, invite.requestUri)
  field(w, text("Via"), invite.via.value)
  w.put(MAX_FORWARDS)
  field(w, text("From"), invite.from)
  field(w, text("To"), to)
  field(w, text("Call-ID"), invite.callId)
  w.put(text("CSeq: "))
  w.number(invite.cseq)
  w.byte(0x20)
  w.put(method)
  w.put(CRLF)
  copyFields(w, invite, Field.ROUTE)
  finish(w, NONE)
}

function firstValue(m: Message, kind: Field): Span {
  const line = firstField(m, kind)
  return line < 0 ? NONE : fieldValue(m, line)
}

function writeVias(w: Writer, m: Message, source: Endpoint): void {
  let line = firstField(m, Field.VIA)
  if (line < 0) return
  const top = m.via
  // A topmost value that could not be read to its end is repeated as it came.
  if (top.value != NONE) {
    writeTopVia(w, top, source)
    const first = fieldValue(m, line)
    const rest = skipSpace(endOf(top.value), endOf(first))
    if (rest < endOf(first) && peek(rest) == COMMA) field(w, text("Via"), between(skipSpace(rest + 1, endOf(first)), endOf(first)))
    line = nextField(m, line)
  }
  for (; line >= 0; line = nextField(m, line)) field(w, text("Via"), fieldValue(m, line))
}

/**
 * The topmost Via with the address and port that the request really came from.
 * RFC 3261 18.2.1: received, when sent-by is a name or another address; RFC 3581 4: with rport always, and the port in rport.
 */
function writeTopVia(w: Writer, top: Via, source: Endpoint): void {
  w.put(text("Via: "))
  let p = startOf(top.value)
  // Whoever sent a received parameter could not know it: ours takes its place.
  const forged = top.received != NONE && startOf(top.received) < startOf(top.rport)
  if (forged) p = writeReceived(w, p, top, source)
  if (top.hasRport) {
    w.put(between(p, startOf(top.rport)))
    if (lengthOf(top.rport) == 0) w.byte(0x3d)
    w.number(source.port)
    p = endOf(top.rport)
  }
  if (top.received != NONE && !forged) p = writeReceived(w, p, top, source)
  w.put(between(p, endOf(top.value)))
  if (top.received == NONE && (top.hasRport || !isFrom(top, source))) {
    w.put(text(";received="))
    writeIp(w, source)
  }
  w.put(CRLF)
}

/** Writes the value from `p` to its received parameter, whose value is replaced. Returns the address behind it. */
function writeReceived(w: Writer, p: usize, top: Via, source: Endpoint): usize {
  w.put(between(p, startOf(top.received)))
  writeIp(w, source)
  return endOf(top.received)
}

/** Whether sent-by is the address that the request came from. */
function isFrom(top: Via, source: Endpoint): bool {
  if (top.hostKind == HostKind.NAME) return false
  const sentBy = changetype<Endpoint>(OTHER_IP_AT)
  return parseIp(top.host, sentBy) && sentBy.sameHost(source)
}
