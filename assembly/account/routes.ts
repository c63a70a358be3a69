// What a registrar said about routes: Service-Route and Path, kept for the registration that they came with and dropped with it (RF-21, P-35).
import { ROUTES, ROUTES_SIZE } from "../memory"
import { NONE, Span, lengthOf, span, startOf } from "../base/span"
import { Message } from "../wire/message"
import { Field } from "../wire/header"
import { Values } from "../wire/fields"

const CAPACITY: u32 = 160
const SERVICE_ROUTE: usize = ROUTES
const PATH: usize = SERVICE_ROUTE + 4 + CAPACITY
const CURSOR: usize = PATH + 4 + CAPACITY

/** Takes both from a 2xx to REGISTER. A set that does not fit is not kept in part: a route with a hop missing leads astray. */
export function keepRoutes(line: i32, m: Message): void {
  if (CURSOR + offsetof<Values>() > ROUTES + ROUTES_SIZE) ERROR("the routes do not fit")
  // RFC 3608 5.1; RFC 3327 5.1
  keepValues(m, Field.SERVICE_ROUTE, SERVICE_ROUTE)
  keepValues(m, Field.PATH, PATH)
}

export function forgetRoutes(line: i32): void {
  store<u32>(SERVICE_ROUTE, 0)
  store<u32>(PATH, 0)
}

/** The Route set for requests outside dialogs: values joined by commas; NONE when the registrar named none. */
export function serviceRoute(line: i32): Span { return kept(SERVICE_ROUTE) }

/** The proxies between us and the registrar, as it told us. */
export function path(line: i32): Span { return kept(PATH) }

function kept(at: usize): Span {
  const length = load<u32>(at)
  return length == 0 ? NONE : span(at + 4, length)
}

function keepValues(m: Message, field: Field, at: usize): void {
  let length: u32 = 0
  const values = changetype<Values>(CURSOR)
  values.open(m, field)
  for (let value = values.next(); value != NONE; value = values.next()) {
    const needed = lengthOf(value) + (length == 0 ? 0 : 1)
    if (length + needed > CAPACITY) {
      length = 0
      break
    }
    if (length > 0) store<u8>(at + 4 + length++, 0x2c)
    memory.copy(at + 4 + length, startOf(value), lengthOf(value))
    length += lengthOf(value)
  }
  store<u32>(at, length)
}
