// What the settings say about leaving a server: how long it may be silent, which answers count as failure, how long it is avoided.
// The phones of the five documents differ only here; everything else asks these questions and acts on the answer.
import { CANDIDATES_OF_LINE, T1_LEAST, T1_TRIPS, TIMEOUT_T1S } from "../config"
import { Affinity, Methods, ProbeMethod, RetryAfter, RetryMode, Setting, number, inCodes, knob } from "../settings/settings"
import { Endpoint } from "../base/endpoint"
import { below } from "../base/random"
import { Method } from "../wire/message"
import { Play, playAt } from "../transport/rehearsal"
import * as client from "../transaction/client"
import { Candidate, REHEARSED, Reason, Status, activeId, byId, idAt } from "./candidates"

/** A refusal by ICMP is easily forged: while no other failure bears it out, it keeps a server out for no longer than this (P-31). Seconds. */
const REFUSED_MAX_SEC: i64 = 60
/** A minute doubled so often is beyond every limit. */
const DOUBLINGS_MAX: u32 = 10
/** Longest time for which no return to a server is made. */
const HOLD_MAX_MS: i64 = 3_600_000
const FALLS_MAX: u32 = 6

/** T1 of a request to this server (RFC 3261 17.1.1.1: an estimate of the round trip), where it is learned and that was measured; else, and at most, as set. */
export function t1Of(line: i32, server: Endpoint): i64 {
  const most: i64 = number(Setting.SIP_RETRY_T1), id = number(Setting.LEARN_T1) == 0 ? 0 : idAt(line, server)
  const trip: i64 = id == 0 ? 0 : byId(line, id).roundTripMs
  return trip == 0 ? most : min(most, max(T1_LEAST, trip * T1_TRIPS))
}

/**
 * Milliseconds after which a silent server is given up; 0 means the 64*T1 of the transaction itself.
 * The last server of the list always has its 64*T1 while last_server_full is on (BK-12, AMB-04).
 */
export function giveUpAfter(line: i32, method: Method, last: bool, server: Endpoint): i64 {
  const mode = <RetryMode>knob(line, Setting.RETRY_MODE)
  if (mode == RetryMode.FULL || (last && knob(line, Setting.LAST_SERVER_FULL) != 0)) return 0
  const after = mode == RetryMode.PERIOD ? <i64>knob(line, Setting.RETRY_PERIOD) * 1000 : client.giveUpAfter(method, knob(line, Setting.RETRY_COUNT), t1Of(line, server))
  // RFC 3261 17.1.2.2 timer F: no setting makes a request last longer than that.
  return after < TIMEOUT_T1S * t1Of(line, server) ? after : 0
}

/** Longest time in ms that a request may take at one server. */
export function longestTry(): i64 { return TIMEOUT_T1S * <i64>number(Setting.SIP_RETRY_T1) }

/** Whether this final answer means: try the next server (RFC 3263 4.3, AMB-07). A 408 to REGISTER is an answer nobody gave; to others it may be the callee's. */
export function failsOver(line: i32, method: Method, code: u32): bool {
  if (method == Method.REGISTER) return code == 408 || inCodes(line, Setting.FAILOVER_CODES, code)
  return code == 503 || inCodes(line, method == Method.INVITE ? Setting.FAILOVER_INVITE : Setting.FAILOVER_OTHER, code)
}

/** Whether the settings let requests of this kind go to another server at all (BK-09, AMB-20). */
export function movesOn(line: i32, methods: Methods): bool { return (knob(line, Setting.FAILOVER_METHODS) & methods) != 0 }

/** How long servers are sought for one call, in ms (AMB-10); while none is known, as for as many as there may be. */
export function setupMax(line: i32, servers: i32): i64 {
  const most = knob(line, Setting.CALL_SETUP_MAX)
  return most != 0 ? <i64>most * 1000 : longestTry() * (servers == 0 ? CANDIDATES_OF_LINE : servers)
}

/** Seconds that a registration at this server is asked for (BK-21, BK-25). */
export function registerTtl(c: Candidate): u32 {
  const line: i32 = c.line, backup = knob(line, Setting.BACKUP_TTL)
  return c.rank > 1 && backup != 0 ? backup : knob(line, Setting.REGISTER_TTL)
}

