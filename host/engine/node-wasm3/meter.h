/* Fuel: how far a call into wasm may go. Every loop turn and every call inside wasm costs one. */
#ifndef METER_H
#define METER_H

#include <stdint.h>

/* One for each instance; wasm3 finds it as the runtime's user data. */
typedef struct Meter {
    int64_t left;             /* turns and calls that may still follow */
    const char * stackFloor;  /* the native stack must stay above this address */
} Meter;

/* The trap of a call that ran out of fuel; compare by address. */
extern const char * const meterOutOfFuel;

#endif
