// DNS as the user reads it: codes, records and cache entries as text.
import { Span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { Rcode, RecordType, typeName } from "../wire/dns"
import { Entry, State, Trouble } from "./cache"
import { recordSize, writeRecord } from "./record"

export function writeRcode(w: Writer, rcode: u32): void {
  const name = rcodeName(rcode)
  if (name != text("")) w.put(name)
  else w.number(rcode)
}

function rcodeName(rcode: u32): Span {
  switch (rcode) {
    case Rcode.NOERROR: return text("NOERROR")
    case Rcode.FORMERR: return text("FORMERR")
    case Rcode.SERVFAIL: return text("SERVFAIL")
    case Rcode.NXDOMAIN: return text("NXDOMAIN")
    case Rcode.NOTIMP: return text("NOTIMP")
    case Rcode.REFUSED: return text("REFUSED")
    default: return text("")
  }
}

/** Place of the i-th record of a FOUND entry; i < e.count. */
export function recordAt(e: Entry, i: u32): usize {
  let at = startOf(e.value)
  while (i-- > 0) at += recordSize(e.type, at)
  return at
}

/** Writes what an entry knows: its records with "; " between, the name that an alias leads to, or what there is not. */
export function writeValue(w: Writer, e: Entry): void {
  switch (e.state) {
    case State.FOUND: return writeRecords(w, e)
    case State.ALIAS:
      w.put(typeName(RecordType.CNAME))
      w.byte(0x20)
      w.put(e.value)
      return w.byte(0x2e)
    case State.NODATA: return w.put(text("no such record"))
    case State.NXDOMAIN: return w.put(text("no such name"))
    case State.LOOP: return w.put(text("aliases without end"))
    default: return w.put(text("nothing known"))
  }
}

function writeRecords(w: Writer, e: Entry): void {
  let at = startOf(e.value)
  for (let i: u32 = 0; i < e.count; i++) {
    if (i > 0) w.put(text("; "))
    writeRecord(w, e.type, at)
    at += recordSize(e.type, at)
  }
}

/** A word for how things stand with the entry. */
export function standing(e: Entry, now: i64): Span {
  if (e.asking) return text("asking")
  if (now < e.expires) return text("fresh")
  if (e.trouble == Trouble.FAILED) return e.state == State.UNKNOWN ? text("failed") : text("stale")
  return e.trouble == Trouble.GONE ? text("stale") : text("expired")
}

/** Seconds for which the entry is still fresh, rounded up; 0 when it is not. */
export function secondsLeft(e: Entry, now: i64): i64 {
  return now < e.expires ? (e.expires - now + 999) / 1000 : 0
}

/** Writes a line for the console: name, TTL left, type, what is known, and how it stands unless it is fresh. */
export function writeEntry(w: Writer, e: Entry, now: i64): void {
  w.put(e.name)
  w.byte(0x20)
  w.number(secondsLeft(e, now))
  w.byte(0x20)
  w.put(typeName(e.type))
  w.byte(0x20)
  writeValue(w, e)
  if (now < e.expires && !e.asking) return
  w.put(text(" ("))
  w.put(standing(e, now))
  w.byte(0x29)
}
