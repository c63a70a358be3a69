// One value of a Via field: protocol, who sent it, and the parameters that lead a response back (RFC 3261 20.42, RFC 3581).
import { COLON, COMMA, SEMICOLON, SLASH, Class, peek, skipOf, dropSpace, skipSpace } from "./char"
import { hostEnd, hostKind, readHost, readPort } from "./host"
import { lastParam, readParam } from "./param"
import { BRANCH, BRANCH_PARAM, MADDR, RECEIVED, RPORT, SCTP, TCP, TLS, TTL, UDP, VIA_SIP, WS, WSS, folded } from "./words"
import { Span, NONE, between, endOf, lengthOf, span, startOf } from "../base/span"
import { decimal } from "../base/number"

export const enum Transport { NONE, UDP, TCP, TLS, SCTP, WS, WSS, OTHER }

@unmanaged
export class Via {
  transport: u8         // Transport
  hostKind: u8          // HostKind
  port: u16             // of sent-by; 0 = none given
  ttl: i16              // -1 = none given
  hasRport: bool        // there is an rport parameter, with a value or without
  spare: u8
  value: Span           // the whole value
  transportName: Span
  host: Span            // of sent-by, IPv6 in its brackets
  params: Span          // from the first semicolon
  branch: Span          // these four are NONE when absent
  received: Span
  maddr: Span
  rport: Span           // empty, at the place where its value belongs, when a request has it without
}

export const VIA_SIZE: usize = 40

/** "UDP " as it lies in memory. */
const UDP_SPACE: u32 = 0x20504455

/** Reads a text that is one Via value. False: malformed. */
export function parseVia(s: Span, v: Via): bool {
  return readVia(startOf(s), endOf(s), v) == endOf(s) && lengthOf(s) > 0
}

/**
 * Reads the Via value at `p`. Returns the address of the comma behind it, `end` when it is the last, or 0 when it is malformed: v.host is then set
 * if that much could be read.
 */
export function readVia(p: usize, end: usize, v: Via): usize {
  memory.fill(changetype<usize>(v), 0, VIA_SIZE)
  v.ttl = -1
  p = skipSpace(p, end)
  const start = p
  p = readProtocol(p, end)
  if (p == 0) return 0
  const name = p
  if (p + 4 <= end && load<u32>(p) == UDP_SPACE) {
    p += 3
    v.transport = <u8>Transport.UDP
  } else {
    p = skipOf(p, end, Class.TOKEN)
    v.transport = <u8>transportBetween(name, p)
  }
  v.transportName = between(name, p)
  const sentBy = skipSpace(p, end)
  if (p == name || sentBy == p) return 0
  p = readSentBy(sentBy, end, v)
  if (p == 0) return 0
  v.params = span(p, 0)
  if (p < end && peek(p) == SEMICOLON) {
    const params = p
    p = readParams(p, end, v)
    if (p == 0) return 0
    v.params = between(params, p)
  }
  v.value = between(start, dropSpace(start, p))
  return p == end || peek(p) == COMMA ? p : 0
}

/** Which transport a name is, in any case of letters; OTHER for one that is none of ours. */
export function transportBetween(start: usize, end: usize): Transport {
  const name = folded(start, end)
  if (name == UDP) return Transport.UDP
  if (name == TCP) return Transport.TCP
  if (name == TLS) return Transport.TLS
  if (name == WS) return Transport.WS
  if (name == WSS) return Transport.WSS
  if (name == SCTP) return Transport.SCTP
  return Transport.OTHER
}

/** Behind "SIP/2.0/", with white space around the slashes if there is any. */
// @ts-ignore: decorator
@inline
function readProtocol(p: usize, end: usize): usize {
  if (p + 8 <= end && load<u64>(p) == VIA_SIP) return skipSpace(p + 8, end)
  for (let i: u32 = 0; i < 2; i++) {
    const word = p
    p = skipOf(p, end, Class.TOKEN)
    if (p == word) return 0
    p = skipSpace(p, end)
    if (p == end || peek(p) != SLASH) return 0
    p = skipSpace(p + 1, end)
  }
  return p
}

// @ts-ignore: decorator
@inline
function readSentBy(p: usize, end: usize, v: Via): usize {
  const host = readHost(p, end)
  if (host == 0) return 0
  const behind = hostEnd(host)
  const name = between(p, behind)
  p = skipSpace(behind, end)
  if (p < end && peek(p) == COLON) {
    const port = readPort(skipSpace(p + 1, end), end)
    if (port == 0) return 0
    v.port = <u16>(port >> 20)
    p = skipSpace(<usize>port & 0xfffff, end)
  }
  v.hostKind = <u8>hostKind(host)
  v.host = name
  return p
}

// @ts-ignore: decorator
@inline
function readParams(p: usize, end: usize, v: Via): usize {
  while (p < end && peek(p) == SEMICOLON) {
    // By far the most frequent form; any other leads to the same result.
    if (p + 8 <= end && load<u64>(p) == BRANCH_PARAM) {
      const value = p + 8
      p = skipOf(value, end, Class.VALUE)
      if (p > value) {
        v.branch = between(value, p)
        p = skipSpace(p, end)
        continue
      }
      p = value - 8
    }
    p = readParam(p + 1, end)
    if (p == 0) return 0
    const read = lastParam(), value = read.value
    const name = folded(startOf(read.name), endOf(read.name))
    if (name == BRANCH) v.branch = value
    else if (name == RPORT) {
      v.hasRport = true
      v.rport = value != NONE ? value : span(endOf(read.name), 0)
    } else if (name == RECEIVED) v.received = value
    else if (name == MADDR) v.maddr = value
    else if (name == TTL) {
      v.ttl = <i16>decimal(value, 255)
      if (v.ttl < 0) return 0
    }
  }
  return p
}
