// Keeps a line registered: finds the servers, registers at one, refreshes, moves on when it fails, and says truthfully how it stands.
import { BACKOFF_BASE_SEC, BACKOFF_MAX_SEC } from "../config"
import { REGISTRATIONS_SIZE } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { below } from "../base/random"
import { lengthOf } from "../base/span"
import { Setting, number, words } from "../settings/settings"
import { Message, Method } from "../wire/message"
import { ClientEvent } from "../transaction/client"
import * as target from "../locate/target"
import { Located } from "../locate/target"
import { Reason, Status, activeId, byId, candidateCount, idAt, indexOfId, rebuild, setActive } from "../servers/candidates"
import { beginHunt, currentId, isLast, leave, noteTrying } from "../servers/hunt"
import { failsOver, giveUpAfter, longestTry, markAnswer, markGood } from "../servers/policy"
import { noteHold } from "../servers/why"
import * as attempt from "./attempt"
import { Outcome } from "./attempt"
import { forgetActive, keepActive, keptActive, keptLocal, keptUntil } from "./identity"
import { Do, Input, RegistrationState, actionOf, nextOf } from "./machine"
import { Happened, Registration, Trouble, registration } from "./record"
import { keepRoutes, forgetRoutes } from "./routes"

export { Happened, Registration, Trouble, isRegistered, registration } from "./record"

/** Owner of the transactions of a registration. */
export const OWNER_REGISTRATION: u8 = 1

/** An account that was refused is tried again after this long (AMB-23). Seconds. */
const REFUSED_RETRY_SEC: i64 = 1800
/** 30 * 2^6 is beyond the longest pause. */
const DOUBLINGS_MAX: u32 = 6
/** A full pool is looked at again after this long. Milliseconds. */
const CROWDED_MS: i64 = 500

/** Puts the line into its first state. `taken` says that KEEP came from a core before us: its server is then tried first. */
export function openRegistration(line: i32, taken: bool): void {
  const r = registration(line)
  memory.fill(changetype<usize>(r), 0, REGISTRATIONS_SIZE)
  r.candidate = -1
  r.dueAt = NEVER
  r.attempt.owner = OWNER_REGISTRATION
  if (!taken) forgetActive()
}

// -- Commands

/** Registers, or refreshes at once when registered. Nothing happens while the account has no domain or no user. */
export function begin(line: i32, now: i64): void {
  const r = registration(line)
  if (lengthOf(words(Setting.DOMAIN)) == 0 || lengthOf(words(Setting.USER)) == 0) {
    r.reason = <u8>Trouble.NO_DOMAIN
    return
  }
  put(line, Input.BEGIN, now)
}

/** Removes our registration and stays unregistered. */
export function stop(line: i32, now: i64): void { put(line, Input.STOP, now) }

/** The network is gone: nothing is sent and nothing moves until it is back (VE-34). */
export function networkDown(line: i32, now: i64): void { put(line, Input.DOWN, now) }

/** The network is back: the same server first (VE-35). */
export function networkUp(line: i32, now: i64): void { put(line, Input.UP, now) }

// -- What comes from below

/** Goes on where something that was waited for may have come: names, sockets, room in a pool. */
export function progress(line: i32, now: i64): void {
  const r = registration(line)
  if (r.locating) located(line, r, now)
  else settle(line, attempt.progress(r.attempt, line, now), now)
}

/** A final answer to our REGISTER. */
export function answered(line: i32, m: Message, now: i64): void {
  const r = registration(line)
  const id = r.attempt.id
  if (indexOfId(line, id) < 0) {
    settle(line, attempt.failed(r.attempt, line, Reason.REMOVED, now), now)
    return
  }
  r.status = m.status
  markAnswer(byId(line, id), m.status, now)
  const outcome = attempt.answered(r.attempt, line, m, now)
  if (outcome == Outcome.GRANTED) keepRoutes(line, m)
  settle(line, outcome, now)
}

/** Our REGISTER ended without an answer. */
export function unanswered(line: i32, event: u8, now: i64): void {
  const reason = event == ClientEvent.REFUSED ? Reason.REFUSED : event == ClientEvent.TIMEOUT ? Reason.SILENT : Reason.UNREACHABLE
  settle(line, attempt.failed(registration(line).attempt, line, reason, now), now)
}

