/* A look at what wasm3's compiler writes, so that an operation can melt into the one before it. Included before interpreter.c.
 *
 * m3_compile.c writes every pointer with EmitWord; other operands are numbers, which it writes otherwise. Whatever may become the target of a jump it asks
 * GetPagePC for. */
#ifndef EMISSION_H
#define EMISSION_H

#include "m3_env.h"
#include "m3_compile.h"

/* An operation is about to be written at `place`. `before` is where the one is that always comes before it, with nothing but operands between, or NULL.
 * Returns what is to stand there for both, or NULL when each stays by itself. */
static void * melted (void ** before, void * operation, void ** place);

/* The last operation, while nothing but its operands has followed, and a place that was asked for and at which nothing is written yet. */
static _Thread_local struct { IM3CodePage page; void ** operation; pc_t label; } written;

static pc_t noteLabel (pc_t place)
{
    if (written.label && written.label != place) written.page = NULL;
    written.label = place;
    return place;
}

typedef enum Word { OPERATION, OPERAND, OTHER } Word;

/* By the names that m3_compile.c has for what it writes; another one does not compile. */
#define WORD_i_operation OPERATION
#define WORD_i_pointer OPERAND
#define WORD_op_Branch OTHER
#define WORD_GetPagePC(page) OTHER
#define WORD_op_CallRawFunction OTHER
#define WORD_i_function OTHER
#define WORD_io_function OTHER
#define WORD_i_userdata OTHER

static void emitWord (IM3CodePage page, void * word, Word kind)
{
    void ** place = (void **) & page->code [page->info.lineIndex];
    if (kind == OPERATION)
    {
        void ** before = written.page == page && ! written.label ? written.operation : NULL;
        written.label = NULL;
        void * both = melted (before, word, place);
        if (both)
        {
            * before = both;
            return;
        }
        written.page = page;
        written.operation = place;
    }
    else if (kind == OTHER) written.page = NULL;
    written.label = NULL;
    EmitWord_impl (page, word);
}

#undef EmitWord
#define EmitWord(page, word) emitWord (page, (void *) (word), WORD_##word)
#define GetPagePC(page) noteLabel (GetPagePC (page))

#endif
