// What an answer teaches: its aliases followed, its records kept in the cache, or that there are none and for how long (RFC 1035, 2308, 2181).
import { TX } from "../memory"
import { CNAME_CHAIN_MAX, DNS_NEGATIVE_MAX_SEC, DNS_ONCE, DNS_TTL_MAX_SEC, TARGETS } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, span, lengthOf, startOf } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Level, line, say } from "../base/log"
import { Setting, number } from "../settings/settings"
import { BAD, Rcode, REPLY_SIZE, RecordType, Reply, Section, be16, be32, readName, readsAs, typeName } from "../wire/dns"
import { Entry, State, Trouble, addEntry, entryOf, exists, findEntry, setValue } from "./cache"
import { GATHERED_AT, GATHERED_SIZE, NAME_AT, OTHER_NAME_AT } from "./layout"
import { keepRecord, readTarget } from "./record"

/** What the answer was worth. USELESS: a server that cannot help. BROKEN: nothing in it is believed. */
export const enum Verdict { LEARNT, USELESS, BROKEN, NO_ROOM }

/** What was gathered from the answer being read. */
@unmanaged
export class Gathered {
  aliases: u32           // followed from the name asked for to the one in NAME_AT
  aliasTtl: u32          // seconds, the least of them
  nameLength: u32        // of the name in NAME_AT
  records: u32           // kept
  total: u32             // there were
  ttl: u32               // seconds, the least of the records; for a negative answer how long it holds
  // then: the keys of the best records, u16 each, up to TARGETS
}

const KEYS_AT: usize = GATHERED_AT + 24

// Records are put together in TX, which nobody else uses while an input is being worked on (the end of it is the log's).
const VALUE_AT: usize = TX + WRITER_SIZE
const VALUE_MAX: u32 = 800

// @ts-ignore: decorator
@inline
export function gathered(): Gathered { return changetype<Gathered>(GATHERED_AT) }

/** Takes what the answer says about the entry of that id into the cache. The reply is one to its question, with rcode 0 or 3. */
export function learn(r: Reply, id: u32, now: i64): Verdict {
  if (KEYS_AT + <usize>TARGETS * 2 > GATHERED_AT + GATHERED_SIZE || offsetof<Reply>() > REPLY_SIZE) ERROR("the answer being read does not fit")
  const g = gathered()
  const e = entryOf(id)
  memory.fill(GATHERED_AT, 0, GATHERED_SIZE)
  g.aliasTtl = u32.MAX_VALUE
  remember(e.name)
  const fault = inspect(r)
  if (fault != Verdict.LEARNT) return fault
  const type: u32 = e.type
  if (!followAliases(r, type, g)) return Verdict.BROKEN
  if (<i32>g.aliases > CNAME_CHAIN_MAX) return keepState(id, State.LOOP, g.aliasTtl, now)
  const w = changetype<Writer>(TX)
  if (!gatherAll(r, type, g, w)) return Verdict.BROKEN
  if (g.records > 0) return keepFound(r, id, type, g, w.written, now)
  if (r.truncated && g.aliases == 0) return Verdict.USELESS
  return learnNothing(r, id, type, g, now)
}

/** Reads the whole message once: one bad length anywhere and nothing in it is believed, unless the server says that it was cut off. */
function inspect(r: Reply): Verdict {
  let extended = false
  for (let section = 0; section < 3; section++) {
    let more = r.next()
    while (more == 1) {
      if (readName(r, r.owner, OTHER_NAME_AT) == BAD) return Verdict.BROKEN
      // RFC 6891 6.1.3: the upper eight bits of the code.
      if (r.type == RecordType.OPT && r.section == Section.ADDITIONAL && r.ttl >>> 24 != 0) extended = true
      more = r.next()
    }
    if (more == BAD) return r.truncated ? Verdict.LEARNT : Verdict.BROKEN
    if (section < 2) r.nextSection()
  }
  return extended ? Verdict.USELESS : Verdict.LEARNT
}

/** RFC 1034 3.6.2: follows the aliases that the answer itself holds. NAME_AT is then the name whose records count. False: a broken name. */
function followAliases(r: Reply, type: u32, g: Gathered): bool {
  g.nameLength = nameLength()
  if (type == RecordType.CNAME) return true
  while (<i32>g.aliases <= CNAME_CHAIN_MAX) {
    if (!findRecord(r, RecordType.CNAME, g)) return true
    const length = readTarget(r)
    if (length < 0) return false
    remember(span(OTHER_NAME_AT, length))
    g.nameLength = length
    g.aliases++
    g.aliasTtl = min(g.aliasTtl, r.ttl)
  }
  return true
}

