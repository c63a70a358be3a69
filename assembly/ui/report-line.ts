// Console replies about the line: how it is registered, and the servers.
import { Prose, prose } from "../base/prose"
import { NONE, Span } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { writeIp } from "../base/ip"
import { Setting, words } from "../settings/settings"
import { Play, playAt } from "../transport/rehearsal"
import { Candidate, activeId, candidate, candidateCount } from "../servers/candidates"
import { writeLed } from "../servers/why"
import { Registration, isRegistered, registration } from "../account/registration"
import { path, serviceRoute } from "../account/routes"
import { Reply, scratch } from "./lines"
import { name, numberMember, proseMember, textMember } from "./json"
import { FACTS, factName, factValue } from "./server-facts"
import { iconWord, modeWord, redundancyWord, serversUp, writeRedundancy } from "./standing"
import { isEmpty, playWord, reasonWord, stateWord, statusWord, transportWord, troubleWord, writeAccount, writeRank, writeServer, writeStatus, writeTrouble } from "./words"

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
  const count = candidateCount(0)
  w.say(prose("\nservers: "))
  w.number(count)
  if (count > 1) {
    w.say(prose(", "))
    w.say(modeWord())
  }
  w.say(prose("\nredundancy: "))
  writeRedundancy(w)
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
  if (candidateCount(0) > 1) proseMember(w, prose("mode"), modeWord())
  proseMember(w, prose("redundancy"), redundancyWord())
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
  let pen = scratch()
  writeIp(pen, c.endpoint)
  textMember(w, prose("address"), pen.written)
  numberMember(w, prose("port"), c.endpoint.port)
  textMember(w, prose("transport"), transportWord(c.transport))
  if (c.host != NONE) textMember(w, prose("host"), c.host)
  textMember(w, prose("status"), statusWord(c.status))
  name(w, prose("active"))
  w.say(<u32>c.id == activeId(0) ? prose("true") : prose("false"))
  pen = scratch()
  writeLed(pen, c.led)
  textMember(w, prose("records"), pen.written)
  textMember(w, prose("left_because"), reasonWord(c.reason))
  if (playAt(c.endpoint) != Play.NONE) textMember(w, prose("rehearsed"), playWord(playAt(c.endpoint)))
  for (let fact = 0; fact < FACTS; fact++) {
    const value = factValue(c, fact, now)
    if (value >= 0) numberMember(w, factName(fact), value)
  }
  w.byte(0x7d)
}
