// Digest authentication (RFC 7616 and 8760; RFC 2617 and 2069 for old servers): reads challenges, remembers them by server and realm, answers them.
import { CHALLENGE_ROUNDS, CHALLENGE_STALES, NONCES } from "../config"
import { Endpoint } from "../base/endpoint"
import { Hash, hashBegin, hashEnd, hashUpdate, hashUpdateHex } from "../base/hash"
import { token } from "../base/random"
import { Prose, prose } from "../base/prose"
import { NONE, Span, between, endOf, lengthOf, same, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { Setting, account } from "../settings/settings"
import { Algorithm, Challenge, Scheme, challenge, nextNonce } from "../wire/challenge"
import { Field, Message, firstField } from "../wire/message"
import {
  CLIENT_NONCE_SIZE, DIGESTS, DIGESTS_SIZE, Nonce, findNonce, freeNonce, isOf, keepNonce, nonceAt, placeForNonce, replaceNonce, useNonce,
} from "./nonces"

/**
 * What to do about a 401 or 407. REJECTED: these credentials were refused, asking again is no use.
 * UNSUPPORTED: there is no challenge that we can answer. The best comes first.
 */
export const enum Challenged { ACCEPTED, REJECTED, UNSUPPORTED }

const QUOTE: u32 = 0x22
const BACKSLASH: u32 = 0x5c

const DIGEST_A: usize = DIGESTS
const DIGEST_B: usize = DIGESTS + DIGESTS_SIZE / 2

/**
 * Writes a line of credentials for every challenge of this server that is remembered, Proxy-Authorization when `proxy`, else Authorization.
 * `uri` is the Request-URI. False, and nothing written, when there is none. No hash may be under way.
 */
export function authorize(w: Writer, line: i32, server: Endpoint, method: Span, uri: Span, proxy: bool): bool {
  let written = false
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (!isOf(n, line, server) || n.proxy != proxy) continue
    // The last challenge was answered before: another request begins.
    if (n.heard && n.count > 0) endRounds(line, server)
    n.count++
    useNonce(n)
    writeCredentials(w, line, n, method, uri)
    written = true
  }
  return written
}

/**
 * Reads the challenges of a 401 or 407 from `server` and remembers those that authorize() shall answer.
 * Whatever the server says, one request is answered CHALLENGE_ROUNDS + CHALLENGE_STALES times at most. Unless the result is ACCEPTED
 * all challenges of this server are forgotten: the next request begins without credentials.
 */
export function challenged(line: i32, m: Message, server: Endpoint): Challenged {
  // An account that is being typed: guesses would lock it out.
  if (lengthOf(account(line, Setting.PASSWORD)) == 0) return Challenged.REJECTED
  for (let i = 0; i < NONCES; i++) {
    if (isOf(nonceAt(i), line, server)) nonceAt(i).heard = false
  }
  const rounds = roundsOf(line, server)
  let verdict: i32 = Challenged.UNSUPPORTED
  // RFC 8760 2.4: of several challenges for one realm the topmost that we know is answered.
  const c = challenge()
  c.open(m)
  while (c.next()) {
    if (hashOf(c) != Hash.NONE) verdict = min<i32>(verdict, hear(c, line, server, rounds))
  }
  if (verdict != Challenged.ACCEPTED) forget(line, server)
  return verdict
}

/** Takes the nonce for the next request, where an answer of `server` to a request with credentials brings one (RFC 7616 3.5). */
export function succeeded(line: i32, m: Message, server: Endpoint): void {
  endRounds(line, server)
  const nonce = nextNonce(m)
  if (nonce == NONE) return
  const latest = latestOf(line, server, firstField(m, Field.AUTHENTICATION_INFO) < 0)
  if (latest >= 0 && !replaceNonce(nonceAt(latest), nonce)) freeNonce(latest)
}

/** Forgets what this server has asked. */
export function forget(line: i32, server: Endpoint): void {
  for (let i = 0; i < NONCES; i++) {
    if (isOf(nonceAt(i), line, server)) freeNonce(i)
  }
}

