/* The part of <inttypes.h> that the board needs. */
#ifndef INTTYPES_H
#define INTTYPES_H

#include <stdint.h>

#define PRIi32 "ld"
#define PRIu32 "lu"
#define PRIi64 "lld"
#define PRIu64 "llu"

#endif
