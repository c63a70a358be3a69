/* The board's supervisor over a phone that only says what becomes of it. A line of stdin is a step, and for each there is a line of what happened
 * (tests/supervised.ts tells of both). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ahead.h"
#include "audio.h"
#include "console.h"
#include "display.h"
#include "flows.h"
#include "network.h"
#include "port/port.h"
#include "store.h"
#include "supervisor.h"
#include "trace.h"

enum { RX_BYTES = 2048, KEEP_BYTES = 64, LINE_MAX = 300, SAID_MAX = 4000 };

static int64_t now = 1000;
static uint8_t rx [RX_BYTES], config [RX_BYTES], keep [KEEP_BYTES], panic [12], logRing [64];
static char said [SAID_MAX];
static bool inCall, opensBadly, hasSockets;
static const char * loaded = "nobody";

static void happens (const char * format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    size_t length = strlen (said);
    if (length > 0) length += (size_t) snprintf (said + length, sizeof said - length, ", ");
    vsnprintf (said + length, sizeof said - length, format, arguments);
    va_end (arguments);
}

/* -- modules: that of the firmware, and one that came by an update ------------------------------------------------------------------------------------ */

static Module update = { .slot = 0, .wasm = (const uint8_t *) "second" };
static bool isGivenUp = true;

void slotsFirmware (Module * module) { * module = (Module) { .slot = SLOT_FIRMWARE, .wasm = (const uint8_t *) "first", .layout = 1 }; }
bool slotsGiveUp (const Module * module) { return isGivenUp = module->slot == update.slot; }

void slotsChoose (Module * module)
{
    if (isGivenUp) slotsFirmware (module);
    else * module = update;
}

/* -- the phone ---------------------------------------------------------------------------------------------------------------------------------------- */

bool coreIsLoaded (void) { return true; }
const char * corePoll (Output * output) { return * output = (Output) { .kind = OUTPUT_REST }, NULL; }
const char * coreDeadline (int64_t * deadline) { return * deadline = INT64_MAX, NULL; }
const char * coreIdle (bool * idle) { return * idle = ! inCall, NULL; }
const uint8_t * coreBytes (uint32_t at, uint32_t length) { (void) at; (void) length; return NULL; }

const char * coreLoad (const Module * chosen)
{
    loaded = (const char *) chosen->wasm;
    return NULL;
}

bool aheadWants (void) { return false; }
bool aheadStep (void) { return false; }

static char kept [KEEP_BYTES];

/* An instance has in KEEP who it is. */
static void remember (void) { snprintf ((char *) keep, sizeof keep, "%s", loaded); }

const char * coreReset (const uint8_t * before)
{
    snprintf (kept, sizeof kept, "%s", before ? (const char *) before : "");
    remember ();
    return NULL;
}

uint8_t * coreRegion (Region region, uint32_t * size)
{
    switch (region)
    {
        case REGION_RX: if (size) * size = sizeof rx; return rx;
        case REGION_CONFIG: if (size) * size = sizeof config; return config;
        case REGION_KEEP: if (size) * size = sizeof keep; return keep;
        case REGION_PANIC: if (size) * size = sizeof panic; return panic;
        case REGION_LOG: if (size) * size = sizeof logRing; return logRing;
        default: abort ();
    }
}

static const char * falls (void)
{
    happens ("%s traps", loaded);
    return "unreachable";
}

const char * coreGive (const Input * input, int64_t at, int32_t * result)
{
    (void) at;
    * result = 0;
    switch (input->kind)
    {
        case INPUT_OPEN:
            hasSockets = true;
            happens (kept [0] ? "%s opens (%s) as %s was" : "%s opens (%s)", loaded, input->number == BOOT_COLD ? "cold" : "trap", kept);
            return opensBadly ? falls () : NULL;
        case INPUT_RESUME: remember (); return happens ("%s resumes", loaded), NULL;
        case INPUT_DATAGRAM: case INPUT_COMMAND:
            if (strncmp ((const char *) rx, "poison", 6) == 0) return falls ();
            return happens ("%s takes %s", loaded, (const char *) rx), NULL;
        default: return NULL;
    }
}

/* -- the rest of the board ------------------------------------------------------------------------------------------------------------------------------ */

int64_t portNow (void) { return now; }
void portEntropy (uint8_t * into, size_t bytes) { memset (into, 7, bytes); }
void portFeedWatchdog (void) { }
uint32_t portWork (void) { return 0; }
void * portRetained (size_t bytes) { (void) bytes; return NULL; }
bool portCalendar (int64_t * unixMs, int32_t * zoneMin) { (void) unixMs; (void) zoneMin; return false; }

