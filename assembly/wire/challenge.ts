// The challenges of a 401 or 407, one after the other, however they are spread over lines (RFC 7235 4.1, RFC 7616 3.3, RFC 8760).
import { CASE, COMMA, EQUALS, QUOTE, SLASH, SPACE, Class, isOf, isSpace, peek, skipOf, skipQuoted, skipSpace } from "./char"
import { Field } from "./header"
import { Message, fieldOf, fieldValue, firstField, nextField } from "./message"
import { unquoted } from "./param"
import { CHALLENGE_AT } from "./state"
import { ALGORITH, AUTH, DIGEST, MD5, NONCE, OPAQUE, QOP, REALM, SHA_256, STALE, TRUE, folded } from "./words"
import { NONE, Span, after, between, endOf, lengthOf, sameFolded, span, startOf, text } from "../base/span"

export const enum Scheme { OTHER, DIGEST }
export const enum Algorithm { UNKNOWN, MD5, SHA_256, SHA_512_256 }

/** The challenge under the cursor. Spans are without quotes, their escapes as they are; NONE when the parameter is absent. */
@unmanaged
export class Challenge {
  message: Message
  line: i32                // index; -1 behind the last
  at: usize                // where the next challenge begins
  end: usize               // of the line's value
  scheme: u8               // Scheme
  algorithm: u8            // Algorithm; MD5 when none is given
  algorithmPresent: bool
  session: bool            // -sess
  qopPresent: bool
  qopAuth: bool            // "auth" is among the offers
  stale: bool
  proxy: bool              // of a 407
  schemeName: Span
  realm: Span
  nonce: Span
  opaque: Span

  /** Goes before the first challenge: Proxy-Authenticate in a 407, else WWW-Authenticate. */
  open(m: Message): void {
    this.message = m
    this.proxy = m.status == 407
    this.line = firstField(m, this.proxy ? Field.PROXY_AUTHENTICATE : Field.WWW_AUTHENTICATE)
    if (this.line >= 0) this.enterLine()
  }

  /** Reads the next challenge. False behind the last. What is malformed is passed over with the rest of its line. */
  next(): bool {
    while (this.line >= 0) {
      const p = readChallenge(this.at, this.end, this)
      if (p != 0) {
        this.at = p
        return true
      }
      this.line = nextField(this.message, this.line)
      if (this.line >= 0) this.enterLine()
    }
    return false
  }

  private enterLine(): void {
    const value = fieldValue(this.message, this.line)
    this.at = startOf(value)
    this.end = endOf(value)
  }
}

/** The one cursor of the room. */
export function challenge(): Challenge {
  return changetype<Challenge>(CHALLENGE_AT)
}

/** The nonce for the next request that an answer brings (RFC 7616 3.5: nextnonce), or NONE. */
export function nextNonce(m: Message): Span {
  const ours = authParam(fieldOf(m, Field.AUTHENTICATION_INFO), text("nextnonce"))
  return ours != NONE ? ours : authParam(fieldOf(m, Field.PROXY_AUTHENTICATION_INFO), text("nextnonce"))
}

/** The value, without quotes, of a parameter in a text of the form a=b, c="d"; NONE when it is not there. */
export function authParam(list: Span, name: Span): Span {
  const end = endOf(list)
  for (let p = skipCommas(startOf(list), end); p < end;) {
    const start = p
    p = skipOf(p, end, Class.TOKEN)
    const nameEnd = p
    p = skipSpace(p, end)
    if (p == end || peek(p) != EQUALS) return NONE
    const value = skipSpace(p + 1, end)
    p = skipValue(value, end)
    if (p == 0) return NONE
    if (sameFolded(between(start, nameEnd), name)) return unquoted(between(value, p))
    p = skipCommas(p, end)
  }
  return NONE
}

