// SIP messages in the log: always their first line, and on request every line.
import { Endpoint } from "../base/endpoint"
import { Prose, prose } from "../base/prose"
import { NONE, Span, between, byteAt, endOf, lengthOf, span, startOf } from "../base/span"
import { Writer } from "../base/writer"
import { writeEndpoint } from "../base/ip"
import { REHEARSAL_END } from "./rehearsal"
import { isStun } from "./stun"
import * as log from "../base/log"
import { Level } from "../base/log"

/** Logs a message, but no keep-alive; `way` says whether it was sent to, or came from, `peer`. All its lines when `whole`. Nothing in a SIP message tells the password. */
export function logMessage(way: Prose, peer: Endpoint, bytes: Span, whole: bool): void {
  if (isStun(bytes)) return
  const end = endOf(bytes)
  const line = lineAt(startOf(bytes), end)
  const w = log.line()
  w.say(way)
  writeEndpoint(w, peer)
  w.say(prose(": "))
  putPart(w, line)
  log.say(Level.SIP)
  if (whole) logRest(line, end)
}

/** Logs all lines behind this one. */
function logRest(line: Span, end: usize): void {
  while (endOf(line) < end) {
    line = lineAt(endOf(line) + 1, end)
    const more = log.line()
    more.say(prose("    "))
    putPart(more, line)
    log.say(Level.SIP)
  }
}

/** The bytes up to the next newline or the end. */
function lineAt(start: usize, end: usize): Span {
  let p = start
  while (p < end && load<u8>(p) != 0x0a) p++
  return between(start, p)
}

// -- A message that is logged whole is longer than the ring: it is given from where it lies, behind what the ring had before it

@unmanaged
class Trace {
  rest: Span           // what is still to be given; it stays where it is until all outputs are drained
  behind: u32          // so many bytes were ever written to the ring before it
  lines: u32           // given of it
}

/** Behind so many lines what is left is given without regard to them: a message of newlines makes no flood of outputs. */
const LINES_MAX: u32 = 128

/** Where the flows' records may begin. */
export const SIPLOG_END: usize = REHEARSAL_END + 16

// @ts-ignore: decorator
@inline
function trace(): Trace { return changetype<Trace>(REHEARSAL_END) }

/** Logs a message that stays where it is until all outputs are drained, with all its lines when `whole`. */
export function traceMessage(way: Prose, peer: Endpoint, bytes: Span, whole: bool): void {
  logMessage(way, peer, bytes, false)
  if (!whole || isStun(bytes)) return
  const t = trace(), first = lineAt(startOf(bytes), endOf(bytes))
  // Where one still waits, this one goes through the ring.
  if (lengthOf(t.rest) > 0) return logRest(first, endOf(bytes))
  t.rest = between(min(endOf(first) + 1, endOf(bytes)), endOf(bytes))
  t.behind = log.written()
  t.lines = 0
}

/** The next line of such a message, good until the next output; NONE when it is not its turn. A line that is longer than one of the log goes on in the next. */
export function nextTraced(): Span {
  const t = trace(), rest = t.rest
  if (lengthOf(rest) == 0 || log.given() < t.behind) return NONE
  const line = t.lines++ < LINES_MAX ? lineAt(startOf(rest), endOf(rest)) : rest, w = log.line()
  w.say(prose("    "))
  const most = startOf(line) + (w.end - w.at), cut = endOf(line) > most
  putPart(w, line)
  t.rest = between(cut ? most : min(endOf(line) + 1, endOf(rest)), endOf(rest))
  for (let p = w.start; p < w.at; p++) if (load<u8>(p) < 0x20) store<u8>(p, 0x20)
  return w.written
}

/** As much of a line as the log keeps, without the CR at its end. */
function putPart(w: Writer, line: Span): void {
  let length = min<u32>(lengthOf(line), <u32>(w.end - w.at))
  if (length > 0 && byteAt(line, length - 1) == 0x0d) length--
  w.put(span(startOf(line), length))
}
