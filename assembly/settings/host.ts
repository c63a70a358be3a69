// What may stand for a server: a host name or an IP address, with a port where one is allowed.
import { Endpoint } from "../base/endpoint"
import { parseHostPort, parseIp6 } from "../base/ip"
import { Span, NONE, after, startOf, lengthOf, endOf, indexOf, span, trim } from "../base/span"
import { isRecord } from "../wire/zone-record"
import { HOST_SCRATCH } from "./layout"

const LABEL_MAX: usize = 63              // RFC 1035 2.3.4

/** A host, and behind it a colon and a port from 1 to 65535 if one is given. An IPv6 address stands in brackets. */
export function isServer(s: Span): bool {
  const e = changetype<Endpoint>(HOST_SCRATCH)
  // As the phone puts it into a URI, an IPv6 address without brackets would be taken for a host with a port
  if (parseIp6(s, e)) return false
  const host = parseHostPort(s, e)
  return host != NONE && (e.family != 0 || hasShortLabels(host))
}

const SEMICOLON: u32 = 0x3b
const SERVERS_MAX = 4                    // VE-09

/** One to four servers with a semicolon between, spaces around it as you like. */
export function isServers(s: Span): bool {
  let rest = s
  for (let i = 0; i < SERVERS_MAX; i++) {
    const end = indexOf(rest, SEMICOLON)
    if (!isServer(trim(end < 0 ? rest : span(startOf(rest), end)))) return false
    if (end < 0) return true
    rest = after(rest, end + 1)
  }
  return false
}

/** Records of a zone with a semicolon between; one may end the list. */
export function areRecords(s: Span): bool {
  for (let rest = s; lengthOf(rest) > 0;) {
    const end = indexOf(rest, SEMICOLON), record = trim(end < 0 ? rest : span(startOf(rest), end))
    if (!isRecord(record, changetype<Endpoint>(HOST_SCRATCH))) return false
    rest = end < 0 ? span(startOf(rest), 0) : trim(after(rest, end + 1))
  }
  return true
}

/** A host without a port. */
export function isHost(s: Span): bool {
  if (!isServer(s)) return false
  const bracket = indexOf(s, 0x5d)
  return bracket < 0 ? indexOf(s, 0x3a) < 0 : <u32>bracket == lengthOf(s) - 1
}

function hasShortLabels(s: Span): bool {
  let label = startOf(s)
  for (let p = label, end = endOf(s); p < end; p++) {
    if (load<u8>(p) == 0x2e) label = p + 1
    else if (p - label >= LABEL_MAX) return false
  }
  return true
}
