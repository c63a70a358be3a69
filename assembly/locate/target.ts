// From a name to addresses to try, as RFC 3263 says: NAPTR, then SRV, then A and AAAA, as far as each is called for.
//
// begin() starts a search, advance() takes it as far as the answers that are there lead; call it again whenever the resolver has moved.
import { TX } from "../memory"
import { DNS_NAPTR_HOLD, DNS_STALE_HOLD, TARGETS } from "../config"
import { NEVER } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { parseHostPort } from "../base/ip"
import * as log from "../base/log"
import { Level } from "../base/log"
import { prose } from "../base/prose"
import { Span, NONE, keep, lengthOf, span, startOf, text } from "../base/span"
import { Carrier, Setting, UseNaptr, knob } from "../settings/settings"
import { NAME_TEXT_MAX, RecordType } from "../wire/dns"
import { Entry, State, entryOf, unpinAll } from "./cache"
import { FOUND_SIZE, OTHER_NAME_AT, SEARCH_SIZE } from "./layout"
import { noteRecords } from "./note"
import { NO_NAPTR, naptrOf, nextUsable, offersOther } from "./naptr"
import { Naptr, Srv, readAddress, recordSize } from "./record"
import { Answer, aliases, answer, ask, isStale, usesIp4, usesIp6 } from "./resolver"
import { Algorithm, order } from "./select"
import { NAPTR_FAILED, Phase, SAW_ABSENT, SAW_DEAD, SAW_NAME, SAW_OTHER, SAW_SRV, SAW_UDP, Search, endTurn, hasTurn, search, warn } from "./search"
import { specOf } from "./spec"
import { recordAt } from "./show"
import { Led, addTarget, clear, found, limitExpiry, sortTargets, targetCount, walk } from "./targets"

export { isAwaited, rest } from "./search"
export { Led, Target, dropTarget, expires, foundCount, stale, target, targetCount } from "./targets"

/**
 * How a search ended. NOT_FOUND: the name does not exist, or none is set. NO_ADDRESS: the name exists, but no server has an address. DNS_DEAD: no name
 * server answered. SERVICE_ABSENT: the domain says that it has no SIP (RFC 2782, target "."). NOT_CARRIED: it has, but not over UDP.
 */
export const enum Located { PENDING, READY, NOT_FOUND, NO_ADDRESS, DNS_DEAD, SERVICE_ABSENT, NOT_CARRIED }

const UDP: u8 = 1                        // wire Transport
const SIP_PORT: u16 = 5060
/** So many hosts are asked for at a time. */
const AHEAD: u32 = 3
const SRV_PREFIX: Span = text("_sip._udp.")

/**
 * Starts a search for what the settings name: each server of `server` in turn (VE-14), else `domain`. Where servers are set, the domain is not asked
 * for (VE-11). What an earlier search found is forgotten.
 */
export function begin(line: i32, now: i64): void {
  unpinAll(line)
  clear(found(line))
  found(line).searching = true
}

/**
 * Goes on with the search as far as possible. When it is READY, the targets are complete. A search is walked from its beginning each time: whatever was
 * answered is in the cache, where it stays until the search is over.
 */
export function advance(line: i32, now: i64): Located {
  const f = found(line)
  if (!f.searching) return <Located>f.result
  // One answer may be the last for every line: each makes its list in an input of its own, so that none takes four times as long.
  if (!hasTurn() || !walkAll(line, true, now)) return Located.PENDING
  endTurn()
  // What is worth a line in the log is said now, once.
  walkAll(line, false, now)
  if (walk().result == Located.READY && !walk().isStale) noteRecords(line, now)
  unpinAll(line)
  memory.copy(changetype<usize>(f), changetype<usize>(walk()), FOUND_SIZE)
  return <Located>f.result
}

/** Walks as far as the answers lead. False: one is awaited. */
function walkAll(line: i32, quiet: bool, now: i64): bool {
  const s = search()
  memory.fill(changetype<usize>(s), 0, SEARCH_SIZE)
  clear(walk())
  s.line = <u8>line
  s.quiet = quiet
  if (nextSpec(s)) aim(s)
  else end(s)
  let moves = true
  while (moves && s.phase != Phase.DONE) {
    // What comes first is there: nobody waits for the rest.
    if (walk().full) {
      end(s)
      break
    }
    switch (s.phase) {
      case Phase.NAPTR: moves = stepNaptr(s, now); break
      case Phase.NEXT_NAPTR: moves = stepNextNaptr(s); break
      case Phase.SRV: moves = stepSrv(s, now); break
      case Phase.RECORDS: moves = stepRecords(s, now); break
      default: moves = stepHost(s, now); break
    }
  }
  return moves
}

