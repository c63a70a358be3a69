// The menu: six entries, chosen by their number or with the arrows.
import { prose } from "../base/prose"
import { Span, text } from "../base/span"
import { COLUMNS, invert, write, put } from "./screen"
import { title, softKeys, BODY_TOP } from "./paper"
import { Action, View, choose, chosen, pop, popToIdle, push } from "./panel"
import { icon } from "./standing"
import { beginDraft } from "../settings/settings"

const ENTRIES: u32 = 6

export function drawMenu(): void {
  title(icon(), text("Menu"))
  for (let i: u32 = 0; i < ENTRIES; i++) {
    put(BODY_TOP + i, 0, 0x31 + i)
    write(BODY_TOP + i, 2, entry(i))
  }
  invert(BODY_TOP + chosen(), 0, COLUMNS)
  softKeys(prose("Back"), prose(""), prose("Select"))
}

export function pressMenu(key: u32): Action {
  if (key == 0x55) choose((chosen() + ENTRIES - 1) % ENTRIES)
  else if (key == 0x44) choose((chosen() + 1) % ENTRIES)
  else if (key == 0x61 || key == 0x42) pop()
  else if (key == 0x63 || key == 0x4f) return enter(chosen())
  else if (key - 0x31 < ENTRIES) return enter(key - 0x31)
  return Action.NONE
}

function entry(i: u32): Span {
  switch (i) {
    case 0: return text("Account")
    case 1: return text("Servers")
    case 2: return text("Why this server")
    case 3: return text("Register")
    case 4: return text("Log off")
  }
  return text("About")
}

function enter(i: u32): Action {
  switch (i) {
    case 0: {
      beginDraft()
      push(View.ACCOUNT)
      return Action.NONE
    }
    case 1: push(View.SERVERS); return Action.NONE
    case 2: push(View.WHY); return Action.NONE
    case 3: popToIdle(); return Action.REGISTER
    case 4: popToIdle(); return Action.UNREGISTER
  }
  push(View.ABOUT)
  return Action.NONE
}
