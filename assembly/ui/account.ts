// The account form: five texts and the profile, collected in a draft. Nothing is applied before Save. Two profiles have forms of their own: form.ts.
import { Prose, prose } from "../base/prose"
import { Setting, beginDraft, hasDraft } from "../settings/settings"
import { write } from "./screen"
import { title, softKeys, fitted, pen, spell } from "./paper"
import { Action, choose, chosen, panel } from "./panel"
import { NOTHING, endList, pressList, rowOf } from "./list"
import { icon } from "./standing"
import { fieldShown, isStepped, stepField } from "./fields"
import { openEditor } from "./edit"
import { submit } from "./form"

const FIELDS = 6
const VALUE: u32 = 9                     // column of the values

export function drawAccount(): void {
  const line: i32 = panel().formLine, w = pen()
  w.say(prose("Account"))
  if (line > 0) {
    w.byte(0x20)
    w.number(line + 1)
  }
  if (hasDraft()) w.say(prose(", not saved"))
  title(icon(), w.written)
  for (let i = 0; i < FIELDS; i++) {
    write(rowOf(i), 0, spell(label(fieldAt(i))))
    fitted(rowOf(i), VALUE, fieldShown(fieldAt(i)))
  }
  endList(FIELDS)
  softKeys(prose("Cancel"), prose("Save"), isStepped(fieldAt(chosen())) ? prose("Change") : prose("Edit"))
}

export function pressAccount(key: u32): Action {
  if (key == 0x62) return submit()
  // The list is left by these
  if (key == 0x61 || key == 0x42) beginDraft()
  const arrow = key == 0x4c || key == 0x52
  const i = arrow ? <i32>chosen() : pressList(key, FIELDS, true)
  if (i == NOTHING) return Action.NONE
  choose(i)
  if (isStepped(fieldAt(i))) stepField(fieldAt(i), key != 0x4c)
  else if (!arrow) openEditor(fieldAt(i))
  return Action.NONE
}

/** The settings of the form, from top to bottom. */
function fieldAt(i: u32): Setting {
  switch (i) {
    case 0: return Setting.DOMAIN
    case 1: return Setting.USER
    case 2: return Setting.PASSWORD
    case 3: return Setting.DISPLAY_NAME
    case 4: return Setting.SERVER
  }
  return Setting.PROFILE
}

export function label(s: Setting): Prose {
  switch (s) {
    case Setting.DOMAIN: return prose("Domain")
    case Setting.USER: return prose("User")
    case Setting.PASSWORD: return prose("Password")
    case Setting.DISPLAY_NAME: return prose("Name")
    case Setting.PROFILE: return prose("Profile")
  }
  return prose("Server")
}
