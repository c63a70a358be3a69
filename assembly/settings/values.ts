// The settings' values, one by one: reading, checking and changing them. settings/file.ts reads and writes them as a text.
import { SETTINGS_STATE } from "../memory"
import { prose } from "../base/prose"
import { Span, after, text, trim, span, startOf, lengthOf, byteAt, endOf, between, indexOf, same, keep } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { decimal, hexDigit } from "../base/number"
import { Setting, SETTINGS, Kind, nameOf, kindOf, leastOf, mostOf, defaultOf, unitOf, isText, find } from "./table"
import { usualOf } from "./profile"
import { HOST_SCRATCH_SIZE, isHost, isServers } from "./host"
import { printable } from "./character"
import { FAR, distance, wordAt } from "./word"


// State, behind the scratch of settings/host.ts: a value per setting (a number, or the span of a text), the line that is read, the sentence about the last refusal,
// and the bytes of the texts.
export const VALUES = SETTINGS_STATE + HOST_SCRATCH_SIZE
const ORIGINS = VALUES + 4 * SETTINGS        // one byte per setting: Origin
/** Values and origins together. */
export const VALUES_SIZE: usize = 5 * SETTINGS
const LINE = (VALUES + VALUES_SIZE + 3) & ~3
const FAULT_WRITER = LINE + 4
const FAULT = FAULT_WRITER + WRITER_SIZE
const FAULT_SIZE = 224
export const TEXTS = FAULT + FAULT_SIZE
export const TEXTS_SIZE = 624                   // the longest of every text together; the settings test adds them up
/** Where settings/draft.ts begins. */
export const DRAFT: usize = (TEXTS + TEXTS_SIZE + 3) & ~3

const ECHO_MAX: u32 = 32                     // of a refused value, so much is repeated in the sentence

/** The value of a NUMBER, or the place of the word of a CHOICE. */
export function number(s: Setting): i32 { return load<i32>(VALUES + 4 * <usize>s) }

/** Gives a NUMBER or CHOICE a value from its range. */
export function setNumber(s: Setting, n: i32): void { store<i32>(VALUES + 4 * <usize>s, n) }

/** The value of a text; length 0 when there is none. UTF-8. Good until it is changed. */
export function words(s: Setting): Span { return load<u32>(VALUES + 4 * <usize>s) }

/** The sentence that says what was refused and what is allowed. Never holds a password. */
export function fault(): Span { return changetype<Writer>(FAULT_WRITER).written }

/** Who gave a setting its value. */
export const enum Origin { USUAL, FILE, CONSOLE }

export function originOf(s: Setting): Origin { return load<u8>(ORIGINS + <usize>s) }

/** Puts every setting to what is usual, and the profile to its default. */
export function restoreDefaults(): void {
  memory.fill(VALUES, 0, VALUES_SIZE)
  takeUsual()
}

/** Settings that nobody has set follow the profile. */
function takeUsual(): void {
  for (let s = 0; s < SETTINGS; s++) {
    if (originOf(s) == Origin.USUAL) store<u32>(VALUES + 4 * <usize>s, usual(s))
  }
}

function usual(s: Setting): u32 { return usualOf(s, number(Setting.PROFILE)) }

/** Whether a setting has the value that is usual with the profile. */
export function isUsual(s: Setting): bool { return has(s, usual(s)) }

/** Whether it has its default: what is usual where no profile says otherwise. */
export function isDefault(s: Setting): bool { return has(s, defaultOf(s)) }

function has(s: Setting, value: u32): bool { return isText(s) ? same(words(s), value) : number(s) == <i32>value }

/** Gives a setting its value. False when it is refused: fault() says why, and nothing has changed. */
export function assign(name: Span, value: Span): bool {
  const s = check(name, value)
  if (s < 0) return false
  put(s, value, Origin.CONSOLE)
  return true
}

/** The setting of that name when the value is good for it; else -1, and fault() says why. */
export function check(name: Span, value: Span): i32 {
  const s = find(name)
  beginFault()
  if (s < 0) {
    unknownName(name)
    return -1
  }
  return accepts(s, unquoted(value)) ? s : -1
}

