/* The heap: blocks that follow each other between two addresses of the linker's; the first one that is large enough is taken. Only what starts the
 * phone and wasm3's compiler use it. */
#include "heap.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A block begins with its size; the lowest bit says that it is in use. */
typedef struct Block { uint32_t size; } Block;

enum { ALIGN = 8, HEAD = 4, USED = 1, LEAST = 16 };

extern uint8_t heapStart [], heapEnd [];
static uint32_t used, high;

/* Blocks stand 4 before a multiple of 8, so that what is given out stands on one. */
static Block * first (void) { return (Block *) (heapStart + ALIGN - HEAD); }
static Block * after (Block * block) { return (Block *) ((uint8_t *) block + (block->size & ~ USED)); }
static int isBlock (Block * block) { return (uint8_t *) block + LEAST <= heapEnd; }

static void prepare (void)
{
    if (first ()->size == 0) first ()->size = (uint32_t) (heapEnd - (uint8_t *) first ()) & ~ (ALIGN - 1u);
}

static void joinFree (Block * block)
{
    for (Block * next = after (block); isBlock (next) && ! (next->size & USED); next = after (block)) block->size += next->size;
}

static void split (Block * block, uint32_t size)
{
    uint32_t rest = (block->size & ~ USED) - size;
    if (rest < LEAST) return;
    block->size = size | (block->size & USED);
    after (block)->size = rest;
}

static uint32_t sizeFor (size_t bytes)
{
    uint32_t size = ((uint32_t) bytes + HEAD + ALIGN - 1) & ~ (ALIGN - 1u);
    return size < LEAST ? LEAST : size;
}

void * malloc (size_t bytes)
{
    prepare ();
    if (bytes > (size_t) (heapEnd - heapStart)) return NULL;
    uint32_t size = sizeFor (bytes);
    for (Block * block = first (); isBlock (block); block = after (block))
    {
        if (block->size & USED) continue;
        joinFree (block);
        if (block->size < size) continue;
        split (block, size);
        used += block->size;
        if (used > high) high = used;
        block->size |= USED;
        return (uint8_t *) block + HEAD;
    }
    return NULL;
}

void free (void * at)
{
    if (! at) return;
    Block * block = (Block *) ((uint8_t *) at - HEAD);
    block->size &= ~ (uint32_t) USED;
    used -= block->size;
}

void * calloc (size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / bytes) return NULL;
    void * at = malloc (count * bytes);
    return at ? memset (at, 0, count * bytes) : NULL;
}

void * realloc (void * at, size_t bytes)
{
    if (! at) return malloc (bytes);
    uint32_t before = (((Block *) ((uint8_t *) at - HEAD))->size & ~ USED) - HEAD;
    if (bytes <= before) return at;
    void * larger = malloc (bytes);
    if (larger) memcpy (larger, at, before);
    if (larger) free (at);
    return larger;
}

HeapFigures heapFigures (void)
{
    HeapFigures figures = { .bytes = (uint32_t) (heapEnd - heapStart), .used = used, .high = high };
    for (Block * block = first (); isBlock (block); block = after (block))
    {
        if (block->size & USED) continue;
        joinFree (block);
        if (block->size > figures.largest) figures.largest = block->size - HEAD;
    }
    return figures;
}
