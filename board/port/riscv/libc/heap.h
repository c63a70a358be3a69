/* What has become of the heap. */
#ifndef HEAP_H
#define HEAP_H

#include <stdint.h>

typedef struct HeapFigures {
    uint32_t bytes;      /* in all */
    uint32_t used;       /* now, with what each block costs */
    uint32_t high;       /* most ever */
    uint32_t largest;    /* the largest block that could be had now */
} HeapFigures;

HeapFigures heapFigures (void);

#endif
