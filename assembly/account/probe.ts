// Asks every server from time to time, with OPTIONS, whether it is there, and keeps what is known of each (VE-22 to VE-31, RF-06).
import { PROBES_BESIDE } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { NONE, text } from "../base/span"
import { prose } from "../base/prose"
import { Writer } from "../base/writer"
import { below } from "../base/random"
import { Setting, knob } from "../settings/settings"
import { Method } from "../wire/message"
import { finish } from "../wire/compose"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { Candidate, Reason, Status, activeId, byId, candidate, candidateCount, indexOfId } from "../servers/candidates"
import { isUp, knowsStatus, longestTry, markAnswer, markFailure } from "../servers/policy"
import { ATTEMPT_SIZE, PROBE_SIZE, errand, head, ownerOf, registrar } from "./attempt"
import { awaits, noteGood } from "./failback"
import { outer } from "./nat"
import { nextCseq, writeContact, writeProbeId } from "./identity"
import { RegistrationState } from "./machine"
import { registration } from "./record"
import { suspect } from "./ready"
import { begin as register } from "./registration"
import { about } from "./timing"
import { PRODUCT } from "../product"

/** Owner of the transactions of probes. */
export const OWNER_PROBE: u8 = 4

/** AMB-35: the first probes are spread over so long. Milliseconds. */
const SPREAD: u32 = 10_000
/** P-02: a server that has come back is asked once more after this. */
const CONFIRM_MS: i64 = 5_000
/** RF-06: a server heard of so lately gets a second chance before it counts as down. */
const RECENT_MS: i64 = 60_000
/** An answer that takes so long came to a repetition. Milliseconds. */
const LATE_MS: i64 = 4_000
const CROWDED_MS: i64 = 500

const enum Wait { NOTHING, FLOW, REPLY }

@unmanaged
class Probe {
  wait: u8             // Wait
  id: u8               // candidate
  again: u8            // candidate that is being asked a second time, 0 none
  flow: i32
  handle: i32
  startedAt: i64
  dueAt: i64           // of what is held up by a full pool
}

function probe(line: i32): Probe {
  if (offsetof<Probe>() > PROBE_SIZE) ERROR("the probe does not fit behind the errand")
  return changetype<Probe>(changetype<usize>(errand(line)) + ATTEMPT_SIZE)
}

/** Goes on with the probe under way, or begins the next one that is due. One at a time (P-37). */
export function progress(line: i32, now: i64): void {
  const p = probe(line)
  if (!mayProbe(line)) return
  schedule(line, now)
  if (p.wait == Wait.NOTHING) begin(line, p, now)
  if (p.wait == Wait.FLOW && now >= p.dueAt) request(line, p, now)
}

/** The network is gone or everything begins anew: what is known of the servers stays (VE-34). */
export function stop(line: i32, now: i64): void {
  const p = probe(line)
  if (p.wait == Wait.REPLY) client.abandon(p.handle, now)
  if (p.wait != Wait.NOTHING) flow.letGo(p.flow)
  p.wait = <u8>Wait.NOTHING
  p.again = 0
  for (let i = 0; i < candidateCount(line); i++) candidate(line, i).probeAt = 0
}

export function answered(line: i32, code: u32, now: i64): void {
  const c = ended(line)
  if (changetype<usize>(c) == 0) return
  markAnswer(c, code, now)
  c.noteTrip(now - probe(line).startedAt)
  if (isUp(line, code)) {
    up(line, c, now)
    // SK-09: it was gone for a while. What answers now may be another machine behind the same address, or the same without its registrations.
    if (now - probe(line).startedAt >= LATE_MS && knob(line, Setting.KEEPALIVE_INTERVAL) != 0) suspect(line, c.id, now)
  }
  else down(line, c, Reason.CODE, code, now)
}

export function unanswered(line: i32, reason: Reason, now: i64): void {
  const c = ended(line)
  if (changetype<usize>(c) != 0) down(line, c, reason, 0, now)
}

export function soonest(line: i32): i64 {
  const p = probe(line)
  if (!mayProbe(line) || p.wait == Wait.REPLY) return NEVER
  if (p.wait == Wait.FLOW) return p.dueAt == 0 ? NEVER : p.dueAt
  let at = NEVER
  for (let i = 0; i < candidateCount(line); i++) {
    const c = candidate(line, i)
    if (isProbed(line, c)) at = sooner(at, c.probeAt)
  }
  return at
}

/** VE-34: only a line that wants to be registered asks, and only while it has a network; phone.ts sees to the latter. */
function mayProbe(line: i32): bool {
  const state = registration(line).state
  return state != RegistrationState.OFF && state != RegistrationState.LOCATING && state != RegistrationState.UNREGISTERING
}

/** Every server where statuses are wanted, else only the one in use where it is to be kept an eye on (AMB-22, SK-09). */
function isProbed(line: i32, c: Candidate): bool {
  return knowsStatus(line) || knob(line, Setting.KEEPALIVE_INTERVAL) != 0 && <u32>c.id == activeId(line)
}

