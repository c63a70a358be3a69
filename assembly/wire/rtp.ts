// RTP packets and compound RTCP packets (RFC 3550): strict reading into a caller's record, and writing.

/** Octets of the fixed header that we write: no CSRC, no extension. */
export const RTP_HEADER: u32 = 12

const RTCP_SR: u32 = 200
const RTCP_RR: u32 = 201
const RTCP_SDES: u32 = 202
const RTCP_BYE: u32 = 203
const VERSION_2: u32 = 0x80
const VERSION_MASK: u32 = 0xc0
const PADDING: u32 = 0x20
const EXTENSION: u32 = 0x10
const COUNT_MASK: u32 = 0x1f
const BLOCK: u32 = 24

@unmanaged
export class Rtp {
  payload: u8          // payload type, 0-127
  marker: bool
  sequence: u16
  timestamp: u32
  ssrc: u32
  at: u32              // where the payload begins
  length: u32          // of the payload without padding; may be 0
}

/** What a compound RTCP packet tells. */
@unmanaged
export class Rtcp {
  ssrc: u32            // who sent it
  sent: bool           // it had a sender report
  bye: bool            // the sender leaves
  reported: bool       // one of its blocks was about us
  fraction: u8         // of our packets lost since the report before, in 256ths
  lost: i32            // of our packets, ever; negative when some came twice
  jitter: u32          // of ours, in timestamp units
  ntp: u32             // middle 32 bits of the sender report's NTP time
  lsr: u32             // ours that they saw last, 0 none
  dlsr: u32            // since then, in 1/65536 s
}

export const RTCP_RECORD: usize = offsetof<Rtcp>()

/** Reads `length` bytes. False: not an RTP packet of version 2, or one whose lengths do not add up. */
export function readRtp(at: usize, length: u32, p: Rtp): bool {
  if (length < RTP_HEADER) return false
  const first: u32 = load<u8>(at)
  if ((first & VERSION_MASK) != VERSION_2) return false
  let begin: u32 = RTP_HEADER + ((first & 15) << 2), end = length
  if (first & EXTENSION) {
    // RFC 3550 5.3.1: 16 bits for the profile, 16 bits for the number of words that follow.
    if (begin + 4 > end) return false
    begin += 4 + (number16(at + begin + 2) << 2)
  }
  if (begin > end) return false
  if (first & PADDING) {
    // RFC 3550 5.1: the last octet says how many are padding, itself included.
    const padding: u32 = load<u8>(at + end - 1)
    if (padding == 0 || padding > end - begin) return false
    end -= padding
  }
  const second: u32 = load<u8>(at, 1)
  p.payload = <u8>(second & 0x7f)
  p.marker = second > 0x7f
  p.sequence = <u16>number16(at + 2)
  p.timestamp = number32(at + 4)
  p.ssrc = number32(at + 8)
  p.at = <u32>at + begin
  p.length = end - begin
  return true
}

/** Writes the fixed header; `payload` has the marker as its bit 7. */
export function writeRtp(at: usize, payload: u32, sequence: u32, timestamp: u32, ssrc: u32): void {
  store<u16>(at, <u16>(VERSION_2 | payload << 8))
  put16(at + 2, sequence)
  put32(at + 4, timestamp)
  put32(at + 8, ssrc)
}

/** Reads a compound packet; `mine` is our SSRC. False: it breaks the rules of RFC 3550 A.2, and nothing of it counts. */
export function readRtcp(at: usize, length: u32, mine: u32, r: Rtcp): bool {
  memory.fill(changetype<usize>(r), 0, RTCP_RECORD)
  let p = at
  const end = at + length
  if (length < 8 || (length & 3) != 0) return false
  // RFC 3550 A.2: the first packet is a report without padding.
  if (load<u8>(p) & PADDING || load<u8>(p, 1) != RTCP_SR && load<u8>(p, 1) != RTCP_RR) return false
  r.ssrc = number32(p + 4)
  while (p < end) {
    if (end - p < 4) return false
    const first: u32 = load<u8>(p), size = (number16(p + 2) + 1) << 2
    if ((first & VERSION_MASK) != VERSION_2 || size > <u32>(end - p)) return false
    // Padding may only stand at the end of the whole.
    if (first & PADDING && p + size != end) return false
    if (!readPart(p, size, first & COUNT_MASK, mine, r)) return false
    p += size
  }
  return true
}