/** Stores a value that check() has found good. */
export function put(s: Setting, value: Span, origin: Origin): void {
  let bare = unquoted(value)
  const cut = s == Setting.DOMAIN ? indexOf(bare, 0x3b) : -1
  if (cut >= 0) {
    put(Setting.SERVER, trim(after(bare, cut + 1)), origin)
    bare = trim(span(startOf(bare), cut))
  }
  let next: u32
  if (isText(s)) next = keep(bare, fieldOf(s), mostOf(s))
  else if (kindOf(s) == Kind.NUMBER) next = digits(bare)
  else next = choiceOf(s, bare)
  store<u32>(VALUES + 4 * <usize>s, next)
  store<u8>(ORIGINS + <usize>s, <u8>origin)
  if (s == Setting.PROFILE) takeUsual()
}

/** Sentences begin with this line's number from now on; 0: they do not. */
export function setLine(line: i32): void { store<i32>(LINE, line) }

/** Begins a new sentence and gives its writer. */
export function beginFault(): Writer {
  const w = changetype<Writer>(FAULT_WRITER)
  w.open(FAULT, FAULT_SIZE)
  if (load<i32>(LINE) == 0) return w
  w.say(prose("line "))
  w.number(load<i32>(LINE))
  w.say(prose(": "))
  return w
}

/** The writer behind fault(), to go on with the sentence. */
export function faultWriter(): Writer { return changetype<Writer>(FAULT_WRITER) }

/** Whether a list of status codes such as "500 503 5xx" holds this one. */
export function inCodes(s: Setting, code: u32): bool {
  const list = words(s)
  for (let i: u32 = 0; i + 3 <= lengthOf(list); i++) {
    if (!isCode(span(startOf(list) + i, 3))) continue
    if (byteAt(list, i) - 48 == code / 100 && (byteAt(list, i + 1) == 0x78 || digits(span(startOf(list) + i, 3)) == code)) return true
    i += 2
  }
  return false
}

/** Writes a value as it is written in a settings text. A password is written as stars unless `secrets` is set. */
export function writeValue(w: Writer, s: Setting, secrets: bool): void {
  if (!isText(s)) {
    if (kindOf(s) == Kind.CHOICE) w.put(choiceWord(s, number(s)))
    else w.number(number(s))
    return
  }
  const value = words(s)
  if (kindOf(s) == Kind.SECRET && !secrets) {
    if (lengthOf(value) > 0) w.say(prose("********"))
    return
  }
  const quote = needsQuotes(value)
  if (quote) w.byte(0x22)
  w.put(value)
  if (quote) w.byte(0x22)
}

/** Word number `n` of a CHOICE. */
function choiceWord(s: Setting, n: i32): Span { return wordAt(unitOf(s), n) }

/** Writes what a setting may be: "50 to 5000 ms". */
export function writeAllowed(w: Writer, s: Setting): void {
  switch (kindOf(s)) {
    case Kind.HOST: w.say(prose("a host name or IP address")); break
    case Kind.SERVERS: w.say(prose("host names or IP addresses, :port if not 5060, at most 4 with ; between")); break
    case Kind.USER: w.say(prose("letters, digits and -_.!~*'()&=+$,;?/%hh")); break
    case Kind.CODES: w.say(prose("codes from 300 to 699 such as 500 5xx")); break
    case Kind.CHOICE: writeChoices(w, s); break
    case Kind.NUMBER: writeRange(w, s); break
    default: w.say(prose("printable UTF-8")); break
  }
}

function writeChoices(w: Writer, s: Setting): void {
  for (let n = 0; n <= mostOf(s); n++) {
    if (n > 0) w.say(n == mostOf(s) ? prose(" or ") : prose(", "))
    w.put(choiceWord(s, n))
  }
}

function writeRange(w: Writer, s: Setting): void {
  w.number(leastOf(s))
  w.say(leastOf(s) == 0 && mostOf(s) == 1 ? prose(" or ") : prose(" to "))
  w.number(mostOf(s))
  if (lengthOf(unitOf(s)) > 0) w.byte(0x20)
  w.put(unitOf(s))
}

