// The account form: five settings, collected in a draft. Nothing is applied before Save.
import { prose } from "../base/prose"
import { Span, text, lengthOf } from "../base/span"
import { Setting, applyDraft, beginDraft, draft, hasDraft } from "../settings/settings"
import { COLUMNS, invert, write } from "./screen"
import { title, softKeys, fitted, BODY_TOP } from "./paper"
import { Action, choose, chosen, pop, popToIdle } from "./panel"
import { icon } from "./standing"
import { openEditor } from "./edit"

const FIELDS: u32 = 5
const VALUE: u32 = 9                     // column of the values

export function drawAccount(): void {
  title(icon(), text("Account"))
  for (let i: u32 = 0; i < FIELDS; i++) {
    const s = fieldAt(i), value = draft(s)
    write(BODY_TOP + i, 0, label(s))
    fitted(BODY_TOP + i, VALUE, s == Setting.PASSWORD && lengthOf(value) > 0 ? text("********") : value)
  }
  invert(BODY_TOP + chosen(), 0, COLUMNS)
  if (hasDraft()) write(BODY_TOP + FIELDS, 0, text("Changed, not saved"))
  softKeys(prose("Cancel"), prose("Save"), prose("Edit"))
}

export function pressAccount(key: u32): Action {
  if (key == 0x55) choose((chosen() + FIELDS - 1) % FIELDS)
  else if (key == 0x44) choose((chosen() + 1) % FIELDS)
  else if (key == 0x63 || key == 0x4f) edit(chosen())
  else if (key - 0x31 < FIELDS) edit(key - 0x31)
  else if (key == 0x62) return save()
  else if (key == 0x61 || key == 0x42) cancel()
  return Action.NONE
}

/** The settings of the form, from top to bottom. */
function fieldAt(i: u32): Setting {
  switch (i) {
    case 0: return Setting.DOMAIN
    case 1: return Setting.USER
    case 2: return Setting.PASSWORD
    case 3: return Setting.DISPLAY_NAME
  }
  return Setting.SERVER
}

export function label(s: Setting): Span {
  switch (s) {
    case Setting.DOMAIN: return text("Domain")
    case Setting.USER: return text("User")
    case Setting.PASSWORD: return text("Password")
    case Setting.DISPLAY_NAME: return text("Name")
  }
  return text("Server")
}

function edit(i: u32): void {
  choose(i)
  openEditor(fieldAt(i))
}

function save(): Action {
  const changed = hasDraft()
  applyDraft()
  popToIdle()
  return changed ? Action.SAVE : Action.NONE
}

function cancel(): void {
  beginDraft()
  pop()
}
