// The settings for their tests: numbers and addresses only.
import { RX, TX, TX_SIZE, UI_STATE } from "../../assembly/memory"
import { span, Span, startOf, lengthOf } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import * as settings from "../../assembly/settings/settings"
import { distance } from "../../assembly/settings/word"

const PEN: usize = UI_STATE

function pen(): Writer {
  const w = changetype<Writer>(PEN)
  w.open(TX, TX_SIZE)
  return w
}

export function rx(): u32 { return <u32>RX }
export function textStart(s: Span): u32 { return <u32>startOf(s) }
export function textLength(s: Span): u32 { return lengthOf(s) }
export function count(): i32 { return settings.SETTINGS }
export function defaults(): void { settings.restoreDefaults() }
export function load(length: u32): i32 { return settings.loadText(span(RX, length)) }
/** Name in the first bytes of RX, value behind it. */
export function assign(name: u32, value: u32): bool { return settings.assign(span(RX, name), span(RX + name, value)) }
export function fault(): Span { return settings.fault() }
export function number(s: i32): i32 { return settings.knob(0, s) }
export function words(s: i32): Span { return settings.words(0, s) }
export function nameOf(s: i32): Span { return settings.nameOf(s) }

export function helpOf(s: i32): Span {
  const w = pen()
  w.say(settings.helpOf(s))
  return w.written
}

export function isText(s: i32): bool { return settings.isText(s) }
export function mostOf(s: i32): i32 { return settings.mostOf(s) }
export function mistakes(a: u32, b: u32): u32 { return distance(span(RX, a), span(RX + a, b)) }
export function inCodes(s: i32, code: u32): bool { return settings.inCodes(0, s, code) }

export function all(): Span {
  const w = pen()
  settings.writeAll(w)
  return w.overflow ? 0 : w.written
}

/** Bytes of all settings as they are kept; below 0: they do not fit the text. */
export function keptLength(): i32 {
  const w = changetype<Writer>(PEN)
  w.open(settings.STORE_TEXT, settings.STORE_TEXT_SIZE)
  settings.writeAll(w)
  return w.overflow ? -1 : <i32>lengthOf(w.written)
}

export function canKeep(): bool { return settings.canKeep() }

export function shown(s: i32, secrets: bool): Span {
  const w = pen()
  settings.writeValue(w, 0, s, secrets)
  return w.written
}

/** The value of line `line`, from 0. */
export function shownOf(line: i32, s: i32): Span {
  const w = pen()
  settings.writeValue(w, line, s, true)
  return w.written
}

export function allowed(s: i32): Span {
  const w = pen()
  settings.writeAllowed(w, s)
  return w.written
}
