// Writes the requests of dialogs, and finds where they go (RFC 3261 12.2.1.1, 8.1.2).
import { DIALOG_STATE, DIALOG_STATE_SIZE } from "../memory"
import { peer } from "../io"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { fill } from "../base/random"
import { NONE, Span, after, indexOf, lengthOf, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { PRODUCT } from "../product"
import { beginRequest, field, via } from "../wire/compose"
import { Address, parseAddress } from "../wire/address"
import { findValueEnd } from "../wire/values"
import { between, startOf, endOf } from "../base/span"
import { Uri, parseUri } from "../wire/uri"
import { ADDRESS_AT, URI_AT } from "../wire/state"
import * as flow from "../transport/flow"
import { authorize } from "../account/digest"
import { writeContact } from "../account/identity"
import { outer } from "../account/nat"
import { DIALOGS_END, DialogState, Text, dialog, textOf } from "./dialog"

// Scratch, good until the next request is written.
const HOP: usize = DIALOGS_END
const RANDOM: usize = HOP + ENDPOINT_SIZE + 4
const BRANCH_WRITER: usize = RANDOM + 8
const BRANCH: usize = BRANCH_WRITER + WRITER_SIZE
const BRANCH_SIZE: usize = 24
export const COMPOSE_END: usize = BRANCH + BRANCH_SIZE

const SIP_PORT: u16 = 5060

/** The flow to where the requests of this dialog go now, or -1. The address is hop(). */
export function way(d: i32, now: i64): i32 { return flow.towards(hopOf(d), now) }

/**
 * RFC 3261 13.2.2.4, 12.2.1.1: the same for the ACK of the 2xx that has just come. It goes by the route set, whatever else has been turned to another
 * server, unless the 2xx has come from that one.
 */
export function wayOfAck(d: i32, now: i64): i32 {
  const x = dialog(d), toward = x.toward
  if (!x.server.equals(peer())) x.toward = 0
  const by = way(d, now)
  x.toward = toward
  return by
}

/** Where the last way() leads. */
export function hop(): Endpoint { return changetype<Endpoint>(HOP) }

/**
 * RFC 3261 8.1.2, 12.2.1.1: the first route, or the remote target. A name there is not looked up: it leads to the server that the INVITE went to or
 * came from. So does whatever an INVITE of ours names (P-43), and all that has been turned to another server (AMB-33).
 */
function hopOf(d: i32): Endpoint {
  const e = hop()
  e.copyFrom(dialog(d).server)
  if (dialog(d).state == DialogState.DRAFT || dialog(d).toward != 0) return e
  const u = changetype<Uri>(URI_AT)
  const first = firstRoute(d)
  if (parseUri(first != NONE ? first : textOf(d, Text.TARGET), u) < 0) return e
  const port: u16 = u.port == 0 ? SIP_PORT : u.port
  const host = u.maddr != NONE ? u.maddr : u.host
  if (host == NONE || !parseIp(host, e)) {
    e.copyFrom(dialog(d).server)
    return e
  }
  e.port = port
  return e
}

/** URI of the first route, or NONE. */
export function firstRoute(d: i32): Span {
  const routes = textOf(d, Text.ROUTES)
  if (routes == NONE) return NONE
  const a = changetype<Address>(ADDRESS_AT)
  return parseAddress(between(startOf(routes), firstEnd(routes)), a) < 0 ? NONE : a.uri
}

/** Where the first route ends. */
function firstEnd(routes: Span): usize { return findValueEnd(startOf(routes), endOf(routes)) }

/** RFC 3261 12.2.1.1: a first route without lr is a strict router, which wants to stand in the Request-URI itself. */
function isStrict(d: i32): bool {
  const first = firstRoute(d)
  const u = changetype<Uri>(URI_AT)
  return first != NONE && parseUri(first, u) >= 0 && !u.lr
}

/**
 * Writes a request of dialog `d` up to and with its credentials; the caller goes on with fields and finish(). `by`: the flow of way(), which must
 * exist.
 */
export function begin(w: Writer, d: i32, method: Span, cseq: u32, by: u32): void {
  beginUnsigned(w, d, method, cseq, by, 0)
  const uri = requestUri(d)
  authorize(w, dialog(d).line, hop(), method, uri, false)
  authorize(w, dialog(d).line, hop(), method, uri, true)
}

/** RFC 3261 12.2.1.1, 19.1.1: the strict router, without what may not stand in a Request-URI; else the target. */
function requestUri(d: i32): Span {
  const u = changetype<Uri>(URI_AT)
  return isStrict(d) ? between(startOf(u.whole), endOf(u.params)) : textOf(d, Text.TARGET)
}

/** Writes what stands before the Route. `branch` as below. */
export function beginRouted(w: Writer, method: Span, uri: Span, by: u32, branch: usize): void {
  beginRequest(w, method, uri)
  via(w, text("UDP"), flow.localOf(by), branchOf(branch), false)
  w.put(text("Max-Forwards: 70\r\n"))
}

/** The same without credentials. `branch`: 8 bytes that make it, or 0 for random ones. */
export function beginUnsigned(w: Writer, d: i32, method: Span, cseq: u32, by: u32, branch: usize): void {
  beginRouted(w, method, requestUri(d), by, branch)
  writeRoute(w, d, isStrict(d))
  w.put(text("From: "))
  w.put(textOf(d, Text.LOCAL))
  writeTag(w, textOf(d, Text.LOCAL_TAG))
  w.put(text("\r\nTo: "))
  w.put(textOf(d, Text.REMOTE))
  writeTag(w, textOf(d, Text.REMOTE_TAG))
  w.put(text("\r\n"))
  field(w, text("Call-ID"), textOf(d, Text.CALL_ID))
  w.put(text("CSeq: "))
  w.number(cseq)
  w.byte(0x20)
  w.put(method)
  w.put(text("\r\nContact: <"))
  writeContact(w, dialog(d).line, outer(dialog(d).line, hop(), flow.localOf(by)))
  w.put(text(">\r\nUser-Agent: "))
  w.put(PRODUCT)
  w.put(text("\r\n"))
}

function writeTag(w: Writer, tag: Span): void {
  if (tag == NONE) return
  w.put(text(";tag="))
  w.put(tag)
}

function writeRoute(w: Writer, d: i32, strict: bool): void {
  const routes = textOf(d, Text.ROUTES)
  if (routes == NONE) return
  if (!strict) {
    field(w, text("Route"), routes)
    return
  }
  w.put(text("Route: "))
  const rest = after(routes, <u32>(firstEnd(routes) - startOf(routes)))
  if (lengthOf(rest) > 0) {
    w.put(after(rest, 1))
    w.byte(0x2c)
  }
  w.byte(0x3c)
  w.put(textOf(d, Text.TARGET))
  w.put(text(">\r\n"))
}

// RFC 3261 8.1.1.7
function branchOf(bytes: usize): Span {
  if (bytes == 0) {
    fill(RANDOM, 8)
    bytes = RANDOM
  }
  const w = changetype<Writer>(BRANCH_WRITER)
  w.open(BRANCH, BRANCH_SIZE)
  w.put(text("z9hG4bK"))
  w.hex(bytes, 8)
  return w.written
}

if (COMPOSE_END > DIALOG_STATE + DIALOG_STATE_SIZE) ERROR("the scratch of composing does not fit")
