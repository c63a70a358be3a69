// Console replies about the line: how it is registered, and the servers.
import { NONE, Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { writeIp } from "../base/ip"
import { Setting, words } from "../settings/settings"
import { Candidate, activeId, candidate, candidateCount } from "../servers/candidates"
import { Registration, isRegistered, registration } from "../account/registration"
import { path, serviceRoute } from "../account/routes"
import { Reply, scratch } from "./lines"
import { name, numberMember, textMember } from "./json"
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
  w.put(text("  "))
  writeServer(w, c.endpoint)
  w.put(text("  "))
  writeStatus(w, c)
}

// -- As text

function statusText(w: Writer, r: Registration, now: i64): void {
  w.put(text("account: "))
  if (isEmpty(Setting.USER) && isEmpty(Setting.DOMAIN)) w.put(text("none"))
  else writeAccount(w)
  w.put(text("\nstate: "))
  w.put(stateWord(r.state))
  if (hasTrouble(r)) {
    w.put(text(", "))
    writeTrouble(w, r)
  }
  if (r.candidate >= 0 && r.candidate < candidateCount(0)) {
    w.put(text("\nserver: "))
    const c = candidate(0, r.candidate)
    writeServer(w, c.endpoint)
    if (c.host != NONE) {
      w.byte(0x20)
      w.put(c.host)
    }
  }
  if (isRegistered(0)) {
    seconds(w, text("\nregistered: for "), now - r.registeredAt)
    seconds(w, text(", expires in "), r.expiresAt - now)
    if (r.refreshAt > now) seconds(w, text(", refresh in "), r.refreshAt - now)
    route(w, text("\nservice route: "), serviceRoute(0))
    route(w, text("\npath: "), path(0))
  } else if (isWaiting(r, now)) {
    seconds(w, text("\nnext try: in "), r.retryAt - now)
  }
  w.put(text("\nservers: "))
  w.number(serversUp())
  w.put(text(" of "))
  w.number(candidateCount(0))
  w.put(text(" up, redundancy "))
  w.put(redundancy())
}

function route(w: Writer, what: Span, value: Span): void {
  if (value == NONE) return
  w.put(what)
  w.put(value)
}

function seconds(w: Writer, what: Span, ms: i64): void {
  w.put(what)
  w.number(ms / 1000)
  w.put(text(" s"))
}

function hasTrouble(r: Registration): bool { return r.reason != 0 && !isRegistered(0) }

function isWaiting(r: Registration, now: i64): bool { return r.retryAt > now && r.dueAt != NEVER }

/** VE-46, as far as the servers' status is known. */
function redundancy(): Span {
  const count = candidateCount(0)
  if (count < 2 || !isRegistered(0)) return text("none")
  return serversUp() == count ? text("ready") : text("degraded")
}

// -- As JSON

function statusJson(w: Writer, r: Registration, now: i64): void {
  w.byte(0x7b)
  textMember(w, text("user"), words(Setting.USER))
  textMember(w, text("domain"), words(Setting.DOMAIN))
  textMember(w, text("state"), stateWord(r.state))
  textMember(w, text("reg_icon"), iconWord())
  textMember(w, text("reason"), troubleWord(hasTrouble(r) ? r.reason : 0))
  numberMember(w, text("last_code"), r.status)
  if (r.candidate >= 0 && r.candidate < candidateCount(0)) {
    name(w, text("server"))
    serverJson(w, candidate(0, r.candidate), now)
  }
  if (isRegistered(0)) {
    numberMember(w, text("granted_sec"), r.grantedSec)
    secondsMember(w, text("registered_for_sec"), now - r.registeredAt)
    secondsMember(w, text("expires_in_sec"), r.expiresAt - now)
    if (r.refreshAt > now) secondsMember(w, text("refresh_in_sec"), r.refreshAt - now)
    if (serviceRoute(0) != NONE) textMember(w, text("service_route"), serviceRoute(0))
    if (path(0) != NONE) textMember(w, text("path"), path(0))
  } else if (isWaiting(r, now)) {
    secondsMember(w, text("retry_in_sec"), r.retryAt - now)
  }
  numberMember(w, text("servers_up"), serversUp())
  numberMember(w, text("servers"), candidateCount(0))
  textMember(w, text("redundancy"), redundancy())
  w.byte(0x7d)
}

function secondsMember(w: Writer, key: Span, ms: i64): void { numberMember(w, key, ms / 1000) }

function serverJson(w: Writer, c: Candidate, now: i64): void {
  w.byte(0x7b)
  if (c.rank != 0) {
    numberMember(w, text("rank"), c.rank)
    numberMember(w, text("priority"), c.priority)
    numberMember(w, text("weight"), c.weight)
  }
  const pen = scratch()
  writeIp(pen, c.endpoint)
  textMember(w, text("address"), pen.written)
  numberMember(w, text("port"), c.endpoint.port)
  textMember(w, text("transport"), transportWord(c.transport))
  if (c.host != NONE) textMember(w, text("host"), c.host)
  textMember(w, text("status"), statusWord(c.status))
  name(w, text("active"))
  w.put(<u32>c.id == activeId(0) ? text("true") : text("false"))
  numberMember(w, text("last_code"), c.lastCode)
  textMember(w, text("left_because"), reasonWord(c.reason))
  numberMember(w, text("failures"), c.failures)
  if (c.lastSeen != NEVER) secondsMember(w, text("last_seen_sec"), now - c.lastSeen)
  if (c.dirtyUntil > now) secondsMember(w, text("avoided_for_sec"), c.dirtyUntil - now + 999)
  w.byte(0x7d)
}
