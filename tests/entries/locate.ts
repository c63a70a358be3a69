// What the tests of the locate room call: the DNS codec, selection, resolver, cache and target search, with numbers only.
// Texts come in at RX and go out at OUT_AT.
import * as flow from "../../assembly/transport/flow"
import * as resolver from "../../assembly/locate/resolver"
import * as target from "../../assembly/locate/target"
import * as select from "../../assembly/locate/select"
import { advance as advanceSearch } from "../../assembly/locate/target"
import { seed, below } from "../../assembly/base/random"
import { IO, RX, OUTBOX, STATE, STATE_SIZE } from "../../assembly/memory"
import { Endpoint } from "../../assembly/base/endpoint"
import { span, lengthOf } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { writeEndpoint } from "../../assembly/base/ip"
import * as log from "../../assembly/base/log"
import { assign, restoreDefaults } from "../../assembly/settings/settings"
import { Entry, cacheCapacity, cacheUsed, exists, firstEntry, nextEntry, unpinAll } from "../../assembly/locate/cache"
import { writeEntry } from "../../assembly/locate/show"
import { Resolver } from "../../assembly/locate/query"
import { Reply, readName, writeQuestion } from "../../assembly/wire/dns"

export const IO_AT: i32 = <i32>IO
export const RX_AT: i32 = <i32>RX
// OUTBOX is not used here otherwise.
export const OUT_AT: i32 = <i32>OUTBOX
const OUT_SIZE: usize = 2048
const SCRATCH: usize = OUTBOX + OUT_SIZE

function given(): Endpoint { return changetype<Endpoint>(RX) }

function out(): Writer {
  const w = changetype<Writer>(SCRATCH)
  w.open(OUTBOX, OUT_SIZE)
  return w
}

/** Everything as at the start, with a seed. */
export function reset(value: u32): void {
  memory.fill(STATE, 0, STATE_SIZE)
  restoreDefaults()
  for (let i: u32 = 0; i < 8; i++) store<u32>(RX + <usize>i * 4, value * 2654435761 + i)
  seed(RX, 32)
}

/** Gives a setting: name and value at RX, one behind the other. */
export function set(nameLength: u32, valueLength: u32): i32 {
  return assign(span(RX, nameLength), span(RX + nameLength, valueLength))
}

// -- Codec
export function question(length: u32, id: u32, type: u32, edns: i32): i32 {
  const w = out()
  return writeQuestion(w, id, span(RX, length), type, edns != 0) ? <i32>lengthOf(w.written) : -1
}
/** Reads the name at an offset of the message at RX into OUT. */
export function name(length: u32, offset: u32): i32 {
  const r = changetype<Reply>(SCRATCH)
  r.start = RX
  r.end = RX + length
  return readName(r, RX + offset, OUTBOX)
}
/** Reads all records of the message at RX: how many, or -1 broken, -2 no answer. */
export function records(length: u32): i32 {
  const r = changetype<Reply>(SCRATCH)
  if (!r.open(span(RX, length))) return -2
  let count = 0
  for (let section = 0; section < 3; section++) {
    let more = r.next()
    while (more == 1) { count++; more = r.next() }
    if (more < 0) return -1
    if (section < 2) r.nextSection()
  }
  return count
}

// -- Selection: u16 priorities at RX, weights at RX + 64; the order comes at OUT, the trace at OUT + 64
export function order(count: u32, algorithm: i32): void {
  select.order(RX, RX + 64, count, <select.Algorithm>algorithm, OUTBOX, OUTBOX + 64)
}
export function choicesOf(count: u32, taken: u32, algorithm: i32): u32 {
  return select.choicesOf(RX, RX + 64, count, taken, <select.Algorithm>algorithm)
}
export function pick(count: u32, taken: u32, algorithm: i32, drawn: u32): u32 {
  return select.pick(RX, RX + 64, count, taken, <select.Algorithm>algorithm, drawn)
}
export function draw(n: u32): u32 { return below(n) }

// -- Resolver
export function addServer(): i32 { return resolver.addServer(given()) }
export function clearServers(): void { resolver.clearServers() }
export function setFamilies(ip4: i32, ip6: i32): void { resolver.setFamilies(ip4 != 0, ip6 != 0) }
export function networkChanged(now: i64): void { resolver.networkChanged(now) }
export function flush(): void { resolver.flush() }
export function setLogging(on: i32): void { resolver.setLogging(on != 0) }
/** One question that no search needs. */
export function ask(length: u32, type: u32, now: i64): i32 {
  const result = resolver.ask(span(RX, length), type, now, 0)
  unpinAll(0)
  return result
}
export function receive(number: u32, length: u32, now: i64): i32 { return resolver.receive(number, span(RX, length), now) }
export function refused(number: u32, now: i64): i32 { return resolver.refused(number, now) }
export function expire(now: i64): i32 { return resolver.expire(now) }
export function soonest(): i64 { return resolver.soonest() }
export function pollSend(now: i64): i32 { return resolver.pollSend(now) }
/** 0 sent, 1 answered, 2 ignored, 3 useless, 4 refused, 5 silent, 6 failed */
export function count(which: u32): u32 { return load<u32>(changetype<usize>(resolver.counts()) + offsetof<Resolver>("sent") + which * 4) }

// -- Flows
export function opened(number: u32): void { flow.opened(number, given()) }
export function failed(number: u32, why: u32): i32 { return flow.failed(number, why) }
export function pollFlow(): i32 { return flow.pollFlow() }

// -- Cache
export function used(): u32 { return cacheUsed() }
export function capacity(): u32 { return cacheCapacity() }
/** All entries as lines at OUT; returns the length. */
export function show(now: i64): u32 {
  const w = out()
  for (let e: Entry = firstEntry(); exists(e); e = nextEntry(e)) {
    writeEntry(w, e, now)
    w.byte(0x0a)
  }
  return lengthOf(w.written)
}
/** The next line of the log at OUT; its length, or -1. The level comes in front as a digit. */
export function logLine(): i32 {
  const level = log.next()
  if (level == log.Level.NONE) return -1
  const w = out()
  w.number(level)
  w.byte(0x20)
  w.put(log.taken())
  return <i32>lengthOf(w.written)
}

// -- Search
export function begin(now: i64): void { target.begin(0, now) }
export function advance(now: i64): i32 {
  const located = advanceSearch(0, now)
  target.rest()
  return located
}
export function targetCount(): i32 { return target.targetCount() }
export function expires(): i64 { return target.expires(0) }
export function stale(): i32 { return target.stale(0) }
/** Target i as text at OUT: "order/preference priority/weight #record host address:port". */
export function targetText(i: i32): u32 {
  const t = target.target(i)
  const w = out()
  w.number(t.order)
  w.byte(0x2f)
  w.number(t.preference)
  w.byte(0x20)
  w.number(t.priority)
  w.byte(0x2f)
  w.number(t.weight)
  w.byte(0x20)
  w.byte(0x23)
  w.number(t.record)
  w.byte(0x20)
  if (lengthOf(t.host) > 0) w.put(t.host)
  else w.byte(0x2d)
  w.byte(0x20)
  writeEndpoint(w, t.endpoint)
  return lengthOf(w.written)
}
