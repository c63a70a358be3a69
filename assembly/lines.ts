// The lines of the phone: each has an account, servers and a registration of its own. What is done for one is done for each, and none waits for another.
import { LINES } from "./config"
import { NEVER, sooner } from "./base/deadline"
import { Endpoint } from "./base/endpoint"
import { Span } from "./base/span"
import { Setting, adoptAccount, knob, number } from "./settings/settings"
import * as resolver from "./locate/resolver"
import { setTimers } from "./transaction/record"
import { clearCandidates, forgive, idAt } from "./servers/candidates"
import * as registration from "./account/registration"
import * as spread from "./account/spread"
import { Happened } from "./account/registration"
import { forgetServers } from "./account/found"
import * as leftover from "./account/leftover"
import * as failback from "./account/failback"
import * as keepalive from "./account/keepalive"
import * as probe from "./account/probe"
import { RegistrationState } from "./account/machine"
import { forgetAll } from "./account/digest"
import { openRoutes } from "./account/routes"
import { liveCallsOf } from "./dialog/calls"
import { closeSubscription, forgetWaiting, isLeaving, openWaiting, progressSubscription, soonestSubscription } from "./dialog/waiting"

/** Everything begins anew. `taken`: KEEP comes from a core before us. */
export function openLines(taken: bool, now: i64): void {
  openRoutes()
  for (let line = 0; line < LINES; line++) {
    clearCandidates(line)
    registration.openRegistration(line, taken)
    stopErrands(line, now)
    openWaiting(line)
  }
}

/** Unregisters the line, or all of them: -1. Where there is nothing to be unregistered, that is told of one. */
export function stop(line: i32, now: i64): void {
  if (line >= 0 || areOff()) registration.stop(max(line, 0), now)
  else for (let each = 0; each < LINES; each++) if (registration.registration(each).state != RegistrationState.OFF) registration.stop(each, now)
}

/** Registers the line, or all that have an account and are switched on: -1. A line that changes its account registers when that is done. */
export function begin(line: i32, now: i64): void {
  for (let each = 0; each < LINES; each++) {
    if (line >= 0 && each != line || registration.registration(each).changing || knob(each, Setting.ENABLED) == 0) continue
    forgive(each)
    registration.begin(each, now)
  }
}

/** The same as soon as the network is back. */
export function awaitNetwork(line: i32, now: i64): void {
  for (let each = 0; each < LINES; each++) if ((line < 0 || each == line) && knob(each, Setting.ENABLED) != 0) spread.awaitNetwork(each, now)
}

/** The same for the first time since the power is back (P-01). */
export function beginAfterPowerLoss(now: i64): void {
  for (let line = 0; line < LINES; line++) if (knob(line, Setting.ENABLED) != 0) spread.beginAfterPowerLoss(line, now)
}

/** The network is gone. */
export function linesDown(now: i64): void {
  for (let line = 0; line < LINES; line++) {
    registration.networkDown(line, now)
    stopErrands(line, now)
  }
}

/** The network is back: the same servers first. `together`: it had been gone. */
export function linesUp(together: bool, now: i64): void {
  for (let line = 0; line < LINES; line++) spread.networkUp(line, together, now)
}

/** Goes on where something that was waited for may have come. */
export function progressLines(now: i64): void {
  for (let line = 0; line < LINES; line++) {
    registration.progress(line, now)
    failback.progress(line, now)
    leftover.progress(line, now)
    probe.progress(line, now)
    keepalive.progress(line, now)
  }
}

export function progressMailboxes(now: i64): void {
  for (let line = 0; line < LINES; line++) progressSubscription(line, now)
}

/** The phone is going to rest: servers that tell of messages are told. */
export function leaveMailboxes(now: i64): void {
  for (let line = 0; line < LINES; line++) closeSubscription(line, now)
}

/** Whether that is under way. */
export function areLeaving(): bool {
  for (let line = 0; line < LINES; line++) if (isLeaving(line)) return true
  return false
}

/** AMB-19: a line that has calls does not move. */
export function noteCalls(): void {
  for (let line = 0; line < LINES; line++) registration.registration(line).inCall = liveCallsOf(line) > 0
}

/** Acts on the deadlines that have passed. */
export function expireLines(now: i64): void {
  for (let line = 0; line < LINES; line++) registration.expire(line, now)
}

/** `linkUp`: there is a network, without which only registrations have deadlines. */
export function soonestLine(linkUp: bool): i64 {
  let at = NEVER
  for (let line = 0; line < LINES; line++) {
    at = sooner(at, registration.soonest(line))
    if (!linkUp) continue
    at = sooner(at, sooner(soonestSubscription(line), sooner(leftover.soonest(line), failback.soonest(line))))
    at = sooner(at, sooner(probe.soonest(line), keepalive.soonest(line)))
  }
  return at
}

/** STUN has come from one of our servers; what answers no keep-alive comes too late, and means nothing. */
export function heardStun(from: Endpoint, bytes: Span, now: i64): void {
  for (let line = 0; line < LINES; line++) if (keepalive.received(line, from, bytes, now)) return
}

/** Nobody listens at this address (ICMP). */
export function refusedAt(peer: Endpoint, now: i64): void {
  for (let line = 0; line < LINES; line++) keepalive.refused(line, peer, now)
}

/** The line that has just failed to register, and has not told it yet; -1: none. */
export function failedLine(): i32 {
  for (let line = 0; line < LINES; line++) {
    if (registration.registration(line).happened & (Happened.FAILED | Happened.ALL_FAILED)) return line
  }
  return -1
}

/** Whether every line is unregistered. */
export function areOff(): bool {
  for (let line = 0; line < LINES; line++) if (registration.registration(line).state != RegistrationState.OFF) return false
  return true
}

/** Whether an address is that of a server of any line; ports do not count. */
export function isServer(e: Endpoint): bool {
  for (let line = 0; line < LINES; line++) if (idAt(line, e, true) != 0) return true
  return false
}

// -- New settings

/** The settings of a line have changed. An account that is registered is unregistered first, as it was registered. True: that has begun, or is not over. */
export function change(line: i32, now: i64): bool {
  const r = registration.registration(line)
  if (r.state == RegistrationState.OFF) return false
  r.changing = true
  registration.stop(line, now)
  return true
}

/** A line whose old account is gone, which the host has been told; -1: none. */
export function changedLine(): i32 {
  for (let line = 0; line < LINES; line++) {
    const r = registration.registration(line)
    if (r.changing && r.state == RegistrationState.OFF && (r.happened & Happened.UNREGISTERED) == 0) return line
  }
  return -1
}

/** Whether a line unregisters its old account. */
export function areChanging(): bool {
  for (let line = 0; line < LINES; line++) if (registration.registration(line).changing) return true
  return false
}

/** The settings of a line come into force: what follows from them begins anew. */
export function adopt(line: i32, now: i64): void {
  registration.registration(line).changing = false
  adoptAccount(line)
  forgetAll(line)
  forgetWaiting(line)
  stopErrands(line, now)
  forgetServers(line)
  resolver.renew(now)
}

/** The same of what all lines share. */
export function adoptTimers(): void { setTimers(number(Setting.SIP_RETRY_T1), number(Setting.SIP_T2), number(Setting.SIP_T4)) }

/** What the line does besides its registration begins anew. */
function stopErrands(line: i32, now: i64): void {
  probe.stop(line, now)
  keepalive.stop(line)
  leftover.openLeftover(line, now)
}
