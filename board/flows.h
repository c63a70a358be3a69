/* The flows of the core: a number for each, over the UDP sockets and the TCP streams of the board. */
#ifndef FLOWS_H
#define FLOWS_H

#include <stdint.h>
#include "core.h"

void flowsOpen (uint32_t flow, uint32_t protocol, const Endpoint * local, const Endpoint * peer);
void flowsSend (uint32_t flow, const Endpoint * peer, const uint8_t * bytes, uint32_t length);
void flowsWrite (uint32_t flow, const uint8_t * bytes, uint32_t length);
void flowsClose (uint32_t flow);
void flowsCloseAll (void);

/* What has come at a flow is kept from the core. A stream with a hole in it is nonsense: it is over. */
void flowsWithhold (uint32_t flow);

/* The next thing that happened at a flow: true with an input for the core, its bytes in RX. */
bool flowsNext (Input * input);

#endif
