// Loops of typical work inside wasm, so that what is measured is the work and not the calls into the module.
import { NONE } from "../../assembly/base/span"
import { OUTBOX, TX } from "../../assembly/memory"
import { Address } from "../../assembly/wire/address"
import { challenge } from "../../assembly/wire/challenge"
import { Values } from "../../assembly/wire/fields"
import { Field } from "../../assembly/wire/header"
import { Message, incoming, parse } from "../../assembly/wire/message"
import { ADDRESS_AT, URI_AT, VALUES_AT } from "../../assembly/wire/state"
import { Uri, parseUri } from "../../assembly/wire/uri"
import { Found } from "../../assembly/wire/values"

/** Room for all messages. */
export function roomAt(): usize { return OUTBOX }

/** Where the message number `which` lies. */
export function place(which: i32, at: usize, length: u32): void {
  store<u32>(TX + (<usize>which << 3), <u32>at)
  store<u32>(TX + (<usize>which << 3), length, 4)
}

/** Reads the message number `which` `n` times to every value that a user agent needs. Returns a sum of what was found. */
export function bench(which: i32, n: i32): i32 {
  const at = load<u32>(TX + (<usize>which << 3)), length = load<u32>(TX + (<usize>which << 3), 4)
  let sum = 0
  for (let i = 0; i < n; i++) sum += readAll(at, length, incoming())
  return sum
}

/** Only parse(): the start line, all fields, and the values that every message needs. */
export function benchParse(which: i32, n: i32): i32 {
  const at = load<u32>(TX + (<usize>which << 3)), length = load<u32>(TX + (<usize>which << 3), 4)
  let sum = 0
  for (let i = 0; i < n; i++) sum += parse(at, length, incoming())
  return sum
}

function readAll(at: usize, length: u32, m: Message): i32 {
  if (parse(at, length, m) < 0) return -1
  const uri = changetype<Uri>(URI_AT)
  let sum = parseUri(m.fromAddress.uri, uri)
  sum += parseUri(m.toAddress.uri, uri)
  sum += addresses(m, Field.CONTACT) + addresses(m, Field.ROUTE) + addresses(m, Field.RECORD_ROUTE)
  if (m.status == 401 || m.status == 407) {
    const c = challenge()
    c.open(m)
    while (c.next()) sum += <i32>(c.nonce != NONE)
  }
  return sum
}

function addresses(m: Message, field: Field): i32 {
  const values = changetype<Values>(VALUES_AT), address = changetype<Address>(ADDRESS_AT), uri = changetype<Uri>(URI_AT)
  let sum = 0
  values.open(m, field)
  while (values.nextAddress(address) == Found.GOOD) sum += parseUri(address.uri, uri)
  return sum
}
