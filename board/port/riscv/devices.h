/* The small devices of the board: serial port, display, keyboard, random numbers, second serial channel, flash for the settings. */
#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>
#include <stdint.h>

void uartStart (void);
void screenStart (void);
void keyboardStart (void);
void channelStart (void);
void randomStart (void);

uint32_t devicesRandom (void);

/* Says why the board cannot go on, and ends. */
_Noreturn void portFailed (const char * why);

/* Interrupts of the keyboard have been seen. */
void keyboardAcknowledge (void);

/* When the keyboard has something that waits for its time; INT64_MAX for never. */
int64_t keyboardSoonest (void);

/* Sends what the trace has gathered. */
void channelFlush (void);

/* The next bytes that have come in on the second serial channel; false while there are not so many. */
bool channelTake (void * into, uint32_t length);

/* When the next frame of sound is due; INT64_MAX for never. */
int64_t soundSoonest (void);

#endif
