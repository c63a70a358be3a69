/* A firmware that comes over the network into the other of the two places for one. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdbool.h>

/* A console line that begins with "firmware"; false for any other. What happens later is printed then. */
bool firmwareCommand (const char * line, void (* print) (const char * text));

/* Moves a download on, by a few packets: the phone goes on meanwhile. */
void firmwareFollow (void);

/* The socket that it waits for, or -1. */
int firmwareSocket (void);

#endif
