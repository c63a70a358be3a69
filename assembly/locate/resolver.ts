// Asks DNS: what is the record of this type for this name? Answers from the cache as long as that is right, and by the servers otherwise.
//
// Nothing waits here. ask() says PENDING, and is called again when receive, refused or expire say that something moved.
import { DNS_SERVERS, CNAME_CHAIN_MAX, DNS_FAILED_HOLD, OWN_ADDRESSES } from "../config"
import { Endpoint } from "../base/endpoint"
import { prose } from "../base/prose"
import { Span, lengthOf, span, startOf } from "../base/span"
import { Output } from "../io"
import { NAME_TEXT_MAX } from "../wire/dns"
import { warn } from "./answer"
import { Entry, State, Trouble, addEntry, clearCache, entryOf, exists, findEntry, firstEntry, nextEntry, pin } from "./cache"
import { NAME_AT } from "./layout"
import { hasOwnRecords, ownEntry, recall } from "./own-records"
import { Resolver, beginQuery, expireQueries, isUsable, ownAt, pollQuestion, receiveAnswer, refusedFlow, resolver, restartAll, serverAt, soonestQuery } from "./query"

/** FAILED: no server answered. STALE: FOUND, but only in an old answer as no server answers now. NODATA and NXDOMAIN may be old as well: isStale(). */
export const enum Answer { PENDING, FOUND, NODATA, NXDOMAIN, FAILED, STALE }

const LABEL_MAX: u32 = 63

// -- Servers and network

/** Adds a name server behind those there are. The fifth and more are left out: false. */
export function addServer(e: Endpoint): bool {
  const r = resolver()
  if (r.servers == DNS_SERVERS) return false
  serverAt(r.servers).copyFrom(e)
  r.servers++
  return true
}

/** Forgets the name servers. Call networkChanged when the new ones are there. */
export function clearServers(): void {
  resolver().servers = 0
  resolver().good = 0
}

export function serverCount(): u32 { return resolver().servers }

/** The i-th name server, i < serverCount. */
export function server(i: u32): Endpoint { return serverAt(i) }

/** Remembers an address of ours; the fifth and more are left out. */
export function addOwn(e: Endpoint): void {
  const r = resolver()
  if (<i32>r.own < OWN_ADDRESSES) ownAt(r.own++).copyFrom(e)
}

/** There is no network, or others follow. */
export function clearOwn(): void { resolver().own = 0 }

export function ownCount(): u32 { return resolver().own }

/** The i-th address of ours, i < ownCount. Its port is 0. */
export function own(i: u32): Endpoint { return ownAt(i) }

/** Which families of addresses the host has itself: only those are asked for. IPv4 when it has none, as while it is starting (RF-11). */
export function setFamilies(ip4: bool, ip6: bool): void {
  resolver().onlyIp6 = ip6 && !ip4
  resolver().bothFamilies = ip4 && ip6
}

export function usesIp4(): bool { return !resolver().onlyIp6 }
export function usesIp6(): bool { return resolver().onlyIp6 || resolver().bothFamilies }

/** Another network or other servers: questions under way begin anew, and failures are forgotten. What is known stays. */
export function networkChanged(now: i64): void {
  resolver().deadUntil = 0
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if (e.trouble == Trouble.FAILED) e.retryAt = 0
  }
  restartAll(now)
}

/** Settings have changed: where they say or said what records there are, whoever asks is told anew. What servers have said is an old answer meanwhile. */
export function renew(now: i64): void {
  const all = hasOwnRecords()
  for (let e = firstEntry(); exists(e); e = nextEntry(e)) {
    if (!all && !e.own) continue
    e.expires = min(e.expires, now)
    e.retryAt = 0
  }
}

/** Forgets every answer. */
export function flush(): void {
  clearCache()
  resolver().deadUntil = 0
}

/** Whether every question and answer gets a line in the log (BL-16). */
export function setLogging(on: bool): void { resolver().logging = on }

/** The resolver's record with its counters. */
export function counts(): Resolver { return resolver() }

// -- Asking

