/* The picture of the phone on the display of the board. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include <stdint.h>

/* Shows a frame of 1024 bytes; only what has changed is sent. */
void displayShow (const uint8_t * frame);

#endif