/** Goes on to the next server of the settings; false: there is none. */
function nextSpec(s: Search): bool {
  while (lengthOf(specOf(s.line, ++s.rank)) > 0) {
    // BK-22, BK-26: other transports may be set, but nothing here carries them
    if (knob(s.line, s.rank == 1 ? Setting.TRANSPORT : Setting.BACKUP_TRANSPORT) == Carrier.UDP) return true
    s.sawAll |= <u8>SAW_OTHER
    if (!s.quiet) tellLeftOut(s)
  }
  return false
}

function tellLeftOut(s: Search): void {
  const w = log.line()
  w.put(specOf(s.line, s.rank))
  w.say(prose(" is left out: it is set to TCP or TLS, and this phone speaks UDP"))
  log.say(Level.WARNING)
}

function aim(s: Search): void {
  const e = changetype<Endpoint>(TX)
  const host = parseHostPort(specOf(s.line, s.rank), e)
  if (e.family == 0 || host == NONE) return seek(s, host, e.port)
  // An address is what it is: DNS is not asked.
  s.srvEntry = 0
  s.naptr = NO_NAPTR
  addAddress(e, NONE, NEVER)
  conclude(s)
}

function seek(s: Search, name: Span, port: u16): void {
  s.name = lengthOf(name) > NAME_TEXT_MAX ? NONE : name
  s.port = port
  s.naptr = NO_NAPTR
  s.seen = 0
  s.before = <u8>targetCount()
  if (lengthOf(s.name) == 0) conclude(s)
  // RFC 3263 4.2: with a port there is neither NAPTR nor SRV.
  else if (port != 0) s.phase = Phase.HOST
  else s.phase = knob(s.line, Setting.USE_NAPTR) == UseNaptr.NEVER ? Phase.SRV : Phase.NAPTR
}

/** Asks, and makes sure that what is known or comes stays in the cache until the search is over. */
function demand(name: Span, type: u32, now: i64): Answer {
  const result = ask(name, type, now, search().line)
  if (isStale()) walk().isStale = true
  return result
}

function hasRecords(result: Answer): bool { return result == Answer.FOUND || result == Answer.STALE }

/** Until when an answer needs no asking again. */
function horizon(e: Entry, now: i64): i64 { return now < e.expires ? e.expires : e.retryAt }

// -- NAPTR. RFC 3263 4.1

function stepNaptr(s: Search, now: i64): bool {
  const result = demand(s.name, RecordType.NAPTR, now)
  if (result == Answer.PENDING) return false
  if (result == Answer.FAILED) s.seen |= NAPTR_FAILED
  s.naptrEntry = <u16>(changetype<usize>(answer()) == 0 ? 0 : answer().id)
  if (!hasRecords(result)) {
    s.phase = Phase.SRV
    return true
  }
  limitExpiry(horizon(answer(), now))
  s.phase = Phase.NEXT_NAPTR
  return true
}

/** Chooses the next NAPTR record to follow, or decides what it means that there is none. */
function stepNextNaptr(s: Search): bool {
  const next = nextUsable(entryOf(s.naptrEntry), s.naptr)
  if (next == NO_NAPTR) {
    s.naptr = NO_NAPTR
    if (targetCount() > <i32>s.before || (s.seen & (SAW_SRV | SAW_ABSENT | SAW_DEAD)) != 0) conclude(s)
    else if ((s.seen & SAW_UDP) == 0 && offersOther(entryOf(s.naptrEntry))) {
      s.seen |= SAW_OTHER
      conclude(s)
    }
    // RFC 3263 4.1: without a usable NAPTR record, SRV is asked for the transports that we have (P-17).
    else s.phase = Phase.SRV
    return true
  }
  const naptr = naptrAt(s, next)
  // RFC 3403 4.1: a record that led somewhere settles it; those of another order are not looked at.
  if (targetCount() > <i32>s.before && naptr.order != s.order) {
    conclude(s)
    return true
  }
  s.seen |= SAW_UDP
  s.naptr = next
  s.order = naptr.order
  s.preference = naptr.preference
  s.phase = Phase.SRV
  return true
}

function naptrAt(s: Search, i: i32): Naptr { return naptrOf(entryOf(s.naptrEntry), i) }

// -- SRV. RFC 3263 4.2, RFC 2782

