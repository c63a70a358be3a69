// The explanations of the last choice of each line: what was found, drawn, tried and left, in the order that it was decided.
import { LINES } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, text } from "../base/span"
import { Writer } from "../base/writer"
import * as log from "../base/log"
import { Level } from "../base/log"
import { writeEndpoint } from "../base/ip"
import { Setting, knob, nameOf, unitOf } from "../settings/settings"
import { wordAt } from "../settings/word"
import { Candidate, REHEARSED, Reason, WHY_STATE, WHY_STATE_SIZE, byId, indexOfId } from "./candidates"

export const enum Step { NONE, FOUND, FIRST, PICK, AVOIDED, TRY, LEFT, EXHAUSTED, HOLD, BACK, KNOB, SLOW, FASTER, UNPROVED, REJECTED }

// u32 count of steps of all lines together; for each line u8 number of the hunt, u8 how many of its steps are kept from the choice before; then 6 bytes a step:
// kind with the line above it, id, u32 value. The steps of a line stand in their order, with those of others between them.
const COUNT: usize = WHY_STATE
const HEADS: usize = COUNT + 4
const STEPS: usize = HEADS + <usize>LINES * 2
const SIZE: usize = 6
const KIND: u32 = 0x0f
const LINE: u32 = 4
/** A longer explanation is not kept over a refresh: the steps of a new one must have room. */
const KEPT_MAX: u32 = 12
const STEPS_MAX: u32 = <u32>((WHY_STATE + WHY_STATE_SIZE - STEPS) / SIZE)

/**
 * Begins the explanation of a new choice of the line. A refresh at the server that we have is no choice: `refresh` keeps what explains that server, and only when
 * it is left does the new explanation take its place. The choice that began last is explained: what other hunts of the line do meanwhile is not noted.
 */
export function beginWhy(line: i32, hunt: i32, refresh: bool): void {
  const kept: u32 = isOf(line, hunt) && refresh ? countOf(line) : 0
  store<u8>(headOf(line), <u8>hunt)
  keepFirst(line, kept <= KEPT_MAX ? kept : 0)
}

// @ts-ignore: decorator
@inline
function headOf(line: i32): usize { return HEADS + <usize>line * 2 }

function isOf(line: i32, hunt: i32): bool { return load<u8>(headOf(line)) == <u8>hunt }

function keptOf(line: i32): u32 { return load<u8>(headOf(line), 1) }

/** Of the steps of the line only the first `count` are left; they are those that are kept. */
function keepFirst(line: i32, count: u32): void {
  for (let last = countOf(line); last > count; last--) remove(stepOf(line, last - 1))
  store<u8>(headOf(line), <u8>count, 1)
}

/** The steps since the last beginWhy come first from now on; what was kept is forgotten. */
function dropKept(line: i32): void {
  for (let kept = keptOf(line); kept > 0; kept--) remove(stepOf(line, 0))
  store<u8>(headOf(line), 0, 1)
}

/** `led`: bits of locate Led, the kinds of records that the servers come from. */
export function noteFound(line: i32, servers: i32, led: u32): void { note(line, Step.FOUND, 0, led << 16 | servers) }
/** A setting, a choice of words, that decides the order of what is drawn next. */
export function noteKnob(line: i32, s: Setting): void { note(line, Step.KNOB, 0, <u32>s << 16 | knob(line, s)) }
/** A server that goes before all others: the line is, or was, registered there, or a call or a return wants it to be. */
export function noteFirst(line: i32, id: u32): void { note(line, Step.FIRST, id, i32(byId(line, id).boundUntil != 0)) }
/** `draw` is the number drawn in the high 16 bits and the greatest that could have been in the low 16; 0 when there was nothing to draw. */
export function notePick(line: i32, id: u32, draw: u32): void { note(line, Step.PICK, id, draw) }
/** A server that goes last: it failed and is avoided for so many seconds more, or is known to be down. */
export function noteAvoided(line: i32, id: u32, seconds: u32): void { note(line, Step.AVOIDED, id, seconds) }
/** A server that has refused the account, and is not asked before its time. */
export function noteRejected(line: i32, id: u32): void { note(line, Step.REJECTED, id, 0) }
/** A server that goes behind those that are known to be up, as nothing has been heard of it. */
export function noteUnproved(line: i32, id: u32): void { note(line, Step.UNPROVED, id, 0) }
export function noteTry(line: i32, hunt: i32, id: u32): void { if (isOf(line, hunt)) note(line, Step.TRY, id, 0) }
export function noteLeft(line: i32, hunt: i32, id: u32, reason: Reason, code: u32): void {
  if (!isOf(line, hunt)) return
  dropKept(line)
  note(line, Step.LEFT, id, reason << 16 | code)
}
/** A server that is silent so far: another one is asked besides. Also where that had to register us first, which has an explanation of its own. */
export function noteSlow(line: i32, id: u32): void { noteBoth(line, Step.SLOW, id) }
/** The one of two servers that has answered first. */
export function noteFaster(line: i32, id: u32): void { noteBoth(line, Step.FASTER, id) }

