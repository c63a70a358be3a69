/* The Wi-Fi station. */
#ifndef WIFI_H
#define WIFI_H

#include <stdbool.h>
#include <stddef.h>

void wifiStart (void);

/* The radio works. */
bool wifiIsOn (void);

/* Moves the station on: takes what the driver has told, and calls the network when it is time. */
void wifiFollow (void);

/* There is an address. */
bool wifiIsUp (void);

/* A console line that begins with "wifi"; false for any other. */
bool wifiCommand (const char * line, void (* print) (const char * text));

#endif
