// JSON for the console's replies: strings with their escapes, and members.
import { Prose } from "../base/prose"
import { Span, startOf, endOf } from "../base/span"
import { Writer } from "../base/writer"
import { NO_CHARACTER, decode } from "../settings/character"

const ROOM_BEHIND: usize = 64            // what ends a document always fits behind a string

/** Writes a string in quotes. Bytes that are no UTF-8 become "?"; what does not fit is cut, so that the document stays whole. */
export function string(w: Writer, s: Span): void {
  const end = endOf(s)
  w.byte(0x22)
  for (let p = startOf(s); p < end && w.at + ROOM_BEHIND < w.end;) {
    const c = decode(p, end), code = c & 0xffffff
    if (c == NO_CHARACTER) {
      w.byte(0x3f)
      p++
      continue
    }
    // RFC 8259 7
    if (code == 0x22 || code == 0x5c) w.byte(0x5c)
    for (let left = c >>> 24; left > 0; left--, p++) w.byte(code < 0x20 ? 0x20 : load<u8>(p))
  }
  w.byte(0x22)
}

/** Writes a name and a colon, with a comma in front unless it is the first in its object. */
export function name(w: Writer, s: Prose): void {
  if (w.at > w.start && load<u8>(w.at - 1) != 0x7b) w.byte(0x2c)
  w.byte(0x22)
  w.say(s)
  w.byte(0x22)
  w.byte(0x3a)
}

export function textMember(w: Writer, key: Prose, value: Span): void {
  name(w, key)
  string(w, value)
}

/** A value without quotes, backslashes and control characters. */
export function proseMember(w: Writer, key: Prose, value: Prose): void {
  name(w, key)
  w.byte(0x22)
  w.say(value)
  w.byte(0x22)
}

export function numberMember(w: Writer, key: Prose, value: i64): void {
  name(w, key)
  w.number(value)
}
