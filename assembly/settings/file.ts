// The settings as a text: `name: value` on each line. Reads it, all or nothing, and writes it with marks that show when a part is missing.
import { Prose, prose } from "../base/prose"
import { Span, NONE, text, span, startOf, lengthOf, endOf, byteAt, between, indexOf, trim, same, startsWith } from "../base/span"
import { Writer } from "../base/writer"
import { SETTINGS, nameOf } from "./table"
import { Origin, check, put, restoreDefaults, isUsual, writeValue, beginFault, setLine, echo } from "./values"
import { checkContact, clearBook, contactCount, putContact, writeContacts } from "./book"

// A text that the phone wrote begins with HEADER and ends with `# end of N settings`. One that a person wrote needs neither.
// Comments and blank lines may stand anywhere.

/**
 * Takes a whole settings text. Every setting that it does not name gets its default. Returns 0; or the number of the first bad line,
 * counted from 1: fault() is then the sentence, and no setting has changed.
 */
export function loadText(all: Span): i32 {
  const bad = checkText(all)
  setLine(0)
  if (bad != 0) return bad
  restoreDefaults()
  clearBook()
  const end = endOf(all)
  for (let p = textStart(all); p < end;) {
    const line = lineAt(p, end)
    if (isContact(line)) putContact(valueIn(line))
    else if (!isComment(line)) put(check(nameIn(line), valueIn(line)), valueIn(line), Origin.FILE)
    p = nextLine(p, end)
  }
  return 0
}

/** Writes every setting that is not as usual with its profile, password included, and the phone book between the two marks. */
export function writeAll(w: Writer): void {
  let count = 0
  w.say(prose("# linehunt settings 1\n"))
  for (let s = 0; s < SETTINGS; s++) {
    if (isUsual(s)) continue
    w.put(nameOf(s))
    w.say(prose(": "))
    writeValue(w, s, true)
    w.byte(0x0a)
    count++
  }
  writeContacts(w)
  writeEndMark(w, count + contactCount())
  w.byte(0x0a)
}

function writeEndMark(w: Writer, count: i32): void {
  w.say(prose("# end of "))
  w.number(count)
  w.say(prose(" settings"))
}

/** The number of the first bad line, and its sentence; 0 when there is none. */
function checkText(all: Span): i32 {
  const end = endOf(all)
  let line = 0, count = 0, contacts = 0, bookBytes: u32 = 0, seen: u64 = 0, marked = false, ended = false
  for (let p = textStart(all); p < end; p = nextLine(p, end)) {
    const content = lineAt(p, end)
    setLine(++line)
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
      const s = checkLine(content)
      if (s < 0) return line
      if (seen >>> s & 1) return refuse(line, nameOf(s), prose(" is given twice"))
      seen |= <u64>1 << s
    }
  }
  if (!marked || ended) return 0
  return refuse(line, NONE, prose("the text is cut short: it does not end with its end mark"))
}

/** The setting of a good `name: value` line; else -1 and the sentence is written. */
function checkLine(line: Span): i32 {
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