/** Forgets all challenges to a line: its account has changed. */
export function forgetAll(line: i32): void {
  for (let i = 0; i < NONCES; i++) if (nonceAt(i).line == <u8>line) freeNonce(i)
}

// -- Challenges

/** One challenge that we can answer: whether we should. */
function hear(c: Challenge, line: i32, server: Endpoint, rounds: u32): Challenged {
  const known = findNonce(line, server, c.realm, c.proxy)
  let stales: u32 = 0, counted = rounds + 1
  if (known >= 0) {
    const n = nonceAt(known)
    if (n.heard) return Challenged.UNSUPPORTED
    // RFC 3261 22.2: credentials that were refused are not sent again.
    if (n.count > 0 && same(n.nonce, c.nonce)) return Challenged.REJECTED
    stales = n.stales
    // RFC 7616 3.3: stale says that only the nonce was refused, not the password.
    if (c.stale) {
      stales++
      counted = rounds
    }
  }
  if (counted > CHALLENGE_ROUNDS || stales > CHALLENGE_STALES) return Challenged.REJECTED
  const place = known >= 0 ? known : placeForNonce()
  if (!keepNonce(place, line, server, c.realm, c.opaque, c.nonce)) return Challenged.UNSUPPORTED
  const n = nonceAt(place)
  n.algorithm = <u8>hashOf(c)
  n.session = c.session
  n.named = c.algorithmPresent
  n.qop = c.qopAuth
  n.proxy = c.proxy
  n.heard = true
  n.rounds = <u8>counted
  n.stales = <u8>stales
  return Challenged.ACCEPTED
}

/** The hash that a challenge asks for; NONE when we cannot answer it. */
function hashOf(c: Challenge): Hash {
  if (c.scheme != Scheme.DIGEST || !isQuotable(c.realm) || !isQuotable(c.nonce)) return Hash.NONE
  if (c.opaque != NONE && !isQuotable(c.opaque)) return Hash.NONE
  // RFC 7616 3.4: a server that offers protection of the body only (auth-int) is not content with less.
  if (c.qopPresent && !c.qopAuth) return Hash.NONE
  if (c.algorithm == Algorithm.MD5) return Hash.MD5
  if (c.algorithm == Algorithm.SHA_256) return Hash.SHA_256
  if (c.algorithm == Algorithm.SHA_512_256) return Hash.SHA_512_256
  return Hash.NONE
}

/** Whether a text may stand between quotes as it is. One that came without them may not; one that is missing may not either. */
function isQuotable(s: Span): bool {
  if (s == NONE) return false
  const end = endOf(s)
  for (let p = startOf(s); p < end; p++) {
    const c: u32 = load<u8>(p)
    if (c == QUOTE) return false
    if (c == BACKSLASH && ++p == end) return false
  }
  return true
}

function roundsOf(line: i32, server: Endpoint): u32 {
  let most: u32 = 0
  for (let i = 0; i < NONCES; i++) {
    if (isOf(nonceAt(i), line, server)) most = max<u32>(most, nonceAt(i).rounds)
  }
  return most
}

function endRounds(line: i32, server: Endpoint): void {
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (!isOf(n, line, server)) continue
    n.rounds = 0
    n.stales = 0
  }
}

/** The challenge of this server, as a proxy or not, that was answered last; -1 when there is none. */
function latestOf(line: i32, server: Endpoint, proxy: bool): i32 {
  let latest = -1
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (!isOf(n, line, server) || n.proxy != proxy) continue
    if (latest < 0 || n.order > nonceAt(latest).order) latest = i
  }
  return latest
}

// -- Credentials

