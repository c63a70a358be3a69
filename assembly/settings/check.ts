// Whether a setting may have a value; the sentence where it may not.
import { LINES } from "../config"
import { prose } from "../base/prose"
import { Span, after, byteAt, indexOf, lengthOf, span, startOf, trim } from "../base/span"
import { Kind, LINE_SETTINGS, SETTINGS, Setting, find, isText, kindOf, mostOf, nameOf } from "./table"
import { beginFault, echo, faultWriter } from "./fault"
import { printable } from "./character"
import { choiceWord, digits, isOfKind, unquoted } from "./kinds"
import { dropNotes } from "./notes"
import { FAR, distance } from "./word"
import { keptRoom, keptSize } from "./kept"
import { TEXT_OVERHEAD, textRoom } from "./texts"
import { Origin, knob, originOf, put } from "./values"
import { writeAllowed, writeName } from "./written"

const DOT: u32 = 0x2e, SEMICOLON: u32 = 0x3b

/** Bytes of a line of the settings besides name and value; and of a second one, where a domain comes with its servers. */
const LINE_SIZE: i32 = 5, SERVER_SIZE: i32 = 11

/**
 * A setting with the line that it is of, as a name such as "2.domain" says it: the number of the setting, and from bit 8 on the line, from 0. A setting of the
 * phone goes with line 0.
 */
export type Key = i32

// @ts-ignore: decorator
@inline
export function lineOf(key: Key): i32 { return key >> 8 }
// @ts-ignore: decorator
@inline
export function settingOf(key: Key): Setting { return key & 0xff }

/** Gives a setting its value. False when it is refused: fault() says why, and nothing has changed. */
export function assign(name: Span, value: Span): bool {
  const key = check(name, value)
  if (key < 0) return false
  const line = lineOf(key), s = settingOf(key)
  if (!hasRoom(line, s, value)) return false
  const was = knob(line, Setting.PROFILE), by = originOf(line, Setting.PROFILE)
  put(line, s, value, Origin.CONSOLE)
  if (s != Setting.PROFILE || keptRoom() >= 0) return true
  // What was usual with the old profile would have to be kept with the new one.
  put(line, s, choiceWord(s, was), by)
  return full()
}

/**
 * Whether there is room for a value that is good: for a text among the texts, where it may be two (VE-09) and what it replaces may be needed for a while; and for
 * any of them in the text that is kept.
 */
export function hasRoom(line: i32, s: Setting, value: Span): bool {
  // The user's texts go before what the phone has noted.
  if (isText(s) && textRoom() < lengthOf(value) + 4 * TEXT_OVERHEAD) dropNotes()
  if (isText(s) && textRoom() < lengthOf(value) + 4 * TEXT_OVERHEAD) return full()
  let before = keptSize(line, s), after = <i32>(lengthOf(nameOf(s)) + lengthOf(value)) + LINE_SIZE
  if (s == Setting.DOMAIN) {
    before += keptSize(line, Setting.SERVER)
    after += SERVER_SIZE
  }
  // What a profile brings with it is not known before.
  return s == Setting.PROFILE || after <= before || keptRoom() + before >= after || full()
}

/** False, and the sentence. */
export function full(): bool {
  beginFault().say(prose("there is no room for so many and so long settings"))
  return false
}

/** What a name stands for when the value is good for it; else -1, and fault() says why. */
export function check(name: Span, value: Span): Key {
  const key = keyOf(name)
  return key >= 0 && checkValue(lineOf(key), settingOf(key), value) ? key : -1
}

export function checkValue(line: i32, s: Setting, value: Span): bool {
  beginFault()
  return accepts(line, s, unquoted(value))
}

/** What a name stands for; -1 when there is no such setting: fault() says so. */
export function keyOf(name: Span): Key {
  const dot = indexOf(name, DOT), number = dot < 0 ? 1 : digits(span(startOf(name), dot))
  const s = find(dot < 0 || number < 0 ? name : after(name, dot + 1))
  if (number > 0 && number <= LINES && s >= 0 && (dot < 0 || s < LINE_SETTINGS)) return s < LINE_SETTINGS ? s | number - 1 << 8 : s
  const w = beginFault()
  if (s >= LINE_SETTINGS) {
    w.put(nameOf(s))
    w.say(prose(" is a setting of the phone and not of a line"))
  } else if (number >= 0 && (number == 0 || number > LINES)) {
    w.say(prose("there is no line "))
    w.number(number)
  } else unknownName(name, dot < 0 || number < 0 ? 0 : <u32>dot + 1)
  return -1
}

/** `from`: where the name begins behind the number of its line. */
function unknownName(name: Span, from: u32): void {
  const w = faultWriter(), bare = after(name, from)
  w.say(prose("there is no setting "))
  echo(name)
  w.say(prose("; "))
  let best = -1, least = FAR
  for (let s = 0; s < (from > 0 ? LINE_SETTINGS : SETTINGS); s++) {
    const mistakes = distance(bare, nameOf(s))
    if (mistakes >= least) continue
    least = mistakes
    best = s
  }
  if (best < 0) {
    w.say(prose("cfg show lists them"))
    return
  }
  w.say(prose("did you mean "))
  w.put(span(startOf(name), from))
  w.put(nameOf(best))
  w.byte(0x3f)
}

/** Decides whether a value is good; writes the sentence when it is not. */
function accepts(line: i32, s: Setting, value: Span): bool {
  // VE-09: "domain; server; server ..." is the domain and its servers in one.
  const cut = s == Setting.DOMAIN ? indexOf(value, SEMICOLON) : -1
  if (cut > 0 && lengthOf(trim(after(value, cut + 1))) > 0) {
    if (!accepts(line, s, trim(span(startOf(value), cut)))) return false
    beginFault()
    return accepts(line, Setting.SERVER, trim(after(value, cut + 1)))
  }
  const w = faultWriter()
  writeName(w, line, s)
  if (isText(s) && lengthOf(value) > <u32>mostOf(s)) {
    w.say(prose(" is at most "))
    w.number(mostOf(s))
    w.say(prose(" characters, not "))
    w.number(lengthOf(value))
    return false
  }
  if (printable(value) && isOfKind(s, value)) return true
  w.say(prose(" is "))
  writeAllowed(w, s)
  if (kindOf(s) == Kind.WORDS || kindOf(s) == Kind.SECRET) return false
  w.say(prose(", not "))
  echo(value)
  return false
}
