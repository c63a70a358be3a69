// What may stand for a server: a host name or an IP address, with a port where one is allowed.
import { Span, span, startOf, lengthOf, endOf, byteAt, indexOf, between, after } from "../base/span"

const LABEL_MAX: usize = 63                   // RFC 1035 2.3.4

/** A host name, an IPv4 address, or an IPv6 address in brackets. */
export function isHost(s: Span): bool {
  const length = lengthOf(s)
  if (length == 0) return false
  if (byteAt(s, 0) == 0x5b) return byteAt(s, length - 1) == 0x5d && length > 3 && isIp6(span(startOf(s) + 1, length - 2))
  return isName(s)
}

/** A host, and behind it a colon and a port from 1 to 65535 if one is given. */
export function isServer(s: Span): bool {
  const bracket = indexOf(s, 0x5d)
  const from = bracket < 0 ? 0 : <u32>bracket
  const colon = indexOf(after(s, from), 0x3a)
  if (colon < 0) return isHost(s)
  const at = startOf(s) + from + colon
  return isPort(between(at + 1, endOf(s))) && isHost(between(startOf(s), at))
}

function isPort(s: Span): bool {
  const length = lengthOf(s)
  if (length == 0 || length > 5) return false
  let port: u32 = 0
  for (let i: u32 = 0; i < length; i++) {
    const digit = byteAt(s, i) - 48
    if (digit > 9) return false
    port = port * 10 + digit
  }
  return port > 0 && port < 65536
}

// RFC 3261 25.1: a host name is labels of letters, digits and inner hyphens; the last label begins with a letter, else it is meant as an IPv4 address.
function isName(s: Span): bool {
  const end = endOf(s)
  let label = startOf(s)
  for (let p = label; ; p++) {
    if (p < end && load<u8>(p) != 0x2e) continue
    if (!isLabel(label, p)) return false
    if (p >= end) break
    label = p + 1
  }
  return load<u8>(label) - 48 > 9 || isIp4(s)
}

function isLabel(p: usize, end: usize): bool {
  if (end == p || end - p > LABEL_MAX || load<u8>(p) == 0x2d || load<u8>(end - 1) == 0x2d) return false
  for (; p < end; p++) {
    const c: u32 = load<u8>(p)
    if (c - 48 > 9 && (c | 0x20) - 97 > 25 && c != 0x2d) return false
  }
  return true
}

function isIp4(s: Span): bool {
  let parts = 1, value: u32 = 0, digits = 0
  for (let p = startOf(s), end = endOf(s); p < end; p++) {
    const digit: u32 = load<u8>(p) - 48
    if (digit <= 9) {
      value = value * 10 + digit
      if (++digits > 3 || value > 255) return false
    } else {
      if (load<u8>(p) != 0x2e || digits == 0) return false
      parts++
      value = 0
      digits = 0
    }
  }
  return parts == 4 && digits > 0
}

function isIp6(s: Span): bool {
  let colons = 0
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    const c = byteAt(s, i)
    if (c == 0x3a) colons++
    else if (c - 48 > 9 && (c | 0x20) - 97 > 5 && c != 0x2e) return false
  }
  return colons >= 2 && colons <= 7
}
