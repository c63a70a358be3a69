/* The board: one input, drain, sleep until the deadline or the next input. */
#include "audio.h"
#include "code.h"
#include "console.h"
#include "flows.h"
#include "keypad.h"
#include "network.h"
#include "port/port.h"
#include "supervisor.h"

static int64_t soonest (void)
{
    int64_t core = supervisorSoonest (), keys = keypadSoonest ();
    return core < keys ? core : keys;
}

/* One input of whatever has come. The network first: it brings the most. */
static bool next (Input * input)
{
    return networkNext (input) || flowsNext (input) || audioNext (input) || keypadNext (input) || consoleNext (input) || supervisorDue (input);
}

int main (void)
{
    portStart ();
    consoleStart ();
    const char * error = codeStart (portCodeBytes);
    if (error) consolePrint ("The board cannot start: %s.", error);
    else supervisorStart (portBoot ());
    for (;;)
    {
        Input input;
        networkFollow ();
        if (supervisorRuns () && next (& input)) supervisorGive (& input);
        else portSleep (soonest ());
        portFeedWatchdog ();
    }
}
