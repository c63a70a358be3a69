/* The module under wasm3: calls of its exports, and its outputs with everything in bounds. */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi.h"
#include "slots.h"

/* One input. Its bytes, `length` of them, are in RX already, or in CONFIG for OPEN, or in AUDIO. */
typedef struct Input {
    InputKind kind;
    uint32_t length;
    int32_t number;      /* boot, network up, flow, key or zone */
    int32_t event;       /* of a flow; whether a key is down; the failure's code is `code` */
    uint32_t code;
    int64_t unixMs;
    Endpoint endpoint;   /* the peer, or where a flow is bound */
} Input;

typedef struct Output {
    OutputKind kind;
    const Io * io;
    const uint8_t * bytes;   /* io->length of them; valid until the next call */
} Output;

/* Loads a module in the place of the one before. What that one had in memory below the constants stays. NULL, or why it cannot be used; then there is none. */
const char * coreLoad (const Module * chosen);
bool coreIsLoaded (void);

/* Brings the memory to where it was after loading, with `keep` (KEEP's size) of an instance before, or NULL. */
const char * coreReset (const uint8_t * keep);

/* One call; `result` is what the core returns. The error is a trap: the instance must not be called again. */
const char * coreGive (const Input * input, int64_t now, int32_t * result);

/* The next output, OUTPUT_REST for none; the next deadline. Errors as above. */
const char * corePoll (Output * output);
const char * coreDeadline (int64_t * deadline);

/* Whether a restart would cut nothing off. */
const char * coreIdle (bool * idle);

/* A region of the memory; can be read after a trap. */
uint8_t * coreRegion (Region region, uint32_t * size);

/* `length` bytes of the memory at `at`; NULL when they are not all there. */
const uint8_t * coreBytes (uint32_t at, uint32_t length);

#endif