/** Acts when the deadline has passed. */
export function expire(line: i32, now: i64): void {
  const r = registration(line)
  if (r.expiresAt != 0 && now >= r.expiresAt) lapse(line, r)
  if (now < r.dueAt) return
  r.dueAt = NEVER
  if (attempt.isCrowded(r.attempt)) progress(line, now)
  else put(line, Input.DUE, now)
}

/** A refresh took longer than the binding lived: we are not registered, and nothing may say otherwise. The same server is still tried first. */
function lapse(line: i32, r: Registration): void {
  r.prefer = <u8>activeId(line)
  r.expiresAt = 0
  setActive(line, 0)
}

export function soonest(line: i32): i64 {
  const r = registration(line)
  return r.expiresAt != 0 ? sooner(r.expiresAt, r.dueAt) : r.dueAt
}

// -- The machine

function put(line: i32, input: u8, now: i64): void {
  const r = registration(line)
  const action = actionOf(r.state, input)
  r.state = nextOf(r.state, input)
  if (action == Do.NOTHING) return
  if (action == Do.LOCATE) locate(line, r, now)
  else if (action == Do.HUNT) hunt(line, r, r.prefer, now)
  else if (action == Do.TRY) tryCurrent(line, r, now)
  else if (action == Do.HOLD) hold(line, r, now)
  else if (action == Do.REFRESH) refresh(line, r, now)
  else if (action == Do.RENEW) hunt(line, r, home(line, r), now)
  else if (action == Do.BACK_OFF) backOff(line, r, now)
  else if (action == Do.REPORT) report(line, r, now)
  else if (action == Do.UNREGISTER) unregister(line, r, now)
  else if (action == Do.FREEZE) freeze(line, r, now)
  else end(line, r, now)
}

/** Turns what became of an attempt into an input. */
function settle(line: i32, outcome: Outcome, now: i64): void {
  const r = registration(line)
  const a = r.attempt
  if (outcome == Outcome.PENDING) {
    if (attempt.isCrowded(a) && r.dueAt == NEVER) r.dueAt = now + CROWDED_MS
    return
  }
  if (r.stopping) stopped(line, r, outcome, now)
  else if (outcome == Outcome.GRANTED) put(line, Input.GRANTED, now)
  else if (outcome == Outcome.LEAVE) leaveServer(line, r, <Reason>a.reason, 0, now)
  else if (outcome == Outcome.REFUSED && failsOver(Method.REGISTER, a.status)) leaveServer(line, r, Reason.CODE, a.status, now)
  else refused(line, r, outcome, now)
}

/** The request that the user's wish had to wait for has ended: what it made is undone. */
function stopped(line: i32, r: Registration, outcome: Outcome, now: i64): void {
  r.stopping = 0
  if (outcome == Outcome.GRANTED) unregister(line, r, now)
  else put(line, Input.EXHAUSTED, now)
}

function leaveServer(line: i32, r: Registration, reason: Reason, code: u32, now: i64): void {
  const next = r.state == RegistrationState.UNREGISTERING ? 0 : leave(line, line, reason, code, r.attempt.retryAfterSec, now)
  r.reason = <u8>Trouble.ALL_FAILED
  put(line, next != 0 ? Input.LEFT : Input.EXHAUSTED, now)
}

// AMB-23: an account that the server does not accept is no failure of the server.
function refused(line: i32, r: Registration, outcome: Outcome, now: i64): void {
  const code = r.attempt.status
  const account = outcome == Outcome.REJECTED || code == 403 || code == 404
  if (account && indexOfId(line, r.attempt.id) >= 0) byId(line, r.attempt.id).status = <u8>Status.FAILED
  r.reason = <u8>(outcome == Outcome.REJECTED || code == 403 ? Trouble.REJECTED : Trouble.REFUSED_CODE)
  put(line, Input.REJECTED, now)
}

// -- The actions

function locate(line: i32, r: Registration, now: i64): void {
  attempt.abandon(r.attempt, now)
  r.stopping = 0
  r.dueAt = NEVER
  r.locating = 1
  r.happened |= Happened.LOCATING
  target.begin(line, now)
  located(line, r, now)
}

