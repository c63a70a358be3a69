// The console's commands about calls, history and phone book: finds what they are about and does it.
import { after, text, between, startOf, startsWith, endOf, indexOf, lengthOf, byteAt, sameFolded, span, trim } from "../base/span"
import { decimal } from "../base/number"
import { CALLS, LINES } from "../config"
import { CallState, call, placeOf } from "../dialog/call"
import * as dialog from "../dialog/commands"
import { transferBlind } from "../dialog/transfer"
import { Setting, addContact, assign, removeNamed } from "../settings/settings"
import { Action, panel } from "./panel"
import { Command, Refusal, Reply } from "./lines"
import { refusalOf } from "./call-words"
import { Verb, perform } from "./verbs"
import { callTarget, resolved } from "./dial"
import { queueDigits, takesDigits } from "./digits"
import { clearHistory } from "./history"
import { isDigitKey } from "./keypad"

const OPTION = text("--line ")

export function carryOutCall(r: Reply, c: Command): Action {
  const given = lengthOf(r.argument) > 0
  switch (c) {
    case Command.DIAL: return dial(r)
    case Command.ANSWER: return verb(r, Verb.ANSWER)
    case Command.REJECT: return verb(r, Verb.REJECT)
    case Command.HANGUP: return verb(r, Verb.END)
    case Command.HOLD: return verb(r, Verb.HOLD)
    case Command.RESUME: return verb(r, Verb.RESUME)
    case Command.TRANSFER: return transfer(r)
    case Command.CONFERENCE: return onOff(r) < 0 ? refuse(r, Refusal.USAGE) : forShown(r, onOff(r) == 1 ? Verb.JOIN : Verb.SPLIT)
    case Command.MUTE: return mute(r)
    case Command.DTMF: return digits(r)
    case Command.VOLUME: return volume(r)
    case Command.CONTACTS_ADD: return add(r)
    case Command.CONTACTS_DELETE: {
      if (!given) return refuse(r, Refusal.USAGE)
      return removeNamed(r.argument) ? Action.STORE : refuse(r, Refusal.SETTING)
    }
  }
  if (given) return refuse(r, Refusal.USAGE)
  if (c == Command.SWAP) return forShown(r, Verb.SWAP)
  if (c == Command.HISTORY_CLEAR) clearHistory()
  return Action.NONE
}

/** By the line that is named, else by the one that is shown. */
function dial(r: Reply): Action {
  let target = r.argument, line: i64 = panel().line + 1
  if (startsWith(target, OPTION)) {
    const rest = trim(after(target, lengthOf(OPTION))), space = indexOf(rest, 0x20)
    line = space < 0 ? -1 : decimal(span(startOf(rest), space), 99)
    if (line < 1) return refuse(r, Refusal.USAGE)
    if (line > LINES) return refuse(r, Refusal.NO_LINE)
    target = trim(after(rest, space))
  }
  return lengthOf(target) == 0 ? refuse(r, Refusal.USAGE) : concluded(r, callTarget(<i32>line - 1, target, r.now))
}

/** Does it to the call whose number is given; without one to the call that rings here, or to the one in focus. */
function verb(r: Reply, v: Verb): Action {
  if (lengthOf(r.argument) == 0) return v == Verb.ANSWER || v == Verb.REJECT ? at(r, ringing(), v) : forShown(r, v)
  const id = decimal(r.argument, 255)
  return id < 0 ? refuse(r, Refusal.USAGE) : at(r, id == 0 ? -1 : placeOf(<u32>id), v)
}

function forShown(r: Reply, v: Verb): Action { return at(r, panel().place, v) }

function at(r: Reply, place: i32, v: Verb): Action {
  if (place < 0) return refuse(r, Refusal.NO_CALL)
  const refusal = perform(v, place, r.now)
  return concluded(r, refusal == dialog.Refusal.DONE ? place : refusal)
}

/** The reply is about the call at `place`, or says why there is none: a dialog Refusal. */
function concluded(r: Reply, place: i32): Action {
  r.subject = place
  return place < 0 ? refuse(r, refusalOf(place)) : Action.NONE
}

function transfer(r: Reply): Action {
  const place = panel().place
  if (lengthOf(r.argument) == 0) return forShown(r, Verb.CONNECT)
  if (place < 0) return refuse(r, Refusal.NO_CALL)
  const refusal = transferBlind(place, resolved(r.argument), r.now)
  return concluded(r, refusal == dialog.Refusal.DONE ? place : refusal)
}

function mute(r: Reply): Action {
  const on = onOff(r), place = panel().place
  if (on < 0) return refuse(r, Refusal.USAGE)
  if (place >= 0 && call(place).muted == (on == 1)) return concluded(r, place)
  return forShown(r, Verb.MUTE)
}

function digits(r: Reply): Action {
  const s = r.argument
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    if (!isDigitKey(byteAt(s, i)) && (byteAt(s, i) & 0xdf) - 0x41 > 3) return refuse(r, Refusal.USAGE)
  }
  if (lengthOf(s) == 0) return refuse(r, Refusal.USAGE)
  if (panel().place < 0) return refuse(r, Refusal.NO_CALL)
  return takesDigits() && queueDigits(s, r.now) ? concluded(r, panel().place) : refuse(r, Refusal.NOT_NOW)
}

function volume(r: Reply): Action {
  r.subject = Setting.VOLUME
  if (lengthOf(r.argument) == 0 || assign(text("volume"), r.argument)) return Action.NONE
  return refuse(r, Refusal.SETTING)
}

/** The number is the last word, the name everything before it. */
function add(r: Reply): Action {
  const s = r.argument
  let p = endOf(s)
  while (p > startOf(s) && load<u8>(p - 1) != 0x20) p--
  const name = trim(between(startOf(s), p))
  if (lengthOf(name) == 0) return refuse(r, Refusal.USAGE)
  r.subject = addContact(name, between(p, endOf(s)))
  return r.subject < 0 ? refuse(r, Refusal.SETTING) : Action.STORE
}

/** 1 on, 0 off, -1 neither. */
function onOff(r: Reply): i32 { return sameFolded(r.argument, text("on")) ? 1 : sameFolded(r.argument, text("off")) ? 0 : -1 }

function ringing(): i32 {
  for (let i = 0; i < CALLS; i++) {
    if (call(i).state == CallState.INCOMING) return i
  }
  return -1
}

function refuse(r: Reply, why: Refusal): Action {
  r.refusal = <u8>why
  return Action.NONE
}
