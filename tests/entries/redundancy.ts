// Settings and policies for their tests: numbers and addresses only.
import { RX, STATE, STATE_SIZE, TX, TX_SIZE, UI_STATE } from "../../assembly/memory"
import { Span, span } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { seed } from "../../assembly/base/random"
import * as settings from "../../assembly/settings/settings"
import { Candidate, Reason, addCandidate, candidate, candidateCount } from "../../assembly/servers/candidates"
import { failsOver, giveUpAfter, isUp, markAnswer, markFailure, markFall, registerTtl, setupMax, standing, t1Of } from "../../assembly/servers/policy"
import { setTimers } from "../../assembly/transaction/record"
import { Method } from "../../assembly/wire/message"

export function rx(): u32 { return <u32>RX }

/** Everything as at the start, with a seed. */
export function reset(value: u32): void {
  memory.fill(STATE, 0, STATE_SIZE)
  settings.restoreDefaults()
  for (let i: u32 = 0; i < 8; i++) store<u32>(RX + <usize>i * 4, value * 2654435761 + i)
  seed(RX, 32)
  setTimers(500, 4000, 5000)
}

/** Reads a settings text in RX: 0, or its first bad line. */
export function load(length: u32): i32 { return settings.loadText(span(RX, length)) }
export function fault(): Span { return settings.fault() }
export function count(): i32 { return settings.SETTINGS }
export function nameOf(s: i32): Span { return settings.nameOf(s) }
export function originOf(s: i32): i32 { return settings.originOf(0, s) }

export function shown(s: i32): Span {
  const w = changetype<Writer>(UI_STATE)
  w.open(TX, TX_SIZE)
  settings.writeValue(w, 0, s, true)
  return w.written
}

export function up(code: u32): bool { return isUp(0, code) }
/** 0 REGISTER, 1 INVITE, 2 BYE */
export function leaves(method: i32, code: u32): bool { return failsOver(0, method == 0 ? Method.REGISTER : method == 1 ? Method.INVITE : Method.BYE, code) }
export function setup(servers: i32): i64 { return setupMax(0, servers) }
export function patience(invite: bool, last: bool): i64 { return giveUpAfter(0, invite ? Method.INVITE : Method.REGISTER, last, only().endpoint) }
/** T1 for a server whose last probe took so long; 0: it was not probed. */
export function learned(tripMs: u32): i64 {
  if (candidateCount(0) == 0) addCandidate(0)
  only().id = 1
  only().roundTripMs = <u16>tripMs
  return t1Of(0, only().endpoint)
}

function only(): Candidate { return candidate(0, 0) }

export function fail(refused: bool, retryAfterSec: i64, now: i64): i64 {
  markFailure(only(), refused ? Reason.REFUSED : Reason.SILENT, retryAfterSec, now)
  return only().dirtyUntil
}
export function answer(code: u32, now: i64): i64 {
  markAnswer(only(), code, now)
  return only().dirtyUntil
}
export function fall(heldMs: i64, now: i64): i64 {
  markFall(only(), heldMs, now)
  return only().heldUntil
}
/** How little a server of this status is worth: 0 nothing speaks against it. */
export function worth(status: u32): u32 {
  only().status = <u8>status
  return standing(only(), 0)
}
export function ttl(rank: u32): u32 {
  only().rank = <u8>rank
  return registerTtl(only())
}
