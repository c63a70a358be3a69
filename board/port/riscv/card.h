/* The network card. */
#ifndef CARD_H
#define CARD_H

#include <stdbool.h>
#include <stdint.h>

enum { CARD_ADDRESS_BYTES = 6 };

/* False when there is no card. */
bool cardStart (uint8_t address [CARD_ADDRESS_BYTES]);

/* Whether the cable is plugged in. */
bool cardIsLinked (void);

/* Hands each frame that has come to `take`. */
void cardReceive (void (* take) (const uint8_t * frame, uint32_t length));

/* A place for a frame to be sent; NULL while all are under way. Then cardSend. */
uint8_t * cardPlace (void);
void cardSend (uint8_t * place, uint32_t length);

#endif
