// Sounds that the tests send, and what they measure on sounds: level, frequency, delay, gaps, clicks.
export const RATE = 8000

/** A tone of `hertz` with this amplitude. */
export function tone(hertz: number, amplitude: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(amplitude * Math.sin(2 * Math.PI * hertz * i / RATE)))
}

/** Mean level in dB below a full-scale sine; -Infinity for silence. */
export function level(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  return 10 * Math.log10(power / (32767 ** 2 / 2))
}

/** Frequency of a tone by its rising zero crossings, each placed between two samples. */
export function frequency(samples: Int16Array): number {
  const crossings: number[] = []
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1]!, here = samples[i]!
    if (before < 0 && here >= 0) crossings.push(i - 1 + before / (before - here))
  }
  if (crossings.length < 2) return 0
  return RATE * (crossings.length - 1) / (crossings.at(-1)! - crossings[0]!)
}

/** Power of one frequency (Goertzel), as amplitude of a sine. */
export function amplitudeAt(samples: Int16Array, hertz: number): number {
  const turn = 2 * Math.PI * hertz / RATE
  let sine = 0, cosine = 0
  samples.forEach((sample, i) => {
    sine += sample * Math.sin(turn * i)
    cosine += sample * Math.cos(turn * i)
  })
  return 2 * Math.hypot(sine, cosine) / samples.length
}

/** Largest second difference: how sharp the sharpest corner is. */
export function sharpest(samples: Int16Array): number {
  let most = 0
  for (let i = 2; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i]! - 2 * samples[i - 1]! + samples[i - 2]!))
  return most
}

/** Longest run of samples below `threshold` in absolute value. */
export function longestGap(samples: Int16Array, threshold: number): number {
  let longest = 0, run = 0
  for (const sample of samples) {
    run = Math.abs(sample) < threshold ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
