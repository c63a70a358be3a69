// What a user dials, as a URI: an extension or number, user@domain, a sip: or a tel: URI.
import { Span, byteAt, indexOf, lengthOf, startOf, endOf, between, trim, text } from "../base/span"
import { Writer } from "../base/writer"
import { Scheme, Uri, parseUri } from "../wire/uri"
import { URI_AT } from "../wire/state"
import { writeDomain } from "../account/identity"

const AT: u32 = 0x40, PLUS: u32 = 0x2b, HASH: u32 = 0x23, COLON: u32 = 0x3a

/** Writes the URI. False when the text is nothing that can be called; then what was written is of no use. */
export function writeTarget(w: Writer, line: i32, dialled: Span): bool {
  const whole = trim(dialled)
  const u = changetype<Uri>(URI_AT)
  if (lengthOf(whole) == 0) return false
  const colon = indexOf(whole, COLON)
  if (colon > 0 && parseUri(whole, u) >= 0 && u.scheme != Scheme.OTHER) return writeUri(w, line, u)
  if (indexOf(whole, AT) < 0) return writeNumber(w, line, whole, byteAt(whole, 0) == PLUS) && isUri(w)
  w.put(text("sip:"))
  w.put(whole)
  return isUri(w)
}

/** RFC 3261 19.1.5: headers of a URI are not part of the Request-URI. We carry no TLS. */
function writeUri(w: Writer, line: i32, u: Uri): bool {
  if (u.scheme == Scheme.TEL) return writeNumber(w, line, u.user, true) && isUri(w)
  if (u.scheme != Scheme.SIP) return false
  w.put(between(startOf(u.whole), endOf(u.params)))
  return !w.overflow
}

/** RFC 3261 19.1.6: sip:number@domain;user=phone, without what RFC 3966 5.1.1 calls visual separators. An extension may be a name as well. */
function writeNumber(w: Writer, line: i32, s: Span, isPhone: bool): bool {
  const name = !isPhone && !isNumber(s)
  w.put(text("sip:"))
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    const c = byteAt(s, i)
    if (c == HASH) w.put(text("%23"))
    else if (name || !isSeparator(c)) w.byte(c)
  }
  w.byte(AT)
  writeDomain(w, line)
  if (isPhone) w.put(text(";user=phone"))
  return true
}

function isNumber(s: Span): bool {
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    const c = byteAt(s, i)
    if (c - 0x30 > 9 && c != HASH && c != 0x2a && !isSeparator(c)) return false
  }
  return true
}

/** - . ( ) and, for those who type, a space */
function isSeparator(c: u32): bool { return c == 0x2d || c == 0x2e || c == 0x28 || c == 0x29 || c == 0x20 }

/** Whether what was written is a SIP URI with a user in it. */
function isUri(w: Writer): bool {
  const u = changetype<Uri>(URI_AT)
  return !w.overflow && parseUri(w.written, u) >= 0 && u.scheme == Scheme.SIP && lengthOf(u.user) > 0
}
