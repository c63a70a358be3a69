/* What a board must supply. One task calls everything; nothing here may call back into the phone. */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi.h"

/* -- the board ------------------------------------------------------------------------------------------------------------------------- */

/* Brings the hardware up; nothing else of this file is called before. */
void portStart (void);

/* Why the processor began to run. */
Boot portBoot (void);

/* Starts the processor anew; `why` is what portBoot says then. */
_Noreturn void portReset (Boot why);

/* The watchdog resets the processor when it has not been fed for some seconds. */
void portFeedWatchdog (void);

/* RAM that a reset leaves as it is and a loss of power does not. NULL where a board has none. */
void * portRetained (size_t bytes);

/* The wasm module that came with the firmware, in flash, where it can be read like memory. */
extern const uint8_t portModule [];
extern const uint32_t portModuleBytes;

/* How many bytes of RAM the compiled code of the module may take that is not in the code area; at most 64 KB. */
extern const uint32_t portCodeBytes;

/* How much of the native stack one call of the module may take; wasm3's compiler comes on top of that where a function is called for the first time. */
extern const uint32_t portStackBytes;

/* Instructions or cycles that the processor has worked so far, without sleep; wraps. 0 where a board does not count. */
uint32_t portWork (void);

/* Prints what the board knows of its memory, one line for each figure: "heap-high 123456". */
void portFigures (void (* print) (const char * name, uint32_t value));

/* -- time and chance --------------------------------------------------------------------------------------------------------------------- */

/* Milliseconds since the board began; never goes back. */
int64_t portNow (void);

/* The calendar: milliseconds since 1970, and minutes east of Greenwich. False while the board does not know it. */
bool portCalendar (int64_t * unixMs, int32_t * zoneMin);

/* Waits until something may have come in or `untilMs` has passed. May return early. */
void portSleep (int64_t untilMs);

void portEntropy (uint8_t * into, size_t bytes);

/* -- network --------------------------------------------------------------------------------------------------------------------------- */

/* The network as the core wants it: "address 192.0.2.10" and "dns 192.0.2.53", a line each. */
typedef struct PortNetwork {
    bool up;
    char lines [128];
} PortNetwork;

/* Moves packets, leases and timers on. True when `network` is not what it was at the last call. */
bool portNetwork (PortNetwork * network);

/* Our own address; false while there is none. */
bool portAddress (Endpoint * own);

/* A UDP socket that receives from everyone on this port; 0 is any free one. The socket, or minus a FAILURE. */
int portBind (uint16_t port);
uint16_t portBoundPort (int socket);
void portUnbind (int socket);

/* Sends one datagram; 0, or a FAILURE. */
int portSend (int socket, const Endpoint * peer, const uint8_t * bytes, size_t length);

typedef enum PortArrival { ARRIVAL_NONE, ARRIVAL_DATAGRAM, ARRIVAL_REFUSED, ARRIVAL_TOO_LONG } PortArrival;

/* What has come in since: a datagram, copied to `into`; or that `peer` refuses what this socket sent it (ICMP port unreachable). */
PortArrival portReceive (int * socket, Endpoint * peer, uint8_t * into, size_t room, size_t * length);

/* -- streams (TCP) --------------------------------------------------------------------------------------------------------------------- */

/* Begins to connect to a peer, from any port. The stream, which is no number of a socket above, or minus a FAILURE. */
int portConnect (const Endpoint * peer);

/* Takes all of these bytes, 0; or none of them: FAILURE_NO_ROOM while the peer has not taken what was written before. Only once it has opened. */
int portWrite (int stream, const uint8_t * bytes, size_t length);

/* Ends it; what was written still goes out. The number may be another's at once. */
void portDisconnect (int stream);

/* ENDED: the peer writes no more. After REFUSED and LOST nothing more comes, and the stream is to be disconnected. */
typedef enum PortTurn { TURN_NONE, TURN_OPENED, TURN_BYTES, TURN_ENDED, TURN_REFUSED, TURN_LOST } PortTurn;

typedef struct PortNews {
    PortTurn turn;
    int stream;
    Endpoint own;            /* OPENED: where it is bound */
    size_t length;           /* BYTES */
    int failure;             /* LOST: why */
} PortNews;

/* What has become of one of the streams, in its order. At most `room` bytes are copied to `into`; more than that waits, and in the end the peer does. */
PortNews portNews (uint8_t * into, size_t room);

/* -- keys, screen, console --------------------------------------------------------------------------------------------------------------- */

/* The keypad is a matrix; `keys` names its keys row by row, as handle_key wants them, with a blank where there is none. */
typedef struct PortKeypad {
    uint8_t rows, columns;
    const char * keys;
} PortKeypad;
extern const PortKeypad portKeypad;

/* Which columns of a row are closed now, bit 0 for the first. */
uint32_t portKeypadRow (unsigned row);

/* Shows eight rows of pixels: 128 bytes of columns, lowest bit on top, as an SSD1306 takes them. */
void portShow (unsigned page, const uint8_t * columns);

/* The next byte of the serial console, or -1. Bytes that come while nobody reads are kept, 1 KB at least: a frame of an update (board/upload.c). */
int portConsoleRead (void);
void portConsoleWrite (const char * bytes, size_t length);

/* A line of the console that is the board's own business; answers line by line. False when it is for the phone. */
bool portCommand (const char * line, void (* print) (const char * text));

/* -- settings, modules, compiled code, sound, trace ---------------------------------------------------------------------------------------------------------------- */

/* Two places in flash (copy 0 and 1), each erased and written whole. */
enum { PORT_STORE_BYTES = 4096, PORT_STORE_COPIES = 4 };
void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length);
bool portStoreErase (unsigned copy);
bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length);

/* Slots in flash for modules that come by an update: PORT_SLOTS of them, read like memory where they lie. They are erased sector by sector and written from the front
 * on; a word that has been written may be written over with zeros. What is running may lie in one slot while the other is written. */
enum { PORT_SLOTS = 2 };
extern const uint32_t portSlotBytes;         /* of each; 0 where a board has none, and runs what came with its firmware */
extern const uint32_t portSlotSectorBytes;   /* of each sector of it */
const uint8_t * portSlot (unsigned slot);
bool portSlotErase (unsigned slot, uint32_t at);   /* the sector that begins there */
bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length);   /* both multiples of 4 */

/* The code area: flash for compiled code, read like memory where it lies (board/area.c). It is erased sector by sector and written as slots are. NULL where a board has
 * none: then functions are compiled each time that they have no room in RAM. */
extern const uint32_t portCodeAreaBytes, portCodeAreaSectorBytes;
const uint8_t * portCodeArea (void);
bool portCodeAreaErase (uint32_t at);
bool portCodeAreaWrite (uint32_t at, const void * bytes, size_t length);

/* What no other build of the firmware has, as compiled code is only good with the firmware that made it. Its module is a part of the firmware. */
enum { PORT_IDENTITY_BYTES = 16 };
const uint8_t * portIdentity (void);

/* Starts or stops sound. While it runs a frame of 160 samples is there every 20 ms, and one is played for it. */
void portSound (bool on);
bool portMicrophone (int16_t * samples);
void portSpeaker (const int16_t * samples);

/* The second serial channel takes a trace of all calls. False where there is none, or nobody reads it. */
bool portTraces (void);
void portTraceWrite (const void * bytes, size_t length);

#endif
