// Keeps the path to the server that registers us open where that server takes keep-alives (RFC 6223): STUN Binding requests, from the socket of the registration.
// That one goes unanswered says only that the registration is to be looked at.
import { OUTBOX_SLOTS } from "../config"
import { NEVER } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { Span } from "../base/span"
import { below } from "../base/random"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import { Pong, pongTo, writeBinding } from "../transport/stun"
import { activeId, activeOf, candidate } from "../servers/candidates"
import { RegistrationState } from "./machine"
import { Registration, registration } from "./record"
import { suspect } from "./ready"

/** A ping is sent so often, and answered within this each time. RFC 5626 4.4.2 has seven tries; a phone that can ask by REGISTER may be quicker. */
const TRIES: u8 = 3
const ANSWER_MS: i64 = 500

// Of `ping`: the slot of the outbox, and above it how often it has been sent; never 0 while one is under way.
const SLOT: u8 = 0x0f
const TIMES: u8 = 4

/** Begins, repeats or gives up what is due. */
export function progress(line: i32, now: i64): void {
  const r = registration(line), wanted = isWanted(line, r)
  if (r.ping != 0 && (!wanted || !outbox.peerOf(slotOf(r)).equals(candidate(line, activeOf(line)).endpoint))) end(r)
  if (!wanted) {
    r.pingAt = 0
    return
  }
  if (r.pingAt == 0) schedule(r, now)
  if (now < r.pingAt) return
  r.pingAt = now + ANSWER_MS
  if (r.ping == 0) begin(line, r, now)
  else if (r.ping >> TIMES < TRIES) {
    r.ping += 1 << TIMES
    outbox.again(slotOf(r))
  } else fail(line, r, now)
}

export function soonest(line: i32): i64 {
  const r = registration(line)
  return isWanted(line, r) ? r.pingAt : NEVER
}

/** Bytes of STUN have come. False: they answer nothing of this line. */
export function received(line: i32, from: Endpoint, bytes: Span, now: i64): bool {
  const r = registration(line)
  if (r.ping == 0 || !outbox.peerOf(slotOf(r)).equals(from)) return false
  const pong = pongTo(outbox.bytesOf(slotOf(r)), bytes)
  if (pong == Pong.NONE) return false
  // RFC 5626 4.4.2: an error is as good as silence.
  if (pong == Pong.REFUSED) fail(line, r, now)
  else {
    end(r)
    schedule(r, now)
  }
  return true
}

/** Nobody listens there (ICMP). */
export function refused(line: i32, peer: Endpoint, now: i64): void {
  const r = registration(line)
  if (r.ping != 0 && outbox.peerOf(slotOf(r)).equals(peer)) fail(line, r, now)
}

/** The network is gone or everything begins anew. */
export function stop(line: i32): void {
  const r = registration(line)
  if (r.ping != 0) end(r)
  r.pingAt = 0
}

function isWanted(line: i32, r: Registration): bool { return r.keepSec != 0 && r.state == RegistrationState.REGISTERED && activeOf(line) >= 0 }

// RFC 6223 5, RFC 5626 4.4.1: after 80 to 100 % of the time
function schedule(r: Registration, now: i64): void { r.pingAt = now + <i64>r.keepSec * (800 + below(201)) }

function begin(line: i32, r: Registration, now: i64): void {
  if (OUTBOX_SLOTS > <i32>SLOT + 1) ERROR("a slot of the outbox does not fit")
  const c = candidate(line, activeOf(line)), to = flow.towards(c.endpoint, now)
  if (to < 0 || flow.carrier(to) == flow.WAIT) return
  if (flow.carrier(to) == flow.LOST) {
    fail(line, r, now)
    return
  }
  // What users wait for goes first.
  const slot = outbox.mayAnswer() ? outbox.take() : -1
  if (slot < 0) return
  writeBinding(outbox.writer(slot))
  outbox.send(slot, to, c.endpoint)
  r.ping = <u8>(slot | 1 << TIMES)
}

function fail(line: i32, r: Registration, now: i64): void {
  if (r.ping != 0) end(r)
  schedule(r, now)
  suspect(line, activeId(line), now)
}

function end(r: Registration): void {
  outbox.discard(slotOf(r))
  r.ping = 0
}

function slotOf(r: Registration): i32 { return r.ping & SLOT }
