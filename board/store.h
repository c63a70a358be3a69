/* The settings, kept in flash. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

enum { STORE_COPIES = 2 };

/* The settings text as it was written last (age 0) or the time before (age 1). False when there is none that is whole. */
bool storeRead (unsigned age, uint8_t * into, uint32_t room, uint32_t * length);

/* How many copies hold something that is not whole. */
unsigned storeDamaged (void);

/* Keeps a text; the one before stays until this one is whole. */
void storeWrite (const uint8_t * text, uint32_t length);

#endif