/** Reads one challenge into `c`. Returns where the next one begins, `end` behind the last, or 0 when there is none or it is malformed. */
function readChallenge(p: usize, end: usize, c: Challenge): usize {
  reset(c)
  const scheme = skipCommas(p, end)
  p = skipOf(scheme, end, Class.TOKEN)
  if (p == scheme || p < end && peek(p) > SPACE && peek(p) != COMMA) return 0
  c.schemeName = between(scheme, p)
  c.scheme = <u8>(folded(scheme, p) == DIGEST ? Scheme.DIGEST : Scheme.OTHER)
  p = skipToken68(skipSpace(p, end), end)
  while (p < end) {
    p = skipCommas(p, end)
    const name = p
    p = skipOf(p, end, Class.TOKEN)
    const nameEnd = p
    p = skipSpace(p, end)
    // A word that no "=" follows is the scheme of the next challenge.
    if (p == end || peek(p) != EQUALS) return nameEnd > name || p == end ? name : 0
    const value = skipSpace(p + 1, end)
    p = skipValue(value, end)
    if (p == 0 || nameEnd == name) return 0
    note(c, name, nameEnd, unquoted(between(value, p)))
    p = skipSpace(p, end)
    if (p < end && peek(p) != COMMA) return 0
  }
  return end
}

function reset(c: Challenge): void {
  c.algorithm = <u8>Algorithm.MD5
  c.algorithmPresent = false
  c.session = false
  c.qopPresent = false
  c.qopAuth = false
  c.stale = false
  c.realm = NONE
  c.nonce = NONE
  c.opaque = NONE
}

function note(c: Challenge, start: usize, end: usize, value: Span): void {
  const name = folded(start, end)
  if (name == REALM) c.realm = value
  else if (name == NONCE) c.nonce = value
  else if (name == OPAQUE) c.opaque = value
  else if (name == STALE) c.stale = folded(startOf(value), endOf(value)) == TRUE
  else if (name == QOP) {
    c.qopPresent = true
    c.qopAuth = offersAuth(value)
  } else if (end - start == 9 && (load<u64>(start) | CASE) == ALGORITH && (peek(end - 1) | 0x20) == 0x6d) noteAlgorithm(c, value)
}

function noteAlgorithm(c: Challenge, value: Span): void {
  const length = lengthOf(value)
  c.algorithmPresent = true
  c.session = length > 5 && sameFolded(after(value, length - 5), text("-sess"))
  const hash = c.session ? span(startOf(value), length - 5) : value
  const word = folded(startOf(hash), endOf(hash))
  if (word == MD5) c.algorithm = <u8>Algorithm.MD5
  else if (word == SHA_256) c.algorithm = <u8>Algorithm.SHA_256
  else c.algorithm = <u8>(sameFolded(hash, text("SHA-512-256")) ? Algorithm.SHA_512_256 : Algorithm.UNKNOWN)
}

/** Whether "auth" is one of the words in a list with commas. */
function offersAuth(list: Span): bool {
  const end = endOf(list)
  for (let p = skipCommas(startOf(list), end); p < end;) {
    const word = p
    p = skipOf(p, end, Class.TOKEN)
    if (p == word) return false
    if (folded(word, p) == AUTH) return true
    p = skipCommas(p, end)
  }
  return false
}

/** Behind white space and any number of commas: a list may have empty elements (RFC 7230 7). */
function skipCommas(p: usize, end: usize): usize {
  while (p < end) {
    if (peek(p) > COMMA) break
    if (peek(p) != COMMA && !isSpace(peek(p))) break
    p++
  }
  return p
}

/** Behind the one word that some schemes have in place of parameters (RFC 7235 2.1: token68) and the white space after it; `p` when there is none. */
function skipToken68(p: usize, end: usize): usize {
  let q = p
  while (q < end && (isOf(peek(q), Class.TOKEN) || peek(q) == SLASH)) q++
  while (q < end && peek(q) == EQUALS) q++
  q = skipSpace(q, end)
  return q == end || peek(q) == COMMA ? q : p
}

/** Behind a quoted string or a run of anything but white space and commas; 0 when there is nothing or a quote is not closed. */
function skipValue(p: usize, end: usize): usize {
  if (p < end && peek(p) == QUOTE) return skipQuoted(p, end)
  const start = p
  while (p < end && peek(p) > SPACE && peek(p) != COMMA) p++
  return p == start ? 0 : p
}
