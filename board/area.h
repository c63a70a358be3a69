/* The code area: a region of flash in which compiled functions are kept for good, and run where they lie. Here are its records; board/ahead.c fills it. */
#ifndef AREA_H
#define AREA_H

#include <stdbool.h>
#include <stdint.h>
#include "sha256.h"

/* What is kept of a function; its constants and its code follow. */
typedef struct AreaFunction {
    uint16_t number, units;                 /* of the module; units of code (board/compact.h) */
    uint16_t stackSlots, ioSlots;           /* of the wasm stack: all that it takes, and of these its results and parameters */
    uint16_t localBytes, constantBytes;     /* constantBytes: a multiple of 4 */
} AreaFunction;

typedef struct AreaRecord {
    uint32_t extent;                        /* its words, and the same inverted */
    uint32_t check;                         /* CRC-32 of all that follows; written last */
    AreaFunction function;
} AreaRecord;

/* OTHER: nothing, or what was made for another module or by another firmware. */
typedef enum AreaState { AREA_NONE, AREA_OTHER, AREA_DAMAGED, AREA_GOOD } AreaState;

/* Looks at what the area has for a module; `print` is its SHA-256, zeros for the firmware's own, which the firmware's identity tells. */
AreaState areaOpen (const uint8_t print [SHA256_BYTES]);

/* Of a good area the first record, or the one behind another; NULL behind the last. Those that were not finished are left out. */
const AreaRecord * areaNext (const AreaRecord * before);

/* Whether a record is what was written. */
bool areaIsWhole (const AreaRecord * record);

/* Whether an address lies in the area, and how many bytes of it are in use. */
bool areaHas (const void * at);
uint32_t areaUsed (void);

/* Whether nothing has ever been written to it, so that to begin it anew takes no time. */
bool areaIsBlank (void);

/* Begins the area anew for the module of areaOpen, one sector with each call. */
typedef enum AreaStep { AREA_GOES_ON, AREA_DONE, AREA_FAILS } AreaStep;
AreaStep areaRenew (void);

/* Adds a record: its head, then constants and code in pieces of even length. False when there is no room or the flash does not take it. A record counts when
 * areaEnd gives it; NULL when it is not what was to be written. */
bool areaBegin (const AreaFunction * function);
bool areaAdd (const void * bytes, uint32_t length);
const AreaRecord * areaEnd (void);

#endif
