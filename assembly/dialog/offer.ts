// Offers and answers (RFC 3264): what of a description from the other side suits us, and what ours say. One stream of sound; all else is refused.
import { OFFER_SCRATCH, OFFER_SCRATCH_END, REFUSED_SIZE, SOUND_SIZE, Codec, Direction, NO_PAYLOAD, Session } from "./session"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { prose } from "../base/prose"
import { u32Random } from "../base/random"
import { MIX_START, Span, between, endOf, lengthOf, mix, same, span, startOf, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Codecs, Dtmf, Setting, number } from "../settings/settings"
import { Format, NO_NUMBER, SDP_SIZE, Sdp, firstOf, writeAudio, writeRefused, writeSession } from "../wire/sdp"
import { Found } from "../wire/values"

/**
 * What became of a description. After anything but AGREED the session is as it was; all others are answered 488 where it is an offer. NOTHING_COMMON: of the
 * sound in it nothing suits us; NO_SOUND: there is none.
 */
export const enum Taken { AGREED, NOTHING_COMMON, MALFORMED, NO_SOUND }

const PTIME_STEP: u32 = 10, PTIME_MAX: u32 = 60
/** RFC 4733: the number that is usual for telephone-event. */
const EVENTS_NUMBER: u32 = 101
const COMFORT_NUMBER: u32 = 13

// survey() gives the place of the media line that suits us, or one of these.
const NONE_SUITS: i32 = -1
const UNREADABLE: i32 = -2
const SOUNDLESS: i32 = -3

/** What the lines that are refused may take of an answer: with the rest of it, and the header of a 200, they have to fit into one datagram. Bytes. */
const REFUSALS_MAX: i32 = 380
/** "m=", " 0 " and " 0" with its CRLF, around media and transport. */
const REFUSAL_BYTES: u32 = 9

const REFUSED_WRITER: usize = OFFER_SCRATCH + SDP_SIZE
const REFUSED_LINES: usize = REFUSED_WRITER + WRITER_SIZE

function sdp(): Sdp { return changetype<Sdp>(OFFER_SCRATCH) }

/**
 * Writes an offer: the first of a session, or a later one. `local`: the address of the flow of the call's signalling with the port of our RTP.
 * `direction` is what we want from now on.
 */
export function writeOffer(w: Writer, s: Session, local: Endpoint, direction: Direction): void {
  if (s.mediaLines == 0) s.mediaLines = 1
  s.wanted = <u8>direction
  write(w, s, local, local.port, offered(s), preferred(s), direction)
}

/**
 * Takes an offer. Session.direction is then what it allows: without SEND the other side holds the call. writeAnswer() follows, now or later; for
 * a first offer `agreed` stays false until then.
 */
export function takeOffer(body: Span, s: Session): Taken {
  const chosen = survey(body, s)
  if (chosen < 0) return <Taken>-chosen
  const before = printOf(s), d = sdp(), refused = changetype<Writer>(REFUSED_WRITER).written
  memory.copy(s.refused, startOf(refused), lengthOf(refused))
  s.audioLine = <u8>chosen
  s.mediaLines = d.lines
  reach(body, chosen)
  if (d.port == 0) {
    s.direction = <u8>Direction.INACTIVE
    s.remoteRtp.port = 0
  } else {
    follow(d, s)
    // RFC 3264 5.1, 8.3.2: for sound both ways a number means the same in both directions; the offer has said what.
    s.payloadIn = s.payload
    s.comfortIn = s.comfort
    s.eventsIn = s.events
  }
  changed(s, before)
  return Taken.AGREED
}

/** The status that refuses an offer, with its Taken in the upper half for refuseWith(); 0: it is agreed on. */
export function refusalOf(taken: Taken): u32 { return taken == Taken.AGREED ? 0 : 488 | <u32>taken << 16 }

/** RFC 3261 20.43: why, for the engineers at the other end. */
export function writeWarning(w: Writer, taken: Taken): void {
  w.say(prose("Warning: "))
  w.say(taken == Taken.NO_SOUND ? prose("304") : taken == Taken.MALFORMED ? prose("399") : prose("305"))
  w.say(prose(" linehunt \""))
  w.say(taken == Taken.NO_SOUND ? prose("Media type not available") : taken == Taken.MALFORMED ? prose("Description not readable") : prose("Incompatible media format"))
  w.say(prose("\"\r\n"))
}

/** Writes the answer to the offer taken last. `direction` is what we want; the offer may allow less. */
export function writeAnswer(w: Writer, s: Session, local: Endpoint, direction: Direction): void {
  const before = printOf(s), f = formatOf(s)
  s.agreed = true
  // RFC 3264 6.1: what the offer does not allow, the answer cannot want.
  s.direction &= <u8>direction
  const numbers = <u32>s.events << 24 | <u32>s.comfort << 16 | (f == Format.PCMU ? 0xff00 | <u32>s.payload : <u32>s.payload << 8 | 0xff)
  // RFC 3264 6: a stream that the offer gave up has port 0 in the answer.
  write(w, s, local, s.remoteRtp.port == 0 ? 0 : local.port, numbers, f, s.direction)
  changed(s, before)
}

