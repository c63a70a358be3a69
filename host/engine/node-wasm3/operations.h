/* wasm3's operations (m3_exec.h) and those of ours that take the place of four of them. Without a guard: fused.c reads it twice. */

/* wasm3 asks m3_Yield () before each call; it has no parameter, but where it is called the memory is at hand. */
#define m3_Yield() chargeCall (_mem)
#include "m3_exec.h"
#undef m3_Yield

/* The two ways back to the start of a loop. */
#ifndef codeContinue
#define codeContinue(PC) return PC
#endif

d_m3Op (ContinueLoopMetered)
{
    void * loop = immediate (void *);
    if (M3_UNLIKELY (--meterOf (_mem)->left < 0)) newTrap (meterOutOfFuel);
    codeContinue (loop);
}

d_m3Op (ContinueLoopIfMetered)
{
    i32 condition = (i32) _r0;
    void * loop = immediate (void *);
    if (condition)
    {
        if (M3_UNLIKELY (--meterOf (_mem)->left < 0)) newTrap (meterOutOfFuel);
        codeContinue (loop);
    }
    else nextOp ();
}

/* Functions are compiled when they are first called. wasm3 rewrites the call before it compiles: when that fails (no memory), the next pass
 * over the same call jumps into the M3Function record. Here it is rewritten after. */
d_m3Op (CompileThenRewrite)
{
    IM3Function function = * (IM3Function *) _pc;
    if (M3_UNLIKELY (not function->compiled))
    {
        m3ret_t result = CompileFunction (function);
        if (result) newTrap (result);
    }
    * ((void **) _pc) = (void *) function->compiled;
    * ((void **) (_pc - 1)) = (void *) op_Call;
    --_pc;
    nextOpDirect ();
}

/* wasm3 adds pages in 32 bits: growing by 2^32 - 1 pages would shrink the memory. */
d_m3Op (MemGrowBounded)
{
    IM3Memory memory = & m3MemRuntime (_mem)->memory;
    u64 required = (u64) memory->numPages + (u32) _r0;
    u32 before = memory->numPages;
    if (required > memory->maxPages or (required != before and ResizeMemory (m3MemRuntime (_mem), (u32) required) != m3Err_none))
    {
        _r0 = -1;
    }
    else _r0 = before;
    _mem = memory->mallocated;
    nextOp ();
}
