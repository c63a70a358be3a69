/* Names of the interface: events, regions, functions. */
#include "abi.h"

static const char * const names [] = {
    "?", "LOCATING", "REGISTERING", "REGISTERED", "MOVED", "REGISTRATION_FAILED", "UNREGISTERED", "ALL_SERVERS_FAILED", "REBOOT", "LOCATED", "CALL_CALLING",
    "CALL_RINGING_OUT", "CALL_INCOMING", "CALL_TALKING", "CALL_ENDED", "CALL_HELD", "CALL_RESUMED", "CALL_TRANSFERRED", "MESSAGES_WAITING", "TRANSFER_FAILED",
};

const char * abiEventName (uint32_t code)
{
    return names [code < sizeof names / sizeof names [0] ? code : 0];
}

const char * const abiRegionNames [REGION_COUNT] = { "PANIC", "IO", "SCREEN", "FRAME", "AUDIO", "KEEP", "RX", "TX", "CONFIG", "LOG", "STATE" };

const char * const abiCallNames [CALL_COUNT] = {
    "", "handle_entropy", "core_open", "core_close", "handle_network", "handle_datagram", "handle_flow", "handle_key", "handle_command",
    "handle_wallclock", "handle_timeout", "handle_audio", "core_resume", "poll_output", "poll_timeout", "poll_idle", "_initialize",
};
