/* SHA-256 (FIPS 180-4): the name of a module, the same that `linehunt --version` and a trace have for it. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_BLOCK = 64 };

typedef struct Sha256 {
    uint32_t state [8];
    uint32_t length;                 /* bytes so far */
    uint8_t block [SHA256_BLOCK];
} Sha256;

void sha256Begin (Sha256 * hash);
void sha256Add (Sha256 * hash, const uint8_t * bytes, size_t length);
void sha256End (Sha256 * hash, uint8_t digest [SHA256_BYTES]);

#endif