/** Stops at the first record of that type for the name in NAME_AT. */
function findRecord(r: Reply, type: u32, g: Gathered): bool {
  r.rewind()
  while (r.next() == 1) {
    if (isOurs(r, type, g)) return true
  }
  return false
}

function isOurs(r: Reply, type: u32, g: Gathered): bool {
  return r.inClass && r.type == type && readsAs(r, r.owner, span(NAME_AT, g.nameLength), OTHER_NAME_AT)
}

/** Gathers as many records as there is room for; when not for all, those that would be tried first. False: the message is broken. */
function gatherAll(r: Reply, type: u32, g: Gathered, w: Writer): bool {
  for (let most: u32 = TARGETS; most > 0; most = most * 3 / 4) {
    const highest = highestKey(r, type, g, most)
    w.open(VALUE_AT, VALUE_MAX)
    if (!gather(r, type, g, w, most, highest)) return false
    if (!w.overflow) return true
  }
  return false
}

/** The key of the last record that is among the best `most`. SRV priority and NAPTR order both begin the RDATA, the least comes first. */
function highestKey(r: Reply, type: u32, g: Gathered, most: u32): u32 {
  let count: u32 = 0
  g.total = 0
  r.rewind()
  while (r.next() == 1) {
    if (!isOurs(r, type, g)) continue
    g.total++
    let key = keyOf(r)
    for (let i: u32 = 0; i < count; i++) {
      const other: u32 = load<u16>(KEYS_AT + (<usize>i << 1))
      if (key >= other) continue
      store<u16>(KEYS_AT + (<usize>i << 1), <u16>key)
      key = other
    }
    if (count == most) continue
    store<u16>(KEYS_AT + (<usize>count << 1), <u16>key)
    count++
  }
  return count < most ? 0xffff : load<u16>(KEYS_AT + (<usize>(most - 1) << 1))
}

function keyOf(r: Reply): u32 {
  return (r.type == RecordType.SRV || r.type == RecordType.NAPTR) && r.valueEnd - r.value > 1 ? be16(r.value) : 0
}

function gather(r: Reply, type: u32, g: Gathered, w: Writer, most: u32, highest: u32): bool {
  let better: u32 = 0
  for (let i: u32 = 0; i < min(most, g.total); i++) better += <u32>(load<u16>(KEYS_AT + (<usize>i << 1)) < highest)
  let equals = most - better
  g.records = 0
  g.ttl = u32.MAX_VALUE
  r.rewind()
  while (r.next() == 1) {
    if (!isOurs(r, type, g)) continue
    g.ttl = min(g.ttl, r.ttl)
    const key = keyOf(r)
    if (key > highest || (key == highest && equals == 0)) continue
    const kept = keepRecord(w, r)
    if (kept == BAD) return false
    if (key == highest) equals--
    if (kept == 1) g.records++
  }
  return true
}

// -- Into the cache

function keepFound(r: Reply, id: u32, type: u32, g: Gathered, value: Span, now: i64): Verdict {
  const e = finalEntry(id, type, g, now)
  if (!exists(e)) return Verdict.NO_ROOM
  const kept = setValue(e.id, value)
  if (!exists(kept)) return Verdict.NO_ROOM
  kept.state = <u8>State.FOUND
  kept.count = <u8>g.records
  kept.partial = r.truncated || g.total > g.records
  setTimes(kept, g.ttl, now)
  if (kept.partial) warn(kept, r.truncated ? prose("the answer was cut short, what is complete is used") : prose("more records than can be kept"))
  return Verdict.LEARNT
}

/** No record of the type: because there is none, or because the server does not know. */
function learnNothing(r: Reply, id: u32, type: u32, g: Gathered, now: i64): Verdict {
  const gone = r.rcode == Rcode.NXDOMAIN
  const authority = findAuthority(r, g)
  if (authority == RecordType.SOA || gone || g.total > 0) {
    if (authority != RecordType.SOA && g.total == 0) g.ttl = 0
    const e = finalEntry(id, type, g, now)
    if (!exists(e)) return Verdict.NO_ROOM
    keepNothing(e, gone ? State.NXDOMAIN : State.NODATA, g.ttl, now)
    return Verdict.LEARNT
  }
  // The alias leads to where this server knows nothing: that name is asked for next.
  if (g.aliases > 0) return keepAlias(id, g, now) ? Verdict.LEARNT : Verdict.NO_ROOM
  // RFC 2308 2.2: name servers without a SOA are a referral, and no answer.
  if (authority == RecordType.NS) return Verdict.USELESS
  // RFC 2308 5: a negative answer without SOA is not kept.
  return keepState(id, State.NODATA, 0, now)
}

