// Console replies about the lines: how each is registered, and its servers.
import { Prose, prose } from "../base/prose"
import { NONE, Span } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { writeIp } from "../base/ip"
import { Setting, words } from "../settings/settings"
import { Play, playAt } from "../transport/rehearsal"
import { Candidate, Reason, activeId, candidate, candidateCount } from "../servers/candidates"
import { writeLed, writeReason } from "../servers/why"
import { Registration, isRegistered, registration } from "../account/registration"
import { path, serviceRoute } from "../account/routes"
import { Command, Reply, scratch } from "./lines"
import { name, numberMember, proseMember, textMember } from "./json"
import { FACTS, Fact, factName, factValue, isTold, writeFact } from "./server-facts"
import { iconWord, modeWord, redundancyWord, serversUp, writeRedundancy } from "./standing"
import { isEmpty, isShared, lineAt, playWord, reasonWord, stateWord, statusWord, transportWord, troubleWord, writeAccount, writeRank, writeServer, writeStatus, writeTrouble } from "./words"

/** Writes how a line stands; without one in the command how all do that have an account, a piece each. False: it was the last. */
export function writeStatusReport(w: Writer, r: Reply): bool {
  const n = r.line < 0 ? <i32>r.piece : 0, line = r.line < 0 ? lineAt(n) : r.line, more = r.line < 0 && lineAt(n + 1) >= 0
  if (!r.json) {
    if (n > 0) w.byte(0x0a)
    statusText(w, line, r.now)
    return more
  }
  if (n > 1) w.byte(0x2c)
  statusJson(w, line, r.now)
  if (n == 0 && more) {
    // The document is that of the first line, which has the others in it.
    w.at--
    name(w, prose("other_lines"))
    w.byte(0x5b)
  } else if (n > 0 && !more) w.say(prose("]}"))
  return more
}

/** Writes the i-th server. VE-20: rank and priority, address, status. */
export function writeServerItem(w: Writer, r: Reply, i: i32): void {
  const c = candidate(r.line, i)
  if (r.json) {
    serverJson(w, c, r.now)
    return
  }
  writeRank(w, c)
  w.say(prose("  "))
  writeServer(w, c.endpoint)
  w.say(prose("  "))
  writeStatus(w, c)
  if (r.command == <u8>Command.SIP_STATUS) factsText(w, c, r.now)
}

// -- As text

/** What else is known of a server, in a line of its own; nothing where nothing is. */
function factsText(w: Writer, c: Candidate, now: i64): void {
  let before = prose("\n      ")
  for (let fact = 0; fact < FACTS; fact++) {
    const value = factValue(c, fact, now)
    if (!isTold(fact, value)) continue
    w.say(before)
    writeFact(w, fact, value)
    before = prose("; ")
    if (fact == Fact.LEFT) writeReason(w, <Reason>c.reason, c.lastCode)
  }
}

function statusText(w: Writer, line: i32, now: i64): void {
  const r = registration(line)
  if (isShared()) {
    w.say(prose("line: "))
    w.number(line + 1)
    w.byte(0x0a)
  }
  w.say(prose("account: "))
  if (isEmpty(line, Setting.USER) && isEmpty(line, Setting.DOMAIN)) w.say(prose("none"))
  else writeAccount(w, line)
  w.say(prose("\nstate: "))
  w.put(stateWord(r.state))
  if (hasTrouble(line, r)) {
    w.say(prose(", "))
    writeTrouble(w, r)
  }
  if (r.candidate >= 0 && r.candidate < candidateCount(line)) {
    w.say(prose("\nserver: "))
    const c = candidate(line, r.candidate)
    writeServer(w, c.endpoint)
    if (c.host != NONE) {
      w.byte(0x20)
      w.put(c.host)
    }
  }
  if (isRegistered(line)) {
    seconds(w, prose("\nregistered: for "), now - r.registeredAt)
    seconds(w, prose(", expires in "), r.expiresAt - now)
    if (r.refreshAt > now) seconds(w, prose(", refresh in "), r.refreshAt - now)
    route(w, prose("\nservice route: "), serviceRoute(line))
    route(w, prose("\npath: "), path(line))
  } else if (isWaiting(r, now)) {
    seconds(w, prose("\nnext try: in "), r.retryAt - now)
  }
  const count = candidateCount(line)
  w.say(prose("\nservers: "))
  w.number(count)
  if (count > 1) {
    w.say(prose(", "))
    w.say(modeWord(line))
  }
  w.say(prose("\nredundancy: "))
  writeRedundancy(w, line)
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

function hasTrouble(line: i32, r: Registration): bool { return r.reason != 0 && !isRegistered(line) }

function isWaiting(r: Registration, now: i64): bool { return r.retryAt > now && r.dueAt != NEVER }

// -- As JSON

function statusJson(w: Writer, line: i32, now: i64): void {
  const r = registration(line)
  w.byte(0x7b)
  numberMember(w, prose("line"), line + 1)
  textMember(w, prose("user"), words(line, Setting.USER))
  textMember(w, prose("domain"), words(line, Setting.DOMAIN))
  textMember(w, prose("state"), stateWord(r.state))
  textMember(w, prose("reg_icon"), iconWord(line))
  textMember(w, prose("reason"), troubleWord(hasTrouble(line, r) ? r.reason : 0))
  numberMember(w, prose("last_code"), r.status)
  if (r.candidate >= 0 && r.candidate < candidateCount(line)) {
    name(w, prose("server"))
    serverJson(w, candidate(line, r.candidate), now)
  }
  if (isRegistered(line)) {
    numberMember(w, prose("granted_sec"), r.grantedSec)
    secondsMember(w, prose("registered_for_sec"), now - r.registeredAt)
    secondsMember(w, prose("expires_in_sec"), r.expiresAt - now)
    if (r.refreshAt > now) secondsMember(w, prose("refresh_in_sec"), r.refreshAt - now)
    if (serviceRoute(line) != NONE) textMember(w, prose("service_route"), serviceRoute(line))
    if (path(line) != NONE) textMember(w, prose("path"), path(line))
  } else if (isWaiting(r, now)) {
    secondsMember(w, prose("retry_in_sec"), r.retryAt - now)
  }
  numberMember(w, prose("servers_up"), serversUp(line))
  numberMember(w, prose("servers"), candidateCount(line))
  if (candidateCount(line) > 1) proseMember(w, prose("mode"), modeWord(line))
  proseMember(w, prose("redundancy"), redundancyWord(line))
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
  w.say(<u32>c.id == activeId(c.line) ? prose("true") : prose("false"))
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
