/* Scans the key matrix. A key has changed when it was seen so in several scans: contacts bounce for some milliseconds. */
#include "keypad.h"

#include "port/port.h"

enum { KEYS_MAX = 64, SCAN_MS = 5, STEADY_SCANS = 3 };

static struct {
    bool isDown [KEYS_MAX];
    uint8_t differs [KEYS_MAX];   /* scans in which the key was not what `isDown` says */
    int64_t nextScan;
    bool moves;
} keypad;

/* True when this scan settles that the key has changed. */
static bool settles (unsigned key, bool closed)
{
    if (closed == keypad.isDown [key])
    {
        keypad.differs [key] = 0;
        return false;
    }
    keypad.moves = true;
    if (++keypad.differs [key] < STEADY_SCANS) return false;
    keypad.differs [key] = 0;
    keypad.isDown [key] = closed;
    return true;
}

bool keypadNext (Input * input)
{
    int64_t now = portNow ();
    if (now < keypad.nextScan) return false;
    keypad.moves = false;
    uint32_t row = 0;
    for (unsigned key = 0; key < KEYS_MAX && key < (unsigned) portKeypad.rows * portKeypad.columns; key++)
    {
        unsigned column = key % portKeypad.columns;
        if (column == 0) row = portKeypadRow (key / portKeypad.columns);
        if (! settles (key, (row >> column & 1) != 0) || portKeypad.keys [key] == ' ') continue;
        /* The scan is not over: the keys behind this one have their turn at once. */
        * input = (Input) { .kind = INPUT_KEY, .number = portKeypad.keys [key], .event = keypad.isDown [key] };
        return true;
    }
    keypad.nextScan = now + SCAN_MS;
    return false;
}

int64_t keypadSoonest (void) { return keypad.moves ? keypad.nextScan : INT64_MAX; }
