// Records that no server has said just now: those that the settings give, which hold whatever DNS says (BL-15), and those that it said before a restart, for when it is dead.
import { TX } from "../memory"
import { LINES } from "../config"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { Span, after, byteAt, indexOf, lengthOf, sameFolded, span, startOf } from "../base/span"
import { WRITER_SIZE, Writer } from "../base/writer"
import { Setting, noteOf, words } from "../settings/settings"
import { NAME_TEXT_MAX, RecordType } from "../wire/dns"
import { fieldOf, numberAt, typeField, typeOfRecord, writeFullName } from "../wire/zone-record"
import { Entry, State, Trouble, addEntry, exists, findEntry, setValue } from "./cache"
import { OTHER_NAME_AT } from "./layout"
import { keepNaptrFields, keepSrvFields } from "./record"
import { itemAt } from "./spec"

/** They are good for an hour, or until the settings change: whoever asks then gets them again. Milliseconds. */
const OWN_LIFETIME: i64 = 3600_000

// Writers of the kept records and of the names in them, and an address; behind what a search has in TX while it asks.
const KEPT: usize = TX + 0x100, NAMES: usize = KEPT + WRITER_SIZE, ADDRESS: usize = NAMES + WRITER_SIZE, VALUE_AT: usize = ADDRESS + ENDPOINT_SIZE
const VALUE_MAX: usize = 0x300

/** What a list of records knows of a name and type: the state, and above it how many records. They, or the name behind an alias, are in kept(). */
type Known = u32
const COUNT: u32 = 8

const DOT: u32 = 0x2e, AT: u32 = 0x40

export function hasOwnRecords(): bool {
  for (let line = 0; line < LINES; line++) if (lengthOf(words(line, Setting.RECORDS)) > 0) return true
  return false
}

/** The entry for a name in lower case and a type as the settings have it; null when they do not know the name. */
export function ownEntry(name: Span, type: u32, now: i64): Entry {
  kept().open(VALUE_AT, VALUE_MAX)
  let known: Known = State.UNKNOWN
  for (let line = 0; line < LINES; line++) known = look(words(line, Setting.RECORDS), 0, words(line, Setting.DOMAIN), name, type, known)
  let e = changetype<Entry>(0)
  if (known == State.UNKNOWN) return e
  e = findEntry(name, type)
  if (!exists(e)) e = addEntry(name, type)
  if (exists(e)) e = settle(e, known)
  if (!exists(e)) return e
  e.trouble = <u8>Trouble.NONE
  e.own = true
  e.expires = now + OWN_LIFETIME
  e.retryAt = e.expires
  return e
}

/** No server answers, and nothing is known since the start: what one said before that is an old answer, as if it had expired now. Null when none did. */
export function recall(e: Entry, type: u32, now: i64): Entry {
  kept().open(VALUE_AT, VALUE_MAX)
  let known: Known = State.UNKNOWN
  for (let line = 0; line < LINES; line++) {
    const note = noteOf(line), domain = words(line, Setting.DOMAIN)
    // Names are relative to the domain of then.
    if (lengthOf(note) > 0 && sameFolded(itemAt(note, 0), domain)) known = look(note, 1, domain, e.name, type, known)
  }
  if (known == State.UNKNOWN) return changetype<Entry>(0)
  const told = settle(e, known)
  if (exists(told)) told.expires = now
  return told
}

/** Adds to what is known what a list of records, from item `first` on, says of a name and type. RFC 1034 3.6.2: an alias stands alone. */
function look(all: Span, first: u32, origin: Span, name: Span, type: u32, known: Known): Known {
  let rest = behind(all, first)
  while (lengthOf(rest) > 0 && (known & 0xff) != State.ALIAS) {
    const record = itemAt(rest, 0)
    rest = behind(rest, 1)
    if (!isNamed(fieldOf(record, 0), origin, name)) continue
    const its = typeOfRecord(record)
    if (its == RecordType.CNAME) {
      kept().again()
      kept().put(fullName(fieldOf(record, typeField(record) + 1), origin))
      known = State.ALIAS | 1 << COUNT
    } else if (its == type) {
      keep(kept(), record, type, origin)
      // What does not fit is left out.
      if (kept().overflow) break
      known = State.FOUND | (known >>> COUNT) + 1 << COUNT
    } else if (known == State.UNKNOWN) known = State.NODATA
  }
  return known
}

/** A list without its first `count` items. */
function behind(all: Span, count: u32): Span {
  let rest = all
  for (; count > 0; count--) {
    const end = indexOf(rest, 0x3b)
    rest = after(rest, end < 0 ? lengthOf(rest) : <u32>end + 1)
  }
  return rest
}

/** Whether a name of a record stands for this one, which is in full and in lower case. */
function isNamed(field: Span, origin: Span, name: Span): bool {
  const length = lengthOf(field), whole = lengthOf(name)
  if (length == 0) return false
  if (byteAt(field, length - 1) == DOT) return sameFolded(span(startOf(field), length - 1), name)
  if (length == 1 && byteAt(field, 0) == AT) return sameFolded(origin, name)
  if (whole != length + 1 + lengthOf(origin) || byteAt(name, length) != DOT) return false
  return sameFolded(span(startOf(name), length), field) && sameFolded(after(name, length + 1), origin)
}

function kept(): Writer { return changetype<Writer>(KEPT) }

/** Into the cache; null when there is no room. */
function settle(entry: Entry, known: Known): Entry {
  const e = setValue(entry.id, kept().written)
  if (!exists(e)) return e
  e.state = <u8>known
  e.count = <u8>(known >>> COUNT)
  e.partial = false
  return e
}

function keep(w: Writer, record: Span, type: u32, origin: Span): void {
  const at = typeField(record) + 1
  if (type == RecordType.SRV) return keepSrvFields(w, numberAt(record, at), numberAt(record, at + 1), numberAt(record, at + 2), fullName(fieldOf(record, at + 3), origin))
  if (type == RecordType.NAPTR) {
    const hasRegexp = lengthOf(fieldOf(record, at + 4)) > 0
    return keepNaptrFields(w, numberAt(record, at), numberAt(record, at + 1), hasRegexp, fieldOf(record, at + 2), fieldOf(record, at + 3), fullName(fieldOf(record, at + 5), origin))
  }
  const e = changetype<Endpoint>(ADDRESS)
  parseIp(fieldOf(record, at), e)
  w.put(span(e.bytes, type == RecordType.A ? 4 : 16))
}

/** Good until the next name is written; empty when it is longer than a name may be. */
function fullName(name: Span, origin: Span): Span {
  const w = changetype<Writer>(NAMES)
  w.open(OTHER_NAME_AT, NAME_TEXT_MAX)
  writeFullName(w, name, origin)
  return w.overflow ? span(OTHER_NAME_AT, 0) : w.written
}
