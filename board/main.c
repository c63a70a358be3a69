/* The board: one input, drain, sleep until the deadline or the next input. */
#include "audio.h"
#include "calendar.h"
#include "console.h"
#include "flows.h"
#include "keypad.h"
#include "network.h"
#include "port/port.h"
#include "supervisor.h"
#include "upload.h"

static int64_t soonest (void)
{
    int64_t all [] = { supervisorSoonest (), keypadSoonest (), uploadSoonest (), calendarSoonest () }, first = all [0];
    for (unsigned i = 1; i < sizeof all / sizeof all [0]; i++) if (all [i] < first) first = all [i];
    return first;
}

/* One input of whatever has come. The network first: it brings the most. */
static bool next (Input * input)
{
    return networkNext (input) || flowsNext (input) || audioNext (input) || keypadNext (input) || consoleNext (input) || calendarNext (input)
        || supervisorDue (input);
}

int main (void)
{
    portStart ();
    consoleStart ();
    supervisorStart (portBoot ());
    for (;;)
    {
        Input input;
        networkFollow ();
        uploadFollow ();
        /* A phone that does not run can still be given another module. */
        if (supervisorRuns () ? next (& input) : consoleNext (& input)) supervisorGive (& input);
        else if (! supervisorRest ()) portSleep (soonest ());
        portFeedWatchdog ();
    }
}
