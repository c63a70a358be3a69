/* Tells the core of the network whenever it changes. */
#include "network.h"

#include <string.h>
#include "port/port.h"

static bool untold = true;
static PortNetwork network;

void networkTell (void) { untold = true; }

void networkFollow (void)
{
    if (portNetwork (& network)) untold = true;
}

bool networkNext (Input * input)
{
    if (! untold) return false;
    untold = false;
    uint32_t room, length = network.up ? (uint32_t) strlen (network.lines) : 0;
    uint8_t * into = coreRegion (REGION_RX, & room);
    if (length > room) length = room;
    memcpy (into, network.lines, length);
    * input = (Input) { .kind = INPUT_NETWORK, .length = length, .number = network.up };
    return true;
}
