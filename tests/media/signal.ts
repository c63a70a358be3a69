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

/** Something like speech: a voice whose pitch glides between 95 and 210 Hz, in syllables of changing colour with pauses between words. */
export function speech(samples: number): Int16Array {
  let phase = 0
  return Int16Array.from({ length: samples }, (_, n) => {
    const t = n / RATE
    const pitch = 150 + 40 * Math.sin(2 * Math.PI * 0.37 * t) + 18 * Math.sin(2 * Math.PI * 1.3 * t)
    phase += pitch / RATE
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.1 * t + 0.8 * Math.sin(2 * Math.PI * 0.21 * t))) ** 0.6
    const word = Math.sin(2 * Math.PI * 0.28 * t) > -0.75 ? 1 : 0.02
    const formant = 500 + 250 * Math.sin(2 * Math.PI * 0.9 * t), second = 1500 + 500 * Math.sin(2 * Math.PI * 0.53 * t)
    let sum = 0
    for (let h = 1; h * pitch < 3400; h++) {
      const f = h * pitch
      const weight = Math.exp(-(((f - formant) / 250) ** 2)) + 0.4 * Math.exp(-(((f - second) / 300) ** 2)) + 0.05
      // Phases that keep the peaks low, as a mouth does.
      sum += weight * Math.sin(2 * Math.PI * h * phase + Math.PI * h * h / 20)
    }
    return Math.round(4500 * syllable * word * sum)
  })
}

/** Correlation of `length` samples of `output` at `at`, every `step`-th, with those of `input` `delay` samples before; 1: the same. */
function alike(input: Int16Array, output: Int16Array, at: number, length: number, delay: number, step: number): number {
  let common = 0, mine = 0, theirs = 0
  for (let i = at; i < at + length; i += step) {
    const a = output[i]!, b = input[i - delay] ?? 0
    common += a * b
    mine += a * a
    theirs += b * b
  }
  return common / Math.sqrt(mine * theirs + 1)
}

/** Where a piece of `output` is found in `input`: how many samples before, by the best correlation up to `most`; and how alike. */
export function delayAt(input: Int16Array, output: Int16Array, at: number, length: number, most: number): { delay: number; alike: number } {
  let best = { delay: 0, alike: -1 }
  const look = (delay: number, step: number) => {
    const found = alike(input, output, at, length, delay, step)
    if (found > best.alike) best = { delay, alike: found }
  }
  for (let delay = 0; delay <= most; delay += 2) look(delay, 4)
  const near = best.delay
  best = { delay: near, alike: -1 }
  for (let delay = near - 3; delay <= near + 3; delay++) look(delay, 1)
  return best
}