void flowsOpen (uint32_t number, uint32_t protocol, const Endpoint * local, const Endpoint * peer) { (void) number; (void) protocol; (void) local; (void) peer; }
void flowsSend (uint32_t number, const Endpoint * peer, const uint8_t * bytes, uint32_t length) { (void) number; (void) peer; (void) bytes; (void) length; }
void flowsWrite (uint32_t number, const uint8_t * bytes, uint32_t length) { (void) number; (void) bytes; (void) length; }
void flowsWithhold (uint32_t number) { (void) number; }
void flowsClose (uint32_t number) { (void) number; }

void flowsCloseAll (void)
{
    if (hasSockets) happens ("sockets closed");
    hasSockets = false;
}

void displayShow (const uint8_t * frame) { (void) frame; }
void audioPerform (uint32_t code, const uint8_t * samples, uint32_t length) { (void) code; (void) samples; (void) length; }
void audioStop (void) { }
void networkTell (void) { }
unsigned storeDamaged (void) { return 0; }
void storeWrite (Stored what, const uint8_t * text, uint32_t length) { (void) what; (void) text; (void) length; }

bool storeRead (Stored what, unsigned age, uint8_t * into, uint32_t room, uint32_t * length)
{
    (void) into; (void) room;
    * length = 0;
    return what == STORED_SETTINGS && age == 0;
}

void traceStart (const Module * module, Boot boot, bool withKeep) { (void) module; (void) boot; (void) withKeep; }
void traceExchange (const Module * module) { (void) module; }
void traceCall (const Input * input, int64_t at) { (void) input; (void) at; }
void traceOutput (const Output * output) { (void) output; }
void traceDone (int32_t result, int64_t deadline, uint32_t work) { (void) result; (void) deadline; (void) work; }
void traceTrap (const char * error) { (void) error; }
const char * abiEventName (uint32_t code) { (void) code; return ""; }
void consolePrint (const char * format, ...) { (void) format; }
void consoleLine (const char * prefix, const void * text, uint32_t length) { (void) prefix; (void) text; (void) length; }
void consoleEscaped (const uint8_t * bytes, uint32_t length) { (void) bytes; (void) length; }
void consoleReply (const void * text, uint32_t length, bool last) { (void) text; (void) length; (void) last; }

/* -- steps ------------------------------------------------------------------------------------------------------------------------------------------------- */

/* As board/main.c does while nothing comes in. */
static void rest (void)
{
    do supervisorRuns (); while (supervisorRest ());
}

static void pass (int64_t ms)
{
    int64_t until = now + ms;
    for (rest (); supervisorSoonest () <= until; rest ()) if (supervisorSoonest () > now) now = supervisorSoonest ();
    now = until;
}

static void give (InputKind kind, int flow, int host, const char * text)
{
    Input input = { .kind = kind, .number = flow, .length = (uint32_t) strlen (text) };
    if (kind == INPUT_DATAGRAM) input.endpoint = (Endpoint) { .family = 4, .port = 5060, .address = { 192, 0, 2, (uint8_t) host } };
    strcpy ((char *) rx, text);
    supervisorGive (& input);
}

static void step (const char * line)
{
    char text [LINE_MAX];
    int number, host;
    if (strcmp (line, "start") == 0) supervisorStart (BOOT_COLD);
    else if (sscanf (line, "pass %d", & number) == 1) pass (number);
    else if (sscanf (line, "datagram on %d from %d: %[^\n]", & number, & host, text) == 3) give (INPUT_DATAGRAM, number, host, text);
    else if (sscanf (line, "command %[^\n]", text) == 1) give (INPUT_COMMAND, 0, 0, text);
    else if (sscanf (line, "update with layout %d", & number) == 1)
    {
        update.layout = (uint32_t) number;
        isGivenUp = false;
        supervisorChange (& update);
    }
    else if (strcmp (line, "back") == 0) supervisorGoBack () ? (void) 0 : happens ("there is none before");
    else if (strcmp (line, "a call begins") == 0) inCall = true;
    else if (strcmp (line, "the call ends") == 0) inCall = false;
    else if (strcmp (line, "its settings are poison") == 0) opensBadly = true;
    else exit (2);
}

int main (void)
{
    char line [LINE_MAX];
    while (fgets (line, sizeof line, stdin))
    {
        line [strcspn (line, "\n")] = 0;
        said [0] = 0;
        step (line);
        printf ("%s\n", said);
    }
    return 0;
}
