/* wasm3's interpreter as the addon has it, but without sequences, and with a count of how often each operation of the compiled code is run. At the end it
 * prints for sequences.ts a line for each, in the order in which they were written: its address in this program, how often it ran, and whether it always
 * comes after the one before it. */
#define M3_COMPILE_OPCODES
#include <stdio.h>
#include <stdlib.h>
#include "emission.h"
#include "m3_exec_defs.h"

enum { PLACES = 1 << 20 };

typedef struct Count { const void * place; void * operation; bool follows; uint64_t runs; } Count;

static Count counts [PLACES / 2];
static uint32_t used = 1, numbers [PLACES];   /* numbers: the places' Counts by hash, 0 is none */

static uint32_t * numberOf (const void * place)
{
    uint32_t at = (uint32_t) ((uintptr_t) place * UINT64_C (0x9e3779b97f4a7c15) >> 40) % PLACES;
    while (numbers [at] && counts [numbers [at]].place != place) at = (at + 1) % PLACES;
    return & numbers [at];
}

static inline IM3Operation counted (pc_t place)
{
    counts [* numberOf (place)].runs++;
    return (IM3Operation) * place;
}

#undef nextOpImpl
#undef jumpOpImpl
#define nextOpImpl() counted (_pc) (_pc + 1, d_m3OpArgs)
#define jumpOpImpl(PC) counted (PC) ((PC) + 1, d_m3OpArgs)
#include "interpreter.c"

static void * melted (void ** before, void * operation, void ** place)
{
    if (used == PLACES / 2) abort ();
    * numberOf (place) = used;
    counts [used++] = (Count) { place, operation, before != NULL, 0 };
    return NULL;
}

__attribute__ ((destructor)) static void print (void)
{
    for (uint32_t i = 1; i < used; i++) printf ("%p %llu %d\n", counts [i].operation, (unsigned long long) counts [i].runs, counts [i].follows);
}
