// When two URIs are the same (RFC 3261 19.1.4; RFC 3966 5 for tel).
import { AMPERSAND, EQUALS, SEMICOLON, findByte, peek } from "./char"
import { sameUnits, sameUnescaped } from "./escape"
import { HostKind } from "./host"
import { HOST_IP_AT, OTHER_IP_AT } from "./state"
import { Scheme, Uri } from "./uri"
import { Endpoint } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { NONE, Span, between, endOf, lengthOf, same, sameFolded, startOf, text } from "../base/span"

/** Both were read by parseUri. The names and values of parameters and headers count without the case of letters, user and password with it. */
export function sameUri(a: Uri, b: Uri): bool {
  // A parameter that stands there twice, which RFC 3261 19.1.1 forbids, shall not make a URI differ from itself.
  if (same(a.whole, b.whole)) return true
  if (a.scheme != b.scheme) return false
  if (a.scheme == Scheme.OTHER) return sameOther(a, b)
  if (a.scheme == Scheme.TEL) return sameDigits(a.user, b.user) && paramsOf(a, b, true) && paramsOf(b, a, true)
  // RFC 3261 19.1.4: a component that is given in one URI only makes them differ, also when it has its default value.
  if (!sameOrNone(a.user, b.user) || !sameOrNone(a.password, b.password) || a.port != b.port || !sameHost(a, b)) return false
  return paramsOf(a, b, false) && paramsOf(b, a, false) && headersOf(a, b) && headersOf(b, a)
}

function sameOther(a: Uri, b: Uri): bool {
  return lengthOf(a.whole) == lengthOf(b.whole) && same(a.user, b.user) && sameFolded(schemeOf(a), schemeOf(b))
}

function schemeOf(u: Uri): Span { return between(startOf(u.whole), startOf(u.user)) }

function sameOrNone(a: Span, b: Span): bool {
  if (a == NONE || b == NONE) return a == b
  return sameUnits(a, b, false)
}

/** Names by their letters, addresses by their value (RFC 5954 4.2); a name is never the same as the address that it leads to. */
function sameHost(a: Uri, b: Uri): bool {
  if (a.hostKind != b.hostKind) return false
  if (a.hostKind == HostKind.NAME) return sameFolded(a.host, b.host)
  const x = changetype<Endpoint>(HOST_IP_AT), y = changetype<Endpoint>(OTHER_IP_AT)
  return parseIp(a.host, x) && parseIp(b.host, y) && x.sameHost(y)
}

/**
 * Every parameter of `a` that `b` has too has the same value there; those that only `a` has do not count, save the ones that change where
 * a request goes or what it is. With `all`, every one must be in both.
 */
function paramsOf(a: Uri, b: Uri, all: bool): bool {
  const end = endOf(a.params)
  for (let p = startOf(a.params); p < end;) {
    const next = findByte(p + 1, end, SEMICOLON)
    const pair = between(p + 1, next), name = nameOf(pair)
    const other = find(b.params, name, SEMICOLON)
    if (other == NONE) {
      if (all || matters(name)) return false
    } else if (!sameUnescaped(valueOf(pair), valueOf(other))) return false
    p = next
  }
  return true
}

/** RFC 3261 19.1.4: user, ttl, method and maddr in one URI only never match; nor does transport, by its example of a default value. */
function matters(name: Span): bool {
  return sameUnescaped(name, text("user")) || sameUnescaped(name, text("ttl")) || sameUnescaped(name, text("method")) ||
    sameUnescaped(name, text("maddr")) || sameUnescaped(name, text("transport"))
}

/** RFC 3261 19.1.4: header components are never ignored. */
function headersOf(a: Uri, b: Uri): bool {
  const end = endOf(a.headers)
  for (let p = startOf(a.headers); p < end;) {
    const next = findByte(p, end, AMPERSAND)
    const pair = between(p, next)
    const other = find(b.headers, nameOf(pair), AMPERSAND)
    if (other == NONE || !sameUnescaped(valueOf(pair), valueOf(other))) return false
    p = next + 1
  }
  return true
}

/** The first "name" or "name=value" of that name among those with `separator` between them, or NONE. */
function find(list: Span, name: Span, separator: u32): Span {
  const end = endOf(list)
  for (let p = startOf(list); p < end;) {
    if (peek(p) == separator) p++
    const next = findByte(p, end, separator)
    const pair = between(p, next)
    if (sameUnescaped(nameOf(pair), name)) return pair
    p = next
  }
  return NONE
}

function nameOf(pair: Span): Span { return between(startOf(pair), findByte(startOf(pair), endOf(pair), EQUALS)) }

/** Behind the "="; empty when there is none. */
function valueOf(pair: Span): Span {
  const equals = findByte(startOf(pair), endOf(pair), EQUALS)
  return between(equals < endOf(pair) ? equals + 1 : equals, endOf(pair))
}

/** RFC 3966 5: visual separators ( - . ( ) ) do not count. */
function sameDigits(a: Span, b: Span): bool {
  let p = startOf(a), q = startOf(b)
  const pEnd = endOf(a), qEnd = endOf(b)
  while (true) {
    while (p < pEnd && isSeparator(peek(p))) p++
    while (q < qEnd && isSeparator(peek(q))) q++
    if (p == pEnd || q == qEnd) return p == pEnd && q == qEnd
    if ((peek(p) | 0x20) != (peek(q) | 0x20)) return false
    p++
    q++
  }
}

function isSeparator(c: u32): bool { return c == 0x2d || c == 0x2e || c == 0x28 || c == 0x29 }
