// What tests of the board need to know of sound.

/** How strong one frequency is, as an amplitude: the mean of pieces of 40 ms, as a sound that was late has its phase shifted. */
export function loudness(samples: Int16Array, hertz: number): number {
  const size = 320, pieces = Array.from({ length: Math.floor(samples.length / size) }, (_, i) => samples.subarray(i * size, (i + 1) * size))
  const amplitude = (piece: Int16Array): number => {
    const part = (wave: (angle: number) => number): number => piece.reduce((sum, sample, i) => sum + sample * wave(i / 8000 * 2 * Math.PI * hertz), 0)
    return 2 * Math.hypot(part(Math.cos), part(Math.sin)) / size
  }
  return Math.round(pieces.reduce((sum, piece) => sum + amplitude(piece), 0) / pieces.length)
}

/** A tone for the microphone: samples of 16 bits, 8000 a second. */
export function toneOf(hertz: number, ms: number): Int16Array {
  return Int16Array.from({ length: 8 * ms }, (_, i) => 8000 * Math.sin(i / 8000 * 2 * Math.PI * hertz))
}
