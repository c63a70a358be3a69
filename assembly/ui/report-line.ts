// Console replies about the line: how it is registered, and the servers.
import { Prose, prose } from "../base/prose"
import { NONE, Span } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { writeIp } from "../base/ip"
import { Setting, words } from "../settings/settings"
import { Candidate, activeId, candidate, candidateCount } from "../servers/candidates"
import { Registration, isRegistered, registration } from "../account/registration"
import { path, serviceRoute } from "../account/routes"
import { Reply, scratch } from "./lines"
import { name, numberMember, proseMember, textMember } from "./json"
import { iconWord, serversUp } from "./standing"
import { isEmpty, reasonWord, stateWord, statusWord, transportWord, troubleWord, writeAccount, writeRank, writeServer, writeStatus, writeTrouble } from "./words"

/** Writes how the phone stands, in one piece. */
export function writeStatusReport(w: Writer, r: Reply): bool {
  if (r.json) statusJson(w, registration(0), r.now)
  else statusText(w, registration(0), r.now)
  return false
}

/** Writes the i-th server. VE-20: rank and priority, address, status. */
export function writeServerItem(w: Writer, r: Reply, i: i32): void {
  const c = candidate(0, i)
  if (r.json) {
    serverJson(w, c, r.now)
    return
  }
  writeRank(w, c)
  w.say(prose("  "))
  writeServer(w, c.endpoint)
  w.say(prose("  "))
  writeStatus(w, c)
}

// -- As text

function statusText(w: Writer, r: Registration, now: i64): void {
  w.say(prose("account: "))
  if (isEmpty(0, Setting.USER) && isEmpty(0, Setting.DOMAIN)) w.say(prose("none"))
  else writeAccount(w, 0)
  w.say(prose("\nstate: "))
  w.put(stateWord(r.state))
  if (hasTrouble(r)) {
    w.say(prose(", "))
    writeTrouble(w, r)
  }
  if (r.candidate >= 0 && r.candidate < candidateCount(0)) {
    w.say(prose("\nserver: "))
    const c = candidate(0, r.candidate)
    writeServer(w, c.endpoint)
    if (c.host != NONE) {
      w.byte(0x20)
      w.put(c.host)
    }
  }
  if (isRegistered(0)) {
    seconds(w, prose("\nregistered: for "), now - r.registeredAt)
    seconds(w, prose(", expires in "), r.expiresAt - now)
    if (r.refreshAt > now) seconds(w, prose(", refresh in "), r.refreshAt - now)
    route(w, prose("\nservice route: "), serviceRoute(0))
    route(w, prose("\npath: "), path(0))
  } else if (isWaiting(r, now)) {
    seconds(w, prose("\nnext try: in "), r.retryAt - now)
  }
  w.say(prose("\nservers: "))
  w.number(serversUp())
  w.say(prose(" of "))
  w.number(candidateCount(0))
  w.say(prose(" up, redundancy "))
  w.say(redundancy())
  if (candidateCount(0) > 1) w.say(isPreferred() ? prose(", preferred order") : prose(", load balancing"))
}

/** VE-01: whether some servers are preferred to others. */
function isPreferred(): bool {
  for (let i = 1; i < candidateCount(0); i++) {
    if (candidate(0, i).group != candidate(0, 0).group) return true
  }
  return false
}

function route(w: Writer, what: Prose, value: Span): void {
  if (value == NONE) return
  w.say(what)
  w.put(value)
}

function seconds(w: Writer, what: Prose, ms: i64): void {
  w.say(what)
  w.number(ms / 1000)
  w.say(prose(" s"))
}

function hasTrouble(r: Registration): bool { return r.reason != 0 && !isRegistered(0) }

function isWaiting(r: Registration, now: i64): bool { return r.retryAt > now && r.dueAt != NEVER }

/** VE-46, as far as the servers' status is known. */
function redundancy(): Prose {
  const count = candidateCount(0)
  if (count < 2 || !isRegistered(0)) return prose("none")
  return serversUp() == count ? prose("ready") : prose("degraded")
}

// -- As JSON

function statusJson(w: Writer, r: Registration, now: i64): void {
  w.byte(0x7b)
  textMember(w, prose("user"), words(0, Setting.USER))
  textMember(w, prose("domain"), words(0, Setting.DOMAIN))
  textMember(w, prose("state"), stateWord(r.state))
  textMember(w, prose("reg_icon"), iconWord())
  textMember(w, prose("reason"), troubleWord(hasTrouble(r) ? r.reason : 0))
  numberMember(w, prose("last_code"), r.status)
  if (r.candidate >= 0 && r.candidate < candidateCount(0)) {
    name(w, prose("server"))
    serverJson(w, candidate(0, r.candidate), now)
  }
  if (isRegistered(0)) {
    numberMember(w, prose("granted_sec"), r.grantedSec)
    secondsMember(w, prose("registered_for_sec"), now - r.registeredAt)
    secondsMember(w, prose("expires_in_sec"), r.expiresAt - now)
    if (r.refreshAt > now) secondsMember(w, prose("refresh_in_sec"), r.refreshAt - now)
    if (serviceRoute(0) != NONE) textMember(w, prose("service_route"), serviceRoute(0))
    if (path(0) != NONE) textMember(w, prose("path"), path(0))
  } else if (isWaiting(r, now)) {
    secondsMember(w, prose("retry_in_sec"), r.retryAt - now)
  }
  numberMember(w, prose("servers_up"), serversUp())
  numberMember(w, prose("servers"), candidateCount(0))
  proseMember(w, prose("redundancy"), redundancy())
  w.byte(0x7d)
}

function secondsMember(w: Writer, key: Prose, ms: i64): void { numberMember(w, key, ms / 1000) }

function serverJson(w: Writer, c: Candidate, now: i64): void {
  w.byte(0x7b)
  if (c.rank != 0) {
    numberMember(w, prose("rank"), c.rank)
    numberMember(w, prose("priority"), c.priority)
    numberMember(w, prose("weight"), c.weight)
  }
  const pen = scratch()
  writeIp(pen, c.endpoint)
  textMember(w, prose("address"), pen.written)
  numberMember(w, prose("port"), c.endpoint.port)
  textMember(w, prose("transport"), transportWord(c.transport))
  if (c.host != NONE) textMember(w, prose("host"), c.host)
  textMember(w, prose("status"), statusWord(c.status))
  name(w, prose("active"))
  w.say(<u32>c.id == activeId(0) ? prose("true") : prose("false"))
  numberMember(w, prose("last_code"), c.lastCode)
  textMember(w, prose("left_because"), reasonWord(c.reason))
  numberMember(w, prose("failures"), c.failures)
  if (c.lastSeen != NEVER) secondsMember(w, prose("last_seen_sec"), now - c.lastSeen)
  if (c.dirtyUntil > now) secondsMember(w, prose("avoided_for_sec"), c.dirtyUntil - now + 999)
  if (c.roundTripMs != 0) numberMember(w, prose("round_trip_ms"), c.roundTripMs)
  if (c.probeAt > now) secondsMember(w, prose("next_probe_sec"), c.probeAt - now)
  if (c.heldUntil > now) secondsMember(w, prose("held_for_sec"), c.heldUntil - now)
  w.byte(0x7d)
}
