/* The compiled code of the module that is not in flash (board/ahead.c): a cache of fixed size. Functions are compiled when they are called, and the ones that were called longest ago make
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

/* Makes sure that a function can be called: compiled in flash, or in the block. Others may be dropped for it, but none that is being executed. */
M3Result codeReady (IM3Function function);

/* The block, and whether code lies in it. What lies elsewhere (board/ahead.c) stays. */
extern const uint8_t * codeBlock;
extern uint32_t codeBlockBytes;
static inline bool codeIsInBlock (const void * at) { return (uintptr_t) at - (uintptr_t) codeBlock < codeBlockBytes; }

/* Counts the calls of a function that are under way; of one that stays nobody asks for them. */
extern uint16_t codeUncounted;
static inline uint16_t * codeUses (IM3Function function)
{
    M3CodePageHeader * page = (M3CodePageHeader *) (uintptr_t) ((const uint8_t *) function->compiled - offsetof (M3CodePage, code));
    return codeIsInBlock (page) ? & page->usageCount : & codeUncounted;
}

/* m3_Call for a function that need not be compiled yet. */
M3Result codeCall (IM3Function function, uint32_t count, const void * parameters []);

/* Drops everything that is not being executed. */
void codeFlush (void);

/* Compiles a function so that its pages, laid one behind the other anywhere, are its code; where they lie now it can only be dropped. For when nothing is executed. */
M3Result codeStraight (IM3Function function, IM3CodePage * first);
void codeDrop (IM3Function function);

CodeFigures codeFigures (void);

#endif
