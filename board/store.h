/* What the phone has kept in flash: the settings, and its own notes about its servers. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

enum { STORE_COPIES = 2 };
/* As the code of the output STORE has it. */
typedef enum Stored { STORED_SETTINGS, STORED_NOTES, STORED_KINDS } Stored;

/* A text as it was written last (age 0) or the time before (age 1). False when there is none that is whole. */
bool storeRead (Stored what, unsigned age, uint8_t * into, uint32_t room, uint32_t * length);

/* How many copies of the settings hold something that is not whole. */
unsigned storeDamaged (void);

/* Keeps a text; the one before stays until this one is whole. */
void storeWrite (Stored what, const uint8_t * text, uint32_t length);

#endif
