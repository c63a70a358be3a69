// One REGISTER at one server with everything that belongs to it: the socket, the challenges, a 423, and what became of it.
import { EXPIRES_MAX_SEC } from "../config"
import { LEFTOVER, REGISTRATIONS, TX } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { prose } from "../base/prose"
import { Span, NONE, text } from "../base/span"
import { Writer } from "../base/writer"
import { token } from "../base/random"
import { decimal } from "../base/number"
import { Setting, knob } from "../settings/settings"
import { Message, Method } from "../wire/message"
import { Field } from "../wire/header"
import { Values } from "../wire/fields"
import { Address, parseAddress, param } from "../wire/address"
import { Uri, parseUri, sameUri } from "../wire/uri"
import { beginRequest, via, finish } from "../wire/compose"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { Candidate, Reason, byId, indexOfId } from "../servers/candidates"
import { markAnswer, t1Of } from "../servers/policy"
import { Challenged, authorize, challenged, forget, succeeded } from "./digest"
import { outer, readOuter } from "./nat"
import { nextCseq, writeAor, writeCallId, writeContact, writeFromTag, writeNameAddr, writeRegistrar } from "./identity"
import { PRODUCT } from "../product"

/** What has become of an attempt so far. */
export const enum Outcome { PENDING, GRANTED, LEAVE, REJECTED, REFUSED }

const enum Wait { NOTHING, FLOW, ROOM, REPLY }

/** RFC 3261 10.3, P-25: a second rise of Min-Expires fails. Challenges are bounded by account/digest.ts; this is a bound on top. */
const ROUNDS_MAX: u8 = 6

@unmanaged
export class Attempt {
  wait: u8             // Wait
  id: u8               // candidate
  owner: u8            // kind of the owner of its transactions
  rounds: u8           // requests sent
  raised: u8           // a 423 has been answered
  reason: u8           // Reason, with LEAVE
  signed: bool         // the request sent last carried credentials
  mapped: bool         // our address has been learnt from an answer
  status: u16          // last final status code; 0 none
  flow: i32
  handle: i32          // client transaction, -1 none
  expiresSec: u32      // asked; 0 removes the binding
  grantedSec: u32      // with GRANTED
  retryAfterSec: i32   // of the last answer, -1 none
  giveUpMs: i32        // 0 = 64*T1
  // then: our address in the request sent last, 20 bytes

  // @ts-ignore: decorator
  @inline
  get local(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + LOCAL_AT) }
}

const LOCAL_AT: usize = 36
/** Where in its record a registration has its attempt; the other attempt of a line is its errand. */
export const ATTEMPT_AT: usize = 104
export const ATTEMPT_SIZE: usize = LOCAL_AT + ENDPOINT_SIZE
export const PROBE_SIZE: usize = 32
export const REGISTRATION_SIZE: usize = ATTEMPT_AT + ATTEMPT_SIZE

/** Owners of the transactions of a line are a kind below 16, with the line above it; those of calls and dialogs have none. */
const OWNER_LINE: u32 = 6
const OWNER_KIND: i32 = 0x3f
const OWNER_OTHER: i32 = 0x10
export function ownerOf(kind: u8, line: i32): u8 { return <u8>(<u32>kind | line << OWNER_LINE) }
export function kindOf(owner: i32): u8 { return <u8>(owner & OWNER_KIND) }
export function isOfLine(owner: i32): bool { return (owner & OWNER_KIND) < OWNER_OTHER }
export function lineOf(owner: i32): i32 { return owner >> OWNER_LINE }

/** The second attempt of a line, one thing at a time: a binding left behind is removed, or a return is tried. Behind it is the line's probe. */
export const ERRAND_SIZE: usize = ATTEMPT_SIZE + PROBE_SIZE
export function errand(line: i32): Attempt { return changetype<Attempt>(LEFTOVER + <usize>line * ERRAND_SIZE) }

