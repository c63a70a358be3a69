// Randomness of the real machine: the seed from which the core draws everything that others must not guess.
import { randomBytes } from "node:crypto"

export type Entropy = (length: number) => Uint8Array

/** Bytes that one seed has; the core asks for 32 at least. */
export const SEED_BYTES = 48

export const realEntropy: Entropy = (length) => new Uint8Array(randomBytes(length))
