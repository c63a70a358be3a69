// The user interface for its tests: keys and time in, cells, pixels and replies out; and a way to set the records that it reads.
import { RX, SCREEN, SERVERS_STATE, SUBSCRIPTION } from "../../assembly/memory"
import { io, local } from "../../assembly/io"
import * as flow from "../../assembly/transport/flow"
import { readNetwork } from "../../assembly/locate/network"
import { clearOwn } from "../../assembly/locate/resolver"
import * as outbox from "../../assembly/transport/outbox"
import { Span, span, startOf, lengthOf, NONE } from "../../assembly/base/span"
import { parseHostPort } from "../../assembly/base/ip"
import { Output } from "../../assembly/io"
import * as settings from "../../assembly/settings/settings"
import { frame as drawnFrame } from "../../assembly/ui/screen"
import * as view from "../../assembly/ui/view"
import { glyph, hasGlyph } from "../../assembly/ui/font"
import { panel, shown } from "../../assembly/ui/panel"
import { Reason, addCandidate, candidate, clearCandidates, setActive } from "../../assembly/servers/candidates"
import { giveName } from "../../assembly/servers/names"
import { beginWhy, noteAvoided, noteFound, noteHold, noteKnob, noteLeft, notePick, noteTry } from "../../assembly/servers/why"
import { addEntry, clearCache, entryOf, setValue } from "../../assembly/locate/cache"
import { Led } from "../../assembly/locate/targets"
import { run } from "../../assembly/ui/command"
import { pollReply } from "../../assembly/ui/lines"
import { registration } from "../../assembly/account/registration"
import { CallState, call, clearCalls, textsOf } from "../../assembly/dialog/call"
import { leg } from "../../assembly/dialog/leg"
import { session } from "../../assembly/dialog/session"
import { NEVER } from "../../assembly/base/deadline"
import { Stream, stream } from "../../assembly/media/record"
import { SUBSCRIPTION_SIZE } from "../../assembly/dialog/subscription"
import { forgetWaiting } from "../../assembly/dialog/waiting"
import { announceRefusal } from "../../assembly/ui/pages"
import { refusalOf } from "../../assembly/ui/call-words"
import { remember } from "../../assembly/ui/history"

export function rx(): u32 { return <u32>RX }
export function screen(): u32 { return <u32>SCREEN }
export function frame(): usize { return startOf(drawnFrame()) }
export function textStart(s: Span): u32 { return <u32>startOf(s) }
export function textLength(s: Span): u32 { return lengthOf(s) }

export function open(now: i64): void {
  settings.restoreDefaults()
  outbox.open()
  const r = registration(0)
  memory.fill(changetype<usize>(r), 0, 104)
  r.candidate = -1
  clearCache()
  clearOwn()
  flow.closeAll()
  clearCalls()
  forgetWaiting(0)
  stream(0).used = false
  beginWhy(0, 0, false)
  view.open(now)
  view.update(now)
}

export function load(length: u32): i32 { return settings.loadText(span(RX, length)) }
export function update(now: i64): void { view.update(now) }
export function setClock(unixMs: i64, zoneMin: i32, now: i64): void { view.setClock(unixMs, zoneMin, now) }
export function soonest(): i64 { return view.soonest() }
export function actionLine(): i32 { return view.actionLine() }

/** Views under the one that is shown. */
export function depth(): i32 { return panel().depth }
export function shownView(): i32 { return shown() }
export function announceFailure(): void { view.announceFailure(0) }

export function key(code: u32, down: bool, now: i64): i32 {
  const action = view.key(code, down, now)
  view.update(now)
  return action
}

export function expire(now: i64): i32 {
  const action = view.expire(now)
  view.update(now)
  return action
}

/** Length of the frame when it has changed, else 0. */
export function pollDisplay(): u32 { return view.pollDisplay() == Output.DISPLAY ? io().length : 0 }

export function glyphAt(code: u32): u32 { return hasGlyph(code) ? <u32>glyph(code) : 0 }

/** How the line stands. */
export function stand(state: i32, reason: i32, status: i32, at: i32): void {
  const r = registration(0)
  r.state = <u8>state
  r.reason = <u8>reason
  r.status = <u16>status
  r.candidate = <i8>at
}

export function times(granted: u32, registeredAt: i64, expiresAt: i64, refreshAt: i64, retryAt: i64): void {
  const r = registration(0)
  r.grantedSec = granted
  r.registeredAt = registeredAt
  r.expiresAt = expiresAt
  r.refreshAt = refreshAt
  r.retryAt = retryAt
}

export function serverCount(count: i32): void {
  clearCandidates(0)
  for (let i = 0; i < count; i++) candidate(0, addCandidate(0)).id = <u8>(i + 1)
}
export function active(id: u32): void { setActive(0, id) }

/** The address is in RX, the name behind it. */
export function server(i: i32, rank: i32, priority: i32, status: i32, address: u32, name: u32): void {
  const c = candidate(0, i)
  memory.fill(changetype<usize>(c), 0, 80)
  parseHostPort(span(RX, address), c.endpoint)
  if (c.endpoint.port == 0) c.endpoint.port = 5060
  c.rank = <u8>rank
  c.priority = <u16>priority
  c.group = <u8>(rank * 16 + priority)
  c.weight = 10
  c.status = <u8>status
  c.transport = 1
  c.id = <u8>(i + 1)
  c.lastSeen = i64.MAX_VALUE
  c.host = NONE
  c.led = <u8>(name == 0 ? 0 : Led.SRV | Led.ADDRESS)
  if (name != 0) giveName(c, span(RX + address, name))
}

/** What the host says of the network, in RX. */
export function network(length: u32): void { readNetwork(span(RX, length)) }

