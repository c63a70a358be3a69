// What the settings say about leaving a server: how long it may be silent, which answers count as failure, how long it is avoided.
// The phones of the five documents differ only here; everything else asks these questions and acts on the answer.
import { TIMEOUT_T1S } from "../config"
import { Affinity, RetryMode, Setting, number, inCodes } from "../settings/settings"
import { Method } from "../wire/message"
import * as client from "../transaction/client"
import { Candidate, Reason, activeId } from "./candidates"

/** A refusal by ICMP is easily forged: alone it keeps a server out for no longer than this (P-31). Seconds. */
const REFUSED_MAX_SEC: i64 = 60
/** RFC 3261 20.33 sets no bound; AMB-07 does. Seconds. */
const RETRY_AFTER_MAX_SEC: i64 = 3600

/**
 * Milliseconds after which a silent server is given up; 0 means the 64*T1 of the transaction itself.
 * The last server of the list always has its 64*T1 while last_server_full is on (BK-12, AMB-04).
 */
export function giveUpAfter(method: Method, last: bool): i64 {
  const mode = <RetryMode>number(Setting.RETRY_MODE)
  if (mode == RetryMode.FULL || (last && number(Setting.LAST_SERVER_FULL) != 0)) return 0
  const after = mode == RetryMode.PERIOD ? <i64>number(Setting.RETRY_PERIOD) * 1000 : client.giveUpAfter(method, number(Setting.RETRY_COUNT))
  // RFC 3261 17.1.2.2 timer F: no setting makes a request last longer than that.
  return after < longestTry() ? after : 0
}

/** Longest time in ms that a request may take at one server. */
export function longestTry(): i64 { return TIMEOUT_T1S * <i64>number(Setting.SIP_RETRY_T1) }

/**
 * Whether this final answer means: try the next server (RFC 3263 4.3, AMB-07). A 408 to another request than an INVITE is an answer nobody gave;
 * to an INVITE it may be the callee's.
 */
export function failsOver(method: Method, code: u32): bool {
  if (method == Method.INVITE) return code == 503 || inCodes(Setting.FAILOVER_INVITE, code)
  return code == 408 || inCodes(Setting.FAILOVER_CODES, code)
}

/** The server that a request which belongs to no dialog goes to first, an id; 0: as drawn (AMB-01). */
export function firstServer(line: i32): u32 {
  return number(Setting.SERVER_AFFINITY) == Affinity.NONE ? 0 : activeId(line)
}

/** Notes a failure on the server, and how long it will be tried only after the others (SN-16, SN-21, RF-20). */
export function markFailure(c: Candidate, reason: Reason, retryAfterSec: i64, now: i64): void {
  c.failures++
  c.reason = <u8>reason
  c.leftAt = now
  let seconds: i64 = number(Setting.DIRTY_HOST_TTL)
  if (reason == Reason.REFUSED) seconds = min(seconds, REFUSED_MAX_SEC)
  if (retryAfterSec > 0) seconds = max(seconds, min(retryAfterSec, RETRY_AFTER_MAX_SEC))
  c.dirtyUntil = seconds > 0 ? now + seconds * 1000 : 0
}

/** Any answer shows that the server lives: it is clean again (SN-21). */
export function markAnswer(c: Candidate, code: u32, now: i64): void {
  c.lastCode = <u16>code
  c.lastSeen = now
}

export function markGood(c: Candidate): void {
  c.failures = 0
  c.dirtyUntil = 0
  c.reason = <u8>Reason.NONE
}