/** The server that a request which belongs to no dialog goes to first, an id; 0: as drawn (AMB-01). */
export function firstServer(line: i32): u32 {
  return knob(line, Setting.SERVER_AFFINITY) == Affinity.NONE ? 0 : activeId(line)
}

/** Notes a failure on the server, and how long it will be tried only after the others (SN-16, SN-21, RF-20). Returns the reason, with REHEARSED where it is not the server's own. */
export function markFailure(c: Candidate, reason: Reason, retryAfterSec: i64, now: i64): Reason {
  if (c.failures < 0xff) c.failures++
  c.status = <u8>(reason == Reason.REJECTED ? Status.FAILED : Status.DOWN)
  c.good = 0
  c.reason = <u8>reason | (playAt(c.endpoint) != Play.NONE ? REHEARSED : 0)
  c.leftAt = now
  let seconds = avoidanceSec(c.line, c.failures)
  if (reason == Reason.REFUSED && c.failures < 2) seconds = min(seconds, REFUSED_MAX_SEC)
  // RFC 3261 20.33 sets no bound; AMB-07 does.
  if (retryAfterSec > 0 && knob(c.line, Setting.RETRY_AFTER_POLICY) == RetryAfter.MARK) {
    seconds = max(seconds, min<i64>(retryAfterSec, knob(c.line, Setting.RETRY_AFTER_MAX)))
  }
  c.dirtyUntil = seconds > 0 ? now + seconds * 1000 : 0
  return <Reason>c.reason
}

/** dirty_host_ttl, doubled with each failure in a row where there is a dirty_max_ttl, times 50 to 100 % then (RFC 5626 4.5). */
function avoidanceSec(line: i32, failures: u32): i64 {
  const seconds: i64 = knob(line, Setting.DIRTY_HOST_TTL), most: i64 = knob(line, Setting.DIRTY_MAX_TTL)
  if (most <= seconds || seconds == 0) return seconds
  const doubled = min(seconds << min<u32>(failures - 1, DOUBLINGS_MAX), most)
  return failures < 2 ? seconds : doubled * <i64>(50 + below(51)) / 100
}

/** An answer has come: the server lives, and is clean again (SN-21), unless it says itself that it cannot serve. */
export function markAnswer(c: Candidate, code: u32, now: i64): void {
  c.lastCode = <u16>code
  c.lastSeen = now
  if (code / 100 != 5) c.dirtyUntil = 0
}

export function markGood(c: Candidate): void {
  c.failures = 0
  c.dirtyUntil = 0
  c.status = <u8>Status.UP
  c.reason = <u8>Reason.NONE
}

/**
 * The server lost our registration, `heldMs` after it had got it. A return to it waits for hold_down, four times as long each time that it falls again
 * soon, an hour at most (P-02).
 */
export function markFall(c: Candidate, heldMs: i64, now: i64): void {
  c.falls = heldMs >= HOLD_MAX_MS ? 0 : <u8>min<u32>(c.falls, FALLS_MAX)
  const hold = min((<i64>knob(c.line, Setting.HOLD_DOWN) * 1000) << (<i64>c.falls << 1), HOLD_MAX_MS)
  c.heldUntil = max(c.heldUntil, now + hold)
  c.falls++
}

// -- What probes tell

/** AMB-34: where every server is probed, what the probes found decides which are tried first; elsewhere only the marks of failures do. */
export function knowsStatus(line: i32): bool { return knob(line, Setting.PROBE_METHOD) == ProbeMethod.OPTIONS }

// VE-24, VE-25, AMB-05: any answer comes from a server that works, but for those that the settings name: 408, which nobody answered, and 5xx.
export function isUp(line: i32, code: u32): bool { return !inCodes(line, Setting.OPTIONS_DOWN_CODES, code) }

/** How much a server is worth trying: 0 most, 3 not at all before its time (VE-28, VE-30, AMB-06). */
export function standing(c: Candidate, now: i64): u32 {
  // AMB-06, AMB-23: what one server has against the account is no reason to ask it again and again on behalf of others.
  if (c.status == Status.FAILED && c.leftAt + <i64>knob(c.line, Setting.AUTH_FAIL_RETRY) * 1000 > now) return 3
  if (!knowsStatus(c.line) || c.status == Status.UP) return 0
  return c.status == Status.DOWN ? 2 : 1
}