/** Begins a REGISTER at candidate `id` for `expiresSec` seconds (0 = remove our binding). Nothing may be under way in `a`. */
export function start(a: Attempt, line: i32, id: u32, expiresSec: u32, giveUpMs: i64, now: i64): Outcome {
  a.id = <u8>id
  a.rounds = 0
  a.raised = 0
  a.reason = <u8>Reason.NONE
  a.status = 0
  a.handle = -1
  a.expiresSec = expiresSec
  a.grantedSec = 0
  a.retryAfterSec = -1
  a.giveUpMs = <i32>giveUpMs
  a.mapped = false
  const to = flow.towards(byId(line, id).endpoint, now)
  a.flow = to < 0 ? <i32>flow.listening() : to
  flow.hold(a.flow)
  a.wait = <u8>Wait.FLOW
  return progress(a, line, now)
}

/** Goes on when the socket has opened or a pool has room again. Call it after every input. */
export function progress(a: Attempt, line: i32, now: i64): Outcome {
  if (a.wait != Wait.FLOW && a.wait != Wait.ROOM) return Outcome.PENDING
  if (indexOfId(line, a.id) < 0) return leave(a, Reason.REMOVED)
  const by = flow.carrier(a.flow)
  if (by == flow.WAIT) return Outcome.PENDING
  if (by == flow.LOST) return leave(a, flow.faultOf(a.flow) == flow.FlowFault.NO_ROUTE ? Reason.UNREACHABLE : Reason.NO_FLOW)
  return request(a, line, now)
}

/** True when the attempt is held up by a full pool and should be looked at again soon. */
export function isCrowded(a: Attempt): bool { return a.wait == Wait.ROOM }

/** True while an answer is awaited. */
export function isAwaiting(a: Attempt): bool { return a.wait == Wait.REPLY }

/** True while something is under way. */
export function isBusy(a: Attempt): bool { return a.wait != Wait.NOTHING }

/** A final answer has come. Provisional ones change nothing here (RFC 3263 4.3: they do end the hunt for silence; the transaction sees to that). */
export function answered(a: Attempt, line: i32, m: Message, now: i64): Outcome {
  if (indexOfId(line, a.id) < 0) return failed(a, line, Reason.REMOVED, now)
  const c = byId(line, a.id)
  markAnswer(c, m.status, now)
  // RFC 6298 3: what was sent twice says nothing of the round trip (Karn).
  if (client.sends(a.handle) == 1) c.noteTrip(now - client.startedAt(a.handle))
  a.handle = -1
  a.status = m.status
  a.retryAfterSec = <i32>min<i64>(m.retryAfter, i32.MAX_VALUE)
  if (isMoved(a, line, m)) {
    // RFC 3261 10.2.4: a binding that names an address which calls would be lost to is replaced by the next request.
    if (m.status < 300) noteBound(a, c, now)
    readOuter(m, a.local)
    if (m.status < 300) return request(a, line, now)
  }
  if (m.status >= 200 && m.status < 300) return granted(a, line, m)
  if (m.status == 401 || m.status == 407) return answerChallenge(a, line, c, m, now)
  if (m.status == 423 && a.raised == 0 && raise(a, m)) return request(a, line, now)
  // Credentials that go with a damaged challenge may be what it dislikes: the next request begins without any.
  if (a.signed) forget(line, c.endpoint)
  end(a)
  return Outcome.REFUSED
}

/** P-27: whether the server sees us elsewhere than our Contact says. That is heeded once, so that a network that is never the same twice makes no circle. */
function isMoved(a: Attempt, line: i32, m: Message): bool {
  const seen = changetype<Endpoint>(SEEN)
  if (a.mapped || a.expiresSec == 0 || knob(line, Setting.NAT_CONTACT) == 0 || !readOuter(m, seen) || seen.equals(a.local)) return false
  a.mapped = true
  return true
}

/** The transaction ended without an answer. */
export function failed(a: Attempt, line: i32, reason: Reason, now: i64): Outcome {
  a.handle = -1
  if (reason == Reason.SILENT && indexOfId(line, a.id) >= 0) suspect(a, byId(line, a.id), now)
  return leave(a, reason)
}

/** The request may have got there, and only the answer may be lost or late: then there is a binding that nobody told us of. */
function suspect(a: Attempt, c: Candidate, now: i64): void {
  if (a.signed || c.boundUntil != 0) noteBound(a, c, now)
}

function noteBound(a: Attempt, c: Candidate, now: i64): void {
  c.boundUntil = max(c.boundUntil, now + <i64>a.expiresSec * 1000)
  c.boundLocal.copyFrom(a.local)
}

