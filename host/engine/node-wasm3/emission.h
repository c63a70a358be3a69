/* A look at what wasm3's compiler writes, so that an operation can melt into the one before it. Included before interpreter.c.
 *
 * m3_compile.c writes every pointer with EmitWord, operations under the name i_operation and operands under i_pointer; other operands are numbers, which
 * it writes otherwise. Whatever may become the target of a jump it asks GetPagePC for. */
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

static void emitWord (IM3CodePage page, void * word, const char * what)
{
    void ** place = (void **) & page->code [page->info.lineIndex];
    if (__builtin_strcmp (what, "i_operation") == 0)
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
    else if (__builtin_strcmp (what, "i_pointer") != 0) written.page = NULL;
    written.label = NULL;
    EmitWord_impl (page, word);
}

#undef EmitWord
#define EmitWord(page, word) emitWord (page, (void *) (word), #word)
#define GetPagePC(page) noteLabel (GetPagePC (page))

#endif
