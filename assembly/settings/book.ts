// The phone book: names with their numbers, in the order of the names. In the settings text each is a line `contact: NAME = NUMBER`.
import { BOOK_STATE, BOOK_STATE_SIZE } from "../memory"
import { CONTACTS } from "../config"
import { Span, NONE, text, span, startOf, endOf, lengthOf, byteAt, between, after, indexOf, trim, same, sameFolded, startsWith } from "../base/span"
import { Writer } from "../base/writer"
import { prose } from "../base/prose"
import { emptyList, openRecord, recordAt, recordCount, removeRecord } from "../base/packed"
import { printable } from "./character"
import { beginFault } from "./fault"

export const CONTACT_NAME_MAX: u32 = 32
export const CONTACT_NUMBER_MAX: u32 = 80

// A record is the length of the name in one byte, the name and the number.
const BOOK = BOOK_STATE
const ALIKE: u32 = 7                     // last digits by which a number is known, whatever country or area code it is given with

export function clearBook(): void { emptyList(BOOK) }

export function contactCount(): i32 { return recordCount(BOOK) }

/** Name of contact `i`, 0 <= i < contactCount(). Good until the book changes; so is the number. */
export function contactName(i: i32): Span {
  const r = recordAt(BOOK, i)
  return span(startOf(r) + 1, byteAt(r, 0))
}

export function contactNumber(i: i32): Span {
  const r = recordAt(BOOK, i)
  return after(r, 1 + byteAt(r, 0))
}

/** The contact of that name, in either case, or -1. */
export function findName(name: Span): i32 {
  for (let i = 0; i < contactCount(); i++) {
    if (sameFolded(contactName(i), name)) return i
  }
  return -1
}

/** The contact that a number belongs to, or -1: the same number comes first, then one with the same last digits. */
export function findNumber(number: Span): i32 {
  const user = userOf(number)
  if (lengthOf(user) == 0) return -1
  for (let i = 0; i < contactCount(); i++) {
    if (same(userOf(contactNumber(i)), user)) return i
  }
  for (let i = 0; i < contactCount(); i++) {
    if (endAlike(userOf(contactNumber(i)), user)) return i
  }
  return -1
}

/** Adds a contact, or gives the one of that name another number. Gives its place; -1 when it is refused: fault() says why. */
export function addContact(name: Span, number: Span): i32 { return replaceContact(findName(name), name, number) }

/** Whether a contact may be put in the place of contact `old`, -1: none. When not, fault() says why. */
export function mayReplace(old: i32, name: Span, number: Span): bool {
  if (!isContact(name, number)) return false
  const other = findName(name)
  if (other >= 0 && other != old) {
    beginFault().say(prose("another contact has this name"))
    return false
  }
  const before: u32 = old < 0 ? 0 : 1 + lengthOf(recordAt(BOOK, old))
  return fits(contactCount() + i32(old < 0), load<u16>(BOOK) + 2 + lengthOf(name) + lengthOf(number) - before)
}

/** Puts a contact there. The spans must not lie in the book. Gives its place; -1 when it is refused: fault() says why. */
export function replaceContact(old: i32, name: Span, number: Span): i32 {
  if (!mayReplace(old, name, number)) return -1
  const size = 1 + lengthOf(name) + lengthOf(number)
  if (old >= 0) removeRecord(BOOK, old)
  let i = 0
  while (i < contactCount() && precedes(contactName(i), name)) i++
  const p = openRecord(BOOK, BOOK_STATE_SIZE, i, size)
  store<u8>(p, <u8>lengthOf(name))
  memory.copy(p + 1, startOf(name), lengthOf(name))
  memory.copy(p + 1 + lengthOf(name), startOf(number), lengthOf(number))
  return i
}

export function removeContact(i: i32): void { removeRecord(BOOK, i) }

/** Removes the contact of that name; false when there is none: fault() says so. */
export function removeNamed(name: Span): bool {
  const i = findName(name)
  if (i >= 0) removeContact(i)
  else beginFault().say(prose("there is no contact of that name"))
  return i >= 0
}

// -- As lines of the settings text

/** Whether `NAME = NUMBER` may become contact number `count` of a book of which `bytes` are used. Gives the bytes used with it; 0 when not: fault() says why. */
export function checkContact(value: Span, count: i32, bytes: u32): u32 {
  const name = nameIn(value), number = numberIn(value)
  const more = bytes + 2 + lengthOf(name) + lengthOf(number)
  return isContact(name, number) && fits(count, more) ? more : 0
}

/** Takes a line that checkContact has found good. */
export function putContact(value: Span): void { addContact(nameIn(value), numberIn(value)) }

/** Writes a line for every contact. */
export function writeContacts(w: Writer): void {
  for (let i = 0; i < contactCount(); i++) {
    w.say(prose("contact: "))
    w.put(contactName(i))
    w.say(prose(" = "))
    w.put(contactNumber(i))
    w.byte(0x0a)
  }
}

function nameIn(value: Span): Span {
  const sign = indexOf(value, 0x3d)
  return sign < 0 ? NONE : trim(span(startOf(value), sign))
}

function numberIn(value: Span): Span {
  const sign = indexOf(value, 0x3d)
  return sign < 0 ? NONE : trim(after(value, sign + 1))
}

function isContact(name: Span, number: Span): bool {
  const w = beginFault(), length = lengthOf(name), digits = lengthOf(number)
  if (length > 0 && length <= CONTACT_NAME_MAX && digits > 0 && digits <= CONTACT_NUMBER_MAX &&
    printable(name) && printable(number) && indexOf(name, 0x3d) < 0 && indexOf(number, 0x20) < 0) return true
  w.say(prose("a contact is NAME = NUMBER: a name of at most "))
  w.number(CONTACT_NAME_MAX)
  w.say(prose(" bytes without =, a number or URI without spaces"))
  return false
}

function fits(count: i32, bytes: u32): bool {
  if (count <= CONTACTS && bytes <= <u32>BOOK_STATE_SIZE - 2) return true
  beginFault().say(prose("the phone book is full"))
  return false
}

/** What a number or URI names: without scheme, host and parameters. */
function userOf(number: Span): Span {
  let p = startOf(number)
  if (startsWith(number, text("sip:")) || startsWith(number, text("tel:"))) p += 4
  let end = p
  while (end < endOf(number) && load<u8>(end) != 0x40 && load<u8>(end) != 0x3b) end++
  return between(p, end)
}

function endAlike(a: Span, b: Span): bool {
  if (lengthOf(a) < ALIKE || lengthOf(b) < ALIKE) return false
  const end = span(endOf(a) - ALIKE, ALIKE)
  for (let i: u32 = 0; i < ALIKE; i++) {
    if (byteAt(end, i) - 48 > 9) return false
  }
  return same(end, span(endOf(b) - ALIKE, ALIKE))
}

/** By the letters without their case; what is not ASCII comes last. */
function precedes(a: Span, b: Span): bool {
  const length = min(lengthOf(a), lengthOf(b))
  for (let i: u32 = 0; i < length; i++) {
    const one = folded(byteAt(a, i)), other = folded(byteAt(b, i))
    if (one != other) return one < other
  }
  return lengthOf(a) < lengthOf(b)
}

function folded(c: u32): u32 { return c - 65 < 26 ? c | 0x20 : c }
