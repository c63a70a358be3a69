// DNS messages as bytes: questions written, answers read record by record (RFC 1035, 2782, 3403, 3596, 6891). Knows no server and no cache.
//
// A name is text here: labels in lower case with dots between, no dot at the end; the root is the empty text. A name that cannot be
// written so (a dot, a blank or a byte outside ASCII in a label) can be no host's and is UNFIT.
import { Span, span, startOf, endOf, lengthOf, byteAt, text } from "../base/span"
import { Writer } from "../base/writer"

export const enum RecordType { A = 1, NS = 2, CNAME = 5, SOA = 6, AAAA = 28, SRV = 33, NAPTR = 35, OPT = 41 }
export const enum Rcode { NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED }
export const enum Section { ANSWER, AUTHORITY, ADDITIONAL }

/** What readName and next return instead of a length. */
export const BAD: i32 = -1               // the message is broken
export const UNFIT: i32 = -2             // well-formed, but no name of a host

/** What we say that we can take in one answer. RFC 6891 6.2.5; 1232 fits every network undivided. */
export const ANSWER_MAX: u32 = 1232
/** Longest name as text: 255 bytes on the wire are 253 characters. */
export const NAME_TEXT_MAX: u32 = 253

const HEADER_SIZE: u32 = 12
const LABEL_MAX: u32 = 63
const NAME_WIRE_MAX: u32 = 255
const CLASS_IN: u32 = 1
const FLAG_QR: u32 = 0x8000
const FLAG_TC: u32 = 0x0200
const FLAG_RD: u32 = 0x0100
const OPCODE: u32 = 0x7800

// -- Questions

/** Writes a question for a recursive server. False when it does not fit, or the name is none that DNS could know: then nothing may be sent. */
export function writeQuestion(w: Writer, id: u32, name: Span, type: u32, edns: bool): bool {
  short(w, id)
  short(w, FLAG_RD)
  short(w, 1)
  short(w, 0)
  short(w, 0)
  short(w, edns ? 1 : 0)
  if (!writeName(w, name)) return false
  short(w, type)
  short(w, CLASS_IN)
  if (edns) {
    // RFC 6891 6.1.2: root name, type OPT, our size in the place of the class, no extended code, version 0, no flags, no options.
    w.byte(0)
    short(w, RecordType.OPT)
    short(w, ANSWER_MAX)
    short(w, 0)
    short(w, 0)
    short(w, 0)
  }
  return !w.overflow
}

/** Writes a name as labels, without compression. A dot at the end is allowed. False: empty, a bad label, or too long (RFC 1035 2.3.4). */
export function writeName(w: Writer, name: Span): bool {
  let length = lengthOf(name)
  if (length > 0 && byteAt(name, length - 1) == 0x2e) length--
  if (length == 0 || length > NAME_TEXT_MAX) return false
  let from: u32 = 0
  for (let i: u32 = 0; i <= length; i++) {
    if (i < length && byteAt(name, i) != 0x2e) continue
    const label = i - from
    if (label == 0 || label > LABEL_MAX) return false
    w.byte(label)
    w.put(span(startOf(name) + from, label))
    from = i + 1
  }
  w.byte(0)
  return true
}

// -- Answers

/** An answer being read, and the record that `next` stopped at. */
@unmanaged
export class Reply {
  start: usize
  end: usize
  at: usize            // behind the record
  section: u32         // Section
  left: u32            // records of the section not read yet
  // the record
  owner: usize         // where its name begins
  type: u32
  ttl: u32             // seconds
  inClass: bool        // class IN; else the record means nothing to us
  value: usize         // RDATA
  valueEnd: usize

  // @ts-ignore: decorator
  @inline
  get id(): u32 { return be16(this.start) }
  /** Code of the header; the upper bits that EDNS adds are in the OPT record. */
  // @ts-ignore: decorator
  @inline
  get rcode(): u32 { return be16(this.start + 2) & 15 }
  // @ts-ignore: decorator
  @inline
  get truncated(): bool { return (be16(this.start + 2) & FLAG_TC) != 0 }

  /** Begins to read. False: this is no answer to a standard query with one question, of which `id` and the question are there in full. */
  open(bytes: Span): bool {
    this.start = startOf(bytes)
    this.end = endOf(bytes)
    if (lengthOf(bytes) < HEADER_SIZE) return false
    if ((be16(this.start + 2) & (FLAG_QR | OPCODE)) != FLAG_QR || be16(this.start + 4) != 1) return false
    const behind = skipName(this, this.start + HEADER_SIZE)
    if (behind == 0 || behind + 4 > this.end) return false
    this.at = behind + 4
    this.section = Section.ANSWER
    this.left = recordsIn(this, Section.ANSWER)
    return true
  }

  /** Whether the question is this one. RFC 5452 9.1: an answer to anything else is not ours. `scratch` has room for a name. */
  answers(name: Span, type: u32, scratch: usize): bool {
    const behind = skipName(this, this.start + HEADER_SIZE)
    if (be16(behind) != type || be16(behind + 2) != CLASS_IN) return false
    return readsAs(this, this.start + HEADER_SIZE, name, scratch)
  }

