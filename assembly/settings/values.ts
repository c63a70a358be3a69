// The settings' values, one by one: reading and changing them. settings/check.ts says which are good, settings/file.ts reads and writes them as a text.
import { LINES } from "../config"
import { Span, NONE, after, trim, span, startOf, indexOf, same, text } from "../base/span"
import { Setting, SETTINGS, LINE_NUMBERS, LINE_SETTINGS, defaultOf, isText } from "./table"
import { VALUES, VALUES_OF_LINE, VALUES_SIZE, VALUE_SIZE } from "./layout"
import { holdsCode, numberOf, unquoted } from "./kinds"
import { usualOf } from "./profile"
import { OLD, addText, clearTexts, dropTexts, giveText, originOfText, textOf } from "./texts"

// A number, the place of the word of a choice, or the words of a set, a bit for each, takes three bytes: the value in the low 20 bits, Origin above it.
const VALUE: u32 = 0xfffff
const ORIGIN: u32 = 20

/** The value of a NUMBER, the place of the word of a CHOICE, or the words of a SET, as a line has it; what is of the phone is the same for every line. */
export function knob(line: i32, s: Setting): i32 { return load<u32>(placeOf(line, s)) & VALUE }

/** The same of a setting of the phone. */
export function number(s: Setting): i32 { return knob(0, s) }

/** Gives a NUMBER, CHOICE or SET of the phone a value from its range. */
export function setNumber(s: Setting, n: i32): void { set(0, s, n, Origin.CONSOLE) }

/** The value of a text; length 0 when there is none. UTF-8. Good until a text is changed. */
export function words(line: i32, s: Setting): Span {
  const own = textOf(line, s)
  return own != NONE ? own : usual(line, s)
}

/** The same, as it was when the line was last told to begin with its account: what the user has changed since waits until the old one is unregistered. */
export function account(line: i32, s: Setting): Span {
  const old = textOf(OLD + line, s)
  return old != NONE ? old : words(line, s)
}

/** The account that the user wants is in force from now on. */
export function adoptAccount(line: i32): void { dropTexts(OLD + line) }

/** Whether a list of status codes such as "500 503 5xx" holds this one. */
export function inCodes(line: i32, s: Setting, code: u32): bool { return holdsCode(words(line, s), code) }

/** Who gave a setting its value. */
export const enum Origin { USUAL, FILE, CONSOLE, START }

export function originOf(line: i32, s: Setting): Origin { return isText(s) ? originOfText(line, s) : load<u32>(placeOf(line, s)) >>> ORIGIN & 3 }

/** Puts every setting to what is usual, and the profiles to their default. */
export function restoreDefaults(): void {
  memory.fill(VALUES, 0, VALUES_SIZE)
  clearTexts()
  for (let s = LINE_SETTINGS; s < SETTINGS; s++) set(0, s, usual(0, s), Origin.USUAL)
  for (let line = 0; line < LINES; line++) takeUsual(line)
}

/** Settings that nobody has set follow the profile. */
function takeUsual(line: i32): void {
  for (let s = LINE_NUMBERS; s < LINE_SETTINGS; s++) {
    if (originOf(line, s) == Origin.USUAL) set(line, s, usual(line, s), Origin.USUAL)
  }
}

/** A span for a text, else the number. */
function usual(line: i32, s: Setting): u32 { return usualOf(s, knob(line, Setting.PROFILE)) }

/** Whether a setting has the value that is usual with the profile. */
export function isUsual(line: i32, s: Setting): bool { return has(line, s, usual(line, s)) }

/** Whether it has its default: what is usual where no profile says otherwise. */
export function isDefault(line: i32, s: Setting): bool { return has(line, s, defaultOf(s)) }

function has(line: i32, s: Setting, value: u32): bool { return isText(s) ? same(words(line, s), value) : knob(line, s) == <i32>value }

/** Stores a value that check() has found good. A text for which there is no room is left as it was: settings/check.ts sees to that. */
export function put(line: i32, s: Setting, value: Span, origin: Origin): void {
  let bare = unquoted(value)
  const cut = s == Setting.DOMAIN ? indexOf(bare, 0x3b) : -1
  if (cut >= 0) {
    put(line, Setting.SERVER, trim(after(bare, cut + 1)), origin)
    bare = trim(span(startOf(bare), cut))
  }
  if (isText(s)) {
    if (origin == Origin.CONSOLE) keepOld(line, s)
    addText(line, s, bare, origin)
    return
  }
  set(line, s, numberOf(s, bare), origin)
  if (s == Setting.PROFILE) takeUsual(line)
}

/** The line unregisters with the account that it registered with. */
export function keepOld(line: i32, s: Setting): void {
  if (s > Setting.DISPLAY_NAME || s == Setting.SERVER || textOf(OLD + line, s) != NONE) return
  if (!giveText(line, s, OLD + line, Origin.USUAL)) addText(OLD + line, s, text(""), Origin.USUAL)
}

function set(line: i32, s: Setting, n: u32, origin: Origin): void {
  const at = placeOf(line, s), bits = n | <u32>origin << ORIGIN
  store<u16>(at, <u16>bits)
  store<u8>(at, <u8>(bits >>> 16), 2)
}

function placeOf(line: i32, s: Setting): usize {
  return VALUES + VALUE_SIZE * <usize>(s < LINE_SETTINGS ? line * VALUES_OF_LINE + s - LINE_NUMBERS : LINES * VALUES_OF_LINE + s - LINE_SETTINGS)
}
