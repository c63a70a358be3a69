// Changes to the settings of one line that a form has collected, as texts: all are applied together, or none.
import { NONE, Span, after, indexOf, span, startOf, trim } from "../base/span"
import { LINE_SETTINGS, Setting, isText } from "./table"
import { checkValue, hasRoom } from "./check"
import { unquoted } from "./kinds"
import { DRAFT, addText, dropTexts, giveText, hasTexts, textOf } from "./texts"
import { Origin, keepOld, put, words } from "./values"

/** Forgets what was changed. */
export function beginDraft(): void { dropTexts(DRAFT) }

/** What was entered for a setting; NONE when nothing was. */
export function entered(s: Setting): Span { return textOf(DRAFT, s) }

/** What the form shows for a text of the line: what was entered, else its value. */
export function draft(line: i32, s: Setting): Span {
  return entered(s) != NONE ? entered(s) : words(line, s)
}

/** Enters a value. False when it is not allowed: fault() says why, and the draft is as it was. */
export function enter(line: i32, s: Setting, value: Span): bool {
  if (!checkValue(line, s, value) || !hasRoom(line, s, value)) return false
  const bare = unquoted(value), cut = s == Setting.DOMAIN ? indexOf(bare, 0x3b) : -1
  // VE-09: the domain and its servers in one
  if (cut >= 0) addText(DRAFT, Setting.SERVER, trim(after(bare, cut + 1)), Origin.CONSOLE)
  addText(DRAFT, s, cut < 0 ? bare : trim(span(startOf(bare), cut)), Origin.CONSOLE)
  return true
}

/** Whether there is anything to apply. */
export function hasDraft(): bool { return hasTexts(DRAFT) }

/** Gives the line the values that were entered. */
export function applyDraft(line: i32): void {
  for (let s = 0; s < LINE_SETTINGS; s++) {
    const value = entered(s)
    if (value == NONE) continue
    if (!isText(s)) put(line, s, value, Origin.CONSOLE)
    else {
      keepOld(line, s)
      giveText(DRAFT, s, line, Origin.CONSOLE)
    }
  }
  beginDraft()
}
