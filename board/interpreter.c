/* wasm3's compiler and interpreter as the Node addon builds them (fuel, a watched native stack, repairs), with one more change: a call names the
 * function and not its code, so that code.c can drop the code of any function that is not being executed. */
#define M3_COMPILE_OPCODES
#include "code.h"
#include "m3_compile.h"

/* m3_compile.c defines Compile_Call with parameters and names it without them in its table of opcodes: so the name in the table can become ours. */
static M3Result Compile_Call (IM3Compilation o, m3opcode_t opcode);
#define Compile_Call(o, opcode) Compile_CallByAddress (o, opcode)
#include "../host/engine/node-wasm3/interpreter.c"
#undef Compile_Call

/* The counterpart of wasm3's op_Call. The first page of the function is marked for as long as the call lasts. */
d_m3Op (CallFunction)
{
    IM3Function function = immediate (IM3Function);
    i32 stackOffset = immediate (i32);
    IM3Memory memory = m3MemInfo (_mem);
    m3ret_t result = codeReady (function);
    if (M3_UNLIKELY (result)) newTrap (result);
    u16 * uses = codeUses (function);
    (* uses)++;
    result = Call (function->compiled, _sp + stackOffset, _mem, d_m3OpDefaultArgs);
    (* uses)--;
    _mem = memory->mallocated;
    if (M3_LIKELY (not result)) nextOp ();
    forwardTrap (result);
}

void codeOrigin (void) { }

static M3Result Compile_Call (IM3Compilation o, m3opcode_t opcode)
{
    (void) opcode;
    M3Result result = m3Err_none;
    u32 index;
    u16 slotTop;
_   (ReadLEB_u32 (& index, & o->wasm, o->wasmEnd));
    IM3Function function = Module_GetFunction (o->module, index);
    _throwif (m3Err_functionLookupFailed, not function);
    _throwif (m3Err_functionImportMissing, not function->module);
_   (CompileCallArgsAndReturn (o, & slotTop, function->funcType, false));
_   (EmitOp (o, op_CallFunction));
    EmitPointer (o, function);
    EmitSlotOffset (o, slotTop);

    _catch: return result;
}
