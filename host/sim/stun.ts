// As much of STUN (RFC 5389) as keep-alives need: a Binding request, and the answer that says where it came from.
import type { Endpoint } from "./phone.ts"

const COOKIE = 0x2112a442
const HEADER_SIZE = 20

export function isBinding(bytes: Uint8Array): boolean { return kindOf(bytes) === 0x0001 }

/** In words; undefined for what is no STUN. */
export function stunSummary(bytes: Uint8Array): string | undefined {
  const kind = kindOf(bytes)
  if (kind === undefined) return undefined
  return kind === 0x0001 ? "STUN Binding request" : kind === 0x0101 ? "STUN Binding success" : `STUN ${kind.toString(16).padStart(4, "0")}`
}

/** The answer to a Binding request (RFC 5389 7.3.1.1). An address of IPv6 is left out: a keep-alive does not ask for it. */
export function bound(request: Uint8Array, source: Endpoint): Uint8Array {
  const octets = source.address.split(".").map(Number), isV4 = octets.length === 4
  const bytes = new Uint8Array(HEADER_SIZE + (isV4 ? 12 : 0)), view = new DataView(bytes.buffer)
  bytes.set(request.subarray(0, HEADER_SIZE))
  view.setUint16(0, 0x0101)
  view.setUint16(2, bytes.length - HEADER_SIZE)
  if (!isV4) return bytes
  // RFC 5389 15.2: XOR-MAPPED-ADDRESS
  view.setUint32(20, 0x0020_0008)
  view.setUint16(24, 1)
  view.setUint16(26, source.port ^ COOKIE >>> 16)
  view.setUint32(28, ((octets[0] ?? 0) << 24 | (octets[1] ?? 0) << 16 | (octets[2] ?? 0) << 8 | (octets[3] ?? 0)) ^ COOKIE)
  return bytes
}

/** An answer to a request that nobody has sent. */
export function forged(): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE), view = new DataView(bytes.buffer)
  view.setUint16(0, 0x0101)
  view.setUint32(4, COOKIE)
  return bytes
}

function kindOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_SIZE) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return view.getUint32(4) === COOKIE && view.getUint16(2) === bytes.length - HEADER_SIZE ? view.getUint16(0) : undefined
}
