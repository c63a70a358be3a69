// What the fields of the forms read and write: settings of the line, and parts of its list of servers, all of it in the draft.
import { LINES } from "../config"
import { decimal } from "../base/number"
import { prose } from "../base/prose"
import { NONE, Span, after, byteAt, endOf, indexOf, lengthOf, same, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { itemAt } from "../locate/spec"
import {
  Kind, Setting, beginFault, choiceOf, choiceWord, draft, enter, entered, hasDraft, isText, kindOf, knob, mostOf, unitOf, writeValue,
} from "../settings/settings"
import { panel } from "./panel"
import { pen } from "./paper"

/** Fields besides settings, which have numbers below these. The first two servers of the list with their ports; the list behind its domain, and the port of all its servers. */
export const enum Part { HOST1 = 0x80, PORT1, HOST2, PORT2, LIST, LIST_PORT, FAILBACK, LINE }

const SERVERS: u32 = 4                        // VE-09
const SEMICOLON: u32 = 0x3b

function line(): i32 { return panel().formLine }

/** The value of a field as it is edited; good until the pen is taken again. */
export function fieldText(field: u32): Span {
  const failback = field == Part.FAILBACK && hasFailback(), w = pen()
  switch (field) {
    case Part.HOST1: w.put(hostIn(serverAt(0))); break
    case Part.PORT1: w.put(portIn(serverAt(0))); break
    case Part.HOST2: w.put(hostIn(serverAt(1))); break
    case Part.PORT2: w.put(portIn(serverAt(1))); break
    case Part.LIST: writeList(w, commonPort(), text("5060")); break
    case Part.LIST_PORT: w.put(commonPort()); break
    case Part.FAILBACK: w.say(failback ? prose("1") : prose("0")); break
    case Part.LINE: w.number(line() + 1); break
    default: writeSetting(w, <Setting>field); break
  }
  return w.written
}

/** The same as it is shown: a password as stars, a switch as a word, a number with its unit. */
export function fieldShown(field: u32): Span {
  const value = fieldText(field)
  if (field == Setting.PASSWORD && lengthOf(value) > 0) return text("********")
  if (field == Setting.TRANSPORT || field == Setting.BACKUP_TRANSPORT) {
    for (let p = startOf(value); p < endOf(value); p++) store<u8>(p, load<u8>(p) & 0xdf)
  }
  if (isSwitch(field)) return byteAt(value, 0) == 0x31 ? text("on") : text("off")
  if (field >= <u32>Part.HOST1 || kindOf(field) != Kind.NUMBER || lengthOf(unitOf(field)) == 0) return value
  const w = pen()
  writeSetting(w, <Setting>field)
  w.byte(0x20)
  w.put(unitOf(field))
  return w.written
}

/** Whether a field has one value only. */
export function isFixed(field: u32): bool { return field == Part.LINE && LINES == 1 }

/** Whether a field is changed step by step rather than typed. */
export function isStepped(field: u32): bool { return field == Part.LINE || isSwitch(field) || (field < <u32>Part.HOST1 && kindOf(field) == Kind.CHOICE) }

/** The longest that may be typed. */
export function fieldMost(field: u32): u32 {
  if (field == Part.PORT1 || field == Part.PORT2 || field == Part.LIST_PORT) return 5
  if (field >= <u32>Part.HOST1) return mostOf(field == Part.LIST ? Setting.SERVER : Setting.DOMAIN)
  return isText(field) ? mostOf(field) : 9
}

export function isNumeric(field: u32): bool { return fieldMost(field) < 10 }

/** The next value up or down; behind the last comes the first. False: not now, and fault() says why. */
export function stepField(field: u32, up: bool): bool {
  const w = fieldText(field)
  if (isSwitch(field)) return enterField(field, byteAt(w, 0) == 0x31 ? text("0") : text("1"))
  if (field == Part.LINE) {
    if (hasDraft()) {
      beginFault().say(prose("Submit or cancel what has changed on this line first."))
      return false
    }
    panel().formLine = <u8>((line() + (up ? 1 : LINES - 1)) % LINES)
    return true
  }
  const words = mostOf(field) + 1
  return enter(line(), <Setting>field, choiceWord(<Setting>field, (choiceOf(<Setting>field, w) + (up ? 1 : words - 1)) % words))
}

/** Enters a value into the draft. False when it is not allowed: fault() says why. */
export function enterField(field: u32, value: Span): bool {
  if ((field == Part.PORT1 || field == Part.PORT2 || field == Part.LIST_PORT) && decimal(value, 65535) <= 0) {
    beginFault().say(prose("A port is 1 to 65535."))
    return false
  }
  switch (field) {
    case Part.HOST1: return enterPrimary(value)
    case Part.PORT1: return enterServer(0, hostIn(serverAt(0)), value)
    case Part.HOST2: return enterServer(1, value, portIn(serverAt(1)))
    case Part.PORT2: return enterServer(1, hostIn(serverAt(1)), value)
    case Part.LIST: return enterList(value)
    case Part.LIST_PORT: return enterPort(value)
    case Part.FAILBACK: return enter(line(), Setting.FAILBACK, same(value, text("1")) ? text("duration") : text("never"))
  }
  return enter(line(), <Setting>field, value)
}

function isSwitch(field: u32): bool { return field == Part.FAILBACK || (field < <u32>Part.HOST1 && kindOf(field) == Kind.NUMBER && mostOf(field) == 1) }

function writeSetting(w: Writer, s: Setting): void {
  // BK-25: unless it is set, the backup has what the primary has
  if (s == Setting.BACKUP_TTL && entered(s) == NONE && knob(line(), s) == 0) writeSetting(w, Setting.REGISTER_TTL)
  else if (entered(s) != NONE) w.put(entered(s))
  else writeValue(w, line(), s, true)
}

function hasFailback(): bool {
  const w = pen()
  writeSetting(w, Setting.FAILBACK)
  return !same(w.written, text("never"))
}

// -- Baker: a primary and a backup server (BK-19 to BK-26)

/** The domain goes with the primary as long as it is the same. */
function enterPrimary(host: Span): bool {
  const domain = draft(line(), Setting.DOMAIN)
  if ((lengthOf(domain) == 0 || same(domain, hostIn(serverAt(0)))) && !enter(line(), Setting.DOMAIN, host)) return false
  return enterServer(0, host, portIn(serverAt(0)))
}

/** Puts a server in its place of the list. One that the domain leads to by itself is not listed. */
function enterServer(place: u32, host: Span, port: Span): bool {
  if (lengthOf(host) == 0 && !same(port, text("5060")) && lengthOf(serverAt(place)) == 0) {
    beginFault().say(prose("The address comes before its port."))
    return false
  }
  const w = pen()
  for (let i: u32 = 0; i < SERVERS; i++) writeServer(w, i == place ? host : hostIn(serverAt(i)), i == place ? port : portIn(serverAt(i)))
  return enter(line(), Setting.SERVER, same(w.written, draft(line(), Setting.DOMAIN)) ? text("") : w.written)
}

function writeServer(w: Writer, host: Span, port: Span): void {
  if (lengthOf(host) == 0) return
  if (w.at > w.start) w.say(prose("; "))
  w.put(host)
  if (lengthOf(port) == 0 || same(port, text("5060"))) return
  w.byte(0x3a)
  w.put(port)
}

/** A server of the list; where there is none, the domain is the first. */
function serverAt(n: u32): Span {
  const list = draft(line(), Setting.SERVER)
  if (lengthOf(list) == 0) return n == 0 ? draft(line(), Setting.DOMAIN) : list
  return itemAt(list, n)
}

function hostIn(item: Span): Span {
  const at = colonIn(item)
  return at < 0 ? item : span(startOf(item), at)
}

function portIn(item: Span): Span {
  const at = colonIn(item)
  return at < 0 ? text("5060") : after(item, at + 1)
}

/** Where the colon before the port is, or -1. An IPv6 address stands in brackets. */
function colonIn(item: Span): i32 {
  let at = <i32>lengthOf(item) - 1
  if (at >= 0 && byteAt(item, at) == 0x5d) return -1
  while (at >= 0 && byteAt(item, at) != 0x3a) at--
  return at
}

// -- Versity: "domain; server; server; server; server", and a port for those that have none of their own (VE-09, VE-39, VE-48)

/** The port that all servers have, if it is the same. */
function commonPort(): Span {
  const port = portIn(serverAt(0))
  for (let i: u32 = 1; i < SERVERS; i++) {
    if (lengthOf(serverAt(i)) > 0 && !same(portIn(serverAt(i)), port)) return text("5060")
  }
  return port
}

/** Writes the domain and its servers; those that have port `from` get port `to`, which is not written when it is 5060. */
function writeList(w: Writer, from: Span, to: Span): void {
  const domain = draft(line(), Setting.DOMAIN)
  w.put(domain)
  // A domain alone is what its servers are found by, unless they have a port
  const alone = lengthOf(serverAt(1)) == 0 && same(hostIn(serverAt(0)), domain) && same(portIn(serverAt(0)), from)
  if (alone && same(to, text("5060"))) return
  for (let i: u32 = 0; i < SERVERS; i++) writeServer(w, hostIn(serverAt(i)), same(portIn(serverAt(i)), from) ? to : portIn(serverAt(i)))
}

function enterPort(port: Span): bool {
  const w = pen()
  writeList(w, commonPort(), port)
  return enterWhole(w.written)
}

function enterList(value: Span): bool {
  const w = pen(), port = commonPort()
  w.put(itemAt(value, 0))
  if (indexOf(value, SEMICOLON) < 0) {
    if (!same(port, text("5060"))) writeServer(w, value, port)
    return enterWhole(w.written)
  }
  for (let rest = after(value, indexOf(value, SEMICOLON) + 1), i: u32 = 0; lengthOf(itemAt(rest, i)) > 0; i++) {
    const item = itemAt(rest, i)
    writeServer(w, item, colonIn(item) < 0 ? port : text(""))
  }
  return enterWhole(w.written)
}

/** The domain with its servers, or alone. */
function enterWhole(value: Span): bool {
  return enter(line(), Setting.DOMAIN, value) && (indexOf(value, SEMICOLON) >= 0 || enter(line(), Setting.SERVER, text("")))
}
