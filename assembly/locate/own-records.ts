// Records that the settings give: what they say of a name is so, whatever DNS says (BL-15).
import { TX } from "../memory"
import { LINES } from "../config"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { Span, lengthOf, same, span } from "../base/span"
import { WRITER_SIZE, Writer } from "../base/writer"
import { Setting, words } from "../settings/settings"
import { NAME_TEXT_MAX, RecordType } from "../wire/dns"
import { fieldOf, numberAt, typeField, typeOfRecord, writeFullName } from "../wire/zone-record"
import { Entry, State, Trouble, addEntry, exists, findEntry, setValue } from "./cache"
import { OTHER_NAME_AT } from "./layout"
import { keepNaptrFields, keepSrvFields } from "./record"
import { itemAt } from "./spec"

/** They are good for an hour: whoever asks then gets them again. Milliseconds. */
const OWN_LIFETIME: i64 = 3600_000

// Writers of the kept records and of the names in them, and an address; behind what a search has in TX while it asks.
const KEPT: usize = TX + 0x100, NAMES: usize = KEPT + WRITER_SIZE, ADDRESS: usize = NAMES + WRITER_SIZE, VALUE_AT: usize = ADDRESS + ENDPOINT_SIZE
const VALUE_MAX: usize = 0x300

/** The entry for a name in lower case and a type as the settings have it; null when they do not know the name. */
export function ownEntry(name: Span, type: u32, now: i64): Entry {
  const kept = changetype<Writer>(KEPT)
  kept.open(VALUE_AT, VALUE_MAX)
  let state = State.UNKNOWN, count: u8 = 0
  for (let line = 0; line < LINES; line++) {
    const all = words(line, Setting.RECORDS), origin = words(line, Setting.DOMAIN)
    if (lengthOf(all) == 0) continue
    for (let n: u32 = 0; ; n++) {
      const record = itemAt(all, n)
      if (lengthOf(record) == 0) break
      if (!same(fullName(fieldOf(record, 0), origin), name)) continue
      const its = typeOfRecord(record)
      // RFC 1034 3.6.2: an alias stands alone.
      if (its == RecordType.CNAME) return settle(name, type, State.ALIAS, 1, fullName(fieldOf(record, typeField(record) + 1), origin), now)
      if (state == State.UNKNOWN) state = State.NODATA
      if (its != type) continue
      state = State.FOUND
      count++
      keep(kept, record, type, origin)
    }
  }
  return state == State.UNKNOWN ? changetype<Entry>(0) : settle(name, type, state, count, kept.written, now)
}

/** Into the cache, as if a server had said it. */
function settle(name: Span, type: u32, state: State, count: u8, value: Span, now: i64): Entry {
  let e = findEntry(name, type)
  if (!exists(e)) e = addEntry(name, type)
  if (exists(e)) e = setValue(e.id, value)
  if (!exists(e)) return e
  e.state = <u8>state
  e.count = count
  e.trouble = <u8>Trouble.NONE
  e.partial = false
  e.own = true
  e.expires = now + OWN_LIFETIME
  e.retryAt = e.expires
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
