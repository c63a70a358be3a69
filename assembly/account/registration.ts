// Keeps a line registered: finds the servers, registers at one, refreshes, moves on when it fails, and says truthfully how it stands.
import { NEVER, sooner } from "../base/deadline"
import { lengthOf } from "../base/span"
import { DnsRefresh, Methods, Setting, words, knob } from "../settings/settings"
import { Message, Method } from "../wire/message"
import * as target from "../locate/target"
import { Located } from "../locate/target"
import { Reason, Status, activeId, byId, candidate, candidateCount, disownTwins, dropRemoved, indexOfId, rebuild, setActive } from "../servers/candidates"
import { beginHunt, confine, currentId, dropJustFailed, isLast, leave, noteTrying } from "../servers/hunt"
import { failsOver, giveUpAfter, markFall, markGood, movesOn, registerTtl, standing } from "../servers/policy"
import { noteHold } from "../servers/why"
import * as attempt from "./attempt"
import { Attempt, Outcome, REGISTRATION_SIZE } from "./attempt"
import * as failback from "./failback"
import { crowded, hint, mustMove, takeOver, troubleOf } from "./found"
import { forgetActive, keepActive, keptUntil } from "./identity"
import { Do, Input, RegistrationState, actionOf, nextOf } from "./machine"
import { Happened, Registration, Trouble, isAccount, isAsking, noteKeep, registration, tell } from "./record"
import { keepRoutes, forgetRoutes } from "./routes"
import { pause, refreshAfter, requeryAt } from "./timing"

export { Happened, Registration, Trouble, isRegistered, registration } from "./record"

/** Owner of the transactions of a registration. */
export const OWNER_REGISTRATION: u8 = 1

/** A full pool is looked at again after this long. Milliseconds. */
const CROWDED_MS: i64 = 500

/** Puts the line into its first state. `taken` says that KEEP came from a core before us: its server is then tried first. */
export function openRegistration(line: i32, taken: bool): void {
  const r = registration(line)
  memory.fill(changetype<usize>(r), 0, REGISTRATION_SIZE)
  r.candidate = -1
  r.dueAt = NEVER
  r.failbackAt = NEVER
  r.requeryAt = NEVER
  r.attempt.owner = OWNER_REGISTRATION
  if (!taken) forgetActive(line)
}

// -- Commands

/** Registers, or refreshes at once when registered. Nothing happens while the account has no domain or no user. */
export function begin(line: i32, now: i64): void {
  const r = registration(line)
  if (lengthOf(words(line, Setting.DOMAIN)) == 0 || lengthOf(words(line, Setting.USER)) == 0) {
    r.reason = <u8>Trouble.NO_DOMAIN
    return
  }
  put(line, Input.BEGIN, now)
}

/** Goes to the server `r.prefer`, or to the best one. Only while registered. */
export function move(line: i32, now: i64): void { put(line, Input.MOVE, now) }

/** Gives up the refresh that is under way, as if it had timed out, and goes to the server `id`. */
export function forsake(line: i32, id: u32, now: i64): void {
  attempt.giveUp(registration(line).attempt, line, now)
  hunt(line, registration(line), id, now)
}

/** Removes our registration and stays unregistered. */
export function stop(line: i32, now: i64): void { put(line, Input.STOP, now) }

/** The network is gone: nothing is sent and nothing moves until it is back (VE-34). */
export function networkDown(line: i32, now: i64): void { put(line, Input.DOWN, now) }

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
  r.status = m.status
  const outcome = attempt.answered(r.attempt, line, m, now)
  if (outcome == Outcome.GRANTED) {
    keepRoutes(line, m)
    noteKeep(r, m)
  }
  settle(line, outcome, now)
}

/** Our REGISTER ended without an answer. */
export function unanswered(line: i32, reason: Reason, now: i64): void {
  settle(line, attempt.failed(registration(line).attempt, line, reason, now), now)
}

/** Acts when the deadline has passed. */
export function expire(line: i32, now: i64): void {
  const r = registration(line)
  if (r.expiresAt != 0 && now >= r.expiresAt) lapse(line, r, now)
  if (now >= r.requeryAt && r.state == RegistrationState.REGISTERED && !r.locating) requery(line, r, now)
  if (now < r.dueAt) return
  if (r.state == RegistrationState.REGISTERED && activeId(line) != 0 && failback.goesFirst(line, now)) return
  r.dueAt = NEVER
  if (attempt.isCrowded(r.attempt)) progress(line, now)
  else put(line, Input.DUE, now)
}

