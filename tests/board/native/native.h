/* The board's C above its port on this machine, with sanitizers: flash in memory, a clock that is moved, a phone that only writes down what it is given. */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NATIVE_SLOT_BYTES = 256 * 1024, NATIVE_SECTOR_BYTES = 4096, NATIVE_CODE_BYTES = 3 * 4096 };

extern int64_t nativeNow;
extern uint8_t nativeStore [2] [4096], nativeSlots [2] [NATIVE_SLOT_BYTES], nativeCode [NATIVE_CODE_BYTES];

/* Which firmware it is. */
extern uint8_t nativeIdentity [16];

/* Everything erased. */
void nativeErase (void);

/* The flash takes so many words and erased sectors more, then nothing: the power is gone. Negative: all. */
extern long nativeFlashLeft;

/* The module that came with the firmware. */
void nativeFirmware (const uint8_t * wasm, uint32_t length);

/* Bytes for the console, and whether what it says goes to stdout. */
void nativeType (const uint8_t * bytes, size_t length);
extern bool nativeShows;

/* Lets the board work until nothing has come in. Commands go to stdout. */
void nativeRun (void);

/* Flows over a network by chance; flows.c. */
void nativeFlows (unsigned rounds);

/* A number that follows from the one before. */
uint32_t nativeRandom (void);
extern uint32_t nativeSeed;

#endif
