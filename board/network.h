/* What the core is told of the network. */
#ifndef NETWORK_H
#define NETWORK_H

#include "core.h"

/* A fresh instance has been told nothing yet. */
void networkTell (void);

/* Moves packets, leases and timers on, also while there is no phone to be told. */
void networkFollow (void);

/* True with an input when the network is not what the core was told last. */
bool networkNext (Input * input);

#endif
