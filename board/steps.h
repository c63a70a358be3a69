/* How one operation leads to the next; build/board/compact.ts lets wasm3's sources include this.
 *
 * As wasm3 has it, each operation calls the next one last, and the compiler makes a jump of that. The calls of Xtensa cannot become jumps, as a return
 * turns the window of registers back: there the stack would grow by 32 or 48 bytes with every operation until the function or the turn of its loop ends,
 * to 49 KB in this phone. With CODE_STEPS an operation returns where to go on instead, and one loop for each call of the module goes there. */
#ifndef STEPS_H
#define STEPS_H

#ifndef codeAt
#define codeAt(PC) ((IM3Operation) (* (PC)))
#endif

#if CODE_STEPS

/* `next` is NULL when the function has ended; then `r0` is NULL or the trap. Small enough to be returned in registers. */
typedef struct CodeResult { pc_t next; m3reg_t r0; } CodeResult;
typedef CodeResult (vectorcall * IM3Operation) (d_m3OpSig);

#define codeGoOn(PC)     return (CodeResult) { (pc_t) (PC), _r0 }
#define codeEnd(RESULT)  return (CodeResult) { NULL, (m3reg_t) (intptr_t) (RESULT) }
#define codeContinue(PC) codeGoOn (PC)

/* The memory does not move: it has one page from the start, and no more (board/core.c). */
static inline m3ret_t codeRun (d_m3OpSig)
{
    for (;;)
    {
        CodeResult step = codeAt (_pc) (_pc + 1, _sp, _mem, _r0);
        if (! step.next) return (m3ret_t) (intptr_t) step.r0;
        _pc = step.next;
        _r0 = step.r0;
    }
}

#define nextOpImpl()     codeRun (d_m3OpAllArgs)
#define nextOpDirect()   codeGoOn (_pc)
#define jumpOpDirect(PC) codeGoOn (PC)

#else

typedef m3ret_t CodeResult;
typedef CodeResult (vectorcall * IM3Operation) (d_m3OpSig);

#define codeEnd(RESULT)  return RESULT
#define codeContinue(PC) return PC

#define nextOpImpl()     codeAt (_pc) (_pc + 1, d_m3OpArgs)
#define jumpOpImpl(PC)   codeAt (PC) ((PC) + 1, d_m3OpArgs)
#define nextOpDirect()   M3_MUSTTAIL return nextOpImpl ()
#define jumpOpDirect(PC) M3_MUSTTAIL return jumpOpImpl ((pc_t) (PC))

#endif

#define d_m3RetSig   static inline m3ret_t vectorcall
#define d_m3Op(NAME) M3_NO_UBSAN static inline CodeResult vectorcall op_##NAME (d_m3OpSig)

d_m3RetSig RunCode (d_m3OpSig) { M3_MUSTTAIL return nextOpImpl (); }

#endif