/** What DNS says about a name, in any case, and a type. The entry is answer(), when there is one. It stays, with its aliases, until the line is done with it. */
export function ask(name: Span, type: u32, now: i64, line: i32): Answer {
  const r = resolver()
  r.answer = 0
  r.aliases = 0
  r.isStale = false
  let length = fold(name)
  // A name that cannot be written in DNS does not exist there.
  if (length < 0) return Answer.NXDOMAIN
  while (true) {
    let e = findEntry(span(NAME_AT, length), type)
    if (!exists(e) || !isSettled(e, now)) e = ownEntry(span(NAME_AT, length), type, now)
    if (!exists(e)) e = entryByServers(span(NAME_AT, length), type)
    if (!exists(e) || !e.own && !isSettled(e, now)) {
      if (!isBegun(e, span(NAME_AT, length), type, now)) continue
      if (!exists(answer())) return Answer.FAILED
      pin(answer(), line)
      return Answer.PENDING
    }
    r.answer = e.id
    pin(e, line)
    if (e.state == State.UNKNOWN && e.trouble == Trouble.FAILED && exists(recall(e, type, now))) continue
    if (now >= e.expires && e.trouble != Trouble.NONE) {
      if (!isUsable(e, now)) return e.trouble == Trouble.GONE ? Answer.NXDOMAIN : Answer.FAILED
      r.isStale = true
    }
    if (e.state != State.ALIAS) return outcome(e)
    r.aliases += e.count
    // RFC 1034 3.6.2 leaves the bound to us; a circle of aliases has no end (P-15).
    if (<i32>r.aliases > CNAME_CHAIN_MAX) {
      warn(e, prose("too many aliases"))
      return Answer.NODATA
    }
    length = lengthOf(e.value)
    memory.copy(NAME_AT, startOf(e.value), length)
  }
}

/** The entry that the last ask() ended at, or null. Good until the next input. */
export function answer(): Entry { return entryOf(resolver().answer) }
/** How many aliases the last ask() followed. */
export function aliases(): u32 { return resolver().aliases }
/** Whether any part of the last answer has expired and serves as nobody answers. */
export function isStale(): bool { return resolver().isStale }

/** Copies the name in lower case, without a dot at its end, to NAME_AT. Returns its length, or -1 when it is no name (RFC 1035 2.3.4). */
function fold(name: Span): i32 {
  let length = lengthOf(name), label: u32 = 0
  const p = startOf(name)
  if (length > 0 && load<u8>(p + length - 1) == 0x2e) length--
  if (length == 0 || length > NAME_TEXT_MAX) return -1
  for (let i: u32 = 0; i < length; i++) {
    const c: u32 = load<u8>(p + i)
    const isDot = c == 0x2e
    if (c - 0x21 > 0x5d || (isDot && label == 0) || (!isDot && label == LABEL_MAX)) return -1
    label = isDot ? 0 : label + 1
    store<u8>(NAME_AT + i, <u8>(c - 65 < 26 ? c | 0x20 : c))
  }
  return label == 0 ? -1 : <i32>length
}

/** What servers have said; what the settings said and do not say any more is not known. */
function entryByServers(name: Span, type: u32): Entry {
  const e = findEntry(name, type)
  if (!exists(e) || !e.own) return e
  e.own = false
  e.state = <u8>State.UNKNOWN
  e.expires = 0
  e.retryAt = 0
  return e
}

/** Whether the entry says how things are without asking now. */
function isSettled(e: Entry, now: i64): bool {
  if (e.asking) return false
  if (e.state == State.UNKNOWN && e.trouble == Trouble.NONE) return false
  return now < e.expires || now < e.retryAt || e.pins != 0
}

/** Sees to it that the question is under way. False: nobody is there to be asked, and the entry now says so. No answer(): there is no room. */
function isBegun(known: Entry, name: Span, type: u32, now: i64): bool {
  const e = exists(known) ? known : addEntry(name, type)
  resolver().answer = exists(e) ? e.id : 0
  // Where all questions that there may be are under way, this one's turn comes.
  if (!exists(e) || e.asking || beginQuery(e, now) || resolver().servers > 0) return true
  e.trouble = <u8>Trouble.FAILED
  e.retryAt = now + DNS_FAILED_HOLD
  return false
}

function outcome(e: Entry): Answer {
  switch (e.state) {
    case State.FOUND: return resolver().isStale ? Answer.STALE : Answer.FOUND
    case State.NXDOMAIN: return Answer.NXDOMAIN
    default: return Answer.NODATA
  }
}

// -- Inputs and outputs

/** A datagram for a DNS flow; its source is in IO. True: something moved, ask again. */
export function receive(flow: u32, bytes: Span, now: i64): bool { return receiveAnswer(flow, bytes, now) }

/** ICMP refusal, or the flow failed or was closed. True: it was one of ours, ask again. */
export function refused(flow: u32, now: i64): bool { return refusedFlow(flow, now) }

/** True: something moved, ask again. */
export function expire(now: i64): bool { return expireQueries(now) }

/** When expire or pollSend have something to do. */
export function soonest(): i64 { return soonestQuery() }

/** Describes in IO the question that leaves now, or returns REST. */
export function pollSend(now: i64): Output { return pollQuestion(now) }