/** Gives up whatever is under way; a late answer will be stray. */
export function abandon(a: Attempt, now: i64): void {
  if (a.handle >= 0) client.abandon(a.handle, now)
  a.handle = -1
  end(a)
}

/** Does so because the server is dead. */
export function giveUp(a: Attempt, line: i32, now: i64): void {
  abandon(a, now)
  failed(a, line, Reason.SILENT, now)
}

function end(a: Attempt): void {
  if (a.wait != Wait.NOTHING) flow.letGo(a.flow)
  a.wait = <u8>Wait.NOTHING
}

function leave(a: Attempt, reason: Reason): Outcome {
  a.reason = <u8>reason
  end(a)
  return Outcome.LEAVE
}

// -- The request

function request(a: Attempt, line: i32, now: i64): Outcome {
  if (a.rounds == ROUNDS_MAX) {
    end(a)
    return Outcome.REJECTED
  }
  // RFC 3261 10.2, P-38: not before the last REGISTER at that server has ended.
  if (isAsked(line, a)) {
    a.wait = <u8>Wait.ROOM
    return Outcome.PENDING
  }
  const slot = client.takeSlot()
  if (slot < 0) {
    a.wait = <u8>Wait.ROOM
    return Outcome.PENDING
  }
  const c = byId(line, a.id)
  compose(outbox.writer(slot), line, a, c)
  if (outbox.writer(slot).overflow) {
    // Only what the server asked of us can be too long: the next request begins without it.
    outbox.discard(slot)
    forget(line, c.endpoint)
    return leave(a, Reason.NO_FLOW)
  }
  a.handle = client.start(Method.REGISTER, slot, a.flow, c.endpoint, ownerOf(a.owner, line), t1Of(line, c.endpoint), a.giveUpMs, now)
  if (a.handle < 0) {
    outbox.discard(slot)
    a.wait = <u8>Wait.ROOM
    return Outcome.PENDING
  }
  a.rounds++
  a.wait = <u8>Wait.REPLY
  return Outcome.PENDING
}

/** Whether the other attempt of the line awaits an answer from the same server. */
function isAsked(line: i32, a: Attempt): bool {
  const own = changetype<usize>(errand(line)) != changetype<usize>(a)
  const other = own ? errand(line) : changetype<Attempt>(REGISTRATIONS + <usize>line * REGISTRATION_SIZE + ATTEMPT_AT)
  return other.wait == Wait.REPLY && other.id == a.id
}

// RFC 3261 10.2
function compose(w: Writer, line: i32, a: Attempt, c: Candidate): void {
  const server = c.endpoint, local = flow.localOf(a.flow)
  if (!a.mapped) a.local.copyFrom(outer(line, server, local))
  const uri = registrar(line)
  head(w, line, text("REGISTER"), uri, local, server, a.expiresSec != 0)
  writeAor(w, line)
  w.say(prose(">\r\nCall-ID: "))
  writeCallId(w, line, server)
  w.say(prose("\r\nCSeq: "))
  w.number(nextCseq())
  w.say(prose(" REGISTER\r\nContact: "))
  writeContacts(w, line, a, c)
  w.say(prose("\r\nExpires: "))
  w.number(a.expiresSec)
  w.say(prose("\r\nSupported: path\r\nUser-Agent: "))
  w.put(PRODUCT)
  w.put(text("\r\n"))
  a.signed = authorize(w, line, server, text("REGISTER"), uri, false)
  if (authorize(w, line, server, text("REGISTER"), uri, true)) a.signed = true
  finish(w, NONE)
}

/** Writes a request of ours from its first line to the "<" of its To; `keeps`: it says that we can send keep-alives (RFC 6223 4.3). */
export function head(w: Writer, line: i32, method: Span, uri: Span, local: Endpoint, server: Endpoint, keeps: bool): void {
  beginRequest(w, method, uri)
  via(w, text("UDP"), local, branch(), keeps)
  w.say(prose("Max-Forwards: 70\r\nFrom: "))
  writeNameAddr(w, line)
  w.say(prose(";tag="))
  writeFromTag(w, line, server)
  w.say(prose("\r\nTo: <"))
}

