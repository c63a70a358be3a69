// Random numbers that are the same for the same seed on every machine: the only source of chance in a simulated world.

/**
 * A stream of random numbers: sfc32 (Chris Doty-Humphrey's Small Fast Counter, 32 bits), whose 128 bits of state come from the
 * seed and the name of the stream by 64-bit FNV-1a. Streams of one seed are independent, so that drawing more numbers for
 * one purpose changes nothing for another. Only 32-bit integer arithmetic is used: no engine may differ.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, stream: string) {
    const first = fnv(`${seed}/${stream}`)
    const second = fnv(`${stream}\\${seed}`)
    this.#a = first[0]
    this.#b = first[1]
    this.#c = second[0] ^ second[1]
    for (let i = 0; i < 15; i++) this.u32() // sfc32 wants its first outputs thrown away
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const out = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + out | 0
    return out >>> 0
  }

  /** 0 to 1, 1 excluded. */
  fraction(): number { return this.u32() / 0x1_0000_0000 }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number { return low + Math.floor(this.fraction() * (high - low + 1)) }

  /** True with this probability, 0 to 1. Draws one number whatever the probability. */
  chance(probability: number): boolean { return this.fraction() < probability }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)]
    if (item === undefined) throw new RangeError("nothing to pick from")
    return item
  }

  /** A duration whose logarithm is even between the two: small ones as likely as big ones. */
  duration(lowMs: number, highMs: number): number {
    return Math.round(lowMs * Math.exp(this.fraction() * Math.log(highMs / lowMs)))
  }

  /** So many random bytes. */
  bytes(length: number): Uint8Array { return Uint8Array.from({ length }, () => this.u32() >>> 24) }

  /** The items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items]
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.between(0, i)
      const kept = mixed[i] as T
      mixed[i] = mixed[j] as T
      mixed[j] = kept
    }
    return mixed
  }
}

/** FNV-1a over 64 bits, as two halves. */
function fnv(text: string): [number, number] {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n)
  return [Number(hash >> 32n) | 0, Number(hash & 0xffffffffn) | 0]
}
