/* Compiled code in units of 16 bits: half of what wasm3 takes by itself. build/board/compact.ts lets wasm3's sources include this and use it.
 *
 * A unit is an operation (its distance from codeOrigin), a slot of the stack, an offset in memory, a place in the code (its distance from the
 * unit itself, so that code can lie anywhere) or a function (its number). Constants and other pointers take two. */
#ifndef COMPACT_H
#define COMPACT_H

/* All operations lie within 64 KB of it: it is in the same file. */
void codeOrigin (void);

/* The functions of the module. */
extern struct M3Function * codeFunctions;

#define codeAt(PC)       ((IM3Operation) (const void *) ((const char *) codeOrigin + (int16_t) * (PC) * 2))
#define codeOf(OPERATION) ((code_t) (((const char *) (OPERATION) - (const char *) codeOrigin) / 2))

/* The place that a unit stands for; the same for one that may be none. */
static inline pc_t codePlace (const code_t * at) { return at + (int16_t) * at; }
static inline pc_t codePlaceOrNone (const code_t * at) { return * at ? codePlace (at) : NULL; }

/* Lets a unit stand for a place. */
void codePatch (const void * at, pc_t place);

#define codeTake32() ({ u32 low_ = _pc [0], high_ = _pc [1]; _pc += 2; low_ | high_ << 16; })
#define codeTake64() ({ u64 low2_ = codeTake32 (); low2_ | (u64) codeTake32 () << 32; })

/* In the place of wasm3's: the next operand, by the type that it is wanted as. */
#define codeTake(TYPE) _Generic ((TYPE *) 0, \
    i32 *: (i32) * _pc++, u32 *: (u32) * _pc++, pc_t *: codePlace (_pc++), void * *: (void *) codePlace (_pc++), \
    struct M3Function * *: codeFunctions + * _pc++, default: (TYPE) codeTake32 ())

#endif
