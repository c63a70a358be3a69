// Who the other one is and what it says: the texts of a call that the screen shows, from the URIs and fields of its messages.
import { decimal } from "../base/number"
import { NONE, Span, after, indexOf, lengthOf, sameFolded, span, startOf, text } from "../base/span"
import { Address, displayOf, param, parseAddress } from "../wire/address"
import { firstAddress, withoutParams } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { unquoted } from "../wire/param"
import { ADDRESS_AT, URI_AT } from "../wire/state"
import { Uri, parseUri } from "../wire/uri"
import { call, textsOf } from "./call"

// Places of the texts in the room behind a call's record, and how much of each is kept.
const NAME_AT: usize = 0, NUMBER_AT: usize = 48, DIVERSION_AT: usize = 96, REASON_AT: usize = 128
const LONG: u32 = 48, SHORT: u32 = 32
const SEMICOLON: u32 = 0x3b

/** The caller of an INVITE: who a server of ours says it is (RFC 3325 9.1), else who it says itself; and whom it called first (RFC 5806). */
export function noteCaller(i: i32, m: Message, trusted: bool): void {
  const a = changetype<Address>(ADDRESS_AT)
  if (!trusted || !firstAddress(m, Field.P_ASSERTED_IDENTITY, a)) parseAddress(m.from, a)
  noteAddress(i, a)
  // RFC 3892 2: who has sent the caller to us
  if (firstAddress(m, Field.DIVERSION, a) || firstAddress(m, Field.REFERRED_BY, a)) call(i).diversion = put(i, DIVERSION_AT, SHORT, userOf(a.uri))
}

/** How a call asks to be answered. AT_ONCE: by itself, as door phones and intercoms call; REQUIRED: so, or not at all; BY_HAND: by the user only. */
export const enum Asked { NOTHING, AT_ONCE, REQUIRED, BY_HAND }

/** RFC 5373: Priv-Answer-Mode goes before Answer-Mode; else Call-Info with answer-after=0, or Alert-Info that says so. */
export function askedMode(m: Message): Asked {
  const line = modeOf(m), mode = withoutParams(line), a = changetype<Address>(ADDRESS_AT)
  if (sameFolded(mode, text("manual"))) return Asked.BY_HAND
  if (sameFolded(mode, text("auto"))) return param(after(line, lengthOf(mode)), text("require")) == NONE ? Asked.AT_ONCE : Asked.REQUIRED
  if (firstAddress(m, Field.CALL_INFO, a) && decimal(param(a.params, text("answer-after")), 0) == 0) return Asked.AT_ONCE
  const told = firstAddress(m, Field.ALERT_INFO, a) && sameFolded(unquoted(param(a.params, text("info"))), text("alert-autoanswer"))
  return told ? Asked.AT_ONCE : Asked.NOTHING
}

/** What RFC 5373 has for it, or NONE. */
export function modeOf(m: Message): Span {
  const privileged = fieldOf(m, Field.PRIV_ANSWER_MODE)
  return privileged != NONE ? privileged : fieldOf(m, Field.ANSWER_MODE)
}

/** Whom we call. */
export function noteCallee(i: i32, uri: Span): void { call(i).peerNumber = put(i, NUMBER_AT, LONG, userOf(uri)) }

/** RFC 3325 9.1: who has answered, where a server of ours says so. */
export function noteAnswerer(i: i32, m: Message): void {
  const a = changetype<Address>(ADDRESS_AT)
  if (firstAddress(m, Field.P_ASSERTED_IDENTITY, a)) noteAddress(i, a)
}

/** Why, in words: what a Reason field says (RFC 3326), else the status line. Returns the cause that Reason names, or 0. */
export function noteReason(i: i32, m: Message): u32 {
  const reason = fieldOf(m, Field.REASON)
  const semicolon = reason == NONE ? -1 : indexOf(reason, SEMICOLON)
  let words = m.reason, cause: i64 = 0
  if (semicolon >= 0) {
    const params = after(reason, semicolon)
    cause = decimal(param(params, text("cause")), 999)
    const said = param(params, text("text"))
    if (lengthOf(said) > 0) words = unquoted(said)
  }
  call(i).reason = put(i, REASON_AT, SHORT, words)
  return <u32>max<i64>(cause, 0)
}

/** Why, in words of somebody else. */
export function noteWords(i: i32, words: Span): void { call(i).reason = put(i, REASON_AT, SHORT, words) }

function noteAddress(i: i32, a: Address): void {
  call(i).peerName = put(i, NAME_AT, LONG, displayOf(a))
  call(i).peerNumber = put(i, NUMBER_AT, LONG, userOf(a.uri))
}

/** The user part of a URI, or its host, or all of it. */
function userOf(uri: Span): Span {
  const u = changetype<Uri>(URI_AT)
  if (parseUri(uri, u) < 0) return uri
  return u.user != NONE ? u.user : u.host
}

/** Keeps as many whole characters of a text as there is room for. */
function put(i: i32, at: usize, most: u32, s: Span): Span {
  let length = lengthOf(s)
  if (length > most) {
    length = most
    while (length > 0 && (load<u8>(startOf(s) + length) & 0xc0) == 0x80) length--
  }
  if (length == 0) return NONE
  memory.copy(textsOf(i) + at, startOf(s), length)
  return span(textsOf(i) + at, length)
}