/** A refresh took longer than the binding lived: we are not registered, and nothing may say otherwise. The same server is still tried first. */
function lapse(line: i32, r: Registration, now: i64): void {
  r.prefer = <u8>activeId(line)
  r.expiresAt = 0
  setActive(line, 0)
  // Neither DNS nor a return is waited for any more.
  if (r.state == RegistrationState.REGISTERED) r.dueAt = now
}

export function soonest(line: i32): i64 {
  const r = registration(line)
  const at = r.state == RegistrationState.REGISTERED && !r.locating ? sooner(r.requeryAt, r.dueAt) : r.dueAt
  return r.expiresAt != 0 ? sooner(r.expiresAt, at) : at
}

// -- The machine

export function put(line: i32, input: u8, now: i64): void {
  const r = registration(line)
  const action = actionOf(r.state, input)
  r.state = nextOf(r.state, input)
  if (action == Do.NOTHING) return
  if (action == Do.LOCATE) locate(line, r, now)
  else if (action == Do.HUNT) hunt(line, r, r.prefer, now)
  else if (action == Do.TRY) tryCurrent(line, r, now)
  else if (action == Do.HOLD) hold(line, r, r.attempt, now)
  else if (action == Do.REFRESH) refresh(line, r, now)
  else if (action == Do.RENEW) hunt(line, r, home(line, r, now), now)
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
  else if ((outcome == Outcome.REFUSED || outcome == Outcome.REJECTED) && failsOver(line, Method.REGISTER, a.status)) {
    leaveServer(line, r, isAccount(a.status) ? Reason.REJECTED : Reason.CODE, a.status, now)
  }
  else refused(line, r, outcome, now)
}

/** The request that the user's wish had to wait for has ended: what it made is undone. */
function stopped(line: i32, r: Registration, outcome: Outcome, now: i64): void {
  r.stopping = 0
  if (outcome == Outcome.GRANTED) unregister(line, r, now)
  else put(line, Input.EXHAUSTED, now)
}

function leaveServer(line: i32, r: Registration, reason: Reason, code: u32, now: i64): void {
  if (r.state != RegistrationState.UNREGISTERING) fallFrom(line, r, now)
  const next = r.state == RegistrationState.UNREGISTERING ? 0 : leave(line, line, reason, code, r.attempt.retryAfterSec, now)
  r.rejected = reason == Reason.REJECTED ? 1 : 0
  r.reason = <u8>Trouble.ALL_FAILED
  if (next == 0 && r.rejected != 0) refused(line, r, Outcome.REJECTED, now)
  else put(line, next != 0 ? Input.LEFT : Input.EXHAUSTED, now)
}

/** The server that we are registered at fails us, or the one that we had wanted to return to (P-02). */
function fallFrom(line: i32, r: Registration, now: i64): void {
  const returning = activeId(line) == 0 && r.towards == r.attempt.id
  const at = indexOfId(line, returning ? r.towards : activeId(line))
  if (at >= 0) markFall(candidate(line, at), returning ? 0 : now - r.registeredAt, now)
}

// AMB-23: an account that the server does not accept is no failure of the server.
function refused(line: i32, r: Registration, outcome: Outcome, now: i64): void {
  const code = r.attempt.status
  const account = outcome == Outcome.REJECTED || isAccount(code)
  const at = indexOfId(line, r.attempt.id)
  const rejected = outcome == Outcome.REJECTED || code == 403
  if (account && at >= 0) {
    candidate(line, at).status = <u8>Status.FAILED
    candidate(line, at).reason = <u8>(rejected ? Reason.REJECTED : Reason.CODE)
    candidate(line, at).leftAt = now
  }
  r.reason = <u8>(!rejected ? Trouble.REFUSED_CODE : isAsking(line, code) ? Trouble.NO_PASSWORD : Trouble.REJECTED)
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
  r.requeryAt = requeryAt(line, now)
  // A refresh has waited for this.
  if (r.state == RegistrationState.REGISTERED && r.dueAt == NEVER) r.dueAt = now
  if (result == Located.READY) {
    if (rebuild(line) > 0) crowded()
    // The server has another place in the list now.
    if (r.candidate >= 0) r.candidate = <i8>indexOfId(line, activeId(line) != 0 ? activeId(line) : <u32>r.attempt.id)
    if (r.state == RegistrationState.LOCATING) hint(line)
    if (r.state == RegistrationState.LOCATING) {
      r.happened |= Happened.LOCATED
      if (keptUntil(line) > now) takeOver(line, r)
    }
    put(line, Input.LOCATED, now)
    if (mustMove(line)) put(line, Input.MOVE, now)
    return
  }
  if (r.state == RegistrationState.LOCATING) r.reason = <u8>troubleOf(result)
  put(line, Input.LOST, now)
}