function located(line: i32, r: Registration, now: i64): void {
  const result = target.advance(line, now)
  if (result == Located.PENDING) return
  r.locating = 0
  if (result == Located.READY) {
    rebuild(line)
    if (r.state == RegistrationState.LOCATING) {
      r.happened |= Happened.LOCATED
      if (keptUntil() > now) takeOver(line, r)
    }
    put(line, Input.LOCATED, now)
    return
  }
  if (r.state == RegistrationState.LOCATING) r.reason = <u8>troubleOf(result)
  put(line, Input.LOST, now)
}

/** A core before this one was registered: its server goes first, and its binding there is ours to renew or to remove. */
function takeOver(line: i32, r: Registration): void {
  const id = idAt(line, keptActive())
  if (id == 0) return
  const c = byId(line, id)
  c.boundUntil = keptUntil()
  c.boundLocal.copyFrom(keptLocal())
  if (r.prefer == 0) r.prefer = <u8>id
}

function troubleOf(result: Located): Trouble {
  if (result == Located.DNS_DEAD) return Trouble.DNS_DEAD
  if (result == Located.NO_ADDRESS) return Trouble.NO_ADDRESS
  if (result == Located.SERVICE_ABSENT) return Trouble.SERVICE_ABSENT
  if (result == Located.NOT_CARRIED) return Trouble.NOT_CARRIED
  return Trouble.NOT_FOUND
}

/** The server that goes before all others: where we are registered, or were until just now. */
function home(line: i32, r: Registration): u32 { return activeId(line) != 0 ? activeId(line) : r.prefer }

function hunt(line: i32, r: Registration, first: u32, now: i64): void {
  r.prefer = 0
  r.locating = 0
  beginHunt(line, line, first, now)
  if (candidateCount(line) == 0) {
    r.reason = <u8>Trouble.NO_ADDRESS
    put(line, Input.EXHAUSTED, now)
    return
  }
  tryCurrent(line, r, now)
}

function tryCurrent(line: i32, r: Registration, now: i64): void {
  const id = currentId(line)
  // A binding elsewhere may live on, but the request that would have kept it failed: we do not claim it any more.
  if (r.state == RegistrationState.REGISTERING) {
    unhold(line, r)
    r.happened |= Happened.REGISTERING
  }
  r.candidate = <i8>indexOfId(line, id)
  noteTrying(line)
  const known: u32 = id == r.lastId ? r.leastSec : 0
  settle(line, attempt.start(r.attempt, line, id, max<u32>(number(Setting.REGISTER_TTL), known), giveUpAfter(Method.REGISTER, isLast(line)), now), now)
}

function hold(line: i32, r: Registration, now: i64): void {
  const id = r.attempt.id
  const c = byId(line, id)
  const seconds = r.attempt.grantedSec
  markGood(c)
  c.status = <u8>Status.UP
  noteHold(line, id)
  if (activeId(line) != <u32>id) {
    r.happened |= r.lastId != 0 && r.lastId != <u32>id ? Happened.MOVED : Happened.REGISTERED
    r.registeredAt = now
  }
  setActive(line, id)
  if (r.attempt.raised) r.leastSec = r.attempt.expiresSec
  else if (r.lastId != <u32>id) r.leastSec = 0
  r.lastId = id
  r.candidate = <i8>indexOfId(line, id)
  r.reason = <u8>Trouble.NONE
  r.prefer = 0
  r.failures = 0
  r.told = 0
  r.grantedSec = seconds
  r.expiresAt = now + <i64>seconds * 1000
  r.refreshAt = now + refreshAfter(seconds)
  r.dueAt = r.refreshAt
  c.boundUntil = r.expiresAt
  c.boundLocal.copyFrom(r.attempt.local)
  keepActive(c.endpoint, c.boundLocal, r.expiresAt)
}

/**
 * When to refresh, in milliseconds: at 80 to 95 % of the lifetime, so that phones which started together drift apart (P-01), and early enough
 * to find another server before the binding ends, where the lifetime allows it.
 */
