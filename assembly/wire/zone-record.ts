// A record of a zone as text, on one line and without comments: OWNER [TTL] [IN] TYPE RDATA. RFC 1035 5.1, RFC 2782, RFC 3403.
import { Endpoint } from "../base/endpoint"
import { parseIp4, parseIp6 } from "../base/ip"
import { decimal } from "../base/number"
import { NONE, Span, after, byteAt, endOf, lengthOf, same, sameFolded, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { RecordType, typeName } from "./dns"

const QUOTE: u32 = 0x22, DOT: u32 = 0x2e, AT: Span = text("@")

/** Field number `n`, from 0, of a record; a string in quotes comes without them. NONE: there are fewer. */
export function fieldOf(record: Span, n: u32): Span {
  const end = endOf(record)
  let p = startOf(record)
  while (true) {
    while (p < end && isBlank(load<u8>(p))) p++
    if (p == end) return NONE
    const quoted = load<u8>(p) == QUOTE, from = quoted ? p + 1 : p
    p = from
    while (p < end && (quoted ? load<u8>(p) != QUOTE : !isBlank(load<u8>(p)))) p++
    if (n-- == 0) return span(from, <u32>(p - from))
    if (quoted && p < end) p++
  }
}

/** Number of the field that names the type; those of RDATA follow it. */
export function typeField(record: Span): u32 {
  let n: u32 = 1
  if (decimal(fieldOf(record, n), i32.MAX_VALUE) >= 0) n++
  if (sameFolded(fieldOf(record, n), text("IN"))) n++
  return n
}

/** The type of a record; 0 when it is none that a phone has use for. */
export function typeOfRecord(record: Span): u32 {
  const name = fieldOf(record, typeField(record))
  if (isType(name, RecordType.A)) return RecordType.A
  if (isType(name, RecordType.AAAA)) return RecordType.AAAA
  if (isType(name, RecordType.CNAME)) return RecordType.CNAME
  if (isType(name, RecordType.SRV)) return RecordType.SRV
  return isType(name, RecordType.NAPTR) ? <u32>RecordType.NAPTR : 0
}

function isType(name: Span, type: u32): bool { return sameFolded(name, typeName(type)) }

/** Whether the text is a record whose every field may be what it is; `scratch` is where an address is read. */
export function isRecord(record: Span, scratch: Endpoint): bool {
  const at = typeField(record) + 1
  return isRecordName(fieldOf(record, 0)) && isData(record, typeOfRecord(record), at, scratch)
}

function isData(record: Span, type: u32, at: u32, scratch: Endpoint): bool {
  const last = at + (type == RecordType.SRV ? 3 : type == RecordType.NAPTR ? 5 : 0)
  const name = fieldOf(record, last)
  if (type == 0 || name == NONE || fieldOf(record, last + 1) != NONE) return false
  if (type == RecordType.A) return parseIp4(name, scratch)
  if (type == RecordType.AAAA) return parseIp6(name, scratch)
  const numbers: u32 = type == RecordType.SRV ? 3 : type == RecordType.NAPTR ? 2 : 0
  for (let i: u32 = 0; i < numbers; i++) if (numberAt(record, at + i) < 0) return false
  return isRecordName(name)
}

/** A number of 16 bits; -1 when the field is none. */
export function numberAt(record: Span, n: u32): i32 { return <i32>decimal(fieldOf(record, n), 65535) }

/** "@", ".", or labels of letters, digits, hyphens and underscores; a name without a dot at its end is relative. */
function isRecordName(name: Span): bool {
  if (lengthOf(name) == 0 || same(name, AT) || same(name, text("."))) return lengthOf(name) > 0
  let before = DOT
  for (let i: u32 = 0; i < lengthOf(name); i++) {
    const c = byteAt(name, i)
    if (c == DOT ? before == DOT : (c | 0x20) - 97 >= 26 && c - 48 >= 10 && c != 0x2d && c != 0x5f) return false
    before = c
  }
  return true
}

/** Writes a name in full, in lower case and without a dot at its end: relative ones end in `origin`. */
export function writeFullName(w: Writer, name: Span, origin: Span): void {
  if (same(name, AT)) return writeFolded(w, origin)
  if (lengthOf(name) == 0) return
  const absolute = byteAt(name, lengthOf(name) - 1) == DOT
  writeFolded(w, absolute ? span(startOf(name), lengthOf(name) - 1) : name)
  if (absolute) return
  w.byte(DOT)
  writeFolded(w, origin)
}

function writeFolded(w: Writer, name: Span): void {
  for (let rest = name; lengthOf(rest) > 0; rest = after(rest, 1)) {
    const c = byteAt(rest, 0)
    w.byte(c - 65 < 26 ? c | 0x20 : c)
  }
}

function isBlank(c: u32): bool { return c == 0x20 || c == 0x09 }
