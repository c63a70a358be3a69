// Session descriptions (RFC 8866): reads them one media line after the other, and writes the lines of ours.
import { COLON, CR, EQUALS, LF, SLASH, SPACE, peek } from "./char"
import { Found } from "./values"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { parseIp, writeIp } from "../base/ip"
import { decimal } from "../base/number"
import { Span, after, between, endOf, indexOf, lengthOf, same, sameFolded, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"

/** What this phone can do with a payload number; rows of FORMAT_TABLE. */
export const enum Format { PCMU, PCMA, COMFORT, EVENTS }
const FORMATS: u32 = 4
export const NO_NUMBER: u32 = 0xff

/** What a direction attribute says of the one who wrote it: bit 0 receives, bit 1 sends. The order of DIRECTIONS. */
export const enum Way { INACTIVE, RECEIVES, SENDS, BOTH }

// RFC 3551 6, RFC 3389 4, RFC 4733 7.1.1: as rtpmap names it, and the number that needs no rtpmap.
const FORMAT_TABLE = memory.data<u32>([
  text("PCMU/8000"), 0,
  text("PCMA/8000"), 8,
  text("CN/8000"), 13,
  text("telephone-event/8000"), NO_NUMBER,
])
const DIRECTIONS = memory.data<u32>([text("inactive"), text("recvonly"), text("sendonly"), text("sendrecv")])

const LETTER_A: u32 = 0x61, LETTER_C: u32 = 0x63, LETTER_M: u32 = 0x6d
const NUMBER_MAX: i64 = 127

/** A description that is being read, and its media line that was read last. Spans point into the description. */
@unmanaged
export class Sdp {
  numbers: u32           // a byte for each Format: its payload number, or NO_NUMBER
  at: usize              // the next line
  end: usize
  media: Span            // "audio"
  formatsLow: u64        // bit n: payload number n is among the formats
  formatsHigh: u64       // from 64 on
  transport: Span        // "RTP/AVP"
  formats: Span          // as they were written
  port: u16              // 0: refused, or no longer wanted
  rtcpPort: u16
  ptimeMs: u16           // 0: nothing said
  maxPtimeMs: u16
  way: u8                // Way
  sessionWay: u8
  lines: u8              // media lines that have been read
  // then endpoints: where RTP is wanted, where RTCP is wanted, and what the session says of both

  /** Family 0 when there is no address, or a name. */
  get rtp(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + RTP_AT) }
  /** Port 0 when there can be none. */
  get rtcp(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + RTP_AT + ENDPOINT_SIZE) }
  private get session(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + RTP_AT + 2 * ENDPOINT_SIZE) }

  /** Begins to read. False: this is no session description. */
  open(body: Span): bool {
    memory.fill(changetype<usize>(this), 0, SDP_SIZE)
    this.at = startOf(body)
    this.end = endOf(body)
    this.way = <u8>Way.BOTH
    if (!same(takeLine(this), text("v=0"))) return false
    readPart(this)
    this.session.copyFrom(this.rtp)
    this.sessionWay = this.way
    return true
  }

  /** Reads the next media line and what belongs to it. END: there is none; BAD: it cannot be answered. */
  next(): Found {
    if (this.at == this.end) return Found.END
    this.lines++
    this.formatsLow = this.formatsHigh = 0
    this.numbers = u32.MAX_VALUE
    this.rtcpPort = this.ptimeMs = this.maxPtimeMs = 0
    this.rtp.copyFrom(this.session)
    this.rtcp.clear()
    this.way = this.sessionWay
    if (!readMedia(this, after(takeLine(this), 2))) return Found.BAD
    readPart(this)
    for (let f: u32 = 0; f < FORMATS; f++) settleNumber(this, f)
    this.rtp.port = this.port
    // RFC 3605 2.1, RFC 3550 11: one port above, unless it is said otherwise.
    if (this.rtcp.family == 0) this.rtcp.copyFrom(this.rtp)
    this.rtcp.port = this.rtcpPort != 0 ? this.rtcpPort : this.port != 0 ? this.port + 1 : 0
    return Found.GOOD
  }

  /** The payload number of a format, NO_NUMBER when it is not offered. */
  numberOf(f: Format): u32 { return load<u8>(numberAt(this, f)) }
}