function noteBoth(line: i32, kind: Step, id: u32): void {
  note(line, kind, id, 0)
  const w = log.line()
  w.say(wordsOfBoth(kind))
  writeServer(w, line, id)
  log.say(Level.NOTE)
}

function wordsOfBoth(kind: Step): Prose { return kind == Step.SLOW ? prose("silent so far, and still listened to: ") : prose("first of the two: ") }

export function noteExhausted(line: i32, hunt: i32): void { if (isOf(line, hunt)) note(line, Step.EXHAUSTED, 0, 0) }
/** The line is registered, and a server that is preferred to its own answers again. */
export function noteBack(line: i32, id: u32): void { note(line, Step.BACK, id, 0) }
/** Registered. After a refresh at the same server the kept explanation stands as it is. */
export function noteHold(line: i32, hunt: i32, id: u32): void {
  if (!isOf(line, hunt)) return
  if (keptOf(line) == 0) {
    note(line, Step.HOLD, id, 0)
    return
  }
  keepFirst(line, keptOf(line))
  store<u8>(headOf(line), 0, 1)
}

/** Writes why a server was left: "left 192.0.2.1:5060: it refused ...". */
export function writeLeft(w: Writer, line: i32, id: u32, reason: Reason, code: u32): void {
  w.say(prose("left "))
  writeServer(w, line, id)
  writeReason(w, reason, code)
}

/** When there is no room, the last step of the longest explanation makes some: the outcome matters more than the middle. */
function note(line: i32, kind: Step, id: u32, value: u32): void {
  if (load<u32>(COUNT) == STEPS_MAX) {
    const longest = longestOf(line)
    remove(stepOf(longest, countOf(longest) - 1))
  }
  const count = load<u32>(COUNT), at = STEPS + count * <u32>SIZE
  store<u8>(at, <u8>(<u32>kind | line << LINE))
  store<u8>(at, <u8>id, 1)
  store<u32>(at, value, 2)
  store<u32>(COUNT, count + 1)
}

/** The line with the longest explanation, this one before others of the same length. */
function longestOf(line: i32): i32 {
  let longest = line
  for (let other = 0; other < LINES; other++) if (countOf(other) > countOf(longest)) longest = other
  return longest
}

function endOfSteps(): usize { return STEPS + load<u32>(COUNT) * <u32>SIZE }

function countOf(line: i32): u32 {
  const end = endOfSteps()
  let count: u32 = 0
  for (let at = STEPS; at < end; at += SIZE) if (load<u8>(at) >>> LINE == <u8>line) count++
  return count
}

/** Step `n` of the line, from 0; 0 when there are not so many. */
function stepOf(line: i32, n: u32): usize {
  const end = endOfSteps()
  for (let at = STEPS; at < end; at += SIZE) {
    if (load<u8>(at) >>> LINE == <u8>line && n-- == 0) return at
  }
  return 0
}

function remove(at: usize): void {
  const count = load<u32>(COUNT) - 1
  memory.copy(at, at + SIZE, STEPS + count * <u32>SIZE - at)
  store<u32>(COUNT, count)
}

/** Writes step `step` (from 0) of the explanation as one line of text, or as one JSON object; false when there are no more. */
export function writeWhy(w: Writer, line: i32, step: i32, json: bool): bool {
  const at = stepOf(line, step)
  if (at == 0) return false
  if (json) writeStepJson(w, line, at)
  else writeStep(w, line, at)
  return true
}

function writeStep(w: Writer, line: i32, at: usize): void {
  const kind = <Step>(<u32>load<u8>(at) & KIND)
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
  if (kind == Step.FIRST) w.say(value != 0 ? prose("first, as it has our registration: ") : prose("first: "))
  else if (kind == Step.PICK) w.say(prose("order: "))
  else if (kind == Step.AVOIDED) writeAvoided(w, value)
  else if (kind == Step.UNPROVED) w.say(prose("behind those that are up, as nothing is known of it: "))
  else if (kind == Step.REJECTED) w.say(prose("left out, it refused the account: "))
  else if (kind == Step.TRY) w.say(prose("try "))
  else if (kind == Step.BACK) w.say(prose("back to a better server: "))
  else if (kind == Step.LEFT) {
    writeLeft(w, line, id, <Reason>(value >>> 16), value & 0xffff)
    return
  } else w.say(kind == Step.HOLD ? prose("registered at ") : wordsOfBoth(kind))
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
  const plain = <Reason>(<u32>reason & ~<u32>REHEARSED)
  if (plain == Reason.CODE) {
    w.say(prose("it answered "))
    w.number(code)
  } else w.say(wordsFor(plain))
  if (plain != reason) w.say(prose(" (rehearsed)"))
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
  const kind = <Step>(<u32>load<u8>(at) & KIND)
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
    const reason = <Reason>(value >>> 16 & 0x7f)
    w.say(reason == Reason.CODE ? prose("it answered with a failure") : wordsFor(reason))
    w.byte(0x22)
    if (reason == Reason.CODE) member(w, prose("code"), value & 0xffff)
    if (value >>> 16 & REHEARSED) w.say(prose(",\"rehearsed\":true"))
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

function stepName(kind: Step): Span { return wordAt(text("none found first order put_last try left exhausted registered back knob slow faster not_heard_of left_out"), kind) }
