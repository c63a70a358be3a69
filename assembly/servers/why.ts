// The explanation of the last choice: what was found, drawn, tried and left, in the order that it was decided.
import { Prose, prose } from "../base/prose"
import { Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { writeEndpoint } from "../base/ip"
import { Setting, knob, nameOf, unitOf } from "../settings/settings"
import { wordAt } from "../settings/word"
import { Candidate, Reason, WHY_STATE, WHY_STATE_SIZE, byId, indexOfId } from "./candidates"

export const enum Step { NONE, FOUND, FIRST, PICK, AVOIDED, TRY, LEFT, EXHAUSTED, HOLD, BACK, KNOB }

// u16 count of steps, u16 how many of them are kept from the choice before, u32 number of the hunt; then 6 bytes a step: kind, id, u32 value
const COUNT: usize = WHY_STATE
const HUNT: usize = COUNT + 4
const STEPS: usize = HUNT + 4
const SIZE: usize = 6
/** A longer explanation is not kept over a refresh: the steps of a new one must have room. */
const KEPT_MAX: u32 = 12
const STEPS_MAX: u32 = <u32>((WHY_STATE + WHY_STATE_SIZE - STEPS) / SIZE)

/**
 * Begins the explanation of a new choice. A refresh at the server that we have is no choice: `refresh` keeps what explains that server, and only when
 * it is left does the new explanation take its place. The choice that began last is explained: what other hunts do meanwhile is not noted.
 */
export function beginWhy(hunt: i32, refresh: bool): void {
  const kept: u32 = isOf(hunt) ? <u32>load<u16>(COUNT) : 0
  store<i32>(HUNT, hunt)
  const base: u32 = refresh && kept <= KEPT_MAX ? kept : 0
  store<u16>(COUNT, <u16>base)
  store<u16>(COUNT, <u16>base, 2)
}

function isOf(hunt: i32): bool { return load<i32>(HUNT) == hunt }

/** The steps since the last beginWhy come first from now on; what was kept is forgotten. */
function dropKept(): void {
  const base: u32 = load<u16>(COUNT, 2)
  const count: u32 = load<u16>(COUNT)
  memory.copy(STEPS, STEPS + base * SIZE, (count - base) * SIZE)
  store<u16>(COUNT, <u16>(count - base))
  store<u16>(COUNT, 0, 2)
}

/** `led`: bits of locate Led, the kinds of records that the servers come from. */
export function noteFound(servers: i32, led: u32): void { note(Step.FOUND, 0, led << 16 | servers) }
/** A setting, a choice of words, that decides the order of what is drawn next. */
export function noteKnob(s: Setting, line: i32): void { note(Step.KNOB, 0, <u32>s << 16 | knob(line, s)) }
/** A server that goes before all others: the line is, or was, registered there. */
export function noteFirst(id: u32): void { note(Step.FIRST, id, 0) }
/** `draw` is the number drawn in the high 16 bits and the greatest that could have been in the low 16; 0 when there was nothing to draw. */
export function notePick(id: u32, draw: u32): void { note(Step.PICK, id, draw) }
/** A server that goes last: it failed and is avoided for so many seconds more, or is known to be down. */
export function noteAvoided(id: u32, seconds: u32): void { note(Step.AVOIDED, id, seconds) }
export function noteTry(hunt: i32, id: u32): void { if (isOf(hunt)) note(Step.TRY, id, 0) }
export function noteLeft(hunt: i32, id: u32, reason: Reason, code: u32): void {
  if (!isOf(hunt)) return
  dropKept()
  note(Step.LEFT, id, reason << 16 | code)
}
export function noteExhausted(hunt: i32): void { if (isOf(hunt)) note(Step.EXHAUSTED, 0, 0) }
/** The line is registered, and a server that is preferred to its own answers again. */
export function noteBack(id: u32): void { note(Step.BACK, id, 0) }
/** Registered. After a refresh at the same server the kept explanation stands as it is. */
export function noteHold(hunt: i32, id: u32): void {
  if (!isOf(hunt)) return
  const base = load<u16>(COUNT, 2)
  if (base == 0) {
    note(Step.HOLD, id, 0)
    return
  }
  store<u16>(COUNT, base)
  store<u16>(COUNT, 0, 2)
}

/** Writes why a server was left: "left 192.0.2.1:5060: it refused ...". */
export function writeLeft(w: Writer, line: i32, id: u32, reason: Reason, code: u32): void {
  w.say(prose("left "))
  writeServer(w, line, id)
  writeReason(w, reason, code)
}

/** When the list is full its last step is written over: the outcome matters more than the middle. */
function note(kind: Step, id: u32, value: u32): void {
  let i: u32 = load<u16>(COUNT)
  if (i == STEPS_MAX) i--
  const at = STEPS + i * SIZE
  store<u8>(at, <u8>kind)
  store<u8>(at, <u8>id, 1)
  store<u32>(at, value, 2)
  store<u16>(COUNT, <u16>(i + 1))
}

/** Writes step `step` (from 0) of the explanation as one line of text, or as one JSON object; false when there are no more. */
export function writeWhy(w: Writer, line: i32, step: i32, json: bool): bool {
  if (<u32>step >= <u32>load<u16>(COUNT)) return false
  const at = STEPS + <usize>step * SIZE
  if (json) writeStepJson(w, line, at)
  else writeStep(w, line, at)
  return true
}

function writeStep(w: Writer, line: i32, at: usize): void {
  const kind = <Step>load<u8>(at)
  const id: u32 = load<u8>(at, 1)
  const value = load<u32>(at, 2)
  if (kind == Step.FOUND) {
    w.number(value & 0xffff)
    w.say((value & 0xffff) == 1 ? prose(" server known (") : prose(" servers known ("))
    writeLed(w, value >>> 16)
    w.say(prose(")"))
    return
  }
  if (kind == Step.KNOB) {
    w.say(prose("by "))
    w.put(nameOf(value >>> 16))
    w.byte(0x20)
    w.put(wordAt(unitOf(value >>> 16), value & 0xffff))
    return
  }
  if (kind == Step.EXHAUSTED) {
    w.say(prose("no server is left"))
    return
  }
  if (kind == Step.FIRST) w.say(prose("first, as it has our registration: "))
  else if (kind == Step.PICK) w.say(prose("order: "))
  else if (kind == Step.AVOIDED) writeAvoided(w, value)
  else if (kind == Step.TRY) w.say(prose("try "))
  else if (kind == Step.BACK) w.say(prose("back to a better server: "))
  else if (kind == Step.LEFT) {
    writeLeft(w, line, id, <Reason>(value >>> 16), value & 0xffff)
    return
  } else w.say(prose("registered at "))
  writeServer(w, line, id)
  if (kind == Step.PICK) writePick(w, line, id, value)
}

/** Writes the kinds of records: "NAPTR, SRV, address". */
export function writeLed(w: Writer, led: u32): void {
  const from = w.at
  if (led == 0) w.say(prose("as set"))
  for (let i: u32 = 0; i < 3; i++) {
    if ((led >>> i & 1) == 0) continue
    if (w.at > from) w.say(prose(", "))
    w.put(wordAt(text("NAPTR SRV address"), i))
  }
}

function writeAvoided(w: Writer, seconds: u32): void {
  w.say(prose("put last, "))
  if (seconds == 0) w.say(prose("it is down: "))
  else {
    w.say(prose("it failed, avoided for "))
    w.number(seconds)
    w.say(prose(" s: "))
  }
}

function writeServer(w: Writer, line: i32, id: u32): void {
  if (indexOfId(line, id) < 0) w.say(prose("a server that is gone"))
  else writeEndpoint(w, byId(line, id).endpoint)
}

function writePick(w: Writer, line: i32, id: u32, draw: u32): void {
  if (indexOfId(line, id) < 0) return
  const c = byId(line, id)
  w.say(prose(" (priority "))
  w.number(c.priority)
  w.say(prose(", weight "))
  w.number(c.weight)
  if (draw != 0) {
    w.say(prose(", drew "))
    w.number(draw >>> 16)
    w.say(prose(" of 0-"))
    w.number(draw & 0xffff)
  }
  w.say(prose(")"))
}

export function writeReason(w: Writer, reason: Reason, code: u32): void {
  w.say(prose(": "))
  if (reason == Reason.CODE) {
    w.say(prose("it answered "))
    w.number(code)
    return
  }
  w.say(wordsFor(reason))
}

function wordsFor(reason: Reason): Prose {
  if (reason == Reason.REFUSED) return prose("it refused (nobody listens there)")
  if (reason == Reason.SILENT) return prose("it did not answer in time")
  if (reason == Reason.UNREACHABLE) return prose("there is no way to it")
  if (reason == Reason.REJECTED) return prose("it rejected the user or the password")
  if (reason == Reason.NO_FLOW) return prose("no socket could be opened for it")
  return prose("it left the list")
}

function writeStepJson(w: Writer, line: i32, at: usize): void {
  const kind = <Step>load<u8>(at)
  const id: u32 = load<u8>(at, 1)
  const value = load<u32>(at, 2)
  w.say(prose("{\"step\":\""))
  w.put(stepName(kind))
  w.byte(0x22)
  if (kind == Step.FOUND) {
    member(w, prose("servers"), value & 0xffff)
    w.say(prose(",\"records\":\""))
    writeLed(w, value >>> 16)
    w.byte(0x22)
  }
  if (kind == Step.KNOB) {
    w.say(prose(",\"setting\":\""))
    w.put(nameOf(value >>> 16))
    w.say(prose("\",\"value\":\""))
    w.put(wordAt(unitOf(value >>> 16), value & 0xffff))
    w.byte(0x22)
  }
  if (kind == Step.AVOIDED && value != 0) member(w, prose("avoided_for_sec"), value)
  if (id != 0 && indexOfId(line, id) >= 0) {
    w.say(prose(",\"server\":\""))
    writeEndpoint(w, byId(line, id).endpoint)
    w.byte(0x22)
    if (kind == Step.PICK) writePickJson(w, byId(line, id), value)
  }
  if (kind == Step.LEFT) {
    w.say(prose(",\"reason\":\""))
    const reason = <Reason>(value >>> 16)
    w.say(reason == Reason.CODE ? prose("it answered with a failure") : wordsFor(reason))
    w.byte(0x22)
    if (reason == Reason.CODE) member(w, prose("code"), value & 0xffff)
  }
  w.byte(0x7d)
}

function writePickJson(w: Writer, c: Candidate, draw: u32): void {
  member(w, prose("priority"), c.priority)
  member(w, prose("weight"), c.weight)
  if (draw == 0) return
  member(w, prose("drawn"), draw >>> 16)
  member(w, prose("of"), draw & 0xffff)
}

function member(w: Writer, name: Prose, value: u32): void {
  w.say(prose(",\""))
  w.say(name)
  w.say(prose("\":"))
  w.number(value)
}

function stepName(kind: Step): Span { return wordAt(text("none found first order put_last try left exhausted registered back knob"), kind) }
