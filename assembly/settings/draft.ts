// Changes to text settings that a form has collected: all are applied together, or none.
import { SETTINGS_STATE, SETTINGS_STATE_SIZE } from "../memory"
import { Span, span, keep, lengthOf } from "../base/span"
import { Setting, mostOf, nameOf } from "./table"
import { Origin, check, put, words, DRAFT } from "./values"

// A mask of the fields that were changed, and a place for each; the form has these five.
const CHANGED = DRAFT
const DOMAIN = DRAFT + 4
const SERVER = DOMAIN + 128
const USER = SERVER + 160
const PASSWORD = USER + 64
const DISPLAY_NAME = PASSWORD + 64
const LENGTHS = DISPLAY_NAME + 48        // one byte per setting, up to DISPLAY_NAME
const END = LENGTHS + <usize>Setting.DISPLAY_NAME + 1
if (END > SETTINGS_STATE + SETTINGS_STATE_SIZE) ERROR("the settings do not fit their region")

/** Forgets what was changed. */
export function beginDraft(): void { store<u32>(CHANGED, 0) }

/** What the form shows for a setting: what was entered, else its value. */
export function draft(s: Setting): Span {
  return isChanged(s) ? span(fieldOf(s), load<u8>(LENGTHS + <usize>s)) : words(s)
}

/** Enters a value. False when it is not allowed: fault() says why, and the draft is as it was. */
export function enter(s: Setting, value: Span): bool {
  if (check(nameOf(s), value) < 0) return false
  keep(value, fieldOf(s), mostOf(s))
  store<u8>(LENGTHS + <usize>s, <u8>lengthOf(value))
  store<u32>(CHANGED, load<u32>(CHANGED) | (1 << <u32>s))
  return true
}

/** Whether there is anything to apply. */
export function hasDraft(): bool { return load<u32>(CHANGED) != 0 }

/** Gives the settings the values that were entered. */
export function applyDraft(): void {
  for (let s = 0; s <= Setting.DISPLAY_NAME; s++) {
    if (isChanged(s)) put(s, draft(s), Origin.CONSOLE)
  }
  beginDraft()
}

function isChanged(s: Setting): bool { return (load<u32>(CHANGED) >>> s & 1) != 0 }

function fieldOf(s: Setting): usize {
  if (s == Setting.DOMAIN) return DOMAIN
  if (s == Setting.SERVER) return SERVER
  if (s == Setting.USER) return USER
  return s == Setting.PASSWORD ? PASSWORD : DISPLAY_NAME
}
