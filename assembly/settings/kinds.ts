// What values of each kind look like.
import { Span, after, startOf, lengthOf, byteAt, endOf, indexOf, same, span, text, trim } from "../base/span"
import { decimal, hexDigit } from "../base/number"
import { Kind, Setting, isText, kindOf, leastOf, mostOf, unitOf } from "./table"
import { areRecords, isHost, isServers } from "./host"
import { wordAt } from "./word"

/** Whether a value that can be printed is one of its kind. */
export function isOfKind(s: Setting, value: Span): bool {
  const kind = kindOf(s)
  if (lengthOf(value) == 0) return isText(s) || kind == Kind.SET
  if (kind == Kind.HOST) return isHost(value)
  if (kind == Kind.SERVERS) return isServers(value)
  if (kind == Kind.RECORDS) return areRecords(value)
  if (kind == Kind.USER) return isUser(value)
  if (kind == Kind.CODES) return isCodes(value)
  if (kind < Kind.NUMBER) return true
  const n = numberOf(s, value)
  return n >= leastOf(s) && (kind != Kind.NUMBER || n <= mostOf(s))
}

/** A good value as the number that is kept: of a word of a CHOICE its place, of the words of a SET a bit for each; -1 when it is none. */
export function numberOf(s: Setting, value: Span): i32 {
  return kindOf(s) == Kind.NUMBER ? digits(value) : kindOf(s) == Kind.SET ? setOf(s, value) : choiceOf(s, value)
}

/** Word number `n` of a CHOICE or a SET. */
export function choiceWord(s: Setting, n: i32): Span { return wordAt(unitOf(s), n) }

/** The number of a word of a CHOICE, or -1. */
export function choiceOf(s: Setting, value: Span): i32 {
  for (let n = 0; n <= mostOf(s); n++) {
    if (same(choiceWord(s, n), value)) return n
  }
  return -1
}

/** The bits of the words in a list with spaces or commas between, or -1 when one is not of the set. */
function setOf(s: Setting, list: Span): i32 {
  let bits = 0
  for (let rest = trim(list); lengthOf(rest) > 0;) {
    let length: u32 = 0
    while (length < lengthOf(rest) && byteAt(rest, length) != 0x20 && byteAt(rest, length) != 0x2c) length++
    const n = length == 0 ? 0 : choiceOf(s, span(startOf(rest), length))
    if (n < 0) return -1
    if (length > 0) bits |= 1 << n
    rest = trim(after(rest, min(length + 1, lengthOf(rest))))
  }
  return bits
}

/** A number of up to nine digits, or -1. */
export function digits(s: Span): i32 { return <i32>decimal(s, 999999999) }

/** Whether a list of status codes such as "500 503 5xx" holds this one. */
export function holdsCode(list: Span, code: u32): bool {
  for (let i: u32 = 0; i + 3 <= lengthOf(list); i++) {
    if (!isCode(span(startOf(list) + i, 3))) continue
    if (byteAt(list, i) - 48 == code / 100 && (byteAt(list, i + 1) == 0x78 || digits(span(startOf(list) + i, 3)) == code)) return true
    i += 2
  }
  return false
}

// A value may stand in double quotes, to keep spaces at its ends.
export function unquoted(s: Span): Span {
  const length = lengthOf(s)
  return length >= 2 && byteAt(s, 0) == 0x22 && byteAt(s, length - 1) == 0x22 ? span(startOf(s) + 1, length - 2) : s
}

export function needsQuotes(s: Span): bool {
  const length = lengthOf(s)
  return length > 0 && (byteAt(s, 0) == 0x22 || byteAt(s, 0) == 0x20 || byteAt(s, length - 1) == 0x20)
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
