// The editor: one line of text, typed on the number keys. What is not allowed is refused when it is accepted, with the reason.
import { NOTHING, Prose, prose, proseAt } from "../base/prose"
import { NONE, Span, span, startOf, endOf, lengthOf } from "../base/span"
import { NEVER } from "../base/deadline"
import { decode } from "../settings/character"
import { CONTACT_NAME_MAX, CONTACT_NUMBER_MAX, Setting, contactName, draft, enter, findNumber, mostOf } from "../settings/settings"
import { COLUMNS, put, write, writeRight, widthOf } from "./screen"
import { Symbol } from "./font"
import { title, softKeys, fitted, pen, spell, BODY_ROWS, BODY_TOP } from "./paper"
import { Action, EDIT, EDIT_SIZE, View, chosenBelow, panel, pop, push } from "./panel"
import { icon } from "./standing"
import { Mode, isDigitKey, letterOf, letterCount, modeWord } from "./keypad"
import { announceFault } from "./pages"
import { label } from "./account"
import { acceptContact } from "./book"
import { editedField, editedLabel } from "./form"
import { enterField, fieldMost } from "./fields"
import { acceptDial, acceptTarget } from "./dial"

/** What is typed besides the values of settings, which have numbers below these. */
export const enum Purpose { DIAL = 0x80, TARGET, NUMBER, NAME, FIELD }

// One row per Purpose: the title, the most bytes, and what is said below the text.
const TABLE = memory.data<u32>([
  prose("Call"), CONTACT_NUMBER_MAX, prose("Number, name or URI"),
  prose("Transfer to"), CONTACT_NUMBER_MAX, prose("Now, or ask first?"),
  prose("Number"), CONTACT_NUMBER_MAX, prose(""),
  prose("Name"), CONTACT_NAME_MAX, prose("#: abc, ABC, 123"),
  prose(""), EDIT_SIZE, prose("#: abc, ABC, 123"),
])

const TEXT_ROWS: u32 = BODY_ROWS - 1
const LETTER_MS: i64 = 1000              // the same key within this time steps to its next letter

/** Begins with the value as it stands in the form. A password is typed anew: it is not shown, so nobody could change a part of it. */
export function openEditor(s: Setting): void {
  openTyping(s, s == Setting.PASSWORD ? NONE : draft(panel().formLine, s))
  if (s != Setting.USER) panel().mode = <u8>Mode.LETTERS
}

/** Begins to type for a Purpose, with a text to start from. */
export function openTyping(field: u32, value: Span): void {
  const p = panel()
  push(View.EDIT)
  p.field = <u8>field
  p.touched = 0
  p.mode = <u8>(field == Purpose.NAME ? Mode.LETTERS : Mode.DIGITS)
  typeInstead(value)
}

/** Puts another text into the editor. */
export function typeInstead(s: Span): void {
  panel().editLength = <u8>lengthOf(s)
  memory.copy(EDIT, startOf(s), lengthOf(s))
  finishLetter()
}

export function drawEdit(): void {
  const p = panel(), s = <Setting>p.field
  title(icon(), p.field == Purpose.FIELD ? spell(editedLabel(chosenBelow())) : p.field >= <u8>Purpose.DIAL ? spell(purpose(0)) : spell(label(s)))
  writeRight(0, modeWord(<Mode>p.mode))
  const w = pen()
  for (let i: u32 = 0; i < p.editLength; i++) {
    const hidden = isSecret() && (p.pending == 0 || i + 1 < p.editLength)
    w.byte(hidden ? 0x2a : load<u8>(EDIT + i))
  }
  drawText(w.written)
  const known = isNumber() ? findNumber(typed()) : -1
  if (known >= 0) fitted(BODY_TOP + TEXT_ROWS, 0, contactName(known))
  else write(BODY_TOP + TEXT_ROWS, 0, hint(s))
  if (p.field == Purpose.DIAL) softKeys(eraseLabel(), nextMode(), prose("Call"))
  else if (p.field == Purpose.TARGET) softKeys(eraseLabel(), prose("Now"), prose("Ask"))
  else if (p.field == Purpose.NUMBER) softKeys(eraseLabel(), nextMode(), prose("OK"))
  else softKeys(p.editLength == 0 ? prose("") : prose("Delete"), prose("Cancel"), prose("OK"))
}

export function pressEdit(key: u32): Action {
  const number = isNumber()
  if (key == 0x63 || key == 0x4f) return accept(true)
  if (key == 0x48 && panel().field == Purpose.DIAL) return accept(true)
  if (key == 0x62 && panel().field == Purpose.TARGET) return accept(false)
  if (key == 0x62 && number) changeMode()
  else if (key == 0x62 || key == 0x42 || (key == 0x61 && number && panel().editLength == 0)) close()
  else if (key == 0x61 || key == 0x4c) erase()
  else if (key == 0x23 && !number) changeMode()
  else if (key == 0x52) finishLetter()
  else if (key == 0x55 && number) push(View.HISTORY)
  else if (key == 0x44 && number) push(View.BOOK)
  else type(key)
  return Action.NONE
}