// RFC 3261 10.2.1.1, 10.2.2: when our address has changed since we registered there, the contact that calls would be lost to goes with the same request.
function writeContacts(w: Writer, line: i32, a: Attempt, c: Candidate): void {
  const moved = c.boundUntil != 0 && !c.boundLocal.equals(a.local)
  w.byte(0x3c)
  writeContact(w, line, moved && a.expiresSec == 0 ? c.boundLocal : a.local)
  w.byte(0x3e)
  if (!moved || a.expiresSec == 0) return
  w.say(prose(", <"))
  writeContact(w, line, c.boundLocal)
  w.say(prose(">;expires=0"))
}

// Request-URI and branch are composed in TX: they are needed only until the message is.
const SCRATCH: usize = TX
const URI_MAX: usize = 320
const BRANCH: usize = SCRATCH + 32 + URI_MAX

/** sip:domain, in TX. */
export function registrar(line: i32): Span {
  const w = changetype<Writer>(SCRATCH)
  w.open(SCRATCH + 32, URI_MAX)
  writeRegistrar(w, line)
  return w.written
}

// RFC 3261 8.1.1.7
function branch(): Span {
  const w = changetype<Writer>(SCRATCH + 16)
  w.open(BRANCH, 32)
  w.say(prose("z9hG4bK"))
  token(w, 16)
  return w.written
}

// -- The answers

function answerChallenge(a: Attempt, line: i32, c: Candidate, m: Message, now: i64): Outcome {
  if (challenged(line, m, c.endpoint) == Challenged.ACCEPTED) return request(a, line, now)
  end(a)
  return Outcome.REJECTED
}

// RFC 3261 10.2.8, P-25: the registrar's Min-Expires is adopted once.
function raise(a: Attempt, m: Message): bool {
  if (m.minExpires <= <i64>a.expiresSec || m.minExpires > <i64>EXPIRES_MAX_SEC) return false
  a.expiresSec = <u32>m.minExpires
  a.raised = 1
  return true
}

function granted(a: Attempt, line: i32, m: Message): Outcome {
  succeeded(line, m, byId(line, a.id).endpoint)
  const seconds = a.expiresSec == 0 ? 0 : expiresOfOurs(a, line, m)
  end(a)
  a.grantedSec = <u32>min(seconds, <i64>EXPIRES_MAX_SEC)
  // P-26: asked for a registration and granted none.
  if (a.expiresSec != 0 && seconds <= 0) return Outcome.REFUSED
  return Outcome.GRANTED
}

// RFC 3261 10.2.4: among all bindings in the answer ours counts: its expires parameter, else the Expires header, else what we asked.
function expiresOfOurs(a: Attempt, line: i32, m: Message): i64 {
  const general = m.expires >= 0 ? m.expires : <i64>a.expiresSec
  const contacts = changetype<Values>(CONTACTS)
  contacts.open(m, Field.CONTACT)
  for (let value = contacts.next(); value != NONE; value = contacts.next()) {
    const address = changetype<Address>(ADDRESS)
    if (parseAddress(value, address) < 0 || !isOurs(a, line, address.uri)) continue
    const expires = param(address.params, text("expires"))
    return expires == NONE ? general : max<i64>(decimal(expires, u32.MAX_VALUE), 0)
  }
  return general
}

function isOurs(a: Attempt, line: i32, uri: Span): bool {
  const w = changetype<Writer>(SCRATCH)
  w.open(SCRATCH + 32, URI_MAX)
  writeContact(w, line, a.local)
  if (parseUri(w.written, changetype<Uri>(OUR_URI)) < 0) return false
  if (parseUri(uri, changetype<Uri>(THEIR_URI)) < 0) return false
  return sameUri(changetype<Uri>(OUR_URI), changetype<Uri>(THEIR_URI))
}

// Parse results, valid only while one answer is being read.
const CONTACTS: usize = TX + 0x180
const ADDRESS: usize = TX + 0x1c0
const OUR_URI: usize = TX + 0x200
const THEIR_URI: usize = TX + 0x280

const SEEN: usize = TX + 0x300

if (offsetof<Attempt>() > LOCAL_AT) ERROR("Attempt has grown over its endpoint")
if (offsetof<Values>() > 0x40 || offsetof<Address>() > 0x40 || offsetof<Uri>() > 0x80) ERROR("a parse result has outgrown its place")
if (BRANCH + 32 > CONTACTS) ERROR("the request scratch runs into the parse results")
