// The settings as the text that is kept for the next start: how it is written, and how much more there is room for.
import { CONTACTS, LINES } from "../config"
import { BOOK_STATE_SIZE, CONFIG, CONFIG_SIZE, TX, TX_SIZE } from "../memory"
import { prose } from "../base/prose"
import { lengthOf } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { faultWriter } from "./fault"
import { FAULT, FAULT_SIZE } from "./layout"
import { LINE_SETTINGS, SETTINGS, Setting, isText, nameOf } from "./table"
import { isUsual, words } from "./values"
import { writeName, writeValue } from "./written"
import { contactCount, writeContacts } from "./book"

// The text that the host is given to keep is as long as one that can be read again. It takes the place of the input that asked for it,
// so no reply to that one may refer to what it said.
export const STORE_TEXT: usize = CONFIG
export const STORE_TEXT_SIZE: usize = CONFIG_SIZE

// The two marks; a full phone book; what keys alone change, such as the volume.
const MARKS: usize = 48, BOOK: usize = BOOK_STATE_SIZE + <usize>CONTACTS * 12, BY_KEYS: usize = 80

/** Bytes that a text takes besides name and value, at most: number of the line, colon, quotes, end. */
const TEXT_SIZE: i32 = 7

/** Writes every setting that is not as usual with its profile, password included, and the phone book between the two marks. */
export function writeAll(w: Writer): void {
  w.say(prose("# linehunt settings 1\n"))
  let count = writeSettings(w, 0, 0, SETTINGS)
  for (let line = 1; line < LINES; line++) count += writeSettings(w, line, 0, LINE_SETTINGS)
  writeContacts(w)
  writeEndMark(w, count + contactCount())
  w.byte(0x0a)
}

/** Bytes for settings that the text still has room for, whatever the phone book will hold; below 0 it has none. */
export function keptRoom(): i32 {
  let room = <i32>(STORE_TEXT_SIZE - MARKS - BOOK - BY_KEYS)
  for (let line = 0; line < LINES; line++) {
    for (let s = 0; s < (line == 0 ? SETTINGS : LINE_SETTINGS); s++) room -= keptSize(line, s)
  }
  return room
}

/** Whether all that is set fits the text: a file may have said as much as the text can hold, without its marks. */
export function canKeep(): bool {
  const w = changetype<Writer>(TX)
  w.open(TX + WRITER_SIZE, TX_SIZE - WRITER_SIZE)
  writeContacts(w)
  const book = w.at - w.start
  return keptRoom() + <i32>(BOOK + BY_KEYS - book) >= 0
}

/** Bytes that a setting takes in it, with quotes. A number is written where sentences are: whoever asks has none yet, and a value that is typed lies elsewhere. */
export function keptSize(line: i32, s: Setting): i32 {
  if (isText(s)) return isUsual(line, s) ? 0 : <i32>(lengthOf(nameOf(s)) + lengthOf(words(line, s))) + TEXT_SIZE
  const w = faultWriter()
  w.open(FAULT, FAULT_SIZE)
  writeSettings(w, line, s, s + 1)
  return <i32>(w.at - w.start)
}

function writeSettings(w: Writer, line: i32, from: i32, to: i32): i32 {
  let count = 0
  for (let s = from; s < to; s++) {
    if (isUsual(line, s)) continue
    writeName(w, line, s)
    w.say(prose(": "))
    writeValue(w, line, s, true)
    w.byte(0x0a)
    count++
  }
  return count
}

export function writeEndMark(w: Writer, count: i32): void {
  w.say(prose("# end of "))
  w.number(count)
  w.say(prose(" settings"))
}
