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

/* One input of whatever has come. They take turns: whoever floods the phone with packets keeps it from none of its timers, keys and sounds. */
static bool next (Input * input)
{
    static bool (* const sources []) (Input *) = { flowsNext, audioNext, keypadNext, consoleNext, calendarNext, supervisorDue };
    enum { SOURCES = sizeof sources / sizeof sources [0] };
    static unsigned turn;
    if (networkNext (input)) return true;
    for (unsigned i = 0; i < SOURCES; i++)
    {
        unsigned which = (turn + i) % SOURCES;
        if (! sources [which] (input)) continue;
        turn = which + 1;
        return true;
    }
    return false;
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
        else if (! supervisorRest () && (uploadSoonest () < INT64_MAX || ! supervisorAhead ())) portSleep (soonest ());
        portFeedWatchdog ();
    }
}
