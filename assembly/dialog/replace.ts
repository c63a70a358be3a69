// A call that takes the place of another one (RFC 3891): which one an INVITE means, and how we name one of ours to others.
import { NONE, Span, after, indexOf, span, startOf, text } from "../base/span"
import { prose } from "../base/prose"
import { Writer } from "../base/writer"
import { param } from "../wire/address"
import { Class } from "../wire/char"
import { writeEscaped } from "../wire/escape"
import { Field, Message, fieldOf, firstField, nextField } from "../wire/message"
import { CallState, Ended, call } from "./call"
import { focusOn } from "./calls"
import { DialogState, Text, dialog, dialogNamed, textOf } from "./dialog"
import { Transferring, otherOf, setOther } from "./referral"
import { leave } from "./transfer"

const SEMICOLON: u32 = 0x3b

/** The INVITE replaces nothing. */
export const NOTHING_REPLACED: i32 = -1

/**
 * What an INVITE replaces: the place of a call of ours, NOTHING_REPLACED, or the status that refuses it.
 */
export function replacedBy(m: Message): i32 {
  const line = firstField(m, Field.REPLACES)
  if (line < 0) return NOTHING_REPLACED
  const value = fieldOf(m, Field.REPLACES), semicolon = indexOf(value, SEMICOLON)
  // RFC 3891 3: one only, and nothing else that joins calls
  if (nextField(m, line) >= 0 || semicolon < 0 || firstField(m, Field.JOIN) >= 0) return 400
  const params = after(value, semicolon)
  const d = dialogNamed(span(startOf(value), semicolon), param(params, text("to-tag")), param(params, text("from-tag")))
  if (d < 0) return 481
  const x = dialog(d)
  // RFC 3891 3: a call that is over is declined, one that still rings here is not replaced, nor one that was answered when the caller wants none such.
  if (x.place < 0) return 603
  if (x.state == DialogState.EARLY) return x.caller ? x.place : 481
  return param(params, text("early-only")) != NONE ? 486 : x.place
}

/** The call at place `i`, whose INVITE has just come, is to take the place of the one at `k`. */
export function replace(i: i32, k: i32): void {
  setOther(i, k)
  call(i).transferring = <u8>Transferring.REPLACING
}

/** RFC 3891 3: when the new call has been accepted, the old one is ended. */
export function progressReplacing(i: i32, now: i64): void {
  const c = call(i), k = otherOf(i)
  if (c.state == CallState.INCOMING) return
  c.transferring = <u8>Transferring.NONE
  if (k < 0 || c.state == CallState.ENDED) return
  const focused = call(k).focused
  leave(k, Ended.REPLACED, now)
  if (focused) focusOn(i)
}

/** RFC 3891 6.1: "?Replaces=" with the dialog as the other side knows it: its own tag first. */
export function writeReplaces(w: Writer, d: i32): void {
  w.say(prose("?Replaces="))
  writeEscaped(w, textOf(d, Text.CALL_ID), Class.LABEL)
  w.say(prose("%3Bto-tag%3D"))
  writeEscaped(w, textOf(d, Text.REMOTE_TAG), Class.LABEL)
  w.say(prose("%3Bfrom-tag%3D"))
  writeEscaped(w, textOf(d, Text.LOCAL_TAG), Class.LABEL)
}