/** Takes the answer to the offer written last. NOTHING_COMMON: it refuses our stream. */
export function takeAnswer(body: Span, s: Session): Taken {
  const d = sdp()
  if (!reach(body, s.audioLine)) return Taken.MALFORMED
  if (d.port == 0 || !suits(d)) return Taken.NOTHING_COMMON
  const before = printOf(s), ours = offered(s)
  follow(d, s)
  s.agreed = true
  s.direction &= s.wanted
  // RFC 3264 6.1, 7: they send with the numbers of our offer, we with those of their answer.
  s.payloadIn = <u8>(ours >>> (formatOf(s) << 3))
  s.comfortIn = s.comfort == NO_PAYLOAD ? NO_PAYLOAD : <u8>(ours >>> 16)
  s.eventsIn = s.events == NO_PAYLOAD ? NO_PAYLOAD : <u8>(ours >>> 24)
  changed(s, before)
  return Taken.AGREED
}

// -- Theirs

/**
 * Looks through all media lines of an offer. Returns the place of the one that suits us, with the others as they will be refused in
 * REFUSED_LINES and their number in Sdp.lines; or NONE_SUITS, also when there are too many to refuse, SOUNDLESS, or UNREADABLE. These are Taken, negative.
 */
function survey(body: Span, s: Session): i32 {
  const d = sdp(), w = changetype<Writer>(REFUSED_WRITER)
  w.open(REFUSED_LINES, REFUSED_SIZE)
  if (!d.open(body)) return UNREADABLE
  let chosen = SOUNDLESS, last: usize = 0, room = REFUSALS_MAX
  for (let found = d.next(); found != Found.END; found = d.next()) {
    if (found == Found.BAD) return UNREADABLE
    if (chosen < 0 && isOurs(d, s)) chosen = d.lines - 1
    else {
      last = refuse(w, d, last)
      room -= lengthOf(d.media) + lengthOf(d.transport) + REFUSAL_BYTES
    }
    if (chosen == SOUNDLESS && same(d.media, text("audio"))) chosen = NONE_SUITS
    if (w.overflow || room < 0) return NONE_SUITS
  }
  return chosen
}

/** Sound that we can take; or the sound that we have, which the offer gives up (RFC 3264 8.2). */
function isOurs(d: Sdp, s: Session): bool {
  return d.port != 0 ? suits(d) : s.agreed && d.lines - 1 == s.audioLine && same(d.media, text("audio"))
}

/** Notes a line that will be refused: media and transport with their lengths, or a 0 for the same as before. `last`: where that lies. */
function refuse(w: Writer, d: Sdp, last: usize): usize {
  const at = w.at
  if (last != 0 && same(lengthed(last), d.media) && same(lengthed(endOf(lengthed(last))), d.transport)) {
    w.byte(0)
    return last
  }
  w.byte(lengthOf(d.media))
  w.put(d.media)
  w.byte(lengthOf(d.transport))
  w.put(d.transport)
  return at
}

/** A text whose length is in the byte before it. */
function lengthed(at: usize): Span { return span(at + 1, load<u8>(at)) }

/** Reads a description up to its media line `place`, counted from 0. False: there is none. */
function reach(body: Span, place: i32): bool {
  const d = sdp()
  if (!d.open(body)) return false
  while (d.next() == Found.GOOD) {
    if (d.lines == <u8>(place + 1)) return true
  }
  return false
}

/** Whether we can take part in the stream of the media line that was read. */
function suits(d: Sdp): bool {
  return same(d.media, text("audio")) && same(d.transport, text("RTP/AVP")) && isHost(d.rtp) && codecOf(d) != NO_NUMBER
}

/** An address of one host; also 0.0.0.0. */
function isHost(e: Endpoint): bool {
  const first: u32 = load<u8>(e.bytes)
  return e.family == 4 && first < 224 || e.family == 6 && first != 0xff
}

/** The Format of the codec that both sides have; of two the one that they name first. NO_NUMBER: there is none. */
function codecOf(d: Sdp): u32 {
  const a = isWanted(Format.PCMU) ? d.numberOf(Format.PCMU) : NO_NUMBER, b = isWanted(Format.PCMA) ? d.numberOf(Format.PCMA) : NO_NUMBER
  if (a == NO_NUMBER) return b == NO_NUMBER ? NO_NUMBER : Format.PCMA
  return b == NO_NUMBER || firstOf(d, a, b) == a ? Format.PCMU : Format.PCMA
}

