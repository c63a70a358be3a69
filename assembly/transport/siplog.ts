// SIP messages in the log: always their first line, and on request every line.
import { Endpoint } from "../base/endpoint"
import { Prose, prose } from "../base/prose"
import { Span, between, byteAt, endOf, lengthOf, span, startOf } from "../base/span"
import { Writer } from "../base/writer"
import { writeEndpoint } from "../base/ip"
import { isStun } from "./stun"
import * as log from "../base/log"
import { Level } from "../base/log"

/** Logs a message, but no keep-alive; `way` says whether it was sent to, or came from, `peer`. All its lines when `whole`. Nothing in a SIP message tells the password. */
export function logMessage(way: Prose, peer: Endpoint, bytes: Span, whole: bool): void {
  if (isStun(bytes)) return
  const end = endOf(bytes)
  let line = lineAt(startOf(bytes), end)
  const w = log.line()
  w.say(way)
  writeEndpoint(w, peer)
  w.say(prose(": "))
  putPart(w, line)
  log.say(Level.SIP)
  while (whole && endOf(line) < end) {
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

/** As much of a line as the log keeps, without the CR at its end. */
function putPart(w: Writer, line: Span): void {
  let length = min<u32>(lengthOf(line), <u32>(w.end - w.at))
  if (length > 0 && byteAt(line, length - 1) == 0x0d) length--
  w.put(span(startOf(line), length))
}
