// Removes bindings that were left behind at servers that failed, once those can be reached again, so that a call does not ring twice or nowhere (P-28).
import { LINES } from "../config"
import { LEFTOVER_SIZE } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { Failback, Setting, knob } from "../settings/settings"
import { Message } from "../wire/message"
import { Candidate, Reason, Status, activeId, byId, candidate, candidateCount, indexOfId } from "../servers/candidates"
import { knowsStatus, longestTry } from "../servers/policy"
import { isBetter } from "./failback"
import * as attempt from "./attempt"
import { ERRAND_SIZE, Outcome, errand } from "./attempt"
import { RegistrationState } from "./machine"
import { registration } from "./record"

/** Owner of the transactions that remove a binding. */
export const OWNER_LEFTOVER: u8 = 2

/** Shortest and longest pause between two tries at one server, in ms; between them, half the time since it was left. */
const PAUSE_MIN: i64 = 30_000
const PAUSE_MAX: i64 = 1_800_000

export function openLeftover(line: i32, now: i64): void {
  attempt.abandon(errand(line), now)
  if (ERRAND_SIZE * <usize>LINES > LEFTOVER_SIZE) ERROR("the errands do not fit in LEFTOVER")
  memory.fill(changetype<usize>(errand(line)), 0, ERRAND_SIZE)
  errand(line).owner = OWNER_LEFTOVER
  errand(line).handle = -1
}

/** Goes on with what is under way, or begins the next removal. Only a registered line removes: before that, finding a server has precedence. */
export function progress(line: i32, now: i64): void {
  const a = errand(line)
  if (attempt.isBusy(a)) {
    if (a.owner == OWNER_LEFTOVER) settle(line, attempt.progress(a, line, now), now)
    return
  }
  const id = nextDue(line, now)
  // RFC 3261 10.2.2: only our own contact is removed, never all of them.
  if (id != 0) settle(line, attempt.start(a, line, id, 0, 0, now), now)
}

export function answered(line: i32, m: Message, now: i64): void {
  settle(line, attempt.answered(errand(line), line, m, now), now)
}

export function unanswered(line: i32, now: i64): void {
  settle(line, attempt.failed(errand(line), line, Reason.SILENT, now), now)
}

export function soonest(line: i32): i64 {
  if (attempt.isBusy(errand(line)) || registration(line).state != RegistrationState.REGISTERED) return NEVER
  let at = NEVER
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    const c = candidate(line, i)
    if (c.boundUntil != 0 && <u32>c.id != activeId(line)) at = sooner(at, dueAt(line, c))
  }
  return at
}

function nextDue(line: i32, now: i64): u32 {
  if (registration(line).state != RegistrationState.REGISTERED) return 0
  const count = candidateCount(line)
  for (let i = 0; i < count; i++) {
    const c = candidate(line, i)
    if (c.boundUntil == 0 || <u32>c.id == activeId(line)) continue
    if (c.boundUntil <= now) c.boundUntil = 0
    else if (dueAt(line, c) <= now) return c.id
  }
  return 0
}

/** A server that has just failed is left in peace for as long as one request may take there: its answer may only have been late. */
function dueAt(line: i32, c: Candidate): i64 {
  // P-28: where probes tell, it waits until the server is seen up again.
  if (knowsStatus(line)) return c.status == Status.DOWN ? NEVER : c.cleanAt
  // BK-17: where the line will register there again by itself, nothing else is sent there.
  if (knob(line, Setting.FAILBACK) == Failback.DURATION && isBetter(line, c)) return NEVER
  return max(c.cleanAt, c.leftAt + min(longestTry(), PAUSE_MIN))
}

function settle(line: i32, outcome: Outcome, now: i64): void {
  const a = errand(line)
  if (outcome == Outcome.PENDING || indexOfId(line, a.id) < 0) return
  const c = byId(line, a.id)
  if (outcome == Outcome.GRANTED) c.boundUntil = 0
  else c.cleanAt = now + min(max((now - c.leftAt) / 2, PAUSE_MIN), PAUSE_MAX)
}