/** One packet of a compound. Kinds that we do not know are passed over. */
function readPart(p: usize, size: u32, count: u32, mine: u32, r: Rtcp): bool {
  const kind: u32 = load<u8>(p, 1)
  if (kind == RTCP_SR || kind == RTCP_RR) {
    const head: u32 = kind == RTCP_SR ? 28 : 8
    if (head + count * BLOCK > size) return false
    if (kind == RTCP_SR) {
      r.sent = true
      r.ntp = number16(p + 10) << 16 | number16(p + 12)
    }
    for (let i: u32 = 0; i < count; i++) readBlock(p + head + i * BLOCK, mine, r)
  } else if (kind == RTCP_BYE) {
    if ((count << 2) + 4 > size) return false
    for (let i: u32 = 0; i < count; i++) {
      if (number32(p + 4 + (i << 2)) == r.ssrc) r.bye = true
    }
  }
  return true
}

/** A report block; those about others say nothing to us. */
function readBlock(p: usize, mine: u32, r: Rtcp): void {
  if (number32(p) != mine) return
  r.reported = true
  r.fraction = load<u8>(p, 4)
  r.lost = <i32>number32(p + 4) << 8 >> 8
  r.jitter = number32(p + 12)
  r.lsr = number32(p + 16)
  r.dlsr = number32(p + 20)
}

/** A sender report without blocks; returns its size. Time in seconds and 2^-32 of them. */
export function writeSender(at: usize, ssrc: u32, seconds: u32, fraction: u32, timestamp: u32, packets: u32, octets: u32): u32 {
  head(at, RTCP_SR, 0, 28)
  put32(at + 4, ssrc)
  put32(at + 8, seconds)
  put32(at + 12, fraction)
  put32(at + 16, timestamp)
  put32(at + 20, packets)
  put32(at + 24, octets)
  return 28
}

/** A receiver report without blocks; returns its size. */
export function writeReceiver(at: usize, ssrc: u32): u32 {
  head(at, RTCP_RR, 0, 8)
  put32(at + 4, ssrc)
  return 8
}

/** Adds the one block of a report of `size` bytes at `at`; returns the new size. `lost` is clamped to the 24 bits that there are. */
export function writeBlock(
  at: usize, size: u32, ssrc: u32, fraction: u32, lost: i32, highest: u32, jitter: u32, lsr: u32, dlsr: u32,
): u32 {
  const p = at + size
  put32(p, ssrc)
  put32(p + 4, <u32>min<i32>(max<i32>(lost, -0x800000), 0x7fffff) & 0xffffff | fraction << 24)
  put32(p + 8, highest)
  put32(p + 12, jitter)
  put32(p + 16, lsr)
  put32(p + 20, dlsr)
  head(at, load<u8>(at, 1), 1, size + BLOCK)
  return size + BLOCK
}

/** An SDES packet with a CNAME of `length` bytes at `name`, 1 to 32; returns its size. */
export function writeCname(at: usize, ssrc: u32, name: usize, length: u32): u32 {
  // RFC 3550 6.5: items end with a zero octet, and then zeros up to the next word.
  const size = 8 + 2 + length + 4 & ~3
  memory.fill(at, 0, size)
  head(at, RTCP_SDES, 1, size)
  put32(at + 4, ssrc)
  store<u8>(at, 1, 8)
  store<u8>(at, <u8>length, 9)
  memory.copy(at + 10, name, length)
  return size
}

export function writeBye(at: usize, ssrc: u32): u32 {
  head(at, RTCP_BYE, 1, 8)
  put32(at + 4, ssrc)
  return 8
}

function head(at: usize, kind: u32, count: u32, size: u32): void {
  store<u16>(at, <u16>(VERSION_2 | count | kind << 8))
  put16(at + 2, (size >> 2) - 1)
}

/** Numbers in network order. */
// @ts-ignore: decorator
@inline
export function number16(p: usize): u32 { return <u32>bswap(load<u16>(p)) }
// @ts-ignore: decorator
@inline
export function number32(p: usize): u32 { return bswap(load<u32>(p)) }
// @ts-ignore: decorator
@inline
export function put16(p: usize, value: u32): void { store<u16>(p, bswap(<u16>value)) }
// @ts-ignore: decorator
@inline
export function put32(p: usize, value: u32): void { store<u32>(p, bswap(value)) }
