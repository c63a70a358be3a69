// Message digests over any number of pieces: MD5, SHA-256 and SHA-512/256. One at a time, in a fixed place that is wiped at the end.
import { assume } from "./panic"
import { md5Block, md5Start } from "./md5"
import { HASH_BLOCK, HASH_BLOCK_SIZE, HASH_COUNT, HASH_DIGITS, HASH_KIND, HASH_STATE } from "./scratch"
import { sha256Block, sha256Start, sha512Block, sha512Start } from "./sha2"
import { prose } from "./prose"
import { Span, lengthOf, span, startOf, text } from "./span"

export const enum Hash { NONE, MD5, SHA_256, SHA_512_256 }

/** Longest digest in bytes. */
export const DIGEST_MAX: u32 = 32

/** Begins a digest; one that was under way is forgotten. */
export function hashBegin(kind: Hash): void {
  store<u32>(HASH_KIND, kind)
  store<u32>(HASH_COUNT, 0)
  if (kind == Hash.MD5) md5Start()
  else if (kind == Hash.SHA_256) sha256Start()
  else sha512Start()
}

/** Takes in more bytes. */
export function hashUpdate(piece: Span): void {
  assume(load<u32>(HASH_KIND) != Hash.NONE, prose("a hash is begun before it is fed"))
  const size = blockSize()
  let from = startOf(piece), left = lengthOf(piece), count = load<u32>(HASH_COUNT)
  while (left > 0) {
    const used = count & (size - 1)
    const taken = min<u32>(left, size - used)
    memory.copy(HASH_BLOCK + used, from, taken)
    from += taken
    left -= taken
    count += taken
    if (used + taken == size) mix()
  }
  store<u32>(HASH_COUNT, count)
}

/** Takes in the lower-case hexadecimal digits of `length` bytes. */
export function hashUpdateHex(at: usize, length: u32): void {
  const digits = startOf(text("0123456789abcdef"))
  for (let i: u32 = 0; i < length; i++) {
    const byte: u32 = load<u8>(at + i)
    store<u8>(HASH_DIGITS, load<u8>(digits + (byte >>> 4)))
    store<u8>(HASH_DIGITS, load<u8>(digits + (byte & 15)), 1)
    hashUpdate(span(HASH_DIGITS, 2))
  }
}

/** Writes the digest, wipes what led to it, and returns the digest's length: 16 or 32 bytes. */
export function hashEnd(out: usize): u32 {
  assume(load<u32>(HASH_KIND) != Hash.NONE, prose("a hash is begun before it ends"))
  pad()
  const kind = load<u32>(HASH_KIND)
  const length: u32 = kind == Hash.MD5 ? 16 : 32
  if (kind == Hash.SHA_256) turn<u32>()
  if (kind == Hash.SHA_512_256) turn<u64>()
  memory.copy(out, HASH_STATE, length)
  memory.fill(HASH_STATE, 0, HASH_DIGITS + 2 - HASH_STATE)
  return length
}

/** RFC 1321 3.1, FIPS 180-4 5.1: one bit, zeros, and the number of bits at the end of the last block. */
function pad(): void {
  const size = blockSize()
  const count = load<u32>(HASH_COUNT)
  const used = count & (size - 1)
  memory.fill(HASH_BLOCK + used, 0, size - used)
  store<u8>(HASH_BLOCK + used, 0x80)
  // SHA-512 has 16 bytes for the number, the others 8: the upper 8 are zeros
  if (used >= size - (size >>> 3)) {
    mix()
    memory.fill(HASH_BLOCK, 0, size)
  }
  const bits = <u64>count << 3
  store<u64>(HASH_BLOCK + size - 8, load<u32>(HASH_KIND) == Hash.MD5 ? bits : bswap<u64>(bits))
  mix()
}

function mix(): void {
  const kind = load<u32>(HASH_KIND)
  if (kind == Hash.MD5) md5Block()
  else if (kind == Hash.SHA_256) sha256Block()
  else sha512Block()
}

function blockSize(): u32 {
  return load<u32>(HASH_KIND) == Hash.SHA_512_256 ? <u32>HASH_BLOCK_SIZE : 64
}

/** Turns the words of the chaining value into the byte order of the digest: the highest byte first. */
function turn<T>(): void {
  for (let p = HASH_STATE; p < HASH_STATE + DIGEST_MAX; p += sizeof<T>()) store<T>(p, bswap<T>(load<T>(p)))
}
