// What registrars said about routes: Service-Route and Path, kept for the registration that they came with and dropped with it (RF-21, P-35).
import { LINES } from "../config"
import { ROUTES, ROUTES_SIZE, TX } from "../memory"
import { NONE, Span, after, byteAt, lengthOf, startOf } from "../base/span"
import { emptyList, openRecord, recordAt, recordCount, removeRecord } from "../base/packed"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Message } from "../wire/message"
import { Field } from "../wire/header"
import { Values } from "../wire/fields"

/** A longer set is not kept. */
const LONGEST: usize = 160
const VALUES: usize = TX
const JOINED: usize = TX + 0x40

// A record is two bits of which set it is, in one byte with the line, and the set: values joined by commas.
const SERVICE_ROUTE: u32 = 0
const PATH: u32 = 1

/** Nothing is kept. */
export function openRoutes(): void { emptyList(ROUTES) }

/** Takes both from a 2xx to REGISTER. A set that does not fit is not kept in part: a route with a hop missing leads astray. */
export function keepRoutes(line: i32, m: Message): void {
  if (offsetof<Values>() > JOINED - VALUES) ERROR("the values do not fit")
  forgetRoutes(line)
  // RFC 3608 5.1; RFC 3327 5.1. Where there is no room for both, what was said of the way here goes: it is only told to the user.
  if (!keep(line, SERVICE_ROUTE, joined(m, Field.SERVICE_ROUTE))) {
    for (let other = 0; other < LINES; other++) forget(other, PATH)
    keep(line, SERVICE_ROUTE, joined(m, Field.SERVICE_ROUTE))
  }
  keep(line, PATH, joined(m, Field.PATH))
}

export function forgetRoutes(line: i32): void {
  forget(line, SERVICE_ROUTE)
  forget(line, PATH)
}

/** The Route set for requests outside dialogs: values joined by commas; NONE when the registrar named none. */
export function serviceRoute(line: i32): Span { return kept(line, SERVICE_ROUTE) }

/** The proxies between us and the registrar, as it told us. */
export function path(line: i32): Span { return kept(line, PATH) }

function keyOf(line: i32, which: u32): u32 { return <u32>line << 1 | which }

function indexOf(line: i32, which: u32): i32 {
  for (let i = recordCount(ROUTES) - 1; i >= 0; i--) {
    if (byteAt(recordAt(ROUTES, i), 0) == keyOf(line, which)) return i
  }
  return -1
}

function kept(line: i32, which: u32): Span {
  const i = indexOf(line, which)
  return i < 0 ? NONE : after(recordAt(ROUTES, i), 1)
}

function forget(line: i32, which: u32): void {
  const i = indexOf(line, which)
  if (i >= 0) removeRecord(ROUTES, i)
}

/** False: there is no room. */
function keep(line: i32, which: u32, set: Span): bool {
  const length = lengthOf(set)
  if (length == 0) return true
  const p = openRecord(ROUTES, ROUTES_SIZE, 0, length + 1)
  if (p == 0) return false
  store<u8>(p, <u8>keyOf(line, which))
  memory.copy(p + 1, startOf(set), length)
  return true
}

/** All values of a field; NONE when there are none, or too many. */
function joined(m: Message, field: Field): Span {
  const w = changetype<Writer>(JOINED), values = changetype<Values>(VALUES)
  w.open(JOINED + WRITER_SIZE, LONGEST)
  values.open(m, field)
  for (let value = values.next(); value != NONE; value = values.next()) {
    if (w.at > w.start) w.byte(0x2c)
    w.put(value)
  }
  return w.overflow ? NONE : w.written
}
