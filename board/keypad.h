/* The keys of the board. */
#ifndef KEYPAD_H
#define KEYPAD_H

#include "core.h"

/* True with an input when a key has been pressed or let go. */
bool keypadNext (Input * input);

/* When the keypad is to be looked at again; INT64_MAX while nothing moves. */
int64_t keypadSoonest (void);

#endif
