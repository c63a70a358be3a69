/* The interface of the module in C: the numbers and records of docs/abi.md. tests/board compares them with host/abi.ts. */
#ifndef ABI_H
#define ABI_H

#include <stdint.h>

enum { ABI_VERSION = 1 };

/* What poll_output returns. */
typedef enum OutputKind {
    OUTPUT_REST, OUTPUT_SEND, OUTPUT_WRITE, OUTPUT_OPEN, OUTPUT_CLOSE, OUTPUT_DISPLAY, OUTPUT_AUDIO, OUTPUT_STORE, OUTPUT_EVENT, OUTPUT_LOG,
    OUTPUT_REPLY
} OutputKind;

/* Why the core starts. */
typedef enum Boot { BOOT_COLD, BOOT_TRAP, BOOT_WATCHDOG, BOOT_POWER } Boot;

/* What happened to a flow. */
enum { FLOW_OPENED = 1, FLOW_CLOSED, FLOW_REFUSED, FLOW_FAILED };

/* Why a flow could not be opened, is lost, or has not sent something. */
enum {
    FAILURE_BUSY_PORT = 1, FAILURE_UNREACHABLE = 2, FAILURE_NOT_PERMITTED = 3, FAILURE_TIMED_OUT = 4, FAILURE_NO_ROOM = 5, FAILURE_NOT_CARRIED = 6,
    FAILURE_RESET = 7, FAILURE_OTHER = 9
};

/* The core gets so many bytes of a stream at once, at most. */
enum { STREAM_PIECE = 1024 };

/* What the core answers when the host has erred. */
enum { REFUSED_TOO_LONG = -3, REFUSED_SETTINGS = -7 };

enum { PROTOCOL_UDP = 1, PROTOCOL_TCP, PROTOCOL_TLS };

/* How important a line of the log is, and what it is about. */
enum { LEVEL_NOTE = 1, LEVEL_SIP, LEVEL_DNS, LEVEL_WARNING };

/* The user wants the phone started anew. */
enum { EVENT_REBOOT = 8 };

/* Bit 0 of IO.flags: with DISPLAY, a password is being typed; with REPLY, the last piece. */
enum { FLAG_SECRET = 1, FLAG_LAST = 1 };

/* What AUDIO asks for: no more ticks, a tick every 20 ms, or that the samples be played. */
enum { AUDIO_STOP, AUDIO_START, AUDIO_PLAY };

/* Regions of the module's memory, which it exports as <name>_AT and <name>_SIZE. */
typedef enum Region {
    REGION_PANIC, REGION_IO, REGION_SCREEN, REGION_FRAME, REGION_AUDIO, REGION_KEEP, REGION_RX, REGION_TX, REGION_CONFIG, REGION_LOG, REGION_STATE, REGION_COUNT
} Region;

/* Inputs: each is a function of the module. */
typedef enum InputKind {
    INPUT_NONE, INPUT_ENTROPY, INPUT_OPEN, INPUT_CLOSE, INPUT_NETWORK, INPUT_DATAGRAM, INPUT_FLOW, INPUT_KEY, INPUT_COMMAND, INPUT_WALLCLOCK,
    INPUT_TIMEOUT, INPUT_AUDIO, INPUT_RESUME, INPUT_KINDS
} InputKind;

/* Its functions: those of the inputs, then the others. */
enum { CALL_POLL = INPUT_KINDS, CALL_DEADLINE, CALL_IDLE, CALL_INITIALIZE, CALL_COUNT };

enum { FRAME_PAGES = 8, FRAME_COLUMNS = 128, SCREEN_BYTES = 21 * 8 + 21 * 8 / 8, AUDIO_SAMPLES = 160 };

/* An address and a port. Family 0 is none, or any. IPv4 uses the first four bytes. */
typedef struct Endpoint {
    uint8_t family;
    uint8_t zero;
    uint16_t port;
    uint8_t address [16];
} Endpoint;

/* The record that goes with each input and output. Little-endian, as wasm is. */
typedef struct Io {
    uint32_t flow;
    uint32_t at;
    uint32_t length;
    uint32_t code;
    uint32_t flags;
    uint32_t protocol;
    Endpoint peer;
    Endpoint local;
} Io;

_Static_assert (sizeof (Endpoint) == 20 && sizeof (Io) == 64, "the records are those of docs/abi.md");

extern const char * const abiRegionNames [REGION_COUNT];
extern const char * const abiCallNames [CALL_COUNT];   /* INPUT_NONE has none */

/* The name of an event, as on every host: REGISTERED. */
const char * abiEventName (uint32_t code);

#endif