/** The SIP port is open, at an address that the host leaves open. */
export function openPort(port: u32): void {
  const any = local()
  any.clear()
  any.family = 4
  any.port = <u16>port
  flow.opened(flow.listen(<u16>port), any)
}

/** Takes the line in RX; gives the action. */
export function command(length: u32, now: i64): i32 { return run(span(RX, length), now) }

/** Span of the next piece of the reply, 0 when there is none. */
export function piece(): Span { return pollReply() == Output.REPLY ? span(io().at, io().length) : NONE }
export function pieceFlags(): u32 { return io().flags }
export function pieceCode(): u32 { return io().code }

export function wordsOf(s: i32): Span { return settings.words(0, s) }

/** What DNS has answered about the name in RX: kept records of a type lie behind it; state 1 found, 3 no such name. */
export function dnsEntry(name: u32, type: u32, state: u32, count: u32, records: u32, expires: i64): void {
  const e = addEntry(span(RX, name), type)
  const id = e.id
  setValue(id, span(RX + name, records))
  const kept = entryOf(id)
  kept.state = <u8>state
  kept.count = <u8>count
  kept.expires = expires
}

/** What is known of a server: its last answer, how often it failed, why it was left, and when; instants, 0 none. */
export function know(i: i32, code: u32, failures: u32, roundTrip: u32, reason: i32, seen: i64, left: i64, avoided: i64, held: i64, probe: i64): void {
  const c = candidate(0, i)
  c.lastCode = <u16>code
  c.failures = <u8>failures
  c.roundTripMs = <u16>roundTrip
  c.reason = <u8>reason
  c.lastSeen = seen
  c.leftAt = left
  c.dirtyUntil = avoided
  c.heldUntil = held
  c.probeAt = probe
}

/** What was decided, from the room servers. */
export function decided(): void {
  beginWhy(0, 0, false)
  noteFound(0, 3, Led.SRV | Led.ADDRESS)
  noteKnob(0, settings.Setting.WEIGHT_ALGO)
  notePick(0, 2, 41 << 16 | 100)
  notePick(0, 1, 0)
  notePick(0, 3, 0)
  noteAvoided(0, 3, 34)
  noteTry(0, 0, 2)
  noteLeft(0, 0, 2, Reason.REFUSED, 0)
  noteTry(0, 0, 1)
  noteHold(0, 0, 1)
}

/** A call at place `i` as the dialog room would describe it: name, number, diversion and reason lie in RX one behind the other. */
export function place(i: i32, state: i32, began: i64, answered: i64, name: u32, number: u32, diversion: u32, reason: u32): void {
  const c = call(i)
  const fresh = c.state == CallState.FREE
  const focused = c.focused
  memory.fill(changetype<usize>(c), 0, 56)
  c.state = <u8>state
  c.id = <u8>(i + 1)
  c.focused = fresh ? i == 0 : focused
  c.startedAt = began
  c.answeredAt = answered < 0 ? NEVER : answered
  c.endedAt = NEVER
  const at = textsOf(i)
  memory.copy(at, RX, name + number + diversion + reason)
  c.peerName = span(at, name)
  c.peerNumber = span(at + name, number)
  c.diversion = diversion == 0 ? NONE : span(at + name + number, diversion)
  c.reason = reason == 0 ? NONE : span(at + name + number + diversion, reason)
  session(i).agreed = answered >= 0
  // A call as it looks, without the dialog that it would have.
  leg(i).dialog = -1
}

/** outgoing 1, held 2, held by them 4, muted 8, mixed 16, silent 32, focused 64 */
export function marks(i: i32, set: u32, server: u32): void {
  const c = call(i)
  c.outgoing = (set & 1) != 0
  c.held = (set & 2) != 0
  c.heldByPeer = (set & 4) != 0
  c.muted = (set & 8) != 0
  c.mixed = (set & 16) != 0
  c.silentRing = (set & 32) != 0
  c.focused = (set & 64) != 0
  c.serverId = <u8>server
}

/** How a transfer of the call at `i` stands: dialog/referral.ts. */
export function transfer(i: i32, state: i32, status: i32): void {
  call(i).transferring = <u8>state
  call(i).status = <u16>status
}

/** A call was told to do something, and did not. */
export function refuse(refusal: i32): void { announceRefusal(refusal) }

/** So many voice messages wait; none is told as none. */
export function voiceMail(fresh: u32): void {
  const waiting = SUBSCRIPTION + SUBSCRIPTION_SIZE
  store<bool>(waiting, fresh > 0)
  store<u16>(waiting, <u16>fresh, 2)
}

export function endCall(i: i32, why: i32, status: i32, at: i64): void {
  const c = call(i)
  c.state = <u8>CallState.ENDED
  c.ended = <u8>why
  c.status = <u16>status
  c.endedAt = at
}

/** What a call left in the history; the name lies in RX, the number behind it. */
export function past(kind: i32, name: u32, number: u32): void { remember(kind, span(RX, name), span(RX + name, number)) }
export function digitWanted(): u32 { return view.wantedDigit() }
export function stateOf(i: i32): i32 { return call(i).state }

/** Sound of the call at `i`: so many packets have come, so many in 256 were lost, the last one came at `heard`. */
export function sound(i: i32, packets: u32, loss: u32, heard: i64): void {
  const s = stream(0)
  memory.fill(changetype<usize>(s), 0, offsetof<Stream>())
  s.used = true
  s.place = <u8>i
  s.received = packets
  s.lossIn = <u8>loss
  s.heardAt = heard
}
export function ringing(): bool { return panel().ringing }
export function shownCall(): i32 { return panel().place }
export function consoleRefusal(refusal: i32): i32 { return refusalOf(refusal) }
