/* The modules that the board has: the one that came with its firmware, and those in its two slots of flash. */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include "facts.h"
#include "sha256.h"

enum { SLOT_FIRMWARE = -1 };

typedef struct Module {
    int slot;                        /* SLOT_FIRMWARE: the one that came with the firmware */
    const uint8_t * wasm;
    uint32_t length;
    uint8_t print [SHA256_BYTES];    /* its SHA-256; of the firmware's it is not known before slotsPrint */
    uint32_t layout;                 /* how its records lie in memory */
} Module;

/* The module to run: the newest one in a slot that is whole, has come for this firmware and was not given up; else that of the firmware. */
void slotsChoose (Module * module);

void slotsFirmware (Module * module);

/* Computes the SHA-256 of a module where it is not known. */
void slotsPrint (Module * module);

/* Gives up a module in a slot: it is chosen no more. False when it cannot be. */
bool slotsGiveUp (const Module * module);

/* -- an update: the slot that `running` does not lie in is written from the front on. Each gives NULL, or what went wrong. ------------------------------ */

const char * slotsBegin (const Module * running, uint32_t length, const uint8_t print [SHA256_BYTES]);
const char * slotsTake (const uint8_t * bytes, uint32_t length);

/* How many bytes have been taken, and how many it will be. */
uint32_t slotsTaken (void);
uint32_t slotsLength (void);

/* All has been taken. The module in flash is compared with what was announced and looked at; only then the slot counts. */
const char * slotsEnd (Module * module);

#endif
