// The view of the call history: who, when, and whether the call was missed, received, dialled or rejected.
import { prose } from "../base/prose"
import { Writer } from "../base/writer"
import { findNumber } from "../settings/settings"
import { put, write } from "./screen"
import { Symbol } from "./font"
import { title, softKeys, facing, pen, spell } from "./paper"
import { Action, View, below, chosen, panel, pop } from "./panel"
import { NOTHING, endList, keepWithin, pageEnd, pageStart, pressList, rowOf } from "./list"
import { icon, knowsClock, writeClockAt } from "./standing"
import { personOf } from "./call-words"
import { Kind, historyCount, kindOf, nameOf, numberOf, whenOf } from "./history"
import { callFromKeys } from "./dial"
import { keepNumber } from "./book"
import { typeInstead } from "./edit"

const DAY_SEC: i64 = 86400
/** A crossed circle, as on a sign. */
const NO_ENTRY: u32 = 0xd8

export function drawHistory(): void {
  const count = historyCount(), pick = below() == View.EDIT
  panel().missed = 0
  keepWithin(count)
  title(icon(), spell(prose("Calls")))
  for (let i = pageStart(); i < pageEnd(count); i++) {
    const kind = kindOf(i), w = pen()
    writeWhen(w, whenOf(i))
    put(rowOf(i), 0, kind == Kind.MISSED ? Symbol.FAILED : kind == Kind.RECEIVED ? Symbol.ARROW_LEFT : kind == Kind.DIALLED ? Symbol.ARROW_RIGHT : NO_ENTRY)
    facing(rowOf(i), 2, personOf(nameOf(i), numberOf(i)), w.written)
  }
  if (count == 0) write(1, 0, spell(prose("No calls yet")))
  endList(count)
  softKeys(prose("Back"), mayKeep() && !pick ? prose("Keep") : prose(""), count == 0 ? prose("") : pick ? prose("Take") : prose("Call"))
}

export function pressHistory(key: u32): Action {
  const pick = below() == View.EDIT
  if (key == 0x62 && mayKeep() && !pick) {
    const i = <i32>chosen()
    keepNumber(personOf(nameOf(i), numberOf(i)), numberOf(i))
    return Action.NONE
  }
  const i = pressList(key, historyCount(), false)
  if (i == NOTHING) return Action.NONE
  if (pick) {
    pop()
    typeInstead(numberOf(i))
  } else {
    callFromKeys(numberOf(i))
  }
  return Action.NONE
}

/** Whether the number chosen is not in the phone book yet. */
function mayKeep(): bool { return <i32>chosen() < historyCount() && findNumber(numberOf(<i32>chosen())) < 0 }

/** Writes the time of a call of today, else how many days ago it was; nothing when the clock was not set. */
export function writeWhen(w: Writer, seconds: u32): void {
  const p = panel()
  if (seconds == 0 || !knowsClock()) return
  const days = dayOf((p.unixMs + p.now - p.clockAt) / 1000) - dayOf(seconds)
  if (days <= 0) {
    writeClockAt(w, <i64>seconds * 1000)
    return
  }
  w.number(days)
  w.say(prose(" d"))
}

function dayOf(seconds: i64): i64 { return (seconds + panel().zoneMin * 60) / DAY_SEC }