/** Decides whether a value is good; writes the sentence when it is not. */
function accepts(s: Setting, value: Span): bool {
  // VE-09: "domain; server; server ..." is the domain and its servers in one.
  const cut = s == Setting.DOMAIN ? indexOf(value, 0x3b) : -1
  if (cut > 0 && lengthOf(trim(after(value, cut + 1))) > 0) {
    if (!accepts(s, trim(span(startOf(value), cut)))) return false
    beginFault()
    return accepts(Setting.SERVER, trim(after(value, cut + 1)))
  }
  const w = faultWriter()
  w.put(nameOf(s))
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

function isOfKind(s: Setting, value: Span): bool {
  const kind = kindOf(s)
  if (lengthOf(value) == 0) return isText(s)
  if (kind == Kind.HOST) return isHost(value)
  if (kind == Kind.SERVERS) return isServers(value)
  if (kind == Kind.USER) return isUser(value)
  if (kind == Kind.CODES) return isCodes(value)
  if (kind == Kind.CHOICE) return choiceOf(s, value) >= 0
  if (kind != Kind.NUMBER) return true
  const n = digits(value)
  return n >= leastOf(s) && n <= mostOf(s)
}

/** Repeats a refused value, cut and without what cannot be printed. */
export function echo(value: Span): void {
  const w = faultWriter(), length = lengthOf(value)
  if (length == 0) {
    w.say(prose("empty"))
    return
  }
  for (let i: u32 = 0; i < min(length, ECHO_MAX); i++) {
    const c = byteAt(value, i)
    w.byte(c - 0x20 < 0x5f ? c : 0x3f)
  }
  if (length > ECHO_MAX) w.say(prose("..."))
}

function unknownName(name: Span): void {
  const w = faultWriter()
  w.say(prose("there is no setting "))
  echo(name)
  w.say(prose("; "))
  let best = -1, least = FAR
  for (let s = 0; s < SETTINGS; s++) {
    const mistakes = distance(name, nameOf(s))
    if (mistakes >= least) continue
    least = mistakes
    best = s
  }
  if (best < 0) {
    w.say(prose("cfg show lists them"))
    return
  }
  w.say(prose("did you mean "))
  w.put(nameOf(best))
  w.byte(0x3f)
}

// RFC 3261 25.1: user = unreserved, escaped or user-unreserved
function isUser(s: Span): bool {
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    const c = byteAt(s, i)
    if (c == 0x25) {
      if (i + 2 >= lengthOf(s) || hexDigit(byteAt(s, i + 1)) > 15 || hexDigit(byteAt(s, i + 2)) > 15) return false
      i += 2
    } else if (!isAlphanumeric(c) && indexOf(text("-_.!~*'()&=+$,;?/"), c) < 0) return false
  }
  return true
}

function isAlphanumeric(c: u32): bool { return c - 48 < 10 || (c | 0x20) - 97 < 26 }

/** Codes with spaces or commas between them. */
function isCodes(s: Span): bool {
  const end = endOf(s)
  for (let p = startOf(s); p < end;) {
    if (load<u8>(p) == 0x20 || load<u8>(p) == 0x2c) {
      p++
      continue
    }
    if (p + 3 > end || !isCode(span(p, 3))) return false
    p += 3
    if (p < end && load<u8>(p) != 0x20 && load<u8>(p) != 0x2c) return false
  }
  return true
}

/** Three digits from 300 to 699, or a class such as 5xx. */
function isCode(s: Span): bool {
  if (byteAt(s, 0) - 0x33 > 3) return false
  return (byteAt(s, 1) == 0x78 && byteAt(s, 2) == 0x78) || digits(s) >= 0
}

function choiceOf(s: Setting, value: Span): i32 {
  for (let n = 0; n <= mostOf(s); n++) {
    if (same(choiceWord(s, n), value)) return n
  }
  return -1
}

/** A number of up to nine digits, or -1. */
function digits(s: Span): i32 { return <i32>decimal(s, 999999999) }

/** Where a text setting keeps its bytes. */
function fieldOf(s: Setting): usize {
  let at = TEXTS
  for (let other = 0; other < s; other++) {
    if (isText(other)) at += mostOf(other)
  }
  return at
}

// A value may stand in double quotes, to keep spaces at its ends.
function unquoted(s: Span): Span {
  const length = lengthOf(s)
  return length >= 2 && byteAt(s, 0) == 0x22 && byteAt(s, length - 1) == 0x22 ? span(startOf(s) + 1, length - 2) : s
}

function needsQuotes(s: Span): bool {
  const length = lengthOf(s)
  return length > 0 && (byteAt(s, 0) == 0x22 || byteAt(s, 0) == 0x20 || byteAt(s, length - 1) == 0x20)
}
