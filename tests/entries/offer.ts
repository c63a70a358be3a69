// What the tests of session descriptions, offers and answers call.
import { BASE_STATE, RX, TX, TX_SIZE } from "../../assembly/memory"
import { clearSession, Direction, session } from "../../assembly/dialog/session"
import { takeAnswer, takeOffer, writeAnswer, writeOffer } from "../../assembly/dialog/offer"
import { Endpoint } from "../../assembly/base/endpoint"
import { parseHostPort, writeEndpoint } from "../../assembly/base/ip"
import { seed } from "../../assembly/base/random"
import { Span, lengthOf, span, text } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { assign, restoreDefaults } from "../../assembly/settings/settings"
import { Format, SDP_SIZE, Sdp } from "../../assembly/wire/sdp"
import { Found } from "../../assembly/wire/values"

export const RX_AT: i32 = <i32>RX
export const TX_AT: i32 = <i32>TX

const WRITER: usize = BASE_STATE + 0x100
const LOCAL: usize = BASE_STATE + 0x120
// Room of its own: nothing else here uses the end of TX.
const READER: usize = TX + TX_SIZE - SDP_SIZE

function pen(): Writer {
  const w = changetype<Writer>(WRITER)
  w.open(TX, TX_SIZE - SDP_SIZE)
  return w
}

function written(w: Writer): i32 { return w.overflow ? -1 : <i32>lengthOf(w.written) }

export function begin(): void {
  seed(RX, 32)
  restoreDefaults()
  session(0).version = 0
  clearSession(0)
}

/** Name in the first bytes of RX, value behind it. */
export function set(name: u32, value: u32): bool { return assign(span(RX, name), span(RX + name, value)) }

/** The address in RX is ours from now on. */
export function own(length: u32): void { parseHostPort(span(RX, length), changetype<Endpoint>(LOCAL)) }

export function offer(direction: i32): i32 {
  const w = pen()
  writeOffer(w, session(0), changetype<Endpoint>(LOCAL), direction)
  return written(w)
}

export function answer(direction: i32): i32 {
  const w = pen()
  writeAnswer(w, session(0), changetype<Endpoint>(LOCAL), direction)
  return written(w)
}

export function offered(at: usize, length: u32): i32 { return takeOffer(span(at, length), session(0)) }
export function answered(at: usize, length: u32): i32 { return takeAnswer(span(at, length), session(0)) }
export function sessionAt(): i32 { return <i32>changetype<usize>(session(0)) }

function line(w: Writer, name: Span, value: u32): void {
  w.put(name)
  w.number(value)
  w.put(text("\n"))
}

function endpoint(w: Writer, name: Span, e: Endpoint): void {
  w.put(name)
  if (e.family != 0) writeEndpoint(w, e)
  w.put(text("\n"))
}

/** The session as lines of text. */
export function describe(): i32 {
  const w = pen(), s = session(0)
  line(w, text("agreed: "), s.agreed)
  line(w, text("codec: "), s.codec)
  line(w, text("payload: "), s.payload)
  line(w, text("payload in: "), s.payloadIn)
  line(w, text("events: "), s.events)
  line(w, text("events in: "), s.eventsIn)
  line(w, text("comfort: "), s.comfort)
  line(w, text("comfort in: "), s.comfortIn)
  line(w, text("ptime: "), s.ptimeMs)
  line(w, text("direction: "), s.direction)
  line(w, text("version: "), s.version)
  endpoint(w, text("rtp: "), s.remoteRtp)
  endpoint(w, text("rtcp: "), s.remoteRtcp)
  return written(w)
}

/** What is read of a description, media line by media line. */
export function read(at: usize, length: u32): i32 {
  const w = pen(), d = changetype<Sdp>(READER)
  if (!d.open(span(at, length))) {
    w.put(text("no description\n"))
    return written(w)
  }
  let found = d.next()
  for (; found == Found.GOOD; found = d.next()) {
    w.put(d.media)
    w.byte(0x20)
    w.put(d.transport)
    line(w, text(" port "), d.port)
    for (let f = 0; f < 4; f++) {
      const number = d.numberOf(<Format>f)
      if (number == 0xff) continue
      w.put(f == 0 ? text("PCMU ") : f == 1 ? text("PCMA ") : f == 2 ? text("CN ") : text("events "))
      line(w, text("is "), number)
    }
    if (d.ptimeMs != 0) line(w, text("ptime "), d.ptimeMs)
    if (d.maxPtimeMs != 0) line(w, text("maxptime "), d.maxPtimeMs)
    line(w, text("way "), d.way)
    endpoint(w, text("rtp "), d.rtp)
    endpoint(w, text("rtcp "), d.rtcp)
  }
  if (found == Found.BAD) w.put(text("malformed\n"))
  return written(w)
}