function intervalOf(line: i32, c: Candidate): i64 {
  const every = knob(line, Setting.PROBE_INTERVAL), active = knob(line, Setting.KEEPALIVE_INTERVAL)
  return active != 0 && <u32>c.id == activeId(line) ? active : every
}

/** VE-27: each server has its own next instant. */
function schedule(line: i32, now: i64): void {
  for (let i = 0; i < candidateCount(line); i++) {
    const c = candidate(line, i)
    if (c.probeAt == 0 && isProbed(line, c)) c.probeAt = now + 1 + below(knowsStatus(line) ? SPREAD : <u32>intervalOf(line, c) * 1000)
  }
}

function begin(line: i32, p: Probe, now: i64): void {
  let next = changetype<Candidate>(0)
  for (let i = 0; i < candidateCount(line); i++) {
    const c = candidate(line, i)
    if (c.probeAt <= now && isProbed(line, c) && (changetype<usize>(next) == 0 || c.probeAt < next.probeAt)) next = c
  }
  if (changetype<usize>(next) == 0) return
  p.id = next.id
  const to = flow.towards(next.endpoint, now)
  p.flow = to < 0 ? <i32>flow.listening() : to
  flow.hold(p.flow)
  p.wait = <u8>Wait.FLOW
  p.dueAt = 0
}

function request(line: i32, p: Probe, now: i64): void {
  const by = flow.carrier(p.flow)
  if (by == flow.WAIT) return
  const known = indexOfId(line, p.id) >= 0
  if (by == flow.LOST || !known) {
    flow.letGo(p.flow)
    p.wait = <u8>Wait.NOTHING
    if (known) down(line, byId(line, p.id), Reason.UNREACHABLE, 0, now)
    return
  }
  p.dueAt = now + CROWDED_MS
  // What users wait for goes first.
  if (client.awaiting() >= PROBES_BESIDE) return
  const slot = client.takeSlot()
  if (slot < 0) return
  const c = byId(line, p.id)
  compose(outbox.writer(slot), line, p, c)
  p.handle = outbox.writer(slot).overflow ? -1 : client.start(Method.OPTIONS, slot, p.flow, c.endpoint, ownerOf(OWNER_PROBE, line), 0, patience(line), now)
  if (p.handle < 0) {
    outbox.discard(slot)
    return
  }
  p.wait = <u8>Wait.REPLY
  p.startedAt = now
}

/** So long is an answer waited for: 64*T1, but less where many servers have to be asked within one interval. */
function patience(line: i32): i64 {
  const active = knob(line, Setting.KEEPALIVE_INTERVAL)
  const share = knowsStatus(line) ? knob(line, Setting.PROBE_INTERVAL) / max(candidateCount(line), 1) : active
  return min(longestTry(), max(<i64>share * 500, 4000))
}

// RFC 3261 11.1; VE-27: one that any server can answer
function compose(w: Writer, line: i32, p: Probe, c: Candidate): void {
  const uri = registrar(line), local = flow.localOf(p.flow)
  head(w, line, text("OPTIONS"), uri, local, c.endpoint, false)
  w.put(uri)
  w.say(prose(">\r\nCall-ID: "))
  writeProbeId(w, line, c.endpoint)
  w.say(prose("\r\nCSeq: "))
  w.number(nextCseq())
  w.say(prose(" OPTIONS\r\nContact: <"))
  writeContact(w, line, outer(line, c.endpoint, local))
  w.say(prose(">\r\nAccept: application/sdp\r\nUser-Agent: "))
  w.put(PRODUCT)
  w.say(prose("\r\n"))
  finish(w, NONE)
}

/** The server whose probe has just ended, or null when it has left the list. */
function ended(line: i32): Candidate {
  const p = probe(line)
  if (p.wait != Wait.NOTHING) flow.letGo(p.flow)
  p.wait = <u8>Wait.NOTHING
  p.handle = -1
  return indexOfId(line, p.id) < 0 ? changetype<Candidate>(0) : byId(line, p.id)
}

function up(line: i32, c: Candidate, now: i64): void {
  const p = probe(line), before = <Status>c.status
  p.again = 0
  if (c.good < 0xff) c.good++
  c.probeAt = now + (awaits(line, c) ? CONFIRM_MS : about(intervalOf(line, c)))
  noteGood(c, now)
  // AMB-06: only a REGISTER clears what a REGISTER found.
  if (before == Status.FAILED) return
  c.status = <u8>Status.UP
  // P-12: nobody was there, and now somebody is.
  if (before == Status.DOWN && registration(line).state == RegistrationState.WAITING) register(line, now)
}

function down(line: i32, c: Candidate, reason: Reason, code: u32, now: i64): void {
  const p = probe(line)
  // RF-06: one lost packet says little of a server that was there a moment ago.
  const again = reason == Reason.SILENT && p.again != c.id && c.lastSeen != NEVER && p.startedAt - c.lastSeen < RECENT_MS
  p.again = again ? c.id : 0
  c.probeAt = again ? now : now + about(intervalOf(line, c))
  c.good = 0
  if (again || c.status == Status.FAILED) return
  if (c.status != Status.DOWN) markFailure(c, reason, -1, now)
  suspect(line, c.id, now)
}
