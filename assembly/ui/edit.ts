// The editor: one line of text, typed on the number keys. What is not allowed is refused when it is accepted, with the reason.
import { prose } from "../base/prose"
import { Span, text, span, startOf, endOf, lengthOf } from "../base/span"
import { NEVER } from "../base/deadline"
import { decode } from "../settings/character"
import { Setting, draft, enter, mostOf } from "../settings/settings"
import { COLUMNS, put, write, writeRight, widthOf } from "./screen"
import { Symbol } from "./font"
import { title, softKeys, pen, BODY_ROWS, BODY_TOP } from "./paper"
import { Action, EDIT, View, panel, pop, push } from "./panel"
import { icon } from "./standing"
import { Mode, letterOf, letterCount, modeWord } from "./keypad"
import { announceFault } from "./pages"
import { label } from "./account"

const TEXT_ROWS: u32 = BODY_ROWS - 1
const LETTER_MS: i64 = 1000              // the same key within this time steps to its next letter

/** Begins with the value as it stands in the form. A password is typed anew: it is not shown, so nobody could change a part of it. */
export function openEditor(s: Setting): void {
  const p = panel()
  const value = s == Setting.PASSWORD ? text("") : draft(s)
  push(View.EDIT)
  p.field = <u8>s
  p.touched = 0
  p.mode = <u8>(s == Setting.USER ? Mode.DIGITS : Mode.LETTERS)
  p.editLength = <u8>lengthOf(value)
  memory.copy(EDIT, startOf(value), lengthOf(value))
  finishLetter()
}

export function drawEdit(): void {
  const p = panel(), s = <Setting>p.field
  title(icon(), label(s))
  writeRight(0, modeWord(<Mode>p.mode))
  const w = pen()
  for (let i: u32 = 0; i < p.editLength; i++) {
    const hidden = s == Setting.PASSWORD && (p.pending == 0 || i + 1 < p.editLength)
    w.byte(hidden ? 0x2a : load<u8>(EDIT + i))
  }
  drawText(w.written)
  write(BODY_TOP + TEXT_ROWS, 0, hint(s))
  softKeys(prose("Delete"), prose("Cancel"), prose("OK"))
}

export function pressEdit(key: u32): Action {
  if (key == 0x63 || key == 0x4f) accept()
  else if (key == 0x62 || key == 0x42) close()
  else if (key == 0x61 || key == 0x4c) erase()
  else if (key == 0x23) changeMode()
  else if (key == 0x52) finishLetter()
  else type(key)
  return Action.NONE
}

/** The letter last typed is final: the same key begins a new one. */
export function finishLetter(): void {
  panel().pending = 0
  panel().letterAt = NEVER
}

function hint(s: Setting): Span {
  if (s == Setting.SERVER) return text("Empty: ask DNS")
  return s == Setting.PASSWORD ? text("Empty: as it was") : text("#: abc, ABC, 123")
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
  const letters = letterCount(key, <Mode>p.mode)
  if (letters == 0) return
  if (key == p.pending) {
    p.turn = <u8>((p.turn + 1) % letters)
  } else {
    if (<i32>p.editLength >= mostOf(<Setting>p.field)) return
    p.editLength++
    p.turn = 0
  }
  store<u8>(EDIT + p.editLength - 1, <u8>letterOf(key, <Mode>p.mode, p.turn))
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

function accept(): void {
  const p = panel()
  finishLetter()
  const unchanged = !p.touched || (p.field == Setting.PASSWORD && p.editLength == 0)
  if (unchanged || enter(<Setting>p.field, span(EDIT, p.editLength))) close()
  else announceFault()
}

function close(): void {
  // No trace of a password stays in the buffer
  memory.fill(EDIT, 0, panel().editLength)
  finishLetter()
  pop()
}