  /** Goes back to the first record of the answer section. open() was true. */
  rewind(): void {
    this.at = skipName(this, this.start + HEADER_SIZE) + 4
    this.section = Section.ANSWER
    this.left = recordsIn(this, Section.ANSWER)
  }

  /** Goes on to the next record: 1 there is one, 0 the section has no more, BAD the rest cannot be read. */
  next(): i32 {
    if (this.left == 0) return 0
    this.left--
    const p = skipName(this, this.at)
    if (p == 0 || p + 10 > this.end) return BAD
    this.owner = this.at
    this.type = be16(p)
    // The class of an OPT record is a size.
    this.inClass = be16(p + 2) == CLASS_IN
    this.ttl = be32(p + 4)
    // RFC 2181 8: a TTL with the top bit set is 0.
    if (this.type != RecordType.OPT && <i32>this.ttl < 0) this.ttl = 0
    this.value = p + 10
    this.valueEnd = p + 10 + be16(p + 8)
    if (this.valueEnd > this.end) return BAD
    this.at = this.valueEnd
    return 1
  }

  /** Leaves out what is left of this section and begins the next. False when the message cannot be read so far. */
  nextSection(): bool {
    let more = this.next()
    while (more == 1) more = this.next()
    if (more == BAD) return false
    this.section++
    this.left = recordsIn(this, this.section)
    return true
  }
}

export const REPLY_SIZE: usize = 48

function recordsIn(r: Reply, section: u32): u32 {
  return be16(r.start + 6 + (section << 1))
}

/**
 * Reads the name at `at`, which may be compressed, into `out` (256 bytes) as lower-case text. Returns its length, UNFIT, or BAD.
 * RFC 1035 4.1.4: a pointer points at an earlier place. As each one has to point before the part that it was found in, none leads in a circle.
 */
export function readName(r: Reply, at: usize, out: usize): i32 {
  let p = at, earliest = at
  let length: u32 = 0, wire: u32 = 1
  let fit = true
  while (true) {
    if (p >= r.end) return BAD
    const label: u32 = load<u8>(p++)
    if (label == 0) break
    if (label > LABEL_MAX) {
      if (label < 0xc0 || p >= r.end) return BAD
      p = r.start + ((label & 0x3f) << 8 | load<u8>(p))
      if (p >= earliest || p < r.start + HEADER_SIZE) return BAD
      earliest = p
      continue
    }
    wire += label + 1
    if (p + label > r.end || wire > NAME_WIRE_MAX) return BAD
    if (length > 0) store<u8>(out + length++, 0x2e)
    if (!copyLabel(p, label, out + length)) fit = false
    length += label
    p += label
  }
  return fit ? <i32>length : UNFIT
}

/** Copies a label in lower case. False when a byte of it is no printable ASCII, or a dot, which would read as the end of the label. */
function copyLabel(from: usize, length: u32, to: usize): bool {
  let fit = true
  for (let i: u32 = 0; i < length; i++) {
    const c: u32 = load<u8>(from + i)
    if (c - 0x21 > 0x5d || c == 0x2e) fit = false
    store<u8>(to + i, <u8>(c - 65 < 26 ? c | 0x20 : c))
  }
  return fit
}

/** The place behind the name at `at`, or 0 when the name runs out of the message. */
export function skipName(r: Reply, at: usize): usize {
  let p = at
  while (p < r.end) {
    const label: u32 = load<u8>(p)
    if (label == 0) return p + 1
    if (label >= 0xc0) return p + 2 <= r.end ? p + 2 : 0
    if (label > LABEL_MAX) return 0
    p += label + 1
  }
  return 0
}

/** Whether the name at `at` is this one, given in lower case. */
export function readsAs(r: Reply, at: usize, name: Span, scratch: usize): bool {
  const length = readName(r, at, scratch)
  if (length != <i32>lengthOf(name)) return false
  return memory.compare(scratch, startOf(name), length) == 0
}

// @ts-ignore: decorator
@inline
export function be16(p: usize): u32 { return bswap<u16>(load<u16>(p)) }

// @ts-ignore: decorator
@inline
export function be32(p: usize): u32 { return bswap<u32>(load<u32>(p)) }

function short(w: Writer, n: u32): void {
  w.byte(n >>> 8)
  w.byte(n & 0xff)
}

/** The name of a type as in a zone file; empty when it is none of ours. */
export function typeName(type: u32): Span {
  switch (type) {
    case RecordType.A: return text("A")
    case RecordType.AAAA: return text("AAAA")
    case RecordType.CNAME: return text("CNAME")
    case RecordType.SRV: return text("SRV")
    case RecordType.NAPTR: return text("NAPTR")
    case RecordType.SOA: return text("SOA")
    case RecordType.NS: return text("NS")
    default: return text("")
  }
}
