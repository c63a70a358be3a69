// What a list of servers that has just been found means for a registration.
import { prose } from "../base/prose"
import * as log from "../base/log"
import { Level } from "../base/log"
import { Profile, RemovedActive, Setting, knob } from "../settings/settings"
import { Located } from "../locate/target"
import { activeOf, byId, candidate, candidateCount, clearCandidates, idAt } from "../servers/candidates"
import { keptActive, keptLocal, keptUntil } from "./identity"
import { Registration, Trouble, registration } from "./record"

/** SN-17: says once more what would spare the user a wait. */
export function hint(line: i32): void {
  if (knob(line, Setting.PROFILE) != Profile.SNOM || knob(line, Setting.DIRTY_HOST_TTL) != 0 || candidateCount(line) < 2) return
  log.line().say(prose("several servers, but dirty_host_ttl is 0: calls may wait for a dead one again and again"))
  log.say(Level.NOTE)
}

/** The account is another one: of the servers of the one before nothing is known. */
export function forgetServers(line: i32): void {
  const r = registration(line)
  clearCandidates(line)
  r.candidate = -1
  r.prefer = 0
  r.lastId = 0
}

/** The lines together have more servers than the phone can know. */
export function crowded(): void {
  log.line().say(prose("more servers than can be kept, the last ones are left out"))
  log.say(Level.WARNING)
}

/** AMB-18: whether DNS names the server that we are registered at no more, and the settings say that we go then. */
export function mustMove(line: i32): bool {
  const at = activeOf(line)
  return at >= 0 && candidate(line, at).rank == 0 && knob(line, Setting.REMOVED_ACTIVE) == RemovedActive.MOVE
}

/** A core before this one was registered: its server goes first, and its binding there is ours to renew or to remove. */
export function takeOver(line: i32, r: Registration): void {
  const id = idAt(line, keptActive(line))
  if (id == 0) return
  const c = byId(line, id)
  c.boundUntil = keptUntil(line)
  c.boundLocal.copyFrom(keptLocal(line))
  if (r.prefer == 0) r.prefer = <u8>id
}

/** Why there is no server, as the user is told. */
export function troubleOf(result: Located): Trouble {
  if (result == Located.DNS_DEAD) return Trouble.DNS_DEAD
  if (result == Located.NO_ADDRESS) return Trouble.NO_ADDRESS
  if (result == Located.SERVICE_ABSENT) return Trouble.SERVICE_ABSENT
  if (result == Located.NOT_CARRIED) return Trouble.NOT_CARRIED
  return Trouble.NOT_FOUND
}
