// What DNS has answered, and what is being asked: entries of different lengths packed one behind the other in fixed memory.
// An entry moves when another one grows or goes, so whoever needs one later remembers its id.
import { CACHE_AT, CACHE_SIZE } from "./layout"
import { Span, span, startOf, lengthOf } from "../base/span"

/** What is known of a name and type. */
export const enum State { UNKNOWN, FOUND, NODATA, NXDOMAIN, ALIAS, LOOP }

/** What came in the way of the last attempt to learn more. */
export const enum Trouble { NONE, FAILED, GONE }

@unmanaged
export class Entry {
  size: u16            // whole entry in bytes, a multiple of 8
  id: u16              // never 0
  type: u16            // wire RecordType
  state: u8            // State
  trouble: u8          // Trouble: GONE = it was there, and now the server says that there is no such name (P-22)
  count: u8            // records; of an ALIAS: how many aliases led there
  asking: bool         // a question is under way: the entry stays
  pins: u8             // bit per line whose search needs it: the entry stays, and counts as fresh
  nameLength: u8
  valueLength: u16     // the records as record.ts keeps them; of an ALIAS the name that it leads to
  partial: bool        // the answer was cut short (TC)
  own: bool            // the settings say it, and not a server
  expires: i64         // fresh until then
  retryAt: i64         // not asked again before: after a failure, and for answers with TTL 0 (P-14)

  // @ts-ignore: decorator
  @inline
  get name(): Span { return span(changetype<usize>(this) + HEADER, this.nameLength) }
  // @ts-ignore: decorator
  @inline
  get value(): Span { return span(changetype<usize>(this) + HEADER + this.nameLength, this.valueLength) }
}

const HEADER: usize = 32
const USED_AT: usize = CACHE_AT              // u32: bytes used behind the two numbers
const LAST_ID_AT: usize = CACHE_AT + 4       // u32
const FIRST: usize = CACHE_AT + 8
const CAPACITY: u32 = CACHE_SIZE - 8

// -- Looking

/** The first entry, or null. Go on with `nextEntry`; nothing may be added or removed meanwhile. */
export function firstEntry(): Entry { return load<u32>(USED_AT) == 0 ? changetype<Entry>(0) : changetype<Entry>(FIRST) }

export function nextEntry(e: Entry): Entry {
  const next = changetype<usize>(e) + e.size
  return next < FIRST + load<u32>(USED_AT) ? changetype<Entry>(next) : changetype<Entry>(0)
}

/** The entry for a name in lower case and a type, or null. */
export function findEntry(name: Span, type: u32): Entry {
  const length = lengthOf(name)
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if (e.type == type && e.nameLength == length && memory.compare(startOf(e.name), startOf(name), length) == 0) return e
  }
  return changetype<Entry>(0)
}

/** The entry of that id, or null when it has gone. */
export function entryOf(id: u32): Entry {
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if (e.id == id) return e
  }
  return changetype<Entry>(0)
}

// @ts-ignore: decorator
@inline
export function exists(e: Entry): bool { return changetype<usize>(e) != 0 }

/** Bytes of the cache that are taken, of how many: for the console. */
export function cacheUsed(): u32 { return load<u32>(USED_AT) }
export function cacheCapacity(): u32 { return CAPACITY }

// -- Changing

/** A new entry about which nothing is known yet, or null when there is no room. `name` lies outside the cache. */
export function addEntry(name: Span, type: u32): Entry {
  if (CACHE_SIZE < 2048 || CACHE_SIZE > 0xffff || offsetof<Entry>() > HEADER) ERROR("LOCATE_STATE leaves too little for the DNS cache")
  const length = lengthOf(name)
  const size = sizeFor(length, 0)
  if (!makeRoom(size, 0)) return changetype<Entry>(0)
  const e = changetype<Entry>(FIRST + load<u32>(USED_AT))
  memory.fill(changetype<usize>(e), 0, size)
  e.size = <u16>size
  e.id = <u16>newId()
  e.type = <u16>type
  e.nameLength = <u8>length
  memory.copy(startOf(e.name), startOf(name), length)
  store<u32>(USED_AT, load<u32>(USED_AT) + size)
  return e
}

/** Replaces what the entry of that id knows. `value` lies outside the cache. Null when there is no room: it then knows what it knew before. */
export function setValue(id: u32, value: Span): Entry {
  let e = entryOf(id)
  const size = sizeFor(e.nameLength, lengthOf(value))
  if (size > e.size) {
    if (!makeRoom(size - e.size, id)) return changetype<Entry>(0)
    e = entryOf(id)
  }
  resize(e, size)
  e.valueLength = <u16>lengthOf(value)
  memory.copy(startOf(e.value), startOf(value), lengthOf(value))
  return e
}

/** The search of this line needs the entry until it says otherwise. */
export function pin(e: Entry, line: i32): void { e.pins |= <u8>1 << <u8>line }
function unpin(e: Entry, line: i32): void { e.pins &= ~(<u8>1 << <u8>line) }

/** The entries that the search of this line had need of are free to go. */
export function unpinAll(line: i32): void {
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) unpin(e, line)
}

/** Forgets everything; questions under way go on, and begin anew as if nothing had been known. */
export function clearCache(): void {
  let e = firstEntry()
  while (exists(e)) {
    if (e.asking) {
      e.state = <u8>State.UNKNOWN
      e.trouble = <u8>Trouble.NONE
      e.expires = 0
      e.retryAt = 0
      e = nextEntry(e)
      continue
    }
    remove(e)
    if (changetype<usize>(e) >= FIRST + load<u32>(USED_AT)) return
  }
}

// -- Helpers

function sizeFor(nameLength: u32, valueLength: u32): u32 {
  return (<u32>HEADER + nameLength + valueLength + 7) & ~7
}

function newId(): u32 {
  let id = load<u32>(LAST_ID_AT)
  do {
    id = (id + 1) & 0xffff
  } while (id == 0 || exists(entryOf(id)))
  store<u32>(LAST_ID_AT, id)
  return id
}

/** Lets go of entries, soonest expiry first, until `size` bytes are free. False: what is left is in use. */
function makeRoom(size: u32, except: u32): bool {
  while (load<u32>(USED_AT) + size > CAPACITY) {
    let victim = changetype<Entry>(0)
    for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
      if (e.asking || e.pins != 0 || e.id == except) continue
      if (!exists(victim) || e.expires < victim.expires) victim = e
    }
    if (!exists(victim)) return false
    remove(victim)
  }
  return true
}

function remove(e: Entry): void {
  const size = e.size
  const from = changetype<usize>(e) + size, end = FIRST + load<u32>(USED_AT)
  memory.copy(changetype<usize>(e), from, end - from)
  store<u32>(USED_AT, load<u32>(USED_AT) - size)
}

/** Gives the entry another size and moves those behind it; there is room. */
function resize(e: Entry, size: u32): void {
  const from = changetype<usize>(e) + e.size, end = FIRST + load<u32>(USED_AT)
  memory.copy(changetype<usize>(e) + size, from, end - from)
  store<u32>(USED_AT, load<u32>(USED_AT) + size - e.size)
  e.size = <u16>size
}
