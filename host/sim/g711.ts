// G.711 for the simulated callers: samples of 16 bits to and from A-law and mu-law, by the definition and not by the phone's tables.

export type Law = "PCMU" | "PCMA"

const BIAS = 0x84, CLIP = 32_635

/** ITU-T G.711, mu-law. */
function toMu(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const value = Math.min(Math.abs(sample), CLIP) + BIAS
  const exponent = Math.floor(Math.log2(value)) - 7
  return ~(sign | exponent << 4 | value >> exponent + 3 & 0x0f) & 0xff
}

function fromMu(byte: number): number {
  const bits = ~byte & 0xff
  const value = ((bits & 0x0f) << 3 | BIAS) << (bits >> 4 & 7)
  return (bits & 0x80) !== 0 ? BIAS - value : value - BIAS
}

/** ITU-T G.711, A-law. */
function toA(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  const value = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 3
  const exponent = value < 32 ? 0 : Math.floor(Math.log2(value)) - 4
  return (sign | exponent << 4 | (exponent < 2 ? value >> 1 : value >> exponent) & 0x0f) ^ 0x55
}

function fromA(byte: number): number {
  const bits = byte ^ 0x55, exponent = bits >> 4 & 7
  const mantissa = (bits & 0x0f) << 4 | 8
  const value = exponent === 0 ? mantissa : (mantissa | 0x100) << exponent - 1
  return (bits & 0x80) !== 0 ? value : -value
}

const encoders: Readonly<Record<Law, (sample: number) => number>> = { PCMU: toMu, PCMA: toA }
const decoders: Readonly<Record<Law, Int16Array>> = {
  PCMU: Int16Array.from({ length: 256 }, (_, byte) => fromMu(byte)), PCMA: Int16Array.from({ length: 256 }, (_, byte) => fromA(byte)),
}

export function encode(law: Law, samples: Int16Array): Uint8Array { return Uint8Array.from(samples, encoders[law]) }

export function decode(law: Law, bytes: Uint8Array): Int16Array { return Int16Array.from(bytes, (byte) => decoders[law][byte] ?? 0) }