// RFC 7616 3.4. Texts of the challenge go back as they came; what is a token there is written without quotes.
function writeCredentials(w: Writer, line: i32, n: Nonce, method: Span, uri: Span): void {
  w.say(n.proxy ? prose("Proxy-Authorization") : prose("Authorization"))
  w.say(prose(": Digest username=\""))
  writeEscaped(w, user(line))
  writeQuoted(w, prose("\", realm=\""), n.realm)
  writeQuoted(w, prose(", nonce=\""), n.nonce)
  writeQuoted(w, prose(", uri=\""), uri)
  let count = NONE, clientNonce = NONE
  if (n.qop || n.session) clientNonce = writeClientNonce(w, n)
  if (n.qop) {
    w.say(prose(", qop=auth, nc="))
    count = writeCount(w, n.count)
  }
  if (n.opaque != NONE) writeQuoted(w, prose(", opaque=\""), n.opaque)
  if (n.named) writeAlgorithm(w, n)
  w.say(prose(", response=\""))
  const length = respond(line, n, method, uri, count, clientNonce)
  w.hex(DIGEST_A, length)
  memory.fill(DIGESTS, 0, DIGESTS_SIZE)
  w.say(prose("\"\r\n"))
}

/**
 * The answer to the challenge as bytes at DIGEST_A. Returns their number.
 * RFC 7616 3.4.1: H(H(A1) : nonce : nc : cnonce : qop : H(A2)), and H(H(A1) : nonce : H(A2)) for a server of RFC 2069.
 */
function respond(line: i32, n: Nonce, method: Span, uri: Span, count: Span, clientNonce: Span): u32 {
  const hash = <Hash>n.algorithm
  // RFC 7616 3.4.2 and 3.4.3. The realm is hashed as it was received: other phones and servers do not undo escapes either.
  hashBegin(hash)
  hashUpdate(user(line))
  hashField(n.realm)
  hashField(account(line, Setting.PASSWORD))
  const length = hashEnd(DIGEST_A)
  if (n.session) {
    hashBegin(hash)
    hashUpdateHex(DIGEST_A, length)
    hashField(n.nonce)
    hashField(clientNonce)
    hashEnd(DIGEST_A)
  }
  hashBegin(hash)
  hashUpdate(method)
  hashField(uri)
  hashEnd(DIGEST_B)
  hashBegin(hash)
  hashUpdateHex(DIGEST_A, length)
  hashField(n.nonce)
  if (n.qop) {
    hashField(count)
    hashField(clientNonce)
    hashField(text("auth"))
  }
  hashUpdate(text(":"))
  hashUpdateHex(DIGEST_B, length)
  return hashEnd(DIGEST_A)
}

function hashField(s: Span): void {
  hashUpdate(text(":"))
  hashUpdate(s)
}

function user(line: i32): Span {
  const other = account(line, Setting.AUTH_USER)
  return lengthOf(other) > 0 ? other : account(line, Setting.USER)
}

/** Another one for each request; RFC 7616 3.4.2: in a session the first goes on to count. */
function writeClientNonce(w: Writer, n: Nonce): Span {
  w.say(prose(", cnonce=\""))
  const from = w.at
  const kept = span(n.clientNonce, CLIENT_NONCE_SIZE)
  if (n.session && n.count > 1) w.put(kept)
  else token(w, CLIENT_NONCE_SIZE)
  const written = between(from, w.at)
  if (lengthOf(written) == CLIENT_NONCE_SIZE) memory.copy(n.clientNonce, from, CLIENT_NONCE_SIZE)
  w.say(prose("\""))
  return written
}

/** RFC 7616 3.4: nc is eight hexadecimal digits. */
function writeCount(w: Writer, count: u32): Span {
  const from = w.at
  store<u32>(DIGEST_B, bswap<u32>(count))
  w.hex(DIGEST_B, 4)
  return between(from, w.at)
}

function writeAlgorithm(w: Writer, n: Nonce): void {
  w.say(prose(", algorithm="))
  w.say(n.algorithm == Hash.MD5 ? prose("MD5") : n.algorithm == Hash.SHA_256 ? prose("SHA-256") : prose("SHA-512-256"))
  if (n.session) w.say(prose("-sess"))
}

function writeQuoted(w: Writer, before: Prose, s: Span): void {
  w.say(before)
  w.put(s)
  w.byte(QUOTE)
}

// RFC 3261 25.1: quoted-pair
function writeEscaped(w: Writer, s: Span): void {
  for (let p = startOf(s); p < endOf(s); p++) {
    const c: u32 = load<u8>(p)
    if (c == QUOTE || c == BACKSLASH) w.byte(BACKSLASH)
    w.byte(c)
  }
}
