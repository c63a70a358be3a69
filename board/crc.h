/* CRC-32 as everybody computes it (IEEE 802.3). */
#ifndef CRC_H
#define CRC_H

#include <stddef.h>
#include <stdint.h>

/* Of several pieces: begin with 0, then with what came out. */
uint32_t crcOf (uint32_t before, const void * bytes, size_t length);

#endif
