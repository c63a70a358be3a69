// A request within a dialog whose server fails goes to another one: the same dialog by another next hop (BK-08, AMB-20, AMB-33). Which requests do so is a
// setting; what the others make of a dead server is the registration's business.
import { TX } from "../memory"
import { NEVER } from "../base/deadline"
import { parseIp, writeEndpoint } from "../base/ip"
import { NONE, between, endOf, sameFolded, startOf } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Methods, Setting, knob } from "../settings/settings"
import { Method } from "../wire/message"
import { URI_AT } from "../wire/state"
import { Uri, parseUri } from "../wire/uri"
import { Candidate, Reason, byId, candidate, candidateCount, idAt, indexOfId } from "../servers/candidates"
import { hasFailed, nextBut, noteAway } from "../servers/hunt"
import { failsOver, giveUpAfter, movesOn, t1Of } from "../servers/policy"
import { Ready, readyAt, suspect } from "../account/ready"
import { Trouble, registration } from "../account/record"
import { firstRoute, hop, way } from "./compose"
import { Text, dialog, keepText, textOf } from "./dialog"

/** Servers asked for one request besides the first. */
const DETOURS_MAX: u8 = 8
const ROUTES_BYTES: u32 = 512

/** What stands between a request and its server: nothing, a registration that is made there first, or that there is no server left. */
export const enum Way { OPEN, WAIT, NONE }

/** How long an answer is waited for, in ms; 0: 64*T1. Ask it after way(). */
export function patience(d: i32, method: Method, now: i64): i64 {
  const line: i32 = dialog(d).line, at = serverAtHop(line)
  return at == 0 || !movesOn(line, wordOf(method)) ? 0 : giveUpAfter(line, method, !hasOther(at, d, now), hop())
}

/**
 * The request of this method has failed at its server: it was silent, refused it, or answered `code`. True: it is to be made again, as soon as mayGo()
 * says so, at another server.
 */
export function takeDetour(d: i32, method: Method, reason: Reason, code: u32, retryAfterSec: i64, now: i64): bool {
  const x = dialog(d), line: i32 = x.line, word = wordOf(method)
  way(d, now)
  const from = serverAtHop(line)
  if (from == 0 || word == 0 || reason == Reason.CODE && !failsOver(line, method, code) || registration(line).reason == Trouble.NETWORK_DOWN) return false
  // A server passes such requests on without a word: where it has answered others meanwhile, the one behind it is silent.
  if (reason == Reason.SILENT && hasSpoken(from, d, method, now)) return false
  if (x.detours == 0) x.detouredAt = <u32>now
  const turns = movesOn(line, word) && x.detours < DETOURS_MAX
  if (turns) noteAway(line, from, reason, code, retryAfterSec, now)
  const to = turns ? nextBut(line, from, sinceOf(d, now), now) : 0
  // VE-29: whether it still registers us decides what becomes of the registration. Where the next one registers us first, that is seen to by that.
  if (to == 0 || knob(line, Setting.REGISTER_BEFORE_USE) == 0) suspect(line, from, now)
  if (to != 0) turn(d, from, to)
  return to != 0
}

/** AMB-10: whether the server that the dialog has been turned to may be asked now. One that does not register us is passed over. */
export function mayGo(d: i32, now: i64): Way {
  const x = dialog(d), line: i32 = x.line
  while (x.turned) {
    const to: u32 = x.toward, since = sinceOf(d, now)
    const ready = indexOfId(line, to) < 0 || hasFailed(line, to, since) ? Ready.NO : readyAt(line, to, now)
    if (ready == Ready.WAIT) return Way.WAIT
    x.turned = false
    if (ready == Ready.YES) break
    const next = x.detours < DETOURS_MAX ? nextBut(line, to, since, now) : 0
    if (next == 0) return Way.NONE
    turn(d, to, next)
  }
  return Way.OPEN
}

/** The request has been answered, or given up for good: the next one begins anew. */
export function arrive(d: i32): void { dialog(d).detours = 0 }

/** RFC 3261 12.2.1.2: whether an answer says that the other side is not there any more, or does not know the dialog. */
export function isUnknown(status: u32): bool { return status == 408 || status == 481 }

/** The same where the dialog has kept its way: a server that it was turned to may never have heard of it, and what that one says proves nothing. */
export function isGone(d: i32, status: u32): bool { return dialog(d).toward == 0 && isUnknown(status) }

// -- Helpers

/** The word of failover_methods that stands for it; 0: it never goes elsewhere (AMB-20). */
function wordOf(method: Method): u32 {
  if (method == Method.BYE) return Methods.BYE
  return method == Method.UPDATE || method == Method.INVITE ? Methods.REFRESH : 0
}

/** The server of ours that the last way() leads to; 0: it is somebody else. */
function serverAtHop(line: i32): u32 {
  const exact = idAt(line, hop())
  return exact != 0 ? exact : idAt(line, hop(), true)
}

/** Whether a server has answered anything since a request that was not answered was made. */
function hasSpoken(id: u32, d: i32, method: Method, now: i64): bool {
  const waited = patience(d, method, now), seen = byId(dialog(d).line, id).lastSeen
  return seen != NEVER && seen >= now - (waited != 0 ? waited : 64 * t1Of(dialog(d).line, hop()))
}

/** When the first server failed, or now where none has yet. */
function sinceOf(d: i32, now: i64): i64 { return dialog(d).detours == 0 ? now : now - <i64>(<u32>now - dialog(d).detouredAt) }

function hasOther(at: u32, d: i32, now: i64): bool {
  const line: i32 = dialog(d).line
  for (let i = 0; i < candidateCount(line); i++) {
    const id: u32 = candidate(line, i).id
    if (id != at && !hasFailed(line, id, sinceOf(d, now))) return true
  }
  return false
}

function turn(d: i32, from: u32, to: u32): void {
  const x = dialog(d), line: i32 = x.line
  x.toward = <u8>to
  x.turned = true
  x.detours++
  if (knob(line, Setting.ROUTE_REWRITE) != 0 && indexOfId(line, from) >= 0) rewriteRoute(d, byId(line, from), byId(line, to))
  x.server.copyFrom(byId(line, to).endpoint)
}

/** AMB-33: a first route that names the dead server names the next one instead; where it does not, and in all that follows, nothing changes. */
function rewriteRoute(d: i32, dead: Candidate, next: Candidate): void {
  const u = changetype<Uri>(URI_AT), first = firstRoute(d), routes = textOf(d, Text.ROUTES)
  if (first == NONE || parseUri(first, u) < 0 || !names(u, dead)) return
  const w = changetype<Writer>(TX)
  w.open(TX + WRITER_SIZE, ROUTES_BYTES)
  w.put(between(startOf(routes), startOf(u.host)))
  writeEndpoint(w, next.endpoint)
  w.put(between(startOf(u.params), endOf(routes)))
  if (!w.overflow) keepText(d, Text.ROUTES, w.written)
}

function names(u: Uri, c: Candidate): bool {
  const address = hop()
  return u.host != NONE && (parseIp(u.host, address) ? address.sameHost(c.endpoint) : c.host != NONE && sameFolded(u.host, c.host))
}
