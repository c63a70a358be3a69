// The tabs of the Versity form: SIP, and two that this phone has nothing for. VE-39
import { prose, proseAt } from "../base/prose"
import { put, write } from "./screen"
import { title, softKeys, beginText, endText, paragraph, spell } from "./paper"
import { Action, View, choose, chosenBelow, push } from "./panel"
import { NOTHING, endList, pressList, rowOf } from "./list"
import { icon } from "./standing"

const TABLE = memory.data<u32>([prose("SIP"), prose("LDAP"), prose("Emergency Contacts")])
const TABS = 3

export function drawTabs(): void {
  title(icon(), spell(prose("Biz Phone")))
  for (let i = 0; i < TABS; i++) {
    put(rowOf(i), 0, 0x31 + i)
    write(rowOf(i), 2, spell(proseAt(TABLE + <usize>i * 4)))
  }
  endList(TABS)
  softKeys(prose("Back"), prose(""), prose("Select"))
}

export function pressTabs(key: u32): Action {
  const i = pressList(key, TABS, true)
  if (i == NOTHING) return Action.NONE
  choose(i)
  push(i == 0 ? View.FORM : View.EMPTY)
  return Action.NONE
}

/** A tab without settings. */
export function drawEmpty(): void {
  title(icon(), spell(proseAt(TABLE + <usize>chosenBelow() * 4)))
  beginText()
  paragraph(spell(prose("There is nothing to set here.")), 0)
  endText()
  softKeys(prose("Back"), prose(""), prose(""))
}
