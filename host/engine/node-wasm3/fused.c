/* The interpreter of the addon: operations that often follow each other are one.
 *
 * wasm3 jumps from each operation to the next through a pointer, and a processor guesses such jumps badly: reading a SIP message took 7,400 of them and more time
 * for wrong guesses than for work. Here an operation that is written behind another melts into it where sequences.h has the two: the pointer in the code
 * becomes that of both, and the operands of the second follow those of the first. What both do is by construction what each does, as the compiler puts the
 * one's body behind the other's. Where a jump may lead to the second, it stays alone. */
#define M3_COMPILE_OPCODES
#include "m3_env.h"
#include "m3_compile.h"

#include "emission.h"

/* A turn of a loop ends with a jump to its beginning, where compilers are known to make jumps of all calls that come last. */
#if defined (__x86_64__) || defined (__aarch64__)
#define CODE_JUMPS 1
#define codeContinue(PC) jumpOp (PC)
#endif
#define clearSlots clearFew
#define copySlots copyFew

/* A function has so few locals and constants that calls of memset and memcpy would take longer than what they do. Sizes are multiples of a slot's. The empty
 * statement keeps the compiler from making calls of the loops. */
static inline void clearFew (u8 * to, u32 bytes)
{
    for (; bytes >= 16; bytes -= 16, to += 16)
    {
        memset (to, 0, 16);
        __asm__ ("" : "+r" (to));
    }
    if (bytes & 8) memset (to, 0, 8);
    if (bytes & 4) memset (to + (bytes & 8), 0, 4);
}

static inline void copyFew (u8 * to, const void * constants, u32 bytes)
{
    const u8 * from = constants;
    for (; bytes >= 16; bytes -= 16, to += 16, from += 16)
    {
        memcpy (to, from, 16);
        __asm__ ("" : "+r" (to));
    }
    if (bytes & 8) memcpy (to, from, 8);
    if (bytes & 4) memcpy (to + (bytes & 8), from + (bytes & 8), 4);
}

#include "interpreter.c"

/* The operations once more, as bodies that go on with `next` instead of what the code says. */
typedef m3ret_t (* Next) (d_m3OpSig);
#undef m3_exec_h
#undef d_m3Op
#undef nextOpDirect
#undef M3_MUSTTAIL
#undef op_Entry
#undef op_Loop
#undef op_ContinueLoop
#undef op_ContinueLoopIf
#undef op_Compile
#undef op_MemGrow
#define d_m3Op(NAME) static inline __attribute__ ((always_inline)) m3ret_t body_##NAME (d_m3OpSig, Next next)
#define nextOpDirect() return next (d_m3OpAllArgs)
#define M3_MUSTTAIL
#define Call CallOfBodies
#include "operations.h"
#undef Call

/* `flatten` puts everything that is called into the one function. */
#define PART(whole, first, rest) static __attribute__ ((flatten)) m3ret_t op_##whole (d_m3OpSig) { return body_##first (d_m3OpAllArgs, op_##rest); }
#define SEQUENCE(whole, first, rest, start, last) PART (whole, first, rest)
#include "sequences.h"
#undef PART
#undef SEQUENCE

typedef struct Sequence { void * start, * last, * whole; } Sequence;

static const Sequence sequences [] = {
#define PART(whole, first, rest)
#define SEQUENCE(whole, first, rest, start, last) { op_##start, op_##last, op_##whole },
#include "sequences.h"
};

/* Places of `sequences`, counted from 1, by hash; found by looking on from there. Filled before main. */
enum { BUCKETS = 1024, SEQUENCES = sizeof sequences / sizeof sequences [0] };
_Static_assert (SEQUENCES < BUCKETS / 2, "BUCKETS must grow with sequences.h");
static uint16_t buckets [BUCKETS];

static uint32_t bucketOf (const void * start, const void * last)
{
    return (uint32_t) (((uintptr_t) start * 31 + (uintptr_t) last) * UINT64_C (0x9e3779b97f4a7c15) >> 32) % BUCKETS;
}

__attribute__ ((constructor)) static void fillBuckets (void)
{
    for (uint16_t i = 0; i < SEQUENCES; i++)
    {
        uint32_t at = bucketOf (sequences [i].start, sequences [i].last);
        while (buckets [at]) at = (at + 1) % BUCKETS;
        buckets [at] = i + 1;
    }
}

static void * melted (void ** before, void * operation, void ** place)
{
    (void) place;
    if (! before) return NULL;
#if CODE_JUMPS
    if (operation == op_LoopOnce) return * before;   /* it does nothing but go on */
#endif
    for (uint32_t at = bucketOf (* before, operation); buckets [at]; at = (at + 1) % BUCKETS)
    {
        const Sequence * sequence = & sequences [buckets [at] - 1];
        if (sequence->start == * before && sequence->last == operation) return sequence->whole;
    }
    return NULL;
}
