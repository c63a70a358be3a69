// The account form: five settings, collected in a draft. Nothing is applied before Save.
import { prose } from "../base/prose"
import { Span, text, lengthOf } from "../base/span"
import { Setting, applyDraft, beginDraft, draft, hasDraft } from "../settings/settings"
import { write } from "./screen"
import { title, softKeys, fitted } from "./paper"
import { Action, choose, popToHome } from "./panel"
import { NOTHING, endList, pressList, rowOf } from "./list"
import { icon } from "./standing"
import { openEditor } from "./edit"

const FIELDS = 5
const VALUE: u32 = 9                     // column of the values

export function drawAccount(): void {
  title(icon(), text("Account"))
  for (let i = 0; i < FIELDS; i++) {
    const s = fieldAt(i), value = draft(0, s)
    write(rowOf(i), 0, label(s))
    fitted(rowOf(i), VALUE, s == Setting.PASSWORD && lengthOf(value) > 0 ? text("********") : value)
  }
  endList(FIELDS)
  if (hasDraft()) write(rowOf(FIELDS), 0, text("Changed, not saved"))
  softKeys(prose("Cancel"), prose("Save"), prose("Edit"))
}

export function pressAccount(key: u32): Action {
  if (key == 0x62) return save()
  // The list is left by these
  if (key == 0x61 || key == 0x42) beginDraft()
  const i = pressList(key, FIELDS, true)
  if (i == NOTHING) return Action.NONE
  choose(i)
  openEditor(fieldAt(i))
  return Action.NONE
}

/** The settings of the form, from top to bottom. */
function fieldAt(i: i32): Setting {
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

function save(): Action {
  const changed = hasDraft()
  applyDraft(0)
  popToHome()
  return changed ? Action.SAVE : Action.NONE
}
