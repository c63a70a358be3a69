// Random numbers that only the seed decides: ChaCha20 whose key is replaced with every block it makes.
import { assume } from "./panic"
import { HASH_BLOCK, HASH_KIND, RANDOM_ENTROPY, RANDOM_KEY } from "./scratch"
import { prose } from "./prose"
import { startOf, text } from "./span"
import { Writer } from "./writer"

const SEED_MIN: u32 = 32
const KEY_SIZE: usize = 32
const DOUBLE_ROUNDS: i32 = 10

// One block of 64 bytes: the first half becomes the next key, so that a copy of the memory does not tell what was drawn before;
// the second half is given out.
const BLOCK: usize = HASH_BLOCK
const FRESH: usize = BLOCK + KEY_SIZE
const FRESH_SIZE: u32 = 32

/**
 * Mixes `length` bytes of entropy into the generator. What it knew before still counts: a second seed never makes it weaker.
 * Drawing is allowed when 32 bytes have come in, at once or in pieces.
 */
export function seed(at: usize, length: u32): void {
  for (let done: u32 = 0; done < length; done += <u32>KEY_SIZE) {
    const piece = min<u32>(length - done, <u32>KEY_SIZE)
    for (let i: u32 = 0; i < piece; i++) store<u8>(RANDOM_KEY + i, load<u8>(RANDOM_KEY + i) ^ load<u8>(at + done + i))
    nextBlock()
  }
  memory.fill(BLOCK, 0, 64)
  const before = load<u32>(RANDOM_ENTROPY)
  store<u32>(RANDOM_ENTROPY, before + min<u32>(length, u32.MAX_VALUE - before))
}

/** True when enough entropy has come in. */
export function seeded(): bool {
  return load<u32>(RANDOM_ENTROPY) >= SEED_MIN
}

/** Writes `length` random bytes. */
export function fill(at: usize, length: u32): void {
  for (let done: u32 = 0; done < length; done += FRESH_SIZE) {
    nextBlock()
    memory.copy(at + done, FRESH, min<u32>(length - done, FRESH_SIZE))
  }
  memory.fill(BLOCK, 0, 64)
}

/** Any number of 32 bits. */
export function u32Random(): u32 {
  nextBlock()
  const drawn = load<u32>(FRESH)
  memory.fill(BLOCK, 0, 64)
  return drawn
}

/** A number from 0 to n - 1, each as likely as the others; 0 for n = 0. */
export function below(n: u32): u32 {
  if (n < 2) return 0
  // The lowest 2^32 mod n draws would favour small results: they are drawn again. At worst that is every second draw.
  const unfair: u32 = (0 - n) % n
  let drawn = u32Random()
  while (drawn < unfair) drawn = u32Random()
  return drawn % n
}

/** Writes `length` random characters of 5 bits each: a-z and 2-7, good in any token of RFC 3261 25.1 and in file names. */
export function token(w: Writer, length: u32): void {
  const letters = startOf(text("abcdefghijklmnopqrstuvwxyz234567"))
  for (let i: u32 = 0; i < length; i++) {
    const place = i & (FRESH_SIZE - 1)
    if (place == 0) nextBlock()
    w.byte(load<u8>(letters + (load<u8>(FRESH + place) & 31)))
  }
  memory.fill(BLOCK, 0, 64)
}

/** RFC 8439 2.3: the block with counter and nonce 0 under the present key; then the key is replaced. */
function nextBlock(): void {
  assume(load<u32>(HASH_KIND) == 0, prose("no random numbers are drawn in the middle of a hash"))
  const constant = startOf(text("expand 32-byte k"))
  memory.copy(BLOCK, constant, 16)
  memory.copy(BLOCK + 16, RANDOM_KEY, KEY_SIZE)
  memory.fill(BLOCK + 48, 0, 16)
  for (let i = 0; i < DOUBLE_ROUNDS; i++) {
    for (let c: usize = 0; c < 4; c++) quarterRound(c, 4 + c, 8 + c, 12 + c)
    for (let c: usize = 0; c < 4; c++) quarterRound(c, 4 + ((c + 1) & 3), 8 + ((c + 2) & 3), 12 + ((c + 3) & 3))
  }
  addWords(BLOCK, constant, 16)
  addWords(BLOCK + 16, RANDOM_KEY, 32)
  memory.copy(RANDOM_KEY, BLOCK, KEY_SIZE)
}

/** RFC 8439 2.1, on four words of the block given by their numbers. */
function quarterRound(first: usize, second: usize, third: usize, fourth: usize): void {
  const p = BLOCK + (first << 2), q = BLOCK + (second << 2), r = BLOCK + (third << 2), s = BLOCK + (fourth << 2)
  let a = load<u32>(p), b = load<u32>(q), c = load<u32>(r), d = load<u32>(s)
  a += b; d = rotl<u32>(d ^ a, 16)
  c += d; b = rotl<u32>(b ^ c, 12)
  a += b; d = rotl<u32>(d ^ a, 8)
  c += d; b = rotl<u32>(b ^ c, 7)
  store<u32>(p, a)
  store<u32>(q, b)
  store<u32>(r, c)
  store<u32>(s, d)
}

function addWords(to: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 4) store<u32>(to + i, load<u32>(to + i) + load<u32>(from + i))
}
