/* The names of the events that the core tells. */
#include "abi.h"

static const char * const names [] = {
    "?", "LOCATING", "REGISTERING", "REGISTERED", "MOVED", "REGISTRATION_FAILED", "UNREGISTERED", "ALL_SERVERS_FAILED", "REBOOT", "LOCATED", "?",
    "CALL_RINGING_OUT", "CALL_INCOMING", "CALL_TALKING", "CALL_ENDED", "CALL_HELD", "CALL_RESUMED", "CALL_TRANSFERRED", "MESSAGES_WAITING",
};

const char * abiEventName (uint32_t code)
{
    return names [code < sizeof names / sizeof names [0] ? code : 0];
}
