// The call settings: each row is one setting, changed with the arrows to the left and right; all are kept when the view is left.
import { prose, proseAt } from "../base/prose"
import { Kind, Setting, kindOf, leastOf, mostOf, number, setNumber, writeValue } from "../settings/settings"
import { write, writeRight } from "./screen"
import { title, softKeys, pen, spell } from "./paper"
import { Action, chosen, panel } from "./panel"
import { NOTHING, endList, pageEnd, pageStart, pressList, rowOf } from "./list"
import { icon } from "./standing"

// One row per entry: the setting, and what it is called.
const TABLE = memory.data<u32>([
  Setting.VOLUME, prose("Volume"),
  Setting.DND, prose("Do not disturb"),
  Setting.CALL_WAITING, prose("Call waiting"),
  Setting.AUTO_ANSWER, prose("Auto-answer"),
  Setting.DTMF, prose("Digits by"),
])
const ROWS = 5

export function drawKnobs(): void {
  title(icon(), spell(prose("Call settings")))
  for (let i = pageStart(); i < pageEnd(ROWS); i++) {
    write(rowOf(i), 0, spell(proseAt(TABLE + <usize>i * 8 + 4)))
    const w = pen(), s = settingAt(i)
    if (mostOf(s) == 1 && kindOf(s) == Kind.NUMBER) w.say(number(s) == 0 ? prose("off") : prose("on"))
    else writeValue(w, 0, s, false)
    writeRight(rowOf(i), w.written)
  }
  endList(ROWS)
  softKeys(prose("Back"), prose(""), prose("Change"))
}

export function pressKnobs(key: u32): Action {
  if (key == 0x4c || key == 0x52) step(key == 0x52)
  else if (pressList(key, ROWS, false) != NOTHING) step(true)
  return Action.NONE
}

/** The next value up or down; behind the last comes the first. */
function step(up: bool): void {
  const s = settingAt(chosen()), least = leastOf(s), range = mostOf(s) - least + 1
  setNumber(s, least + (number(s) - least + (up ? 1 : range - 1)) % range)
  panel().changed = true
}

function settingAt(i: i32): Setting { return <Setting>load<u32>(TABLE + <usize>i * 8) }
