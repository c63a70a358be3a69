/* A board that has nothing: copy it and fill in what yours has. It compiles (tests/board), and a phone on it waits for ever. */
#include "port/port.h"

#include <string.h>

/* -- the board: a watchdog that no phone can stop is worth more than all else here ---------------------------------------------------------------- */

void portStart (void) { }
Boot portBoot (void) { return BOOT_COLD; }
_Noreturn void portReset (Boot why) { (void) why; for (;;) continue; }
void portFeedWatchdog (void) { }
void * portRetained (size_t bytes) { (void) bytes; return NULL; }

const uint8_t portModule [1] = { 0 };
const uint32_t portModuleBytes = 0;
const uint32_t portCodeBytes = 64 * 1024;
const uint32_t portStackBytes = 8 * 1024;

uint32_t portWork (void) { return 0; }
void portFigures (void (* print) (const char * name, uint32_t value)) { print ("heap-high", 0); }

/* -- time and chance: from a hardware generator, or no server will trust the phone's branches and nonces ---------------------------------------------- */

int64_t portNow (void) { return 0; }
bool portCalendar (int64_t * unixMs, int32_t * zoneMin) { (void) unixMs; (void) zoneMin; return false; }
void portSleep (int64_t untilMs) { (void) untilMs; }
void portEntropy (uint8_t * into, size_t bytes) { memset (into, 0, bytes); }

/* -- network -------------------------------------------------------------------------------------------------------------------------------------- */

bool portNetwork (PortNetwork * network)
{
    bool changed = network->up;
    * network = (PortNetwork) { .up = false };
    return changed;
}

bool portAddress (Endpoint * own) { (void) own; return false; }
int portBind (uint16_t port) { (void) port; return - FAILURE_UNREACHABLE; }
uint16_t portBoundPort (int socket) { (void) socket; return 0; }
void portUnbind (int socket) { (void) socket; }

int portSend (int socket, const Endpoint * peer, const uint8_t * bytes, size_t length)
{
    (void) socket; (void) peer; (void) bytes; (void) length;
    return FAILURE_UNREACHABLE;
}

PortArrival portReceive (int * socket, Endpoint * peer, uint8_t * into, size_t room, size_t * length)
{
    (void) socket; (void) peer; (void) into; (void) room; (void) length;
    return ARRIVAL_NONE;
}

int portConnect (const Endpoint * peer) { (void) peer; return - FAILURE_UNREACHABLE; }
int portWrite (int stream, const uint8_t * bytes, size_t length) { (void) stream; (void) bytes; (void) length; return FAILURE_OTHER; }
void portDisconnect (int stream) { (void) stream; }

PortNews portNews (uint8_t * into, size_t room)
{
    (void) into; (void) room;
    return (PortNews) { .turn = TURN_NONE };
}

/* -- keys, screen, console --------------------------------------------------------------------------------------------------------------------------- */

const PortKeypad portKeypad = { 4, 4, "123a" "456b" "789c" "*0#H" };
uint32_t portKeypadRow (unsigned row) { (void) row; return 0; }
void portShow (unsigned page, const uint8_t * columns) { (void) page; (void) columns; }
int portConsoleRead (void) { return -1; }
void portConsoleWrite (const char * bytes, size_t length) { (void) bytes; (void) length; }
bool portCommand (const char * line, void (* print) (const char * text)) { (void) line; (void) print; return false; }

/* -- settings, modules, sound, trace ---------------------------------------------------------------------------------------------------------------- */

void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length)
{
    (void) copy; (void) at;
    memset (into, 0xff, length);
}

bool portStoreErase (unsigned copy) { (void) copy; return false; }
bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length) { (void) copy; (void) at; (void) bytes; (void) length; return false; }
const uint32_t portSlotBytes = 0, portSlotSectorBytes = 0;
const uint8_t * portSlot (unsigned slot) { (void) slot; return NULL; }
bool portSlotErase (unsigned slot, uint32_t at) { (void) slot; (void) at; return false; }
bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length) { (void) slot; (void) at; (void) bytes; (void) length; return false; }
const uint32_t portCodeAreaBytes = 0, portCodeAreaSectorBytes = 0;
const uint8_t * portCodeArea (void) { return NULL; }
bool portCodeAreaErase (uint32_t at) { (void) at; return false; }
bool portCodeAreaWrite (uint32_t at, const void * bytes, size_t length) { (void) at; (void) bytes; (void) length; return false; }
const uint8_t * portIdentity (void) { static const uint8_t none [PORT_IDENTITY_BYTES]; return none; }
void portSound (bool on) { (void) on; }
bool portMicrophone (int16_t * samples) { (void) samples; return false; }
void portSpeaker (const int16_t * samples) { (void) samples; }
bool portTraces (void) { return false; }
void portTraceWrite (const void * bytes, size_t length) { (void) bytes; (void) length; }