function refreshAfter(grantedSec: u32): i64 {
  const whole = <i64>grantedSec * 1000
  const latest = min(whole * 95 / 100, max(whole / 2, whole - longestTry()))
  return max<i64>(latest * (850 + below(151)) / 1000, 500)
}

function refresh(line: i32, r: Registration, now: i64): void {
  r.dueAt = NEVER
  // BL-07: with the lifetime of the records over, DNS is asked again before the next request.
  if (target.targetCount(line) > 0 && target.expires(line) > now) {
    hunt(line, r, home(line, r), now)
    return
  }
  r.locating = 1
  target.begin(line, now)
  located(line, r, now)
}

function backOff(line: i32, r: Registration, now: i64): void {
  attempt.abandon(r.attempt, now)
  unhold(line, r)
  r.prefer = 0
  retryAfter(r, pause(r), now)
  tell(r, r.reason == Trouble.ALL_FAILED ? Happened.ALL_FAILED : Happened.FAILED)
}

function report(line: i32, r: Registration, now: i64): void {
  unhold(line, r)
  const refused = indexOfId(line, r.attempt.id)
  if (refused >= 0) byId(line, r.attempt.id).boundUntil = 0
  // AMB-23: an account is not put right within minutes. Whatever else the server has against us may pass sooner; it may say when.
  const account = r.reason == Trouble.REJECTED || r.status == 404
  const asked = min<i64>(r.attempt.retryAfterSec, REFUSED_RETRY_SEC) * 1000
  retryAfter(r, account ? REFUSED_RETRY_SEC * 1000 : max(asked, pause(r)), now)
  tell(r, Happened.FAILED)
}

// RFC 5626 4.5: after the n-th failure in a row wait min(1800, 30 * 2^n) seconds, times 50 to 100 %. In milliseconds.
function pause(r: Registration): i64 {
  r.failures++
  const upper: u32 = min<u32>(BACKOFF_BASE_SEC << min<u32>(r.failures, DOUBLINGS_MAX), BACKOFF_MAX_SEC) * 1000
  return upper / 2 + below(upper / 2)
}

function retryAfter(r: Registration, ms: i64, now: i64): void {
  r.retryAt = now + ms
  r.dueAt = r.retryAt
}

/** A failure is told once, not with every attempt. */
function tell(r: Registration, what: Happened): void {
  if (!r.told) r.happened |= what
  r.told = 1
}

/** We are registered nowhere that we know of. */
function unhold(line: i32, r: Registration): void {
  // What KEEP holds of a core before us stays as long as its server has not been asked.
  if (activeId(line) != 0) forgetActive()
  setActive(line, 0)
  r.candidate = -1
  r.expiresAt = 0
  r.locating = 0
  forgetRoutes(line)
}

function unregister(line: i32, r: Registration, now: i64): void {
  r.dueAt = NEVER
  r.locating = 0
  // RFC 3261 10.2, P-38: not before the request under way has been answered or has timed out.
  if (attempt.isAwaiting(r.attempt)) {
    r.stopping = 1
    return
  }
  const id = activeId(line) == 0 ? <u32>r.attempt.id : activeId(line)
  attempt.abandon(r.attempt, now)
  if (indexOfId(line, id) < 0) {
    put(line, Input.EXHAUSTED, now)
    return
  }
  r.candidate = <i8>indexOfId(line, id)
  settle(line, attempt.start(r.attempt, line, id, 0, giveUpAfter(Method.REGISTER, true), now), now)
}

function freeze(line: i32, r: Registration, now: i64): void {
  if (activeId(line) != 0) r.prefer = <u8>activeId(line)
  attempt.abandon(r.attempt, now)
  r.locating = 0
  r.dueAt = NEVER
  r.reason = <u8>Trouble.NETWORK_DOWN
}

function end(line: i32, r: Registration, now: i64): void {
  attempt.abandon(r.attempt, now)
  r.stopping = 0
  const at = indexOfId(line, activeId(line))
  if (at >= 0 && r.attempt.status >= 200 && r.attempt.status < 300) byId(line, activeId(line)).boundUntil = 0
  unhold(line, r)
  r.dueAt = NEVER
  r.reason = <u8>Trouble.STOPPED
  r.happened |= Happened.UNREGISTERED
}
