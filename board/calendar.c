/* Tells the core the time of day: as soon as the board knows it, which may be long after the start, and once an hour, as clocks drift. */
#include "calendar.h"

#include "port/port.h"

enum { ASK_MS = 10 * 1000, AGAIN_MS = 60 * 60 * 1000 };

static int64_t askAt = ASK_MS;   /* at the start the supervisor has asked */

/* What is due already waits for a phone that runs. */
int64_t calendarSoonest (void) { return askAt > portNow () ? askAt : INT64_MAX; }

bool calendarNext (Input * input)
{
    int64_t now = portNow ();
    if (now < askAt) return false;
    * input = (Input) { .kind = INPUT_WALLCLOCK };
    bool known = portCalendar (& input->unixMs, & input->number);
    askAt = now + (known ? AGAIN_MS : ASK_MS);
    return known;
}
