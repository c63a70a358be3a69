// Sound that is made and measured in numbers: a tone for a simulated microphone, and the pitch and level of what came out at the other end.

/** Samples per second of everything that is spoken and heard here. */
export const RATE = 8000

/** `count` samples of a sine of `hertz`, from sample number `from` of an endless one. `level` is its peak, 0 to 1. */
export function tone(hertz: number, from: number, count: number, level = 0.25): Int16Array {
  const step = 2 * Math.PI * hertz / RATE
  return Int16Array.from({ length: count }, (_, i) => Math.round(32_767 * level * Math.sin((from + i) * step)))
}

/** What samples sound like: "silence", or the frequency that they cross zero with, to the nearest 10 Hz, as "440 Hz". */
export function pitch(samples: Int16Array): string {
  let crossings = 0, first = -1, last = -1
  if (samples.length === 0 || peak(samples) < 100) return "silence"
  for (let i = 1; i < samples.length; i++) {
    if ((samples[i - 1] ?? 0) >= 0 || (samples[i] ?? 0) < 0) continue
    crossings++
    if (first < 0) first = i
    last = i
  }
  if (crossings < 3) return "noise"
  return `${Math.round((crossings - 1) * RATE / (last - first) / 10) * 10} Hz`
}

/** The greatest distance from zero, 0 to 32768. */
export function peak(samples: Int16Array): number { return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) }

/** Samples of 16 bits, little-endian, as bytes. */
export function bytesFrom(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length), view = new DataView(bytes.buffer)
  samples.forEach((sample, i) => view.setInt16(2 * i, sample, true))
  return bytes
}

export function samplesFrom(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(2 * i, true))
}
