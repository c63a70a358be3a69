// A DNS record as the cache keeps it: checked, small, and without its owner, class and TTL.
//
//   A      4 bytes of address                       AAAA   16 bytes of address
//   SRV    u16 priority, u16 weight, u16 port, u8 length, name
//   NAPTR  u16 order, u16 preference, u8 1 when there is a regexp, then flags, services and replacement, each as u8 length and text
import { Span, after, byteAt, lengthOf, sameFolded, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { Endpoint } from "../base/endpoint"
import { writeIp } from "../base/ip"
import { RecordType, Reply, BAD, UNFIT, be16, readName } from "../wire/dns"
import { OTHER_NAME_AT } from "./layout"

/** Flags or services that are longer are none that we know. */
const STRING_MAX: u32 = 32

@unmanaged
export class Srv {
  priority: u16
  weight: u16
  port: u16

  /** Empty for "." */
  get host(): Span { return stringAt(changetype<usize>(this) + 6) }
}

@unmanaged
export class Naptr {
  order: u16
  preference: u16
  hasRegexp: u8

  get flags(): Span { return stringAt(changetype<usize>(this) + 5) }
  get services(): Span { return stringAt(behind(changetype<usize>(this) + 5)) }
  get replacement(): Span { return stringAt(behind(behind(changetype<usize>(this) + 5))) }
}

/** Appends the record that `r` stands at. 1: done or did not fit (see overflow); UNFIT: means nothing to us; BAD: the message is broken. */
export function keepRecord(w: Writer, r: Reply): i32 {
  const length = <u32>(r.valueEnd - r.value)
  switch (r.type) {
    case RecordType.A: return keepBytes(w, r, length == 4)
    case RecordType.AAAA: return keepBytes(w, r, length == 16)
    case RecordType.SRV: return length < 7 ? BAD : keepSrv(w, r)
    case RecordType.NAPTR: return keepNaptr(w, r)
    default: return UNFIT
  }
}

function keepBytes(w: Writer, r: Reply, good: bool): i32 {
  if (!good) return BAD
  w.put(span(r.value, <u32>(r.valueEnd - r.value)))
  return 1
}

function keepSrv(w: Writer, r: Reply): i32 {
  const length = nameToEnd(r, r.value + 6)
  if (length < 0) return length
  keepSrvFields(w, be16(r.value), be16(r.value + 2), be16(r.value + 4), span(OTHER_NAME_AT, length))
  return 1
}

/** Appends an SRV record; `host` is in lower case and has no dot at its end. */
export function keepSrvFields(w: Writer, priority: u32, weight: u32, port: u32, host: Span): void {
  number(w, priority)
  number(w, weight)
  number(w, port)
  string(w, host)
}

function keepNaptr(w: Writer, r: Reply): i32 {
  const flags = r.value + 4
  const services = stringEnd(r, flags)
  const regexp = services == 0 ? <usize>0 : stringEnd(r, services)
  const replacement = regexp == 0 ? <usize>0 : stringEnd(r, regexp)
  if (replacement == 0) return BAD
  const length = nameToEnd(r, replacement)
  if (length < 0) return length
  if (!isPlain(stringAt(flags)) || !isPlain(stringAt(services))) return UNFIT
  keepNaptrFields(w, be16(r.value), be16(r.value + 2), load<u8>(regexp) > 0, stringAt(flags), stringAt(services), span(OTHER_NAME_AT, length))
  return 1
}

/** The same of a NAPTR record. */
export function keepNaptrFields(w: Writer, order: u32, preference: u32, hasRegexp: bool, flags: Span, services: Span, replacement: Span): void {
  number(w, order)
  number(w, preference)
  w.byte(hasRegexp ? 1 : 0)
  string(w, flags)
  string(w, services)
  string(w, replacement)
}

/** Reads the name that a CNAME leads to, into OTHER_NAME_AT. Returns its length, UNFIT or BAD. */
export function readTarget(r: Reply): i32 { return nameToEnd(r, r.value) }

/** Reads the name that has to fill RDATA from `at` to its end, into OTHER_NAME_AT. */
function nameToEnd(r: Reply, at: usize): i32 {
  // A compressed name ends with the first pointer, which is why skipping and reading are two things.
  let p = at
  while (p < r.valueEnd) {
    const label: u32 = load<u8>(p)
    p += label >= 0xc0 ? 2 : label + 1
    if (label == 0 || label >= 0xc0) break
  }
  return p == r.valueEnd && p > at ? readName(r, at, OTHER_NAME_AT) : BAD
}

/** The place behind the character-string at `at`, or 0 when it runs out of RDATA. */
function stringEnd(r: Reply, at: usize): usize {
  if (at >= r.valueEnd) return 0
  const end = at + 1 + load<u8>(at)
  return end <= r.valueEnd ? end : 0
}

function isPlain(s: Span): bool {
  if (s >>> 16 > STRING_MAX) return false
  for (let p: usize = s & 0xffff, end = p + (s >>> 16); p < end; p++) {
    if (<u32>load<u8>(p) - 0x21 > 0x5d) return false
  }
  return true
}

/** Size in bytes of a kept record. */
export function recordSize(type: u32, at: usize): u32 {
  switch (type) {
    case RecordType.A: return 4
    case RecordType.AAAA: return 16
    case RecordType.SRV: return <u32>(behind(at + 6) - at)
    default: return <u32>(behind(behind(behind(at + 5))) - at)
  }
}

/** Writes a kept record as in a zone file; names in full, or, where they end in `origin`, without it. */
export function writeRecord(w: Writer, type: u32, at: usize, origin: Span): void {
  switch (type) {
    case RecordType.A: return writeAddress(w, at, 4)
    case RecordType.AAAA: return writeAddress(w, at, 6)
    case RecordType.SRV: return writeSrv(w, changetype<Srv>(at), origin)
    default: return writeNaptr(w, changetype<Naptr>(at), origin)
  }
}

function writeAddress(w: Writer, at: usize, family: u8): void {
  const e = changetype<Endpoint>(OTHER_NAME_AT)
  readAddress(at, family, e)
  writeIp(w, e)
}

/** Makes an endpoint with port 0 of a kept address. */
export function readAddress(at: usize, family: u8, e: Endpoint): void {
  e.clear()
  e.family = family
  memory.copy(e.bytes, at, family == 4 ? 4 : 16)
}

function writeSrv(w: Writer, srv: Srv, origin: Span): void {
  w.number(srv.priority)
  w.byte(0x20)
  w.number(srv.weight)
  w.byte(0x20)
  w.number(srv.port)
  w.byte(0x20)
  writeRecordName(w, srv.host, origin)
}

function writeNaptr(w: Writer, naptr: Naptr, origin: Span): void {
  w.number(naptr.order)
  w.byte(0x20)
  w.number(naptr.preference)
  w.put(text(' "'))
  w.put(naptr.flags)
  w.put(text('" "'))
  w.put(naptr.services)
  w.put(naptr.hasRegexp != 0 ? text('" "..." ') : text('" "" '))
  writeRecordName(w, naptr.replacement, origin)
}

/** Writes a name in full with a dot at its end, or, where it ends in `origin`, without that; the origin itself is "@". */
export function writeRecordName(w: Writer, name: Span, origin: Span): void {
  const own = <i32>lengthOf(name) - <i32>lengthOf(origin), ends = lengthOf(origin) > 0 && own >= 0 && sameFolded(after(name, own), origin)
  if (ends && own == 0) return w.byte(0x40)
  if (ends && own > 1 && byteAt(name, own - 1) == 0x2e) return w.put(span(startOf(name), own - 1))
  w.put(name)
  w.byte(0x2e)
}

function number(w: Writer, n: u32): void {
  w.byte(n & 0xff)
  w.byte(n >>> 8)
}

function string(w: Writer, s: Span): void {
  w.byte(s >>> 16)
  w.put(s)
}

// @ts-ignore: decorator
@inline
export function stringAt(at: usize): Span { return span(at + 1, load<u8>(at)) }

// @ts-ignore: decorator
@inline
function behind(at: usize): usize { return at + 1 + load<u8>(at) }
