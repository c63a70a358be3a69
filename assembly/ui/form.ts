// The forms of the Versity and of the Baker phones: two rows for each field, collected in a draft. Nothing is applied before Submit (BK-31, VE-39).
import { Prose, prose } from "../base/prose"
import { Span, lengthOf } from "../base/span"
import { Profile, Setting, applyDraft, beginDraft, beginFault, hasDraft, knob } from "../settings/settings"
import { COLUMNS, invert, put, write } from "./screen"
import { BODY_TOP, title, softKeys, fitted, spell } from "./paper"
import { Symbol } from "./font"
import { Action, EDIT_SIZE, View, chosen, panel, popToHome } from "./panel"
import { NOTHING, pressList } from "./list"
import { icon } from "./standing"
import { Part, fieldShown, fieldText, isFixed, isNumeric, isStepped, stepField } from "./fields"
import { Purpose, openTyping } from "./edit"
import { Mode } from "./keypad"
import { announceFault } from "./pages"

// The fields of Versity's form come first, those of Baker's behind them.
const VERSITY_FIELDS = 8
const BAKER_FIELDS = 18
/** So many fields fit the screen. */
const PAGE: u32 = 3

/** The form is about the line that is shown, and nothing has changed. */
export function beginForm(): void {
  panel().formLine = panel().line
  beginDraft()
}

/** The view of the account that goes with the profile. */
export function accountView(): View {
  const p = panel(), profile = knob(p.formLine, Setting.PROFILE)
  p.formBaker = profile == Profile.BAKER
  return profile == Profile.VERSITY ? View.TABS : profile == Profile.BAKER ? View.FORM : View.ACCOUNT
}

export function drawForm(): void {
  const at = chosen(), from = at / PAGE * PAGE, count = <u32>fieldCount()
  title(icon(), spell(section(at)))
  if (hasDraft()) put(0, 1, 0x2a)
  for (let i = from; i < min(from + PAGE, count); i++) {
    const row = BODY_TOP + (i - from) * 2
    write(row, 0, spell(labelAt(i)))
    fitted(row + 1, 1, fieldShown(fieldAt(i)))
    if (i == at) invert(row, 0, COLUMNS * 2)
  }
  const above = from > 0, below = from + PAGE < count
  put(0, COLUMNS - 1, above && below ? Symbol.BOTH : above ? Symbol.ABOVE : Symbol.BELOW)
  softKeys(prose("Cancel"), prose("Submit"), isFixed(fieldAt(at)) ? prose("") : isStepped(fieldAt(at)) ? prose("Change") : prose("Edit"))
}

export function pressForm(key: u32): Action {
  if (key == 0x62) return submit()
  const field = fieldAt(chosen())
  if ((key == 0x4c || key == 0x52) && isStepped(field)) {
    step(field, key == 0x52)
    return Action.NONE
  }
  // The list is left by these
  if (key == 0x61 || key == 0x42) beginDraft()
  if (pressList(key, fieldCount(), false) == NOTHING || isFixed(field)) return Action.NONE
  if (isStepped(field)) step(field, true)
  else edit(field)
  return Action.NONE
}

/** Of the form under the editor: the label of the field that is edited, and which it is. */
export function editedLabel(row: u32): Prose { return labelAt(row) }
export function editedField(row: u32): u32 { return fieldAt(row) }

function step(field: u32, up: bool): void {
  if (!stepField(field, up)) announceFault()
}

function edit(field: u32): void {
  const value: Span = field == Setting.PASSWORD ? 0 : fieldText(field)
  if (lengthOf(value) > EDIT_SIZE) {
    beginFault().say(prose("This is too long for the keys; use the console."))
    announceFault()
    return
  }
  openTyping(Purpose.FIELD, value)
  panel().mode = <u8>(isNumeric(field) || field == Setting.USER ? Mode.DIGITS : Mode.LETTERS)
}

/** All that was entered comes into force. */
export function submit(): Action {
  const p = panel(), changed = hasDraft()
  applyDraft(p.formLine)
  p.acting = <i8>p.formLine
  popToHome()
  return changed ? Action.SAVE : Action.NONE
}

function isBaker(): bool { return panel().formBaker }

function fieldCount(): i32 { return isBaker() ? BAKER_FIELDS : VERSITY_FIELDS }

function rowAt(i: u32): u32 { return i + (isBaker() ? VERSITY_FIELDS : 0) }

/** The section that a field stands in. */
function section(i: u32): Prose {
  if (!isBaker()) return i == 0 ? prose("Biz Phone SIP") : prose("SIP Registration 1")
  return i < 6 ? prose("Line SIP") : i < 10 ? prose("SIP Server1") : i < 14 ? prose("SIP Server2") : prose("Basic Settings")
}

// As code and not as a table: constants are what the page has least room for
function labelAt(i: u32): Prose {
  switch (rowAt(i)) {
    case 0: return prose("Enable SIP")
    case 1: return prose("Server Address")
    case 2: return prose("SIP Server Port")
    case 3: return prose("Transport:")
    case 4: return prose("Extension Number")
    case 5: return prose("Username")
    case 6: return prose("Password")
    case 7: return prose("Profile")
    case 8: return prose("Line")
    case 9: return prose("Enable Reg")
    case 10: return prose("Phone Number")
    case 11: return prose("Display Name")
    case 12: return prose("Register User")
    case 13: return prose("Register Pswd")
    case 14: return prose("Register Addr")
    case 15: return prose("Register Port")
    case 16: return prose("Register TTL")
    case 17: return prose("Transport")
    case 18: return prose("Backup Addr")
    case 19: return prose("Backup Port")
    case 20: return prose("Backup TTL")
    case 21: return prose("Backup Transport")
    case 22: return prose("Enable Failback")
    case 23: return prose("Failback Interval")
    case 24: return prose("Signal Retry Counts")
  }
  return prose("Profile")
}

/** The setting or Part that a field is about. */
function fieldAt(i: u32): u32 {
  switch (rowAt(i)) {
    case 0: return Setting.ENABLED
    case 1: return Part.LIST
    case 2: return Part.LIST_PORT
    case 3: return Setting.TRANSPORT
    case 4: return Setting.USER
    case 5: return Setting.AUTH_USER
    case 6: return Setting.PASSWORD
    case 7: return Setting.PROFILE
    case 8: return Part.LINE
    case 9: return Setting.ENABLED
    case 10: return Setting.USER
    case 11: return Setting.DISPLAY_NAME
    case 12: return Setting.AUTH_USER
    case 13: return Setting.PASSWORD
    case 14: return Part.HOST1
    case 15: return Part.PORT1
    case 16: return Setting.REGISTER_TTL
    case 17: return Setting.TRANSPORT
    case 18: return Part.HOST2
    case 19: return Part.PORT2
    case 20: return Setting.BACKUP_TTL
    case 21: return Setting.BACKUP_TRANSPORT
    case 22: return Part.FAILBACK
    case 23: return Setting.FAILBACK_INTERVAL
    case 24: return Setting.RETRY_COUNT
  }
  return Setting.PROFILE
}