function stepSrv(s: Search, now: i64): bool {
  const name = srvName(s)
  const result = name == NONE ? Answer.NXDOMAIN : demand(name, RecordType.SRV, now)
  if (result == Answer.PENDING) return false
  if (result != Answer.FAILED) holdNaptr(s, now)
  if (hasRecords(result)) return takeRecords(s, answer(), now)
  if (result == Answer.FAILED) s.seen |= SAW_DEAD
  else if (s.naptr != NO_NAPTR) warn(RecordType.SRV, srvName(s), prose("a NAPTR record leads here, but there is nothing"))
  if (s.naptr != NO_NAPTR) s.phase = Phase.NEXT_NAPTR
  else if (result == Answer.FAILED) conclude(s)
  // RFC 3263 4.2: only where there is no SRV record at all, the name itself is looked up (P-09).
  else s.phase = Phase.HOST
  return true
}

/** The name to ask for: where the NAPTR record points, else the service below the name itself. NONE when that is too long. */
function srvName(s: Search): Span {
  if (s.naptr != NO_NAPTR) return naptrAt(s, s.naptr).replacement
  const prefix = lengthOf(SRV_PREFIX), length = lengthOf(s.name)
  if (prefix + length > NAME_TEXT_MAX) return NONE
  memory.copy(OTHER_NAME_AT, startOf(SRV_PREFIX), prefix)
  memory.copy(OTHER_NAME_AT + prefix, startOf(s.name), length)
  return span(OTHER_NAME_AT, prefix + length)
}

// AMB-24: DNS that answers SRV, but never NAPTR, is not asked for NAPTR with every search.
function holdNaptr(s: Search, now: i64): void {
  if ((s.seen & NAPTR_FAILED) == 0 || s.naptrEntry == 0 || knob(s.line, Setting.USE_NAPTR) != UseNaptr.AUTO) return
  const e = entryOf(s.naptrEntry)
  if (changetype<usize>(e) != 0 && e.state == State.UNKNOWN) e.retryAt = now + DNS_NAPTR_HOLD
}

function takeRecords(s: Search, e: Entry, now: i64): bool {
  const first = changetype<Srv>(recordAt(e, 0))
  // RFC 2782 "Target": a single "." says that the service is decidedly not available at this domain (P-10).
  if (e.count == 1 && lengthOf(first.host) == 0) {
    s.seen |= SAW_ABSENT
    nextSet(s)
    return true
  }
  s.seen |= SAW_SRV
  s.srvEntry = e.id
  s.place = 0
  limitExpiry(horizon(e, now))
  sequenceRecords(s, e)
  s.phase = Phase.RECORDS
  return true
}

/** The preferred records first, so that they have their addresses in the table should it not be large enough for all. */
function sequenceRecords(s: Search, e: Entry): void {
  let at = recordAt(e, 0)
  for (let i: u32 = 0; i < e.count; i++) {
    store<u16>(TX + (<usize>i << 1), changetype<Srv>(at).priority)
    at += recordSize(RecordType.SRV, at)
  }
  order(TX, TX, e.count, Algorithm.DNS_ORDER, s.sequence, 0)
}

function stepRecords(s: Search, now: i64): bool {
  const count: u32 = entryOf(s.srvEntry).count
  if (s.place == count) {
    s.base += <u8>count
    nextSet(s)
    return true
  }
  if (hostAddresses(s, hostOf(s, s.place), now)) {
    s.place++
    return true
  }
  // While this one is waited for, the next ones can be asked for.
  for (let i: u32 = s.place + 1; i < min(count, s.place + AHEAD); i++) {
    const host = hostOf(s, i)
    if (lengthOf(host) > 0) areSettled(host, now)
  }
  return false
}

/** The host of the record at that place of the sequence, copied to TX as the cache may move while it is asked for. */
function hostOf(s: Search, place: u32): Span {
  return keep(srvAt(s, place).host, TX, NAME_TEXT_MAX)
}

function srvAt(s: Search, place: u32): Srv {
  return changetype<Srv>(recordAt(entryOf(s.srvEntry), load<u8>(s.sequence + place)))
}

/** This SRV set is done, or of no use. */
function nextSet(s: Search): void {
  if (s.naptr != NO_NAPTR) s.phase = Phase.NEXT_NAPTR
  else conclude(s)
}

// -- Addresses. RFC 7984 3: of both families, before the next record

function stepHost(s: Search, now: i64): bool {
  s.srvEntry = 0
  if (!hostAddresses(s, keep(s.name, TX, NAME_TEXT_MAX), now)) return false
  conclude(s)
  return true
}

