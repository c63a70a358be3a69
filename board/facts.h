/* What a module says of itself, and what must hold of one that is to be the phone: the promises that the gate proves of a build (host/facts.ts). */
#ifndef FACTS_H
#define FACTS_H

#include <stdint.h>
#include "abi.h"

typedef struct Facts {
    uint32_t layout;                                  /* how its records lie in memory */
    uint32_t calls [CALL_COUNT];                      /* numbers of its functions */
    uint32_t at [REGION_COUNT], size [REGION_COUNT];  /* its regions */
    uint32_t constants;                               /* what lies behind all regions is the module's own */
} Facts;

/* Reads what is needed to call a module. NULL, or why it is none of ours. */
const char * factsRead (const uint8_t * wasm, uint32_t length, Facts * facts);

/* The same, and looks at everything in it. NULL, or what is wrong. */
const char * factsCheck (const uint8_t * wasm, uint32_t length, Facts * facts);

#endif
