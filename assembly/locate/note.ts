// What DNS said, as a note that outlives a restart: the domain, then the records that led from it to its servers, as in the setting `records`. The host keeps it.
import { TX } from "../memory"
import { DNS_NOTE_PAUSE } from "../config"
import { MIX_START, Span, lengthOf, mix, startOf } from "../base/span"
import { WRITER_SIZE, Writer } from "../base/writer"
import { Setting, noteOf, number, putNote, words } from "../settings/settings"
import { RecordType, typeName } from "../wire/dns"
import { Entry, State, Trouble, exists, firstEntry, nextEntry } from "./cache"
import { resolver } from "./query"
import { recordSize, writeRecordName, writeRecord } from "./record"
import { itemAt } from "./spec"

const NOTE_MAX: usize = 255
const SEMICOLON: u32 = 0x3b, SPACE: u32 = 0x20

/** Notes what the search of a line has found, unless it is noted already; not often, as flash wears. */
export function noteRecords(line: i32, now: i64): void {
  const r = resolver()
  if (now < r.noteAt || number(Setting.DNS_SERVE_STALE) == 0) return
  const w = changetype<Writer>(TX), domain = words(line, Setting.DOMAIN)
  w.open(TX + WRITER_SIZE, NOTE_MAX)
  w.put(domain)
  let count = 0
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if ((e.pins >>> <u8>line & 1) != 0 && !e.own && e.trouble == Trouble.NONE) count += writeEntry(w, e, domain)
  }
  // Records come from DNS in any order.
  if (count == 0 || weight(w.written) == weight(noteOf(line)) || !putNote(line, w.written)) return
  r.noteAt = now + DNS_NOTE_PAUSE
  r.hasNote = true
}

/** Appends the records of an entry, as far as they fit; how many. */
function writeEntry(w: Writer, e: Entry, domain: Span): i32 {
  let at = startOf(e.value), count = 0
  if (e.state != State.FOUND && e.state != State.ALIAS) return 0
  for (let i: u32 = 0; i < <u32>e.count && !w.overflow; i++) {
    const from = w.at
    w.byte(SEMICOLON)
    writeRecordName(w, e.name, domain)
    w.byte(SPACE)
    w.put(typeName(e.state == State.ALIAS ? <u32>RecordType.CNAME : e.type))
    w.byte(SPACE)
    if (e.state == State.ALIAS) writeRecordName(w, e.value, domain)
    else {
      writeRecord(w, e.type, at, domain)
      at += recordSize(e.type, at)
    }
    if (w.overflow) w.at = from
    else count++
    // However many aliases led there: it is one name.
    if (e.state == State.ALIAS) break
  }
  return count
}

/** A number that the items of a list make up together, in any order. */
function weight(list: Span): u32 {
  let sum: u32 = 0
  for (let n: u32 = 0, item = itemAt(list, 0); lengthOf(item) > 0; item = itemAt(list, ++n)) sum += mix(MIX_START, item)
  return sum
}

/** Whether there is a new note for the host to keep; true once. */
export function takeNoteNews(): bool {
  const r = resolver(), had = r.hasNote
  r.hasNote = false
  return had
}
