/* The states of a Wi-Fi station. A network that was lost is called again at once, and then after longer and longer pauses; an access point that gives no
 * address is left, as it may be one that answers and carries nothing. */
#include "join.h"

enum {
    CALL_MS = 20 * 1000,     /* for associating; the driver says by itself when it has failed, nearly always */
    LEASE_MS = 30 * 1000,    /* for DHCP */
    WELL_MS = 30 * 1000,     /* a network that was up so long was well */
    PAUSES = 6
};

static const uint16_t pausesMs [PAUSES] = { 0, 1000, 2000, 5000, 10000, 30000 };

typedef struct Step { JoinState next; JoinAction action; } Step;

#define STAY(STATE) { STATE, JOIN_NOTHING }
#define CALL        { JOIN_CALLING, JOIN_CONNECT }
#define LEAVE       { JOIN_WAITING, JOIN_DISCONNECT }
#define WAIT        { JOIN_WAITING, JOIN_NOTHING }

/* The credentials changed: what there was is given up, and the pause is none. The driver may tell of the end of what was given up only after the next call has begun:
 * so that one is waited for no more, and yet may be answered. */
static const Step steps [JOIN_STATES] [JOIN_INPUTS] = {
    /*                 CHANGED          ASSOCIATED             LOST   ADDRESS           NO_ADDRESS             DUE */
    [JOIN_OFF]     = { CALL,            STAY (JOIN_OFF),       STAY (JOIN_OFF), STAY (JOIN_OFF), STAY (JOIN_OFF),     STAY (JOIN_OFF) },
    [JOIN_CALLING] = { LEAVE,           STAY (JOIN_LEASING),   WAIT,  STAY (JOIN_UP),   STAY (JOIN_CALLING),   LEAVE },
    [JOIN_LEASING] = { LEAVE,           STAY (JOIN_LEASING),   WAIT,  STAY (JOIN_UP),   STAY (JOIN_LEASING),   LEAVE },
    [JOIN_UP]      = { LEAVE,           STAY (JOIN_UP),        WAIT,  STAY (JOIN_UP),   STAY (JOIN_LEASING),   STAY (JOIN_UP) },
    [JOIN_WAITING] = { CALL,            STAY (JOIN_LEASING),   WAIT,  STAY (JOIN_UP),   STAY (JOIN_WAITING),   CALL },
};

void joinStart (Join * join) { * join = (Join) { .state = JOIN_OFF, .due = JOIN_NEVER }; }

/* When the new state ends by itself. */
static int64_t dueOf (Join * join, JoinState before, int64_t now)
{
    switch (join->state)
    {
        case JOIN_CALLING: return now + CALL_MS;
        case JOIN_LEASING: return now + LEASE_MS;
        case JOIN_WAITING:
            if (before == JOIN_UP && now - join->upSince >= WELL_MS) join->failures = 0;
            return now + pausesMs [join->failures < PAUSES ? join->failures++ : PAUSES - 1];
        default: return JOIN_NEVER;
    }
}

JoinAction joinTake (Join * join, JoinInput input, bool known, int64_t now)
{
    JoinState before = join->state;
    Step step = steps [before] [input];
    if (input == JOIN_CHANGED) join->failures = 0;
    if (input == JOIN_CHANGED && ! known) step = (Step) { JOIN_OFF, before == JOIN_OFF ? JOIN_NOTHING : JOIN_DISCONNECT };
    join->state = step.next;
    /* A second loss while it waits (its own leaving, for one) does not make the pause longer. */
    if (step.next == before && step.action == JOIN_NOTHING) return JOIN_NOTHING;
    if (step.next == JOIN_UP) join->upSince = now;
    join->due = dueOf (join, before, now);
    return step.action;
}