function areSettled(host: Span, now: i64): bool {
  const a = usesIp4() ? demand(host, RecordType.A, now) : Answer.NODATA
  const aaaa = usesIp6() ? demand(host, RecordType.AAAA, now) : Answer.NODATA
  return a != Answer.PENDING && aaaa != Answer.PENDING
}

/** Makes targets of the addresses of a host. False: they are not all known yet. */
function hostAddresses(s: Search, host: Span, now: i64): bool {
  if (lengthOf(host) == 0) return true
  if (!areSettled(host, now)) return false
  const before = targetCount()
  const wasFull = walk().full
  const a = usesIp4() ? takeAddresses(s, host, RecordType.A, now) : Answer.NODATA
  const aaaa = usesIp6() ? takeAddresses(s, host, RecordType.AAAA, now) : Answer.NODATA
  if (a == Answer.FAILED || aaaa == Answer.FAILED) {
    s.seen |= SAW_DEAD
    // The list goes without this server; it is made anew before long.
    limitExpiry(now + DNS_STALE_HOLD)
  }
  if (a != Answer.NXDOMAIN && aaaa != Answer.NXDOMAIN) s.seen |= SAW_NAME
  if (walk().full && !wasFull) warn(RecordType.A, host, prose("more addresses than can be kept, the rest is left out"))
  if (targetCount() == before && !walk().full) warn(RecordType.A, host, prose("no address, this server is left out"))
  return true
}

function takeAddresses(s: Search, host: Span, type: u32, now: i64): Answer {
  const result = demand(host, type, now)
  const e = answer()
  if (changetype<usize>(e) == 0) return result
  if (!hasRecords(result)) return result
  // RFC 2782 "Target": the name must not be an alias. It is followed all the same (BL-11).
  if (s.srvEntry != 0 && aliases() > 0) warn(type, host, prose("the target of an SRV record is an alias, which it must not be"))
  const until = horizon(e, now)
  const address = changetype<Endpoint>(OTHER_NAME_AT)
  for (let i: u32 = 0; i < e.count; i++) {
    readAddress(recordAt(e, i), type == RecordType.A ? 4 : 6, address)
    address.port = portOf(s)
    addAddress(address, host, until)
  }
  return result
}

function portOf(s: Search): u16 {
  if (s.srvEntry != 0) return srvAt(s, s.place).port
  return s.port != 0 ? s.port : SIP_PORT
}

function addAddress(address: Endpoint, host: Span, until: i64): void {
  const s = search(), t = addTarget(host == NONE ? NONE : s.srvEntry == 0 ? s.name : srvAt(s, s.place).host)
  if (changetype<usize>(t) == 0) return
  t.endpoint.copyFrom(address)
  if (address.port == 0) t.endpoint.port = SIP_PORT
  t.rank = s.rank
  t.transport = UDP
  t.expires = until
  t.priority = 1
  limitExpiry(until)
  t.led = <u8>((s.naptr != NO_NAPTR ? Led.NAPTR : 0) | (s.srvEntry != 0 ? Led.SRV : 0) | (host != NONE ? Led.ADDRESS : 0))
  if (s.naptr != NO_NAPTR) {
    t.order = s.order
    t.preference = s.preference
  }
  t.record = s.base
  if (s.srvEntry == 0) return
  const srv = srvAt(s, s.place)
  t.priority = srv.priority
  t.weight = srv.weight
  t.record = s.base + load<u8>(s.sequence + s.place)
}

// -- The end

/** There is nothing more to look for under this name. */
function conclude(s: Search): void {
  s.sawAll |= <u8>s.seen
  s.base++
  if (nextSpec(s)) {
    aim(s)
    return
  }
  end(s)
}

function end(s: Search): void {
  sortTargets()
  const seen: u32 = s.sawAll
  if (targetCount() > 0) finish(s, Located.READY)
  else if ((seen & SAW_DEAD) != 0) finish(s, Located.DNS_DEAD)
  else if ((seen & SAW_ABSENT) != 0) finish(s, Located.SERVICE_ABSENT)
  else if ((seen & (SAW_SRV | SAW_NAME)) != 0) finish(s, Located.NO_ADDRESS)
  else if ((seen & SAW_OTHER) != 0) finish(s, Located.NOT_CARRIED)
  else finish(s, Located.NOT_FOUND)
}

function finish(s: Search, result: Located): void {
  walk().result = result
  s.phase = Phase.DONE
}