const RTP_AT: usize = 52
export const SDP_SIZE: usize = RTP_AT + 3 * ENDPOINT_SIZE
if (offsetof<Sdp>() > RTP_AT) ERROR("Sdp has grown over its endpoints")

/** Which of two payload numbers comes first among the formats. */
export function firstOf(s: Sdp, a: u32, b: u32): u32 {
  let rest = s.formats
  while (lengthOf(rest) > 0) {
    const word = wordOf(rest)
    const number = <u32>decimal(word, NUMBER_MAX)
    if (number == a || number == b) return number
    rest = behind(rest, word)
  }
  return a
}

// -- Writing

/** Writes the lines about the whole session (RFC 8866 5.1 to 5.9); `local` is where RTP is wanted. */
export function writeSession(w: Writer, id: u32, version: u32, local: Endpoint): void {
  w.put(text("v=0\r\no=- "))
  w.number(id)
  w.byte(SPACE)
  w.number(version)
  w.byte(SPACE)
  writeAddress(w, local)
  w.put(text("\r\ns=-\r\nc="))
  writeAddress(w, local)
  w.put(text("\r\nt=0 0\r\n"))
}

/**
 * Writes the media line of ours with its attributes. `numbers` has the payload number of each Format as Sdp.numbers does, `first` is the
 * codec that comes first. With port 0 nothing follows the line itself.
 */
export function writeAudio(w: Writer, port: u32, numbers: u32, first: Format, ptimeMs: u32, way: Way): void {
  w.put(text("m=audio "))
  w.number(port)
  w.put(text(" RTP/AVP"))
  for (let i: u32 = 0; i < FORMATS; i++) {
    const number = numbers >>> (inOrder(i, first) << 3) & 0xff
    if (number == NO_NUMBER) continue
    w.byte(SPACE)
    w.number(number)
  }
  w.put(CRLF)
  if (port == 0) return
  for (let i: u32 = 0; i < FORMATS; i++) {
    const f = inOrder(i, first), number = numbers >>> (f << 3) & 0xff
    if (number != NO_NUMBER) writeFormat(w, number, f)
  }
  w.put(text("a=ptime:"))
  w.number(ptimeMs)
  w.put(text("\r\na="))
  w.put(load<u32>(DIRECTIONS + (<usize>way << 2)))
  w.put(CRLF)
}

/** Writes the answer to a media line that is refused, or repeats it in a later offer (RFC 3264 6, 8). */
export function writeRefused(w: Writer, media: Span, transport: Span): void {
  w.put(text("m="))
  w.put(media)
  w.put(text(" 0 "))
  w.put(transport)
  w.put(text(" 0\r\n"))
}

const CRLF: Span = text("\r\n")

/** The codec that is wanted more changes its place with the other one. */
function inOrder(i: u32, first: Format): u32 { return i < 2 ? i ^ <u32>first : i }

function writeFormat(w: Writer, number: u32, f: u32): void {
  w.put(text("a=rtpmap:"))
  w.number(number)
  w.byte(SPACE)
  w.put(load<u32>(FORMAT_TABLE + (<usize>f << 3)))
  w.put(CRLF)
  if (f != Format.EVENTS) return
  // RFC 4733 2.4.1: the digits, * and #, A to D.
  w.put(text("a=fmtp:"))
  w.number(number)
  w.put(text(" 0-15\r\n"))
}

function writeAddress(w: Writer, e: Endpoint): void {
  w.put(e.family == 6 ? text("IN IP6 ") : text("IN IP4 "))
  writeIp(w, e)
}

// -- Reading lines

/** Reads lines up to the next media line or the end. What we do not know is passed over. */
function readPart(s: Sdp): void {
  while (s.at < s.end && !isLine(s.at, s.end, LETTER_M)) {
    const start = s.at, line = takeLine(s)
    if (isLine(start, endOf(line), LETTER_C)) readConnection(after(line, 2), s.rtp)
    else if (isLine(start, endOf(line), LETTER_A)) readAttribute(s, after(line, 2))
  }
}

function isLine(p: usize, end: usize, letter: u32): bool { return p + 1 < end && peek(p) == letter && peek(p + 1) == EQUALS }

/** The next line without its end. RFC 8866 5: CRLF ends it; a reader takes a lone LF as well. */
function takeLine(s: Sdp): Span {
  const start = s.at
  let p = start
  while (p < s.end && peek(p) != LF) p++
  s.at = p < s.end ? p + 1 : p
  if (p > start && peek(p - 1) == CR) p--
  return between(start, p)
}

