// The other side of a call asks us to call somebody else (RFC 3515 2.4, RFC 5589 6): whether we do, and what it is told of that call.
import { REFERS_MAX } from "../config"
import { TX } from "../memory"
import { prose } from "../base/prose"
import { NEVER } from "../base/deadline"
import { NONE, Span, after, between, endOf, indexOf, lengthOf, same, sameFolded, span, startOf, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { parseIp } from "../base/ip"
import { Endpoint } from "../base/endpoint"
import { Address } from "../wire/address"
import { writeUnescaped } from "../wire/escape"
import { firstAddress } from "../wire/fields"
import { field } from "../wire/compose"
import { Field, Message, fieldOf, firstField, nextField } from "../wire/message"
import { ADDRESS_AT, OTHER_IP_AT, URI_AT } from "../wire/state"
import { Scheme, Uri, parseUri } from "../wire/uri"
import * as outbox from "../transport/outbox"
import * as server from "../transaction/server"
import { Setting, Refer, words, knob } from "../settings/settings"
import { idAt } from "../servers/candidates"
import { CallState, Ended, call } from "./call"
import { hangUp } from "./commands"
import { Text, dialog, keepText } from "./dialog"
import { leg } from "./leg"
import { NO_TARGET, placeCall } from "./outgoing"
import { beginReply, endReply } from "./reply"
import { Transferring, isQuiet, otherOf, setOther, transfer } from "./referral"
import { Want } from "./within"
import { reasonOf } from "./uas"

const AMPERSAND: u32 = 0x26, EQUALS: u32 = 0x3d
const FIELDS: usize = TX + 0x240
const FIELDS_MAX: usize = 0x200

/** How long the subscription that a REFER makes lasts (RFC 3515 2.4.4). Seconds. */
const EXPIRES_SEC: u32 = 180

/**
 * A REFER within the call at place `i`, which is the only place where one is listened to. Returns the status of the answer; with 202 the new call has
 * begun.
 */
function referred(i: i32, m: Message, now: i64): u32 {
  const t = transfer(i), a = changetype<Address>(ADDRESS_AT), u = changetype<Uri>(URI_AT)
  if (knob(call(i).line, Setting.REFER) == Refer.OFF) return 603
  // RFC 3515 2.4.2: exactly one
  t.count++
  const line = firstField(m, Field.REFER_TO)
  if (line < 0 || nextField(m, line) >= 0 || !firstAddress(m, Field.REFER_TO, a) || parseUri(a.uri, u) < 0) return 400
  if (u.scheme != Scheme.SIP && u.scheme != Scheme.TEL) return 416
  if (u.method != NONE && !same(u.method, text("INVITE"))) return 400
  if (call(i).state != CallState.TALKING || call(i).transferring == Transferring.FOLLOWING) return 491
  if (t.depth >= REFERS_MAX) return 482
  const replaces = replacesOf(u)
  if (!isAllowed(call(i).line, u, replaces)) return 603
  return fieldsOf(replaces, m) == NONE ? 400 : follow(i, u, replaces, m, now)
}

/** Answers it. RFC 4488 4: Refer-Sub says that nothing more will be said. */
export function replyToRefer(i: i32, m: Message, now: i64): void {
  const status: u32 = i < 0 ? 481 : referred(i, m, now)
  const slot = beginReply(m, status, NONE)
  const accepted = status == 202
  if (slot >= 0 && accepted && transfer(i).quiet) field(outbox.writer(slot), text("Refer-Sub"), text("false"))
  const done = slot >= 0 && endReply(server.current(), slot, NONE, now)
  // It will come again, and then make the call.
  if (!done && accepted) hangUp(otherOf(i), now)
}

/** Whom we may be sent to. A call that replaces another one exists already: nobody pays for it anew. */
function isAllowed(line: i32, u: Uri, replaces: Span): bool {
  if (knob(line, Setting.REFER) == Refer.ANY || replaces != NONE || u.scheme == Scheme.TEL) return true
  const e = changetype<Endpoint>(OTHER_IP_AT)
  return sameFolded(u.host, words(line, Setting.DOMAIN)) || parseIp(u.host, e) && idAt(line, e, true) != 0
}

/** RFC 3891 4: what follows "?Replaces=" in a URI, still escaped. */
function replacesOf(u: Uri): Span {
  let rest = u.headers
  while (lengthOf(rest) > 0) {
    const end = indexOf(rest, AMPERSAND), each = end < 0 ? rest : span(startOf(rest), end), equals = indexOf(each, EQUALS)
    if (equals >= 0 && sameFolded(span(startOf(each), equals), text("replaces"))) return after(each, equals + 1)
    rest = end < 0 ? NONE : after(rest, end + 1)
  }
  return NONE
}

/** RFC 3891 4, RFC 3892 2.1: the lines that go with the INVITE because of the REFER; they may be empty. NONE: they would break it, or are too long. */
function fieldsOf(replaces: Span, m: Message): Span {
  const w = changetype<Writer>(FIELDS)
  w.open(FIELDS + WRITER_SIZE, FIELDS_MAX)
  if (replaces != NONE) {
    w.say(prose("Replaces: "))
    const start = w.at
    writeUnescaped(w, replaces)
    for (let p = start; p < w.at; p++) if (load<u8>(p) < 0x20) return NONE
    w.say(prose("\r\n"))
  }
  const by = fieldOf(m, Field.REFERRED_BY)
  if (by != NONE) field(w, text("Referred-By"), by)
  return w.overflow ? NONE : w.written
}

/** Begins the call. What its URI carries behind the question mark is not part of the Request-URI. */
function follow(i: i32, u: Uri, replaces: Span, m: Message, now: i64): u32 {
  const t = transfer(i), depth = t.depth, line: i32 = call(i).line
  const k = placeCall(line, between(startOf(u.whole), u.scheme == Scheme.TEL ? endOf(u.whole) : endOf(u.params)), now)
  if (k < 0) return k == NO_TARGET ? 400 : 486
  // No server: it is over already.
  if (leg(k).dialog < 0) return 503
  if (!keepText(leg(k).dialog, Text.EXTRA, fieldsOf(replaces, m))) {
    hangUp(k, now)
    return 500
  }
  transfer(k).depth = depth + 1
  call(i).transferring = <u8>Transferring.FOLLOWING
  setOther(i, k)
  t.quiet = isQuiet(m)
  t.cseq = m.cseq
  t.told = 0
  return 202
}

// -- What they are told

/** RFC 3515 2.4.5: each change of the new call is told; with its end, or its beginning, the matter is closed. */
export function progressTheirs(i: i32): void {
  const t = transfer(i), d: i32 = leg(i).dialog
  if (call(i).state != CallState.TALKING || t.told >= 200 && dialog(d).handle < 0 && (dialog(d).wants & Want.NOTIFY) == 0) {
    call(i).transferring = <u8>Transferring.NONE
    return
  }
  const status = statusOf(i)
  if (t.told >= 200 || status == t.told) return
  t.told = <u16>status
  if (!t.quiet) dialog(d).wants |= Want.NOTIFY
}

/** How the call that we make for them stands. */
function statusOf(i: i32): u32 {
  const k = otherOf(i)
  if (k < 0) return 503
  const c = call(k)
  if (c.state == CallState.PREPARING || c.state == CallState.CALLING) return 100
  if (c.state == CallState.RINGING) return 180
  if (c.answeredAt != NEVER) return 200
  return c.status >= 300 ? c.status : c.ended == Ended.CANCELLED ? 487 : c.ended == Ended.NO_ANSWER ? 480 : 503
}

/** RFC 3515 2.4.4, 2.4.6: Event, Subscription-State and the type of the body, behind what begin() has written. */
export function writeNews(w: Writer, i: i32): Span {
  const t = transfer(i), body = changetype<Writer>(FIELDS)
  w.say(prose("Event: refer"))
  // Only the first REFER of a dialog goes without.
  if (t.count > 1) {
    w.say(prose(";id="))
    w.number(t.cseq)
  }
  w.say(prose("\r\nSubscription-State: "))
  if (t.told < 200) {
    w.say(prose("active;expires="))
    w.number(EXPIRES_SEC)
  } else w.say(prose("terminated;reason=noresource"))
  w.say(prose("\r\nContent-Type: message/sipfrag;version=2.0\r\n"))
  body.open(FIELDS + WRITER_SIZE, FIELDS_MAX)
  body.put(text("SIP/2.0 "))
  body.number(t.told)
  body.byte(0x20)
  body.say(reasonOf(t.told))
  body.put(text("\r\n"))
  return body.written
}

/** They do not want to know any more (RFC 6665 4.2.2). */
export function notWanted(i: i32): void { transfer(i).quiet = true }