/** A zero that is held down becomes a plus. */
export function holdZero(): void {
  const p = panel()
  if (p.editLength > 0 && load<u8>(EDIT + p.editLength - 1) == 0x30) store<u8>(EDIT + p.editLength - 1, 0x2b)
}

/** Whether a number is being typed: * and # are part of it, and a soft key changes the mode. */
export function isNumber(): bool {
  const field = panel().field
  return field >= <u8>Purpose.DIAL && field < <u8>Purpose.NAME
}

/** Whether a password is being typed. */
export function isSecret(): bool { return settingEdited() == Setting.PASSWORD }

/** The setting, or the field of a form. */
function settingEdited(): u32 { return panel().field == Purpose.FIELD ? editedField(chosenBelow()) : panel().field }

export function typed(): Span { return span(EDIT, panel().editLength) }

/** A column of the Purpose's row. */
function purpose(column: usize): Prose { return proseAt(TABLE + <usize>(panel().field - <u8>Purpose.DIAL) * 12 + column * 4) }

function eraseLabel(): Prose { return panel().editLength == 0 ? prose("Back") : prose("Delete") }

function nextMode(): Prose {
  const mode = panel().mode
  return mode == Mode.DIGITS ? prose("abc") : mode == Mode.LETTERS ? prose("ABC") : prose("123")
}

/** The letter last typed is final: the same key begins a new one. */
export function finishLetter(): void {
  panel().pending = 0
  panel().letterAt = NEVER
}

function hint(s: Setting): Span {
  if (isSecret()) return spell(prose("Empty: as it was"))
  if (panel().field >= <u8>Purpose.DIAL) return spell(panel().field == Purpose.DIAL && panel().editLength > 0 ? NOTHING : purpose(2))
  if (s == Setting.SERVER) return spell(prose("Empty: ask DNS"))
  return spell(prose("#: abc, ABC, 123"))
}

/** The end of the text is always in view, with the cursor behind it. */
function drawText(s: Span): void {
  const rows = widthOf(s) / COLUMNS + 1
  const first = rows > TEXT_ROWS ? rows - TEXT_ROWS : 0
  let at: u32 = 0
  for (let p = startOf(s), end = endOf(s); p < end; at++) {
    const length = max(1, decode(p, end) >>> 24)
    if (at / COLUMNS >= first) write(BODY_TOP + at / COLUMNS - first, at % COLUMNS, span(p, length))
    p += length
  }
  put(BODY_TOP + at / COLUMNS - first, at % COLUMNS, Symbol.CURSOR)
}

function type(key: u32): void {
  const p = panel()
  const plain = isNumber() && p.mode == Mode.DIGITS
  const letters = plain ? u32(isDigitKey(key)) : letterCount(key, <Mode>p.mode)
  if (letters == 0) return
  if (key == p.pending) {
    p.turn = <u8>((p.turn + 1) % letters)
  } else {
    if (<u32>p.editLength >= most()) return
    p.editLength++
    p.turn = 0
  }
  store<u8>(EDIT + p.editLength - 1, <u8>(plain ? key : letterOf(key, <Mode>p.mode, p.turn)))
  p.touched = 1
  p.pending = letters > 1 ? <u8>key : 0
  p.letterAt = letters > 1 ? p.now + LETTER_MS : NEVER
}

function erase(): void {
  const p = panel()
  finishLetter()
  while (p.editLength > 0) {
    p.editLength--
    p.touched = 1
    if ((load<u8>(EDIT + p.editLength) & 0xc0) != 0x80) return
  }
}

function changeMode(): void {
  const p = panel()
  p.mode = <u8>((p.mode + 1) % 3)
  finishLetter()
}

function most(): u32 {
  const field = panel().field
  if (field == Purpose.FIELD) return fieldMost(editedField(chosenBelow()))
  return field >= <u8>Purpose.DIAL ? changetype<u32>(purpose(1)) : mostOf(<Setting>field)
}

/** What was typed is taken. `ask` false: the other way of a transfer. */
function accept(ask: bool): Action {
  const p = panel()
  finishLetter()
  switch (p.field) {
    case Purpose.DIAL: acceptDial(); return Action.NONE
    case Purpose.TARGET: acceptTarget(ask); return Action.NONE
    case Purpose.NUMBER:
    case Purpose.NAME: return acceptContact()
  }
  const unchanged = !p.touched || (isSecret() && p.editLength == 0)
  if (unchanged || (p.field == Purpose.FIELD ? enterField(editedField(chosenBelow()), typed()) : enter(p.formLine, <Setting>p.field, typed()))) close()
  else announceFault()
  return Action.NONE
}

/** Leaves the editor. */
export function close(): void {
  // No trace of a password stays in the buffer
  memory.fill(EDIT, 0, panel().editLength)
  finishLetter()
  pop()
}
