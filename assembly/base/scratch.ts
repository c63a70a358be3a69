// Where the random generator and the hash functions keep their bytes: the first half of BASE_STATE.
import { BASE_STATE } from "../memory"

/** Key of the generator, 32 bytes. */
export const RANDOM_KEY: usize = BASE_STATE
/** u32: bytes of entropy taken in so far. */
export const RANDOM_ENTROPY: usize = BASE_STATE + 0x20

/** Chaining value of the hash under way, up to eight 64-bit words. */
export const HASH_STATE: usize = BASE_STATE + 0x28
/**
 * The block that a hash is filling, up to 128 bytes. Between two hashes the generator works here: there is room for one of them only,
 * and both leave it wiped.
 */
export const HASH_BLOCK: usize = BASE_STATE + 0x68
export const HASH_BLOCK_SIZE: usize = 128
/** u32: bytes hashed so far. */
export const HASH_COUNT: usize = BASE_STATE + 0xe8
/** u32: Hash under way, 0 none. */
export const HASH_KIND: usize = BASE_STATE + 0xec

/** Two hexadecimal digits on their way into a hash. */
export const HASH_DIGITS: usize = BASE_STATE + 0xf0

const USED: usize = 0xf2
if (USED > 0x100) ERROR("base/scratch.ts is larger than its share of BASE_STATE")
