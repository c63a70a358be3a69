// The user interface for its tests: keys and time in, cells, pixels and replies out; and a way to set the records that it reads.
import { FRAME, RX, SCREEN, SERVERS_STATE } from "../../assembly/memory"
import { io } from "../../assembly/io"
import * as outbox from "../../assembly/transport/outbox"
import { Span, span, startOf, lengthOf, NONE } from "../../assembly/base/span"
import { parseHostPort } from "../../assembly/base/ip"
import { Output } from "../../assembly/io"
import * as settings from "../../assembly/settings/settings"
import * as view from "../../assembly/ui/view"
import { glyph, hasGlyph } from "../../assembly/ui/font"
import { shown } from "../../assembly/ui/panel"
import { Reason, candidate, setActive } from "../../assembly/servers/candidates"
import { beginWhy, noteFound, noteHold, noteLeft, notePick, noteTry } from "../../assembly/servers/why"
import { addEntry, clearCache, entryOf, setValue } from "../../assembly/locate/cache"
import { run } from "../../assembly/ui/command"
import { pollReply } from "../../assembly/ui/lines"
import { registration } from "../../assembly/account/registration"

export function rx(): u32 { return <u32>RX }
export function screen(): u32 { return <u32>SCREEN }
export function frame(): u32 { return <u32>FRAME }
export function textStart(s: Span): u32 { return <u32>startOf(s) }
export function textLength(s: Span): u32 { return lengthOf(s) }

export function open(now: i64): void {
  settings.restoreDefaults()
  outbox.open()
  const r = registration(0)
  memory.fill(changetype<usize>(r), 0, 80)
  r.candidate = -1
  clearCache()
  beginWhy(0, false)
  view.open(now)
  view.update(now)
}

export function load(length: u32): i32 { return settings.loadText(span(RX, length)) }
export function update(now: i64): void { view.update(now) }
export function setClock(unixMs: i64, zoneMin: i32, now: i64): void { view.setClock(unixMs, zoneMin, now) }
export function soonest(): i64 { return view.soonest() }
export function shownView(): i32 { return shown() }
export function announceFailure(): void { view.announceFailure() }

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

export function serverCount(count: i32): void { store<i32>(SERVERS_STATE, count) }
export function active(id: u32): void { setActive(0, id) }

/** The address is in RX, the name behind it. */
export function server(i: i32, rank: i32, priority: i32, status: i32, address: u32, name: u32): void {
  const c = candidate(0, i)
  memory.fill(changetype<usize>(c), 0, 64)
  parseHostPort(span(RX, address), c.endpoint)
  if (c.endpoint.port == 0) c.endpoint.port = 5060
  c.rank = <u8>rank
  c.priority = <u16>priority
  c.weight = 10
  c.status = <u8>status
  c.transport = 1
  c.id = <u8>(i + 1)
  c.lastSeen = i64.MAX_VALUE
  c.host = NONE
  if (name == 0) return
  memory.copy(changetype<usize>(c) + 84, RX + address, name)
  c.host = span(changetype<usize>(c) + 84, name)
}

/** Takes the line in RX; gives the action. */
export function command(length: u32, now: i64): i32 { return run(span(RX, length), now) }

/** Span of the next piece of the reply, 0 when there is none. */
export function piece(): Span { return pollReply() == Output.REPLY ? span(io().at, io().length) : NONE }
export function pieceFlags(): u32 { return io().flags }
export function pieceCode(): u32 { return io().code }

export function wordsOf(s: i32): Span { return settings.words(s) }

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

/** What was decided, from the room servers. */
export function decided(): void {
  beginWhy(0, false)
  noteFound(3)
  notePick(2, 41 << 16 | 100)
  notePick(1, 0)
  notePick(3, 0)
  noteTry(0, 2)
  noteLeft(0, 2, Reason.REFUSED, 0)
  noteTry(0, 1)
  noteHold(0, 1)
}
