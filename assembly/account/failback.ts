// The return to a server that is preferred to the one that we are registered at: when (setting failback), how (failback_order), and never among equals
// (VE-05, AMB-11, AMB-13). It uses the errand of account/leftover.ts: one removal or one return at a time.
import { DNS_STALE_HOLD } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { below } from "../base/random"
import { Failback, FailbackOrder, RemovedActive, Setting, knob } from "../settings/settings"
import { Message, Method } from "../wire/message"
import * as target from "../locate/target"
import { Candidate, Reason, Status, activeId, activeOf, byId, candidate, candidateCount, indexOfId } from "../servers/candidates"
import { giveUpAfter, longestTry, markFailure, markFall, registerTtl } from "../servers/policy"
import { beginWhy, noteBack } from "../servers/why"
import * as attempt from "./attempt"
import { Outcome, errand } from "./attempt"
import { OWNER_LEFTOVER } from "./leftover"
import { RegistrationState } from "./machine"
import { renewList } from "./ready"
import { Registration, noteKeep, registration } from "./record"
import * as registrar from "./registration"
import { keepRoutes } from "./routes"

/** Owner of the transactions of a return. */
export const OWNER_FAILBACK: u8 = 3

/** P-02: so many probes in a row must have been answered. */
const GOOD_MIN: u8 = 2
/** P-01: phones do not return all at once. Milliseconds. */
const JITTER: u32 = 20_000

/** Decides when the next return is tried, as far as no probe decides it. Called with every registration. */
export function plan(line: i32, now: i64): void {
  const how = <Failback>knob(line, Setting.FAILBACK)
  const r = registration(line)
  if (how == Failback.DURATION) {
    // BK-15, BK-18: counted from when we came here, not from each refresh.
    if (r.registeredAt == now || r.failbackAt == NEVER) r.failbackAt = now + <i64>knob(line, Setting.FAILBACK_INTERVAL) * 1000
  } else if (how == Failback.DNSTTL) r.failbackAt = max(target.expires(line), now + DNS_STALE_HOLD)
  else r.failbackAt = NEVER
}

/** A server has answered often enough to be trusted again; the return waits a moment of its own (P-01). */
export function noteGood(c: Candidate, now: i64): void {
  if (c.good == GOOD_MIN) c.heldUntil = max(c.heldUntil, now + below(JITTER))
}

/** Whether one more good probe would be worth having soon (P-02). */
export function awaits(line: i32, c: Candidate): bool { return c.good > 0 && c.good < GOOD_MIN && isBetter(line, c) }

/** AMB-19: there are calls, and the settings want no return while there are. */
function isKept(line: i32, r: Registration): bool { return r.inCall && knob(line, Setting.FAILBACK_IN_CALL) == 0 }

/** Where a refresh is due and `failback` says so, the better servers are asked first. True: the refresh waits for that. */
export function goesFirst(line: i32, now: i64): bool {
  const r = registration(line)
  if (isUnderWay(line)) {
    r.dueAt = now + 1000
    return true
  }
  const how = <Failback>knob(line, Setting.FAILBACK)
  if (r.tried || isKept(line, r) || how != Failback.PER_REQUEST && how != Failback.REGISTRATION) return false
  // The refresh waits for DNS as well: registration.ts goes on with it then.
  if (!renewList(line, now)) {
    r.dueAt = NEVER
    return true
  }
  r.tried = 1
  r.failbackAt = now
  if (soonest(line) > now) return false
  r.dueAt = now + longestTry() + 1000
  return true
}

export function isUnderWay(line: i32): bool { return attempt.isBusy(errand(line)) && errand(line).owner == OWNER_FAILBACK }

/** Goes on with what is under way, or begins what is due. */
export function progress(line: i32, now: i64): void {
  const a = errand(line)
  if (isUnderWay(line)) {
    settle(line, attempt.progress(a, line, now), now)
    return
  }
  // SN-02, BL-07: a return is a request like others: it goes by the list that DNS has now, or by the one before where DNS says nothing.
  if (attempt.isBusy(a) || soonest(line) > now || !renewList(line, now)) return
  const id = choose(line, now)
  if (id != 0) begin(line, id, now)
}

export function answered(line: i32, m: Message, now: i64): void {
  const a = errand(line), outcome = attempt.answered(a, line, m, now)
  if (outcome == Outcome.GRANTED && a.expiresSec != 0) {
    keepRoutes(line, m)
    noteKeep(registration(line), m)
  }
  settle(line, outcome, now)
}