/** The server that goes before all others: where we are registered, or were until just now; none when probes say that it is down (VE-29). */
function home(line: i32, r: Registration, now: i64): u32 {
  const id = activeId(line) != 0 ? activeId(line) : r.prefer
  return id != 0 && indexOfId(line, id) >= 0 && standing(byId(line, id), now) < 2 ? id : 0
}

function hunt(line: i32, r: Registration, first: u32, now: i64): void {
  r.prefer = 0
  r.locating = 0
  r.rejected = 0
  const next = beginHunt(line, line, first, now)
  if (!movesOn(line, Methods.REGISTER)) confine(line)
  else if (r.asked != 0) dropJustFailed(line, line, now)
  if (candidateCount(line) == 0) {
    r.reason = <u8>Trouble.NO_ADDRESS
    put(line, Input.EXHAUSTED, now)
    return
  }
  if (r.state == RegistrationState.REFRESHING && next != activeId(line)) {
    fallFrom(line, r, now)
    put(line, Input.LEFT, now)
  } else tryCurrent(line, r, now)
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
  settle(line, attempt.start(r.attempt, line, id, max<u32>(registerTtl(byId(line, id)), known), giveUpAfter(line, Method.REGISTER, isLast(line), byId(line, id).endpoint), now), now)
}

function hold(line: i32, r: Registration, a: Attempt, now: i64): void {
  const id = a.id
  const c = byId(line, id)
  const seconds = a.grantedSec
  markGood(c)
  noteHold(line, line, id)
  if (activeId(line) != <u32>id) {
    r.happened |= r.lastId != 0 && r.lastId != <u32>id ? Happened.MOVED : Happened.REGISTERED
    r.registeredAt = now
  }
  setActive(line, id)
  if (a.raised) r.leastSec = a.expiresSec
  else if (r.lastId != <u32>id) r.leastSec = 0
  r.lastId = id
  r.candidate = <i8>indexOfId(line, id)
  r.reason = <u8>Trouble.NONE
  r.prefer = 0
  r.failures = 0
  r.told = 0
  r.tried = 0
  r.towards = 0
  r.grantedSec = seconds
  r.expiresAt = now + <i64>seconds * 1000
  r.refreshAt = now + refreshAfter(line, seconds)
  r.dueAt = r.refreshAt
  disownTwins(line, c)
  c.boundUntil = r.expiresAt
  c.boundLocal.copyFrom(a.local)
  keepActive(line, c.endpoint, c.boundLocal, r.expiresAt)
  failback.plan(line, now)
  dropRemoved(line)
}

/** A return has succeeded: the registration that it made is ours now, and the one before is a binding left behind. */
export function adopt(line: i32, a: Attempt, now: i64): void { hold(line, registration(line), a, now) }

function refresh(line: i32, r: Registration, now: i64): void {
  r.dueAt = NEVER
  // BL-07: with the lifetime of the records over, DNS is asked again before the next request. VE-41: or at its own times.
  if (target.foundCount(line) > 0 && (target.expires(line) > now || knob(line, Setting.DNS_REFRESH) == DnsRefresh.INTERVAL)) {
    hunt(line, r, home(line, r, now), now)
    return
  }
  requery(line, r, now)
}

/** Asks DNS again; what it says changes the list, and nothing else by itself (VE-43). */
export function requery(line: i32, r: Registration, now: i64): void {
  r.locating = 1
  r.askedAt = now
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
  const account = r.reason == Trouble.REJECTED || r.reason == Trouble.NO_PASSWORD || r.status == 404
  const rest: i64 = knob(line, Setting.AUTH_FAIL_RETRY)
  const asked = min<i64>(r.attempt.retryAfterSec, rest) * 1000
  retryAfter(r, account ? rest * 1000 : max(asked, pause(r)), now)
  tell(r, Happened.FAILED)
}

export function retryAfter(r: Registration, ms: i64, now: i64): void {
  r.retryAt = now + ms
  r.dueAt = r.retryAt
}

/** We are registered nowhere that we know of. */
function unhold(line: i32, r: Registration): void {
  // What KEEP holds of a core before us stays as long as its server has not been asked.
  if (activeId(line) != 0) forgetActive(line)
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
  settle(line, attempt.start(r.attempt, line, id, 0, giveUpAfter(line, Method.REGISTER, true, byId(line, id).endpoint), now), now)
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
