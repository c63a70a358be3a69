// The settings as a text: `name: value` on each line. Reads it, all or nothing. settings/kept.ts writes it, with marks that show when a part is missing.
import { LINES } from "../config"
import { TX } from "../memory"
import { Prose, prose } from "../base/prose"
import { Span, NONE, text, span, startOf, lengthOf, endOf, byteAt, between, indexOf, trim, same, startsWith } from "../base/span"
import { SETTINGS, isText, nameOf } from "./table"
import { Key, check, keyOf, lineOf, settingOf } from "./check"
import { beginFault, echo, setTextLine } from "./fault"
import { writeEndMark } from "./kept"
import { TEXTS_CAPACITY, TEXT_OVERHEAD } from "./texts"
import { Origin, put, restoreDefaults } from "./values"
import { isNote, readNote } from "./notes"
import { checkContact, clearBook, putContact } from "./book"

// A text that the phone wrote begins with HEADER and ends with `# end of N settings`. One that a person wrote needs neither.
// Comments and blank lines may stand anywhere; what stands behind a line `# start` is of no file, but was given when the phone was started. What is of a line other than the first has the number of the line before its name: `2.domain: example.com`.

// Which settings the text that is being checked has named, a byte for each.
const SEEN: usize = TX
const SEEN_SIZE: usize = <usize>LINES * SETTINGS

/**
 * Takes a whole settings text. Every setting that it does not name gets its default. Returns 0; or the number of the first bad line,
 * counted from 1: fault() is then the sentence, and no setting has changed.
 */
export function loadText(all: Span): i32 {
  const bad = checkText(all)
  setTextLine(0)
  if (bad != 0) return bad
  restoreDefaults()
  clearBook()
  const end = endOf(all)
  let origin = Origin.FILE
  for (let p = textStart(all); p < end;) {
    const line = lineAt(p, end)
    if (isContact(line)) putContact(valueIn(line))
    else if (isNote(line)) readNote(line)
    else if (!isComment(line)) {
      const key = keyOf(nameIn(line))
      put(lineOf(key), settingOf(key), valueIn(line), origin)
    } else if (same(line, text("# start"))) origin = Origin.START
    p = nextLine(p, end)
  }
  return 0
}

/** The number of the first bad line, and its sentence; 0 when there is none. */
function checkText(all: Span): i32 {
  const end = endOf(all)
  memory.fill(SEEN, 0, SEEN_SIZE)
  let line = 0, count = 0, contacts = 0, bookBytes: u32 = 0, textBytes: u32 = 0, marked = false, ended = false
  for (let p = textStart(all); p < end; p = nextLine(p, end)) {
    const content = lineAt(p, end)
    setTextLine(++line)
    if (line == 1 && startsWith(content, text("# linehunt"))) {
      marked = true
      if (!same(content, text("# linehunt settings 1"))) return refuse(line, NONE, prose("this firmware reads # linehunt settings 1 only"))
    } else if (startsWith(content, text("# end of "))) {
      if (!isEndMark(content, count)) return refuse(line, NONE, prose("the end mark does not count the settings above it; lines are missing or were added"))
      ended = true
    } else if (!isComment(content)) {
      if (ended) return refuse(line, NONE, prose("nothing may follow the end mark"))
      count++
      if (isContact(content)) {
        bookBytes = checkContact(valueIn(content), ++contacts, bookBytes)
        if (bookBytes == 0) return line
        continue
      }
      const key = checkLine(content)
      if (key < 0) return line
      if (wasSeen(key)) return refuse(line, nameIn(content), prose(" is given twice"))
      if (isText(settingOf(key))) textBytes += textSize(valueIn(content))
      if (textBytes > TEXTS_CAPACITY) return refuse(line, NONE, prose("there is no room for so many and so long settings"))
    }
  }
  if (!marked || ended) return 0
  return refuse(line, NONE, prose("the text is cut short: it does not end with its end mark"))
}

/** Whether a line before had the same setting. */
function wasSeen(key: Key): bool {
  const p = SEEN + <usize>lineOf(key) * SETTINGS + settingOf(key)
  const seen = load<u8>(p) != 0
  store<u8>(p, 1)
  return seen
}

/** What a text will take; VE-09: it may be two. */
function textSize(value: Span): u32 { return lengthOf(value) + (indexOf(value, 0x3b) < 0 ? 1 : 2) * TEXT_OVERHEAD }

/** The setting of a good `name: value` line; else -1 and the sentence is written. */
function checkLine(line: Span): Key {
  if (indexOf(line, 0x3a) > 0) return check(nameIn(line), valueIn(line))
  const w = beginFault()
  w.say(prose("a line is name: value"))
  // No more than the first word is repeated: a mistyped line may hold the password
  let length: u32 = 0
  while (length < lengthOf(line) && isNameLetter(byteAt(line, length))) length++
  if (length == 0) return -1
  w.say(prose(", not "))
  echo(span(startOf(line), length))
  if (length < lengthOf(line)) w.say(prose("..."))
  return -1
}

function isEndMark(line: Span, count: u32): bool {
  const w = beginFault(), from = w.at
  writeEndMark(w, count)
  return same(line, between(from, w.at))
}

function refuse(line: i32, name: Span, what: Prose): i32 {
  const w = beginFault()
  w.put(name)
  w.say(what)
  return line
}

/** Where the text begins, behind a byte order mark. */
function textStart(all: Span): usize {
  const p = startOf(all)
  return lengthOf(all) >= 3 && load<u8>(p) == 0xef && load<u8>(p, 1) == 0xbb && load<u8>(p, 2) == 0xbf ? p + 3 : p
}

function lineEnd(p: usize, end: usize): usize {
  while (p < end && load<u8>(p) != 0x0a) p++
  return p
}

function nextLine(p: usize, end: usize): usize { return lineEnd(p, end) + 1 }

/** The line without white space at its ends; CR LF ends a line as LF does. */
function lineAt(p: usize, end: usize): Span {
  let stop = lineEnd(p, end)
  if (stop > p && load<u8>(stop - 1) == 0x0d) stop--
  return trim(between(p, stop))
}

function isContact(line: Span): bool { return startsWith(line, text("contact:")) }

function isComment(line: Span): bool { return lengthOf(line) == 0 || byteAt(line, 0) == 0x23 }

function nameIn(line: Span): Span { return trim(span(startOf(line), indexOf(line, 0x3a))) }

function valueIn(line: Span): Span {
  const value = startOf(line) + indexOf(line, 0x3a) + 1
  return trim(between(value, endOf(line)))
}

function isNameLetter(c: u32): bool { return c - 48 < 10 || (c | 0x20) - 97 < 26 || c == 0x5f }
