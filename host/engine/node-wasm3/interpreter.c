/* wasm3's compiler and interpreter loop, with fuel and two repairs.
 *
 * m3_compile.c is compiled from here, as it is in the package. m3_exec.h, which it includes, defines the operations and is guarded against being
 * read twice; so we read it first and then put our own operations in the place of four of its names (operations.h). */
#define M3_COMPILE_OPCODES
#include "m3_env.h"
#include "m3_compile.h"
#include "meter.h"

const char * const meterOutOfFuel = "[trap] out of fuel";

static inline Meter * meterOf (M3MemoryHeader * memory)
{
    return (Meter *) memory->runtime->userdata;
}

/* Before each call inside wasm. A function without parameters and locals uses no wasm stack when it calls itself, so that the native stack is
 * watched too. */
static inline M3Result chargeCall (M3MemoryHeader * memory)
{
    Meter * meter = meterOf (memory);
    if (M3_UNLIKELY (--meter->left < 0)) return meterOutOfFuel;
    if (M3_UNLIKELY ((const char *) __builtin_frame_address (0) < meter->stackFloor)) return m3Err_trapStackOverflow;
    return m3Err_none;
}

#ifndef clearSlots
#define clearSlots(TO, BYTES) memset (TO, 0, BYTES)
#define copySlots(TO, FROM, BYTES) memcpy (TO, FROM, BYTES)
#endif

#include "operations.h"

#if CODE_STEPS || CODE_JUMPS
/* Where operations return (board/steps.h), or where all calls that come last are jumps (fused.c), nothing needs to wait for the end of a function or of a
 * loop. */
d_m3Op (EntryOnce)
{
    IM3Function function = immediate (IM3Function);
    if (M3_UNLIKELY ((void *) (_sp + function->maxStackSlots) >= _mem->maxStack)) newTrap (m3Err_trapStackOverflow);
    u8 * stack = (u8 *) (_sp + function->numRetAndArgSlots);
    clearSlots (stack, function->numLocalBytes);
    if (function->constants) copySlots (stack + function->numLocalBytes, function->constants, function->numConstantBytes);
    nextOp ();
}

d_m3Op (LoopOnce) { nextOp (); }

#define op_Entry op_EntryOnce
#define op_Loop  op_LoopOnce
#endif

#define op_ContinueLoop   op_ContinueLoopMetered
#define op_ContinueLoopIf op_ContinueLoopIfMetered
#define op_Compile        op_CompileThenRewrite
#define op_MemGrow        op_MemGrowBounded
#define CompileFunction   CompileFunctionUnguarded
#include "m3_compile.c"
#undef CompileFunction

/* When only the copy of a function's constants failed, wasm3 leaves the function marked as compiled. */
M3Result CompileFunction (IM3Function function)
{
    M3Result result = CompileFunctionUnguarded (function);
    if (result)
    {
        function->compiled = NULL;
        function->numConstantBytes = 0;
    }
    return result;
}
