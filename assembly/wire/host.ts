// A host and port, as in a URI or in the sent-by of a Via (RFC 3261 25.1: host, hostport).
import { CLOSE, DOT, OPEN, Class, isDigit, isOf, peek, runOf } from "./char"
import { HOST_IP_AT } from "./state"
import { Endpoint } from "../base/endpoint"
import { parseIp6 } from "../base/ip"
import { between } from "../base/span"

export const enum HostKind { NONE, NAME, IP4, IP6 }

/** readHost returns the end of the host in the low bits and its kind above them. */
const KIND_SHIFT: u32 = 20

// @ts-ignore: decorator
@inline
export function hostEnd(read: u32): usize { return read & ((1 << KIND_SHIFT) - 1) }

// @ts-ignore: decorator
@inline
export function hostKind(read: u32): HostKind { return <HostKind>(read >>> KIND_SHIFT) }

/** Reads a name, an IPv4 address or an IPv6 address in brackets at `p`. See hostEnd and hostKind; 0 = there is none. */
export function readHost(p: usize, end: usize): u32 {
  if (p >= end) return 0
  const first: u32 = peek(p)
  if (first == OPEN) return readIp6Reference(p, end)
  if (isDigit(first)) {
    const address = readDotted(p, end)
    if (address != 0 && (address == end || !isOf(peek(address), Class.HOST))) return <u32>address | HostKind.IP4 << KIND_SHIFT
  }
  return readName(p, end)
}

/** Reads ":port" behind a host; `p` is at the colon. The port is 1-65535. Returns the port << 20 | end, or 0 when malformed. */
export function readPort(p: usize, end: usize): u64 {
  let value: u32 = 0
  const start = p
  for (; p < end; p++) {
    const digit: u32 = peek(p) - 48
    if (digit > 9) break
    value = value * 10 + digit
    if (value > 65535) return 0
  }
  if (p == start || value == 0) return 0
  return <u64>value << KIND_SHIFT | <u64>p
}

/** Labels of letters, digits, hyphens and underscores; none is empty, and the last one does not begin with a digit, else it were an address. */
// @ts-ignore: decorator
@inline
function readName(p: usize, end: usize): u32 {
  // RFC 3261 25.1: hostname = *( domainlabel "." ) toplabel [ "." ]
  let label = p
  while (true) {
    const start = p
    p = runOf(p, end, Class.LABEL)
    if (p == start) {
      if (label == p) return 0
      break
    }
    label = start
    if (p == end || peek(p) != DOT) break
    p++
  }
  return peek(label) - 48 < 10 || peek(label) == 0x2d ? 0 : <u32>p | HostKind.NAME << KIND_SHIFT
}

/** The end of four numbers with dots between them, each at most 255; 0 when this is not one. */
// @ts-ignore: decorator
@inline
function readDotted(p: usize, end: usize): usize {
  let dots: u32 = 3
  while (true) {
    // Three digits at most; no loop, as this is where most addresses are read.
    const a = p < end ? peek(p) - 48 : 10
    if (a > 9) return 0
    const b = ++p < end ? peek(p) - 48 : 10
    if (b <= 9) {
      const c = ++p < end ? peek(p) - 48 : 10
      if (c <= 9) {
        p++
        if (a * 100 + b * 10 + c > 255) return 0
      }
    }
    if (dots == 0) return p
    if (p == end || peek(p) != DOT) return 0
    p++
    dots--
  }
}

function readIp6Reference(p: usize, end: usize): u32 {
  let close = p + 1
  while (close < end && peek(close) != CLOSE) close++
  if (close == end || !parseIp6(between(p + 1, close), changetype<Endpoint>(HOST_IP_AT))) return 0
  return <u32>(close + 1) | HostKind.IP6 << KIND_SHIFT
}
