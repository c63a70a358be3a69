// What user agents ask of fields that parse() does not read by itself: whether the lists are well formed, contain a word, or name a media type.
import { Fault } from "./fault"
import { Field } from "./header"
import { Message, firstField } from "./message"
import { ADDRESS_AT, URI_AT, VALUES_AT } from "./state"
import { Address } from "./address"
import { SEMICOLON, SPACE, dropSpace, peek } from "./char"
import { Uri, parseUri } from "./uri"
import { Found, Values, isWildcard } from "./values"
import { NONE, Span, between, endOf, sameFolded, startOf } from "../base/span"

export { Values } from "./values"

/**
 * Looks into the lists that a request is handled by: Contact, Route, Record-Route, Require, Proxy-Require. Returns what is wrong, which is noted
 * as the fault of the message, or NONE. RFC 3261 8.2: fields that are not needed may be malformed, so this is not done for every message.
 */
export function inspect(m: Message): Fault {
  let fault = Fault.NONE
  if (!isWildcard(m) && !areAddresses(m, Field.CONTACT)) fault = Fault.CONTACT
  else if (!areAddresses(m, Field.ROUTE)) fault = Fault.ROUTE
  else if (!areAddresses(m, Field.RECORD_ROUTE)) fault = Fault.RECORD_ROUTE
  else if (!areTokens(m, Field.REQUIRE) || !areTokens(m, Field.PROXY_REQUIRE)) fault = Fault.REQUIRE
  if (m.fault == Fault.NONE) m.fault = <u8>fault
  return fault
}

/** Whether a list has the word among its values, in any case of letters: Require, Supported, Allow, Accept ... Parameters do not count. */
export function lists(m: Message, field: Field, word: Span): bool {
  const values = changetype<Values>(VALUES_AT)
  values.open(m, field)
  for (let value = values.next(); value != NONE; value = values.next()) {
    if (sameFolded(withoutParams(value), word)) return true
  }
  return false
}

/** The media type of the body, as "application/sdp", without parameters; NONE when there is no Content-Type. */
export function mediaType(m: Message): Span { return withoutParams(m.contentType) }

/** What stands before the first semicolon, without white space at the end; NONE of NONE. */
export function withoutParams(value: Span): Span {
  if (value == NONE) return NONE
  const start = startOf(value), end = endOf(value)
  let p = start
  while (p < end && peek(p) != SEMICOLON) p++
  return between(start, dropSpace(start, p))
}

/** Reads the first value of a field as an address: Contact of a dialog, Reply-To, Refer-To. False when there is none or it is malformed. */
export function firstAddress(m: Message, field: Field, a: Address): bool {
  const values = changetype<Values>(VALUES_AT)
  values.open(m, field)
  return values.nextAddress(a) == Found.GOOD
}

function areAddresses(m: Message, field: Field): bool {
  if (firstField(m, field) < 0) return true
  const values = changetype<Values>(VALUES_AT), address = changetype<Address>(ADDRESS_AT), uri = changetype<Uri>(URI_AT)
  values.open(m, field)
  let found = values.nextAddress(address)
  for (; found == Found.GOOD; found = values.nextAddress(address)) {
    if (parseUri(address.uri, uri) < 0) return false
  }
  return found == Found.END
}

function areTokens(m: Message, field: Field): bool {
  const values = changetype<Values>(VALUES_AT)
  values.open(m, field)
  for (let value = values.next(); value != NONE; value = values.next()) {
    const end = endOf(value)
    for (let p = startOf(value); p < end; p++) if (peek(p) <= SPACE) return false
  }
  return true
}
