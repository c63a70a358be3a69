// Provisional answers that are acknowledged (RFC 3262): ours until their PRACK has come, theirs by a PRACK of ours.
import { NEVER } from "../base/deadline"
import { decimal } from "../base/number"
import { below } from "../base/random"
import { NONE, Span, between, endOf, indexOf, lengthOf, span, startOf, text, trim } from "../base/span"
import { Writer } from "../base/writer"
import { prose } from "../base/prose"
import { Prack, Setting, number } from "../settings/settings"
import { lists } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { t1, t64 } from "../transaction/record"
import { CallState, call } from "./call"
import { dialog } from "./dialog"
import { leg } from "./leg"
import { takeAnswer } from "./offer"
import { session } from "./session"
import { Want } from "./within"

const SPACE: u32 = 0x20
/** RFC 3262 3: the first number is anything up to 2^31 - 1; ours are smaller than that by far. */
const FIRST_MAX: u32 = 65536

// -- Theirs

/** A provisional answer in dialog `d`. False: it has been heard before, or one before it is missing, and it means nothing. */
export function noteReliable(d: i32, m: Message): bool {
  if (!lists(m, Field.REQUIRE, text("100rel"))) return true
  const seq = decimal(fieldOf(m, Field.RSEQ), u32.MAX_VALUE)
  if (seq <= 0 || d < 0) return false
  const x = dialog(d)
  // RFC 3262 4: in their order, each once.
  if (x.rseq != 0 && <u32>seq != x.rseq + 1) return false
  x.rseq = <u32>seq
  x.wants |= Want.PRACK
  return true
}

/** RFC 3262 7.2: which answer a PRACK means. */
export function writeRack(w: Writer, d: i32): void {
  w.say(prose("RAck: "))
  w.number(dialog(d).rseq)
  w.byte(SPACE)
  w.number(dialog(d).inviteCseq)
  w.say(prose(" INVITE\r\n"))
}

// -- Ours

/** RFC 3262 3: whether what we say of this INVITE before the final answer has to be acknowledged. */
export function wantsReliable(m: Message): bool {
  const prack = number(Setting.PRACK)
  if (prack == Prack.OFF) return false
  return lists(m, Field.REQUIRE, text("100rel")) || prack == Prack.REQUIRED && lists(m, Field.SUPPORTED, text("100rel"))
}

/** Writes what makes a 180 reliable; it is repeated until its PRACK comes. */
export function writeReliable(w: Writer, i: i32, now: i64): void {
  const l = leg(i)
  l.rseq = 1 + below(FIRST_MAX)
  w.say(prose("Require: 100rel\r\nRSeq: "))
  w.number(l.rseq)
  w.say(prose("\r\n"))
  l.resendMs = <u32>t1()
  l.resendAt = now + t1()
  l.lostAt = now + t64()
}

/** A PRACK within dialog `d`: the status of its answer. With an offer of ours in the 180 it brings the answer to that. */
export function pracked(d: i32, m: Message): u32 {
  const i: i32 = dialog(d).place
  if (i < 0 || !isMeant(i, fieldOf(m, Field.RACK), dialog(d).inviteCseq)) return 481
  const l = leg(i)
  l.rseq = 0
  if (call(i).state != CallState.INCOMING) return 200
  l.resendAt = NEVER
  l.lostAt = NEVER
  if (!l.offered && lengthOf(m.body) > 0) takeAnswer(m.body, session(i))
  return 200
}

/** RFC 3262 7.2: RAck is our number, the number of the INVITE, and INVITE. */
function isMeant(i: i32, rack: Span, invite: u32): bool {
  const first = indexOf(rack, SPACE)
  if (first < 0 || leg(i).rseq == 0) return false
  const rest = trim(between(startOf(rack) + first, endOf(rack))), second = indexOf(rest, SPACE)
  if (second < 0) return false
  return decimal(span(startOf(rack), first), u32.MAX_VALUE) == <i64>leg(i).rseq && decimal(span(startOf(rest), second), u32.MAX_VALUE) == <i64>invite
}
