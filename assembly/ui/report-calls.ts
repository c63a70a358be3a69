// Console replies about calls, call history and phone book: each item is written field by field, as text or as a JSON object.
import { CALLS } from "../config"
import { NOTHING, Prose, prose } from "../base/prose"
import { Span, lengthOf, text } from "../base/span"
import { NEVER } from "../base/deadline"
import { Writer } from "../base/writer"
import { writeIp } from "../base/ip"
import { wordAt } from "../settings/word"
import { contactCount, contactName, contactNumber } from "../settings/settings"
import { CallState, Call, call } from "../dialog/call"
import { besidesOf } from "../dialog/hedge"
import { session } from "../dialog/session"
import { candidate } from "../servers/candidates"
import { quality } from "../media/media"
import { Command, Reply, scratch } from "./lines"
import { numberMember, name, textMember } from "./json"
import { isShared } from "./words"
import { callWord, codecWord, endedWord, knownAs, serverOf, talkedSeconds, writeEnd, writeMarks } from "./call-words"
import { historyCount, kindOf, nameOf, numberOf, whenOf } from "./history"
import { writeWhen } from "./calls"

/** How many items a list has. */
export function callItems(c: Command): i32 {
  if (c == Command.HISTORY) return historyCount()
  if (c == Command.CONTACTS) return contactCount()
  let count = 0
  for (let i = 0; i < CALLS; i++) count += i32(call(i).state != CallState.FREE)
  return count
}

/** Writes the i-th item of such a list. */
export function writeCallItem(w: Writer, r: Reply, i: i32): void {
  if (r.command == Command.HISTORY) writePast(w, r, i)
  else if (r.command == Command.CONTACTS) writeContact(w, r, i)
  else {
    let place = -1
    do {
      if (call(++place).state != CallState.FREE) i--
    } while (i >= 0)
    writeCall(w, r, place)
  }
}

/** Writes how the call at a place stands. */
export function writeCall(w: Writer, r: Reply, i: i32): void {
  const c = call(i), s = serverOf(c)
  begin(w, r)
  number(w, r, prose("call"), NOTHING, c.id, NOTHING)
  if (!r.json && c.focused) w.byte(0x2a)
  string(w, r, prose("state"), prose(" "), callWord(c))
  string(w, r, prose("direction"), prose(" "), c.outgoing ? text("to") : text("from"))
  string(w, r, prose("number"), prose(" "), c.peerNumber)
  string(w, r, prose("name"), prose(" "), knownAs(c.peerName, c.peerNumber))
  server(w, r, prose("server"), prose(" at "), c.line, s)
  server(w, r, prose("besides"), prose(" and "), c.line, besidesOf(i))
  if (r.json || isShared()) number(w, r, prose("line"), prose(", line "), c.line + 1, NOTHING)
  if (c.answeredAt != NEVER) number(w, r, prose("talked_sec"), prose(", "), talkedSeconds(c, r.now), prose(" s"))
  if (session(i).agreed) string(w, r, prose("codec"), prose(", "), codecWord(session(i).codec))
  sound(w, r, i)
  if (r.json) flags(w, c)
  else {
    writeMarks(w, i, prose(", "))
    if (c.mixed) w.say(prose(", conference"))
  }
  if (c.state == CallState.ENDED) ended(w, r, c)
  end(w, r)
}

/** The server at a place of the list of a line; nothing where that is -1. */
function server(w: Writer, r: Reply, key: Prose, before: Prose, line: i32, at: i32): void {
  if (at < 0) return
  const pen = scratch()
  writeIp(pen, candidate(line, at).endpoint)
  string(w, r, key, before, pen.written)
}

/** What was measured of the sound, once there is any. */
function sound(w: Writer, r: Reply, i: i32): void {
  const q = quality(i, r.now)
  if (q.packetsIn == 0 || call(i).held || call(i).heldByPeer) return
  number(w, r, prose("quality"), prose(", quality "), q.level, NOTHING)
  number(w, r, prose("loss_percent"), prose(", loss "), q.lossPercent, prose(" %"))
  number(w, r, prose("jitter_ms"), prose(", jitter "), q.jitterMs, prose(" ms"))
  if (!r.json) return
  numberMember(w, prose("loss_out_percent"), q.lossOutPercent)
  numberMember(w, prose("delay_ms"), q.delayMs)
  numberMember(w, prose("round_trip_ms"), q.roundTripMs)
  numberMember(w, prose("packets_in"), q.packetsIn)
  numberMember(w, prose("packets_out"), q.packetsOut)
  numberMember(w, prose("concealed_ms"), q.concealedMs)
  numberMember(w, prose("late"), q.late)
  numberMember(w, prose("duplicate"), q.duplicate)
}

function ended(w: Writer, r: Reply, c: Call): void {
  if (r.json) {
    textMember(w, prose("ended"), endedWord(c.ended))
    numberMember(w, prose("status"), c.status)
    return
  }
  w.say(prose(": "))
  writeEnd(w, c)
}

function writePast(w: Writer, r: Reply, i: i32): void {
  begin(w, r)
  string(w, r, prose("kind"), NOTHING, wordAt(text("missed received dialled rejected"), kindOf(i)))
  string(w, r, prose("number"), prose(" "), numberOf(i))
  string(w, r, prose("name"), prose(" "), knownAs(nameOf(i), numberOf(i)))
  if (r.json && whenOf(i) != 0) numberMember(w, prose("unix_time"), whenOf(i))
  if (!r.json && whenOf(i) != 0) {
    w.say(prose(", "))
    writeWhen(w, whenOf(i))
  }
  end(w, r)
}

export function writeContact(w: Writer, r: Reply, i: i32): void {
  begin(w, r)
  string(w, r, prose("name"), NOTHING, contactName(i))
  string(w, r, prose("number"), prose(" = "), contactNumber(i))
  end(w, r)
}

// -- A field: a member of the JSON object; or in text its value, behind what separates it from the field before

function begin(w: Writer, r: Reply): void { if (r.json) w.byte(0x7b) }
function end(w: Writer, r: Reply): void { if (r.json) w.byte(0x7d) }

function string(w: Writer, r: Reply, key: Prose, before: Prose, value: Span): void {
  if (r.json) textMember(w, key, value)
  else if (lengthOf(value) > 0) {
    w.say(before)
    w.put(value)
  }
}

function number(w: Writer, r: Reply, key: Prose, before: Prose, value: i64, unit: Prose): void {
  if (r.json) numberMember(w, key, value)
  else {
    w.say(before)
    w.number(value)
    w.say(unit)
  }
}

function flags(w: Writer, c: Call): void {
  truth(w, prose("focused"), c.focused)
  truth(w, prose("held"), c.held)
  truth(w, prose("held_by_them"), c.heldByPeer)
  truth(w, prose("muted"), c.muted)
  truth(w, prose("conference"), c.mixed)
}

function truth(w: Writer, key: Prose, set: bool): void {
  name(w, key)
  w.say(set ? prose("true") : prose("false"))
}
