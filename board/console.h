/* The serial console: a line editor with a history, and everything that the phone and the board have to say. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "core.h"

void consoleStart (void);

/* A line from the board itself. */
__attribute__ ((format (printf, 1, 2))) void consolePrint (const char * format, ...);

/* A line of the phone, behind a prefix of ours. */
void consoleLine (const char * prefix, const void * text, uint32_t length);

/* Bytes from the network as a string in quotation marks. */
void consoleEscaped (const uint8_t * bytes, uint32_t length);

/* A piece of a reply to a command. */
void consoleReply (const void * text, uint32_t length, bool last);

/* True with an input when a line has been entered; it is in RX. Lines for the board itself are done here. */
bool consoleNext (Input * input);

#endif
