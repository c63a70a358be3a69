// The texts of the settings that somebody has set, one right behind the other: what a line has, what it had while its old account is still in force, and
// what a form has collected.
import { LINES } from "../config"
import { SETTINGS_STATE, SETTINGS_STATE_SIZE } from "../memory"
import { NONE, Span, lengthOf, span, startOf } from "../base/span"
import { Setting } from "./table"
import { TEXTS } from "./layout"

/** Whose a text is: line i of the phone is holder i. */
export const OLD: i32 = LINES
export const DRAFT: i32 = 2 * LINES

// The first two bytes say how many are used behind them. A record: the length of the text, the setting, the holder with Origin above it, the text.
const FIRST: usize = TEXTS + 2
const HEAD: usize = 3
const HOLDER: u32 = 0x3f
const ORIGIN: u32 = 6
/** Bytes of all records together. */
export const TEXTS_CAPACITY: u32 = <u32>(SETTINGS_STATE + SETTINGS_STATE_SIZE - FIRST)
/** Bytes that a text takes besides its own. */
export const TEXT_OVERHEAD: u32 = <u32>HEAD

export function clearTexts(): void { store<u16>(TEXTS, 0) }

/** Bytes that are free. */
export function textRoom(): u32 { return TEXTS_CAPACITY - load<u16>(TEXTS) }

/** NONE when the holder has no such text; one that is there may be empty. Good until any text changes. */
export function textOf(holder: i32, s: Setting): Span {
  const p = placeOf(holder, s)
  return p == 0 ? NONE : span(p + HEAD, load<u8>(p))
}

/** Who gave the holder this text; 0 when it has none. */
export function originOfText(holder: i32, s: Setting): u32 {
  const p = placeOf(holder, s)
  return p == 0 ? 0 : <u32>load<u8>(p, 2) >>> ORIGIN
}

/** Gives a holder a text, in the place of the one it had. `value` lies outside. False, and nothing changed, when there is no room. */
export function addText(holder: i32, s: Setting, value: Span, origin: u32): bool {
  const length = lengthOf(value), had = textOf(holder, s)
  if (textRoom() + (had == NONE ? 0 : TEXT_OVERHEAD + lengthOf(had)) < TEXT_OVERHEAD + length) return false
  removeText(holder, s)
  const p = end()
  store<u8>(p, <u8>length)
  store<u8>(p, <u8>s, 1)
  store<u8>(p, <u8>(<u32>holder | origin << ORIGIN), 2)
  memory.copy(p + HEAD, startOf(value), length)
  store<u16>(TEXTS, <u16>(p + HEAD + length - FIRST))
  return true
}

/** Another holder has this text from now on, in the place of the one it had. False: there is none. */
export function giveText(from: i32, s: Setting, to: i32, origin: u32): bool {
  if (placeOf(from, s) == 0) return false
  removeText(to, s)
  store<u8>(placeOf(from, s), <u8>(<u32>to | origin << ORIGIN), 2)
  return true
}

export function removeText(holder: i32, s: Setting): void {
  const p = placeOf(holder, s)
  if (p != 0) remove(p)
}

/** Forgets all texts of a holder. */
export function dropTexts(holder: i32): void {
  for (let p = FIRST; p < end();) {
    if (holderAt(p) == holder) remove(p)
    else p += HEAD + load<u8>(p)
  }
}

export function hasTexts(holder: i32): bool {
  for (let p = FIRST; p < end(); p += HEAD + load<u8>(p)) {
    if (holderAt(p) == holder) return true
  }
  return false
}

function end(): usize { return FIRST + load<u16>(TEXTS) }

function holderAt(p: usize): i32 { return load<u8>(p, 2) & HOLDER }

/** Where a record begins; 0 when there is none. */
function placeOf(holder: i32, s: Setting): usize {
  const last = end()
  for (let p = FIRST; p < last; p += HEAD + load<u8>(p)) {
    if (load<u8>(p, 1) == <u8>s && holderAt(p) == holder) return p
  }
  return 0
}

function remove(p: usize): void {
  const size = HEAD + load<u8>(p), last = end()
  memory.copy(p, p + size, last - p - size)
  store<u16>(TEXTS, <u16>(last - size - FIRST))
}

if (TEXTS_CAPACITY < 720) ERROR("the texts of one line do not fit")
if (DRAFT > <i32>HOLDER) ERROR("there are more holders of texts than a record can name")
