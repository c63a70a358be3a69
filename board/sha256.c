/* SHA-256, without a message schedule of its own: the block is turned over in place. */
#include "sha256.h"

#include <string.h>

enum { WORDS = 16, ROUNDS = 64, LENGTH_AT = 56 };

static const uint32_t roots [ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t first [8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static uint32_t turned (uint32_t word, unsigned by) { return word >> by | word << (32 - by); }

static void mix (Sha256 * hash)
{
    uint32_t words [WORDS];
    for (unsigned i = 0; i < WORDS; i++)
    {
        const uint8_t * at = hash->block + 4 * i;
        words [i] = (uint32_t) at [0] << 24 | (uint32_t) at [1] << 16 | (uint32_t) at [2] << 8 | at [3];
    }
    uint32_t * state = hash->state;
    uint32_t a = state [0], b = state [1], c = state [2], d = state [3], e = state [4], f = state [5], g = state [6], h = state [7];
    for (unsigned round = 0; round < ROUNDS; round++)
    {
        uint32_t * word = & words [round % WORDS];
        if (round >= WORDS)
        {
            uint32_t near = words [(round + 1) % WORDS], far = words [(round + 14) % WORDS];
            * word += (turned (near, 7) ^ turned (near, 18) ^ near >> 3) + words [(round + 9) % WORDS] + (turned (far, 17) ^ turned (far, 19) ^ far >> 10);
        }
        uint32_t one = h + (turned (e, 6) ^ turned (e, 11) ^ turned (e, 25)) + ((e & f) ^ (~ e & g)) + roots [round] + * word;
        uint32_t two = (turned (a, 2) ^ turned (a, 13) ^ turned (a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
    }
    state [0] += a, state [1] += b, state [2] += c, state [3] += d, state [4] += e, state [5] += f, state [6] += g, state [7] += h;
}

void sha256Begin (Sha256 * hash)
{
    memcpy (hash->state, first, sizeof hash->state);
    hash->length = 0;
}

void sha256Add (Sha256 * hash, const uint8_t * bytes, size_t length)
{
    while (length > 0)
    {
        size_t used = hash->length % SHA256_BLOCK, part = SHA256_BLOCK - used < length ? SHA256_BLOCK - used : length;
        memcpy (hash->block + used, bytes, part);
        hash->length += (uint32_t) part;
        bytes += part;
        length -= part;
        if (hash->length % SHA256_BLOCK == 0) mix (hash);
    }
}

void sha256End (Sha256 * hash, uint8_t digest [SHA256_BYTES])
{
    uint64_t bits = (uint64_t) hash->length * 8;
    static const uint8_t mark = 0x80, zero = 0;
    sha256Add (hash, & mark, 1);
    while (hash->length % SHA256_BLOCK != LENGTH_AT) sha256Add (hash, & zero, 1);
    uint8_t length [8];
    for (unsigned i = 0; i < sizeof length; i++) length [i] = (uint8_t) (bits >> (56 - 8 * i));
    sha256Add (hash, length, sizeof length);
    for (unsigned i = 0; i < SHA256_BYTES; i++) digest [i] = (uint8_t) (hash->state [i / 4] >> (24 - 8 * (i % 4)));
}
