// One step of SHA-256 or of SHA-512 (FIPS 180-4): a block mixed into the chaining value. base/hash.ts feeds it.
//
// The two differ in the size of a word (T is u32 or u64), the number of rounds and the turns of a word. Their round constants are the first
// bits of the same roots: SHA-256 takes the upper halves of the table of SHA-512.
import { HASH_BLOCK, HASH_STATE } from "./scratch"

// FIPS 180-4 4.2.3: the fractions of the cube roots of the first 80 primes.
const ROOTS: usize = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817
])
// FIPS 180-4 5.3.3 and 5.3.6.2.
const FIRST_256: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
])
const FIRST_512_256: usize = memory.data<u64>([
  0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
  0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2
])

export function sha256Start(): void {
  memory.copy(HASH_STATE, FIRST_256, 32)
}

/** SHA-512/256: SHA-512 from another first value, cut to 256 bits. */
export function sha512Start(): void {
  memory.copy(HASH_STATE, FIRST_512_256, 64)
}

export function sha256Block(): void { block<u32>() }

export function sha512Block(): void { block<u64>() }

/** FIPS 180-4 6.2.2 and 6.4.2. The schedule of words is kept in the place of the block, the last 16 words at a time. */
function block<T>(): void {
  const rounds: u32 = sizeof<T>() == 4 ? 64 : 80
  let a = chained<T>(0), b = chained<T>(1), c = chained<T>(2), d = chained<T>(3)
  let e = chained<T>(4), f = chained<T>(5), g = chained<T>(6), h = chained<T>(7)
  for (let i: u32 = 0; i < rounds; i++) {
    const first = h + sumE<T>(e) + (g ^ e & (f ^ g)) + root<T>(i) + scheduled<T>(i)
    const second = sumA<T>(a) + (a & b ^ c & (a ^ b))
    h = g
    g = f
    f = e
    e = d + first
    d = c
    c = b
    b = a
    a = first + second
  }
  chain<T>(0, a)
  chain<T>(1, b)
  chain<T>(2, c)
  chain<T>(3, d)
  chain<T>(4, e)
  chain<T>(5, f)
  chain<T>(6, g)
  chain<T>(7, h)
}

/** Word `i` of the schedule: of the message at first, then made of four earlier ones. */
function scheduled<T>(i: u32): T {
  const here = word<T>(i)
  let value = load<T>(here)
  if (i < 16) {
    value = bswap<T>(value)
  } else {
    const early = load<T>(word<T>(i + 1)), late = load<T>(word<T>(i + 14))
    value += load<T>(word<T>(i + 9))
    value += sizeof<T>() == 4 ? rotr<T>(early, 7) ^ rotr<T>(early, 18) ^ early >>> 3 : rotr<T>(early, 1) ^ rotr<T>(early, 8) ^ early >>> 7
    value += sizeof<T>() == 4 ? rotr<T>(late, 17) ^ rotr<T>(late, 19) ^ late >>> 10 : rotr<T>(late, 19) ^ rotr<T>(late, 61) ^ late >>> 6
  }
  store<T>(here, value)
  return value
}

// FIPS 180-4 4.1.2 and 4.1.3.
// @ts-ignore: decorator
@inline
function sumA<T>(a: T): T {
  return sizeof<T>() == 4 ? rotr<T>(a, 2) ^ rotr<T>(a, 13) ^ rotr<T>(a, 22) : rotr<T>(a, 28) ^ rotr<T>(a, 34) ^ rotr<T>(a, 39)
}

// @ts-ignore: decorator
@inline
function sumE<T>(e: T): T {
  return sizeof<T>() == 4 ? rotr<T>(e, 6) ^ rotr<T>(e, 11) ^ rotr<T>(e, 25) : rotr<T>(e, 14) ^ rotr<T>(e, 18) ^ rotr<T>(e, 41)
}

/** Constant of round `i`: the end of an entry of the table, which is its upper half in little-endian memory. */
// @ts-ignore: decorator
@inline
function root<T>(i: u32): T { return load<T>(ROOTS + (i << 3) + (8 - sizeof<T>())) }

// @ts-ignore: decorator
@inline
function word<T>(i: u32): usize { return HASH_BLOCK + (i & 15) * sizeof<T>() }

// @ts-ignore: decorator
@inline
function chained<T>(i: usize): T { return load<T>(HASH_STATE + i * sizeof<T>()) }

// @ts-ignore: decorator
@inline
function chain<T>(i: usize, value: T): void { store<T>(HASH_STATE + i * sizeof<T>(), chained<T>(i) + value) }