/** RFC 8866 5.14: media, port with perhaps a count, transport, formats. False: it cannot be repeated in an answer. */
function readMedia(s: Sdp, line: Span): bool {
  s.media = wordOf(line)
  let rest = behind(line, s.media)
  const ports = wordOf(rest)
  rest = behind(rest, ports)
  s.transport = wordOf(rest)
  s.formats = behind(rest, s.transport)
  const slash = indexOf(ports, SLASH)
  const port = decimal(slash < 0 ? ports : span(startOf(ports), slash), 65535)
  if (port < 0 || lengthOf(s.media) == 0 || lengthOf(s.transport) == 0) return false
  s.port = <u16>port
  for (rest = s.formats; lengthOf(rest) > 0;) {
    const word = wordOf(rest), number = decimal(word, NUMBER_MAX)
    if (number >= 64) s.formatsHigh |= 1 << <u64>(number - 64)
    else if (number >= 0) s.formatsLow |= 1 << <u64>number
    rest = behind(rest, word)
  }
  return true
}

/** RFC 8866 5.7: "IN IP4 192.0.2.1", a multicast address with a lifetime behind. A name is no address for us. */
function readConnection(value: Span, e: Endpoint): void {
  const family = behind(value, wordOf(value)), address = wordOf(behind(family, wordOf(family)))
  const slash = indexOf(address, SLASH)
  parseIp(slash < 0 ? address : span(startOf(address), slash), e)
}

function readAttribute(s: Sdp, attribute: Span): void {
  const colon = indexOf(attribute, COLON)
  if (colon < 0) {
    for (let way: usize = 0; way < 4; way++) if (same(attribute, load<u32>(DIRECTIONS + (way << 2)))) s.way = <u8>way
    return
  }
  const name = span(startOf(attribute), colon), value = after(attribute, colon + 1)
  if (same(name, text("rtpmap"))) readMap(s, value)
  else if (same(name, text("ptime"))) s.ptimeMs = <u16>max<i64>(decimal(wordOf(value), 65535), 0)
  else if (same(name, text("maxptime"))) s.maxPtimeMs = <u16>max<i64>(decimal(wordOf(value), 65535), 0)
  else if (same(name, text("rtcp"))) {
    // RFC 3605 2.1: a port, perhaps with an address.
    const port = wordOf(value), address = behind(value, port)
    s.rtcpPort = <u16>max<i64>(decimal(port, 65535), 0)
    if (lengthOf(address) > 0) readConnection(address, s.rtcp)
  }
}

/** RFC 8866 6.6: "101 telephone-event/8000", for sound with "/1" for one channel behind, which means nothing. */
function readMap(s: Sdp, value: Span): void {
  const word = wordOf(value), number = decimal(word, NUMBER_MAX)
  let encoding = wordOf(behind(value, word))
  if (number < 0 || !isOffered(s, <u64>number)) return
  const length = lengthOf(encoding)
  if (length > 2 && same(span(endOf(encoding) - 2, 2), text("/1"))) encoding = span(startOf(encoding), length - 2)
  for (let f: u32 = 0; f < FORMATS; f++) {
    if (sameFolded(encoding, load<u32>(FORMAT_TABLE + (<usize>f << 3)))) store<u8>(numberAt(s, f), <u8>number)
  }
}

/** RFC 3551 6: the static number of a format needs no rtpmap. */
function settleNumber(s: Sdp, f: u32): void {
  const fixed = load<u32>(FORMAT_TABLE + (<usize>f << 3), 4)
  if (fixed != NO_NUMBER && isOffered(s, fixed)) store<u8>(numberAt(s, f), <u8>fixed)
}

/** `numbers` is the first of the record. */
function numberAt(s: Sdp, f: u32): usize { return changetype<usize>(s) + f }

function isOffered(s: Sdp, number: u64): bool {
  return ((number < 64 ? s.formatsLow >>> number : s.formatsHigh >>> number - 64) & 1) != 0
}

/** Up to the first space. */
function wordOf(s: Span): Span {
  const length = indexOf(s, SPACE)
  return length < 0 ? s : span(startOf(s), length)
}

/** What follows a word and the spaces behind it. */
function behind(s: Span, word: Span): Span {
  let p = endOf(word)
  while (p < endOf(s) && peek(p) == SPACE) p++
  return between(p, endOf(s))
}
