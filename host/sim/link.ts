// One way of a network path: what becomes of a packet between its sender and its receiver.
import type { Random } from "./random.ts"

/** How good a path is. Probabilities are 0 to 1, for each packet. */
export type Quality = {
  /** One way. */
  readonly delayMs: number
  /** Up to so much more, evenly. Packets stay in order as far as this allows: see `reorder`. */
  readonly jitterMs: number
  readonly loss: number
  /** The packet arrives twice, the second time up to a second later. */
  readonly repeat: number
  /** The packet is held back for up to half a second, so that later ones overtake it. */
  readonly reorder: number
  /** Bits are turned over, or the end is cut off. */
  readonly damage: number
  /** Nothing arrives. */
  readonly cut: boolean
}

export const PERFECT: Quality = { delayMs: 5, jitterMs: 0, loss: 0, repeat: 0, reorder: 0, damage: 0, cut: false }

/** A packet at the end of a path. */
export type Arrival = { readonly afterMs: number, readonly bytes: Uint8Array, readonly damaged: boolean }

/**
 * Carries one packet: where and how often it arrives; an empty list means that it was lost. The same number of random
 * draws is made for every packet that is neither lost nor damaged, whatever the quality.
 * `damageable` is how many of its first bytes may be damaged; a packet that would be damaged behind them is lost
 * instead, as the checksum of UDP would have it.
 */
export function carry(quality: Quality, bytes: Uint8Array, damageable: number, random: Random): Arrival[] {
  const lost = random.chance(quality.loss)
  const damaged = random.chance(quality.damage)
  const repeated = random.chance(quality.repeat)
  const heldMs = random.chance(quality.reorder) ? random.between(1, 500) : 0
  const jitterMs = random.between(0, quality.jitterMs)
  const laterMs = random.between(1, 1000)
  if (quality.cut || lost || (damaged && damageable === 0)) return []
  const whole = damaged ? damage(bytes, damageable, random) : bytes
  const first = { afterMs: quality.delayMs + jitterMs + heldMs, bytes: whole, damaged }
  return repeated ? [first, { ...first, afterMs: first.afterMs + laterMs }] : [first]
}

/** Turns over 1 to 8 bits, or cuts the end off. */
function damage(bytes: Uint8Array, damageable: number, random: Random): Uint8Array {
  const copy = bytes.slice()
  const end = Math.min(damageable, bytes.length)
  if (end === 0) return copy
  if (random.chance(0.2)) return copy.slice(0, random.between(0, end - 1))
  const bits = random.between(1, 8)
  for (let i = 0; i < bits; i++) {
    const at = random.between(0, end - 1)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7))
  }
  return copy
}