/** Looks for the SOA, and takes from it how long the negative answer holds (RFC 2308 5); else says whether there was an NS. */
function findAuthority(r: Reply, g: Gathered): u32 {
  let found: u32 = 0
  r.rewind()
  if (!r.nextSection()) return 0
  while (r.next() == 1) {
    if (!r.inClass) continue
    if (r.type == RecordType.NS) found = RecordType.NS
    if (r.type != RecordType.SOA || r.valueEnd - r.value < 22) continue
    g.ttl = min(min(r.ttl, be32(r.valueEnd - 4)), DNS_NEGATIVE_MAX_SEC)
    return RecordType.SOA
  }
  return found
}

function keepState(id: u32, state: State, ttl: u32, now: i64): Verdict {
  keepNothing(entryOf(id), state, ttl, now)
  return Verdict.LEARNT
}

function keepNothing(e: Entry, state: State, ttl: u32, now: i64): void {
  // P-22: a name that worked and all at once does not exist is rather a mistake of somebody's than the truth.
  if (state == State.NXDOMAIN && (e.state == State.FOUND || e.state == State.ALIAS) && now < staleUntil(e)) {
    if (e.trouble != Trouble.GONE) warn(e, prose("the name is said not to exist any more, what was known of it serves on"))
    e.trouble = <u8>Trouble.GONE
    e.retryAt = now + lifetime(ttl) + DNS_ONCE
    return
  }
  const kept = setValue(e.id, span(VALUE_AT, 0))
  kept.state = <u8>state
  kept.count = 0
  kept.partial = false
  setTimes(kept, ttl, now)
}

/** The entry that the records belong to: the one asked about, or that of the name which its aliases lead to. Null when there is no room. */
function finalEntry(id: u32, type: u32, g: Gathered, now: i64): Entry {
  if (g.aliases == 0) return entryOf(id)
  if (!keepAlias(id, g, now)) return changetype<Entry>(0)
  const name = span(NAME_AT, g.nameLength)
  const e = findEntry(name, type)
  return exists(e) ? e : addEntry(name, type)
}

function keepAlias(id: u32, g: Gathered, now: i64): bool {
  const e = setValue(id, span(NAME_AT, g.nameLength))
  if (!exists(e)) return false
  e.state = <u8>State.ALIAS
  e.count = <u8>g.aliases
  e.partial = false
  setTimes(e, g.aliasTtl, now)
  return true
}

function setTimes(e: Entry, ttl: u32, now: i64): void {
  e.trouble = <u8>Trouble.NONE
  e.expires = now + lifetime(ttl)
  e.retryAt = now + DNS_ONCE
}

/** Milliseconds that an answer is kept: dns_min_ttl at least, unless TTL 0 says that it is for this once (AMB-08, P-14). */
function lifetime(ttl: u32): i64 {
  if (ttl == 0) return 0
  return <i64>max(min(ttl, DNS_TTL_MAX_SEC), <u32>number(Setting.DNS_MIN_TTL)) * 1000
}

/** Until when an answer may serve although it has expired. RFC 8767. */
export function staleUntil(e: Entry): i64 {
  return e.expires + <i64>number(Setting.DNS_SERVE_STALE) * 1000
}

/** Files a line about an entry that the user should know. */
export function warn(e: Entry, what: Prose): void { warnAbout(e.type, e.name, what) }

export function warnAbout(type: u32, name: Span, what: Prose): void {
  const w = line()
  w.say(prose("dns "))
  w.put(typeName(type))
  w.byte(0x20)
  w.put(name)
  w.say(prose(": "))
  w.say(what)
  say(Level.WARNING)
}

function remember(name: Span): void { memory.copy(NAME_AT, startOf(name), lengthOf(name)); gathered().nameLength = lengthOf(name) }

function nameLength(): u32 { return gathered().nameLength }
