/* The compiled code of the module: a cache of fixed size. Functions are compiled when they are called, and the ones that were called longest ago make
 * room. A module of 100 KB would otherwise become 400 KB of code that wasm3 never gives back. */
#ifndef CODE_H
#define CODE_H

#include <stdint.h>
#include "m3_env.h"

typedef struct CodeFigures {
    uint32_t used;        /* bytes in use now */
    uint32_t high;        /* most bytes ever in use */
    uint32_t functions;   /* functions that are compiled now */
    uint32_t compiled;    /* functions compiled since the start, again and again */
    uint32_t evicted;     /* of these, dropped to make room */
    uint32_t wasmBytes;   /* wasm code compiled since the start */
} CodeFigures;

/* Takes `bytes` of RAM for good, once. NULL, or what went wrong. */
const char * codeStart (uint32_t bytes);

/* The module whose functions are compiled; before it is loaded. */
void codeBind (IM3Module module);

/* Makes sure that a function is compiled; others may be dropped for it, but none that is being executed. */
M3Result codeReady (IM3Function function);

/* m3_Call for a function that need not be compiled yet. */
M3Result codeCall (IM3Function function, uint32_t count, const void * parameters []);

/* Drops everything that is not being executed. */
void codeFlush (void);

CodeFigures codeFigures (void);

#endif