export function unanswered(line: i32, reason: Reason, now: i64): void {
  settle(line, attempt.failed(errand(line), line, reason, now), now)
}

/** When a return is due; NEVER while none can be. */
export function soonest(line: i32): i64 {
  const r = registration(line)
  if (r.state != RegistrationState.REGISTERED || isKept(line, r) || r.locating || attempt.isBusy(errand(line))) return NEVER
  let at = NEVER
  for (let i = candidateCount(line) - 1; i >= 0; i--) at = sooner(at, readyAt(line, candidate(line, i)))
  return at
}

/** When a return to this server may begin. */
function readyAt(line: i32, c: Candidate): i64 {
  if (!isBetter(line, c)) return NEVER
  const how = <Failback>knob(line, Setting.FAILBACK)
  if (how == Failback.NEVER) return NEVER
  if (how == Failback.PROBE) return c.status == Status.UP && c.good >= GOOD_MIN ? c.heldUntil : NEVER
  const at = registration(line).failbackAt
  return at == NEVER ? NEVER : max(max(c.heldUntil, c.dirtyUntil), at)
}

/** VE-05: equals are not better; AMB-18: and where DNS has dropped our server, it is kept all the same. */
export function isBetter(line: i32, c: Candidate): bool {
  const at = activeOf(line)
  if (at < 0 || c.status == Status.FAILED) return false
  const active = candidate(line, at)
  return c.group < active.group && (active.rank != 0 || knob(line, Setting.REMOVED_ACTIVE) == RemovedActive.MOVE)
}

/** The best of those that are due; where nothing is known of them, the one that was tried longest ago. */
function choose(line: i32, now: i64): u32 {
  const blind = knob(line, Setting.FAILBACK) != Failback.PROBE
  let id: u32 = 0, least: i64 = NEVER, group: u32 = 0xff
  for (let i = 0; i < candidateCount(line); i++) {
    const c = candidate(line, i)
    if (readyAt(line, c) > now) continue
    const age = blind ? c.leftAt : 0
    if (age > least || age == least && <u32>c.group >= group) continue
    id = c.id
    least = age
    group = c.group
  }
  return id
}

function begin(line: i32, id: u32, now: i64): void {
  const r = registration(line)
  const first = knob(line, Setting.FAILBACK_ORDER) == FailbackOrder.UNREGISTER_FIRST
  r.towards = <u8>id
  r.failbackAt = NEVER
  errand(line).owner = OWNER_FAILBACK
  beginWhy(line, line, false)
  noteBack(line, id)
  // BK-17: on the way back the other server has its 64*T1.
  const ttl = first ? 0 : registerTtl(byId(line, id))
  const asked = first ? activeId(line) : id
  settle(line, attempt.start(errand(line), line, asked, ttl, giveUpAfter(line, Method.REGISTER, true, byId(line, asked).endpoint), now), now)
}

function settle(line: i32, outcome: Outcome, now: i64): void {
  if (outcome == Outcome.PENDING) return
  const a = errand(line), r = registration(line)
  const known = indexOfId(line, a.id) >= 0
  a.owner = OWNER_LEFTOVER
  if (a.expiresSec == 0) {
    if (known && outcome == Outcome.GRANTED) byId(line, a.id).boundUntil = 0
    // AMB-13: VE-04, the old registration is gone, and the new one follows. When it fails the old server is next.
    r.prefer = r.towards
    registrar.move(line, now)
  } else if (outcome == Outcome.GRANTED && known) {
    if (r.state == RegistrationState.REGISTERED) registrar.adopt(line, a, now)
    // The user has unregistered meanwhile: what this made is undone.
    else attempt.start(a, line, a.id, 0, 0, now)
  } else {
    if (known) fail(byId(line, a.id), outcome, now)
    if (knob(line, Setting.FAILBACK) == Failback.DURATION) r.failbackAt = now + <i64>knob(line, Setting.FAILBACK_INTERVAL) * 1000
    else plan(line, now)
    if (r.tried) r.dueAt = now
  }
}

/** A return that failed is a failure of that server, but the registration that we have is not touched by it. */
function fail(c: Candidate, outcome: Outcome, now: i64): void {
  const a = errand(c.line)
  const reason = outcome == Outcome.LEAVE ? <Reason>a.reason : outcome == Outcome.REJECTED ? Reason.REJECTED : Reason.CODE
  markFailure(c, reason, a.retryAfterSec, now)
  markFall(c, 0, now)
}
