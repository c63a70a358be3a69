/* What outlives a reset of the processor, in RAM that is left as it is: KEEP of the core, when the phone stopped itself, and what it was working on. */
#ifndef KEPT_H
#define KEPT_H

#include "core.h"

enum { SHOWN_MAX = 256 };

/* An input that is being worked on: its print, 0 where it is none from outside, and how it began; the core may write over it. */
typedef struct Work {
    uint64_t print;
    uint32_t kind, length;
    uint8_t shown [SHOWN_MAX];
} Work;

/* Before anything else. After a reset, `fell` says that the processor stopped in the middle of its work. */
void keptStart (bool fell);

/* KEEP as the core has it now; and as it was taken last, NULL when that does not fit the core that is loaded. */
void keptTake (void);
const uint8_t * keptKeep (void);

/* The port that the phone listens on where any will do; 0 before it was chosen. */
uint16_t * keptPort (void);

/* The work that begins now; it is done; what the processor was reset in, NULL when it was at rest. */
Work * keptWork (void);
void keptRest (void);
const Work * keptWorkBefore (void);

/* The phone has stopped itself, or the processor was reset: true when it was the third time within a minute. */
bool keptFall (bool reset);
void keptForgetFalls (void);

/* Whether the last three were resets, within a minute. */
bool keptResets (void);

#endif
