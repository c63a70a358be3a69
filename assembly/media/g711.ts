// ITU-T G.711: PCMU and PCMA to and from linear samples of 16 bits, with the values of the reference code in G.191 and without tables.
import { Codec } from "../dialog/session"

/** The code of silence. */
export function silence(codec: u32): u32 { return codec == Codec.PCMU ? 0xff : 0xd5 }

export function decode(codec: u32, code: u32): i32 { return codec == Codec.PCMU ? fromU(code) : fromA(code) }

export function encode(codec: u32, sample: i32): u32 { return codec == Codec.PCMU ? toU(sample) : toA(sample) }

/** Encodes `count` samples at `from` to as many bytes at `to`. */
export function encodeAll(codec: u32, from: usize, to: usize, count: u32): void {
  const end = to + count
  if (codec == Codec.PCMU) for (; to < end; to++, from += 2) store<u8>(to, <u8>toU(load<i16>(from)))
  else for (; to < end; to++, from += 2) store<u8>(to, <u8>toA(load<i16>(from)))
}

/** Decodes `count` bytes at `from` to as many samples at `to`. */
export function decodeAll(codec: u32, from: usize, to: usize, count: u32): void {
  const end = from + count
  if (codec == Codec.PCMU) for (; from < end; from++, to += 2) store<i16>(to, <i16>fromU(load<u8>(from)))
  else for (; from < end; from++, to += 2) store<i16>(to, <i16>fromA(load<u8>(from)))
}

/** Copies `count` bytes from one codec to the other. */
export function transcode(codec: u32, from: usize, to: usize, count: u32): void {
  const other: u32 = codec == Codec.PCMU ? Codec.PCMA : Codec.PCMU
  for (const end = to + count; to < end; to++, from++) store<u8>(to, <u8>encode(codec, decode(other, load<u8>(from))))
}

// Decision values of table 2: segments of twice the step each, offset by 33 of 14 bits.
// @ts-ignore: decorator
@inline
function fromU(code: u32): i32 {
  const inverted = ~code
  const magnitude = <i32>(((inverted & 15) << 3) + 0x84 << (inverted >>> 4 & 7)) - 0x84
  return inverted & 0x80 ? -magnitude : magnitude
}

// @ts-ignore: decorator
@inline
function toU(sample: i32): u32 {
  const sign = sample >> 31
  const magnitude = min<i32>((sample ^ sign) >> 2, 0x1fff - 33) + 33
  const segment = 27 - clz<i32>(magnitude)
  const code = (8 - segment) << 4 | 15 - (magnitude >> segment & 15)
  return <u32>(code | ~sign & 0x80)
}

// Table 1: the first segment is as fine as the second; every other bit is inverted.
// @ts-ignore: decorator
@inline
function fromA(code: u32): i32 {
  const even = code ^ 0x55
  const segment: u32 = even >>> 4 & 7
  let magnitude: i32 = <i32>((even & 15) << 4) + 8
  if (segment > 0) magnitude = magnitude + 256 << segment - 1
  return even & 0x80 ? magnitude : -magnitude
}

// @ts-ignore: decorator
@inline
function toA(sample: i32): u32 {
  const sign = sample >> 31
  let magnitude = (sample ^ sign) >> 4
  if (magnitude > 31) {
    const shift = 27 - clz<i32>(magnitude)
    magnitude = (magnitude >> shift) + (shift << 4)
  }
  return <u32>((magnitude | ~sign & 0x80) ^ 0x55)
}