/** Takes over what the media line says. */
function follow(d: Sdp, s: Session): void {
  const codec = codecOf(d)
  s.codec = <u8>(codec << 3)
  s.payload = <u8>d.numberOf(codec)
  s.comfort = isWanted(Format.COMFORT) ? <u8>d.numberOf(Format.COMFORT) : NO_PAYLOAD
  s.events = isWanted(Format.EVENTS) ? <u8>d.numberOf(Format.EVENTS) : NO_PAYLOAD
  // RFC 8866 6.4: ptime is what they want to receive; ours, where they have no wish.
  let ptimeMs: u32 = d.ptimeMs != 0 ? d.ptimeMs : number(Setting.PTIME)
  if (d.maxPtimeMs != 0) ptimeMs = min<u32>(ptimeMs, d.maxPtimeMs)
  s.ptimeMs = <u8>max(PTIME_STEP, min(PTIME_MAX, ptimeMs / PTIME_STEP * PTIME_STEP))
  // They receive what we send. RFC 3264 8.4: to 0.0.0.0 nothing is sent, as RFC 2543 had it for a call on hold.
  s.direction = (d.way & 1) << 1 | d.way >> 1
  if ((d.rtp.a | d.rtp.b | d.rtp.c | d.rtp.d) == 0) s.direction &= <u8>Direction.RECEIVE
  s.remoteRtp.copyFrom(d.rtp)
  s.remoteRtcp.copyFrom(d.rtcp)
}

// -- Ours

/** Whether the settings have a format. */
function isWanted(f: Format): bool {
  if (f == Format.COMFORT) return number(Setting.COMFORT_NOISE) != 0
  if (f == Format.EVENTS) return number(Setting.DTMF) == Dtmf.RFC4733
  return number(Setting.CODECS) != (f == Format.PCMU ? Codecs.PCMA : Codecs.PCMU)
}

/** The payload numbers of an offer, a byte for each Format. RFC 3264 8.3.2: those that were agreed on keep their meaning. */
function offered(s: Session): u32 {
  const comfort: u32 = s.comfortIn != NO_PAYLOAD ? s.comfortIn : COMFORT_NUMBER, events: u32 = s.eventsIn != NO_PAYLOAD ? s.eventsIn : EVENTS_NUMBER
  return (isWanted(Format.PCMU) ? Codec.PCMU : NO_NUMBER) | (isWanted(Format.PCMA) ? Codec.PCMA : NO_NUMBER) << 8 |
    (isWanted(Format.COMFORT) ? comfort : NO_NUMBER) << 16 | (isWanted(Format.EVENTS) ? events : NO_NUMBER) << 24
}

/** The codec that comes first in an offer: that of the call, else as the settings have it. */
function preferred(s: Session): Format {
  if (s.agreed) return formatOf(s)
  return number(Setting.CODECS) == Codecs.PCMA_FIRST ? Format.PCMA : Format.PCMU
}

function formatOf(s: Session): Format { return <Format>(s.codec >> 3) }

/** RFC 3264 8: the version in o= counts up when the description differs from the one before, and only then. */
function write(w: Writer, s: Session, local: Endpoint, port: u32, numbers: u32, first: Format, direction: u32): void {
  // RFC 8866 5.2: a number that no other session of ours has.
  if (s.sdpId == 0) s.sdpId = u32Random() >>> 1 | 1
  const start = w.at
  compose(w, s, local, port, numbers, first, direction)
  if (mix(MIX_START, between(start, w.at)) == s.sdpPrint) return
  w.at = start
  s.sdpVersion++
  compose(w, s, local, port, numbers, first, direction)
  s.sdpPrint = mix(MIX_START, between(start, w.at))
}

/** RFC 3264 6, 8: as many media lines as there have been, each in its place. */
function compose(w: Writer, s: Session, local: Endpoint, port: u32, numbers: u32, first: Format, direction: u32): void {
  writeSession(w, s.sdpId, s.sdpVersion, local)
  let next = s.refused, media: Span = 0
  for (let i: u8 = 0; i < s.mediaLines; i++) {
    if (i == s.audioLine) {
      writeAudio(w, port, numbers, first, number(Setting.PTIME) / PTIME_STEP * PTIME_STEP, direction)
      continue
    }
    if (load<u8>(next) == 0) next++
    else {
      media = lengthed(next)
      next = endOf(lengthed(endOf(media)))
    }
    writeRefused(w, media, lengthed(endOf(media)))
  }
}

// -- Changes

/** A hash of what the sound follows. */
function printOf(s: Session): u32 {
  return mix(mix(MIX_START, span(changetype<usize>(s), SOUND_SIZE)), span(changetype<usize>(s.remoteRtp), <u32>ENDPOINT_SIZE * 2))
}

function changed(s: Session, before: u32): void {
  if (printOf(s) != before) s.version++
}

if (REFUSED_LINES + REFUSED_SIZE > OFFER_SCRATCH_END) ERROR("what is read of a description does not fit")
