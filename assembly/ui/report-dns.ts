// The console's list of what DNS has answered: one item per record, and one for each name of which it is known that there is none.
import { prose } from "../base/prose"
import { NONE } from "../base/span"
import { Writer } from "../base/writer"
import { typeName } from "../wire/dns"
import { Entry, State, exists, firstEntry, nextEntry } from "../locate/cache"
import { recordAt, secondsLeft, standing, writeValue } from "../locate/show"
import { writeRecord } from "../locate/record"
import { Reply, scratch } from "./lines"
import { numberMember, proseMember, textMember } from "./json"

/** How many items there are. */
export function dnsItems(): i32 {
  let count = 0
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) count += itemsOf(e)
  return count
}

/** Writes the i-th item: name, seconds left, type, what is known, and how it stands unless it is fresh. */
export function writeDnsItem(w: Writer, r: Reply, i: i32): void {
  let e = firstEntry()
  for (; i >= itemsOf(e); e = nextEntry(e)) i -= itemsOf(e)
  const value = scratch()
  if (e.state == State.FOUND) writeRecord(value, e.type, recordAt(e, i), NONE)
  else writeValue(value, e)
  if (r.json) {
    w.byte(0x7b)
    textMember(w, prose("name"), e.name)
    numberMember(w, prose("ttl_sec"), secondsLeft(e, r.now))
    textMember(w, prose("type"), typeName(e.type))
    textMember(w, prose("value"), value.written)
    proseMember(w, prose("standing"), standing(e, r.now))
    w.byte(0x7d)
    return
  }
  w.put(e.name)
  w.byte(0x20)
  w.number(secondsLeft(e, r.now))
  w.byte(0x20)
  w.put(typeName(e.type))
  w.byte(0x20)
  w.put(value.written)
  if (!e.asking && r.now < e.expires) return
  w.say(prose(" ("))
  w.say(standing(e, r.now))
  w.byte(0x29)
}

function itemsOf(e: Entry): i32 { return e.state == State.FOUND ? e.count : 1 }
