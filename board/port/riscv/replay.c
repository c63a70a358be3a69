/* In the place of main.c, in a build of its own: recorded calls come in on the second serial channel, in the records of board/trace.c, and are made with the same
 * core; what comes of each goes out there as ever. No network, no keys and no clock but the recorded one: what a call costs is the same each time. */
#include <stdio.h>
#include <string.h>
#include "ahead.h"
#include "core.h"
#include "cpu.h"
#include "devices.h"
#include "figures.h"
#include "port/port.h"
#include "trace.h"

enum { FIGURES = 'F', AHEAD = 'A', PIECE_BYTES = 256, PREFIX_BYTES = 5, WAIT_MS = 100, OUTPUTS_MAX = 10000 };

static Module module;

/* The next bytes of the channel; NULL for what nobody wants. */
static void take (uint8_t * into, uint32_t length)
{
    uint8_t unwanted [PIECE_BYTES];
    while (length > 0)
    {
        uint32_t piece = length < PIECE_BYTES ? length : PIECE_BYTES;
        while (! channelTake (into ? into : unwanted, piece)) cpuSleep (cpuNow () + WAIT_MS);
        if (into) into += piece;
        length -= piece;
    }
}

static void begin (uint32_t length)
{
    TraceStart head;
    take ((uint8_t *) & head, sizeof head);
    length -= sizeof head;
    const char * error = coreReset (NULL);
    if (error) portFailed (error);
    uint32_t room;
    uint8_t * keep = coreRegion (REGION_KEEP, & room);
    if (length > room) portFailed ("what was kept is of another module");
    take (keep, length);
    traceStart (& module, (Boot) head.boot, head.withKeep != 0);
}

/* As supervisor.c does it, without doing what the core wants done. */
static const char * make (const Input * input, int64_t now, int32_t * result, int64_t * deadline)
{
    const char * error = * result == 0 ? coreGive (input, now, result) : NULL;
    for (unsigned count = 0; ! error; count++)
    {
        Output output;
        error = count < OUTPUTS_MAX ? corePoll (& output) : "it does not come to rest";
        if (error || output.kind == OUTPUT_REST) break;
        traceOutput (& output);
    }
    return error ? error : coreDeadline (deadline);
}

static void call (uint32_t length)
{
    TraceCall head;
    take ((uint8_t *) & head, sizeof head);
    Input input = { (InputKind) head.kind, length - sizeof head, head.number, head.event, head.code, head.unixMs, head.endpoint };
    uint32_t room;
    uint8_t * into = coreRegion (traceRegion (input.kind), & room);
    int32_t result = input.length > room ? REFUSED_TOO_LONG : 0;
    take (result ? NULL : into, input.length);
    if (result) input.length = 0;
    int64_t deadline = 0;
    traceCall (& input, head.now);
    channelFlush ();
    uint32_t before = portWork ();
    const char * error = make (& input, head.now, & result, & deadline);
    if (error) traceTrap (error);
    else traceDone (result, deadline, portWork () - before);
}

/* As after a long rest and a restart: all that can be is compiled in flash. */
static void workAhead (void)
{
    while (aheadStep ()) portFeedWatchdog ();
    const char * error = coreLoad (& module);
    if (error) portFailed (error);
}

static void print (const char * name, uint32_t value)
{
    char line [48];
    portConsoleWrite (line, (size_t) snprintf (line, sizeof line, "%s %lu\r\n", name, (unsigned long) value));
}

int main (void)
{
    portStart ();
    slotsFirmware (& module);
    const char * error = coreLoad (& module);
    if (error) portFailed (error);
    for (;;)
    {
        uint8_t prefix [PREFIX_BYTES];
        uint32_t length;
        take (prefix, sizeof prefix);
        memcpy (& length, prefix + 1, sizeof length);
        if (prefix [0] == TRACE_START) begin (length);
        else if (prefix [0] == TRACE_CALL) call (length);
        else if (prefix [0] == AHEAD) workAhead ();
        else if (prefix [0] == FIGURES) figuresPrint (print);
        else portFailed ("it is given what is no record");
        channelFlush ();
        portFeedWatchdog ();
    }
}
