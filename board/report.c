/* Reads what a dead instance has left: PANIC, the ring of its log, and the input that was worked on. */
#include "report.h"

#include <string.h>
#include "console.h"
#include "port/port.h"

static void reportPanic (void)
{
    uint32_t record [3], room;
    memcpy (record, coreRegion (REGION_PANIC, & room), sizeof record);
    const uint8_t * text = record [0] == 1 ? coreBytes (record [1], record [2]) : NULL;
    if (text) consoleLine ("it expected: ", text, record [2]);
}

/* The ring of lines, oldest first; each is a byte for its level, text, a newline. The oldest is usually cut. */
static void reportLog (void)
{
    enum { HEAD = 16, LINE_MAX = 160 };
    uint32_t size, written;
    const uint8_t * log = coreRegion (REGION_LOG, & size);
    memcpy (& written, log, sizeof written);
    uint32_t ring = size - HEAD, from = written > ring ? written - ring : 0, length = 0;
    uint8_t line [LINE_MAX];
    for (uint32_t at = from; at < written; at++)
    {
        uint8_t byte = log [HEAD + at % ring];
        if (byte != '\n' && length < LINE_MAX) line [length++] = byte;
        if (byte != '\n') continue;
        if (length > 1) consoleLine ("  log: ", line + 1, length - 1);
        length = 0;
    }
}

static void reportWork (const char * verb, const Work * work)
{
    static const char * const names [INPUT_KINDS] = {
        "nothing", "random bytes", "its settings", "close", "the network", "a datagram", "news of a flow", "a key", "a command", "the calendar",
        "a timeout", "sound", "another module's memory",
    };
    consolePrint ("It %s, at %lld ms: %s of %u bytes", verb, (long long) portNow (), work->kind < INPUT_KINDS ? names [work->kind] : "?", (unsigned) work->length);
    /* A command may hold a password. */
    if (work->kind == INPUT_DATAGRAM) consoleEscaped (work->shown, work->length < SHOWN_MAX ? work->length : SHOWN_MAX);
}

void reportTrap (const char * error, const Work * work)
{
    consolePrint ("The phone stopped itself: %s.", error);
    reportPanic ();
    reportWork ("was given", work);
    reportLog ();
}

void reportReset (const Work * work) { reportWork ("was working on this when the processor was reset", work); }
