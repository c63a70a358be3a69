// The menu: what the phone can do besides calling, chosen by number or with the arrows.
import { prose, proseAt } from "../base/prose"
import { put, write } from "./screen"
import { title, softKeys, spell } from "./paper"
import { Action, View, choose, popToHome, push } from "./panel"
import { NOTHING, endList, pageEnd, pageStart, pressList, rowOf } from "./list"
import { icon } from "./standing"
import { accountView, beginForm } from "./form"

/** Rows that ask for an action rather than a view. */
const ACTION: u32 = 0x100

// One row per entry: what it is called, and the view that it opens or the action that it asks for.
const TABLE = memory.data<u32>([
  prose("Calls"), View.HISTORY,
  prose("Phone book"), View.BOOK,
  prose("Call settings"), View.KNOBS,
  prose("Account"), View.ACCOUNT,
  prose("Servers"), View.SERVERS,
  prose("Why this server"), View.WHY,
  prose("Register"), ACTION + Action.REGISTER,
  prose("Log off"), ACTION + Action.UNREGISTER,
  prose("About"), View.ABOUT,
])
const ENTRIES = 9

export function drawMenu(): void {
  title(icon(), spell(prose("Menu")))
  for (let i = pageStart(); i < pageEnd(ENTRIES); i++) {
    put(rowOf(i), 0, 0x31 + i)
    write(rowOf(i), 2, spell(proseAt(TABLE + <usize>i * 8)))
  }
  endList(ENTRIES)
  softKeys(prose("Back"), prose(""), prose("Select"))
}

export function pressMenu(key: u32): Action {
  const i = pressList(key, ENTRIES, true)
  if (i == NOTHING) return Action.NONE
  choose(i)
  const what = load<u32>(TABLE + <usize>i * 8, 4)
  if (what >= ACTION) {
    popToHome()
    return <Action>(what - ACTION)
  }
  if (what == View.ACCOUNT) beginForm()
  push(what == View.ACCOUNT ? accountView() : <View>what)
  return Action.NONE
}
