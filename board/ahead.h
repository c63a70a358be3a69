/* Keeps compiled functions in the code area, where they run: those that are called, as soon as the area is ready, and while the phone rests all others, ahead of their
 * calls. Then no call waits for the compiler, also after a restart. */
#ifndef AHEAD_H
#define AHEAD_H

#include <stdbool.h>
#include <stdint.h>
#include "sha256.h"

typedef struct AheadFigures {
    uint32_t functions;   /* that are in flash */
    uint32_t bytes;       /* of the area that are in use */
    uint32_t all;         /* functions of the module */
} AheadFigures;

/* Of wasm3. */
struct M3Function;
struct M3Module;

/* A module has been loaded; `print` as for areaOpen. What the area has of it is used from now on. */
void aheadBind (struct M3Module * module, const uint8_t print [SHA256_BYTES]);

/* The module is given up: to be called before wasm3 frees it. */
void aheadUnbind (void);

/* Lets a function that is not compiled have its code in flash. False when that cannot be. */
bool aheadOpen (struct M3Function * function);

/* Whether there is anything to be done; the next small piece of it, for when nothing is executed. False when it was the last. */
bool aheadWants (void);
bool aheadStep (void);

AheadFigures aheadFigures (void);

#endif
