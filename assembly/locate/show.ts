// DNS as the user reads it: codes, records and cache entries as text.
import { NOTHING, Prose, prose } from "../base/prose"
import { NONE, Span, sameFolded, startOf } from "../base/span"
import { Writer } from "../base/writer"
import { Rcode, RecordType, typeName } from "../wire/dns"
import { Entry, State, Trouble, exists, firstEntry, nextEntry } from "./cache"
import { recordSize, writeRecord } from "./record"

export function writeRcode(w: Writer, rcode: u32): void {
  const name = rcodeName(rcode)
  if (name != NOTHING) w.say(name)
  else w.number(rcode)
}

function rcodeName(rcode: u32): Prose {
  switch (rcode) {
    case Rcode.NOERROR: return prose("NOERROR")
    case Rcode.FORMERR: return prose("FORMERR")
    case Rcode.SERVFAIL: return prose("SERVFAIL")
    case Rcode.NXDOMAIN: return prose("NXDOMAIN")
    case Rcode.NOTIMP: return prose("NOTIMP")
    case Rcode.REFUSED: return prose("REFUSED")
    default: return NOTHING
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
    case State.NODATA: return w.say(prose("no such record"))
    case State.NXDOMAIN: return w.say(prose("no such name"))
    case State.LOOP: return w.say(prose("aliases without end"))
    default: return w.say(prose("nothing known"))
  }
}

function writeRecords(w: Writer, e: Entry): void {
  let at = startOf(e.value)
  for (let i: u32 = 0; i < e.count; i++) {
    if (i > 0) w.say(prose("; "))
    writeRecord(w, e.type, at, NONE)
    at += recordSize(e.type, at)
  }
}

/** A word for how things stand with the entry. */
export function standing(e: Entry, now: i64): Prose {
  if (e.own) return prose("set")
  if (e.asking) return prose("asking")
  if (now < e.expires) return prose("fresh")
  if (e.trouble == Trouble.FAILED) return e.state == State.UNKNOWN ? prose("failed") : prose("stale")
  return e.trouble == Trouble.GONE ? prose("stale") : prose("expired")
}

/** Seconds for which the entry is still fresh, rounded up; 0 when it is not. */
export function secondsLeft(e: Entry, now: i64): i64 {
  return now < e.expires ? (e.expires - now + 999) / 1000 : 0
}

/** The same of an address of this host, in either case; -1 when there is none in the cache. */
export function secondsOfAddress(host: Span, ip6: bool, now: i64): i64 {
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if (e.type == (ip6 ? RecordType.AAAA : RecordType.A) && sameFolded(e.name, host)) return secondsLeft(e, now)
  }
  return -1
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
  if (now < e.expires && !e.asking && !e.own) return
  w.say(prose(" ("))
  w.say(standing(e, now))
  w.byte(0x29)
}
