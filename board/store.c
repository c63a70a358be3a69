/* Of each text two copies in two places of flash, written in turn, each with a number that grows and a checksum: a write that is cut off leaves the other one. */
#include "store.h"

#include <string.h>
#include "console.h"
#include "crc.h"
#include "port/port.h"

enum { MAGIC = 0x4c485354, CHUNK = 64 };   /* "LHST" */

typedef struct Head { uint32_t magic, number, length, check; } Head;

static uint32_t checkOf (const Head * head, const uint8_t * text)
{
    return crcOf (crcOf (0, & head->number, 2 * sizeof (uint32_t)), text, head->length);
}

/* True when a copy is whole. */
static bool readHead (unsigned copy, Head * head)
{
    portStoreRead (copy, 0, head, sizeof * head);
    if (head->magic != MAGIC || head->length > PORT_STORE_BYTES - sizeof * head) return false;
    uint32_t sum = crcOf (0, & head->number, 2 * sizeof (uint32_t));
    for (uint32_t at = 0; at < head->length; )
    {
        uint8_t chunk [CHUNK];
        uint32_t part = head->length - at < CHUNK ? head->length - at : CHUNK;
        portStoreRead (copy, (uint32_t) sizeof * head + at, chunk, part);
        sum = crcOf (sum, chunk, part);
        at += part;
    }
    return sum == head->check;
}

unsigned storeDamaged (void)
{
    static const Head erased = { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX };
    unsigned count = 0;
    for (unsigned copy = 0; copy < STORE_COPIES; copy++)
    {
        Head head;
        count += ! readHead (copy, & head) && memcmp (& head, & erased, sizeof head) != 0;
    }
    return count;
}

/* The copies of a text lie behind those of the texts before it. */
static unsigned firstOf (Stored what) { return what * STORE_COPIES; }

/* The copy of this age, or -1. */
static int copyOf (Stored what, unsigned age, Head * head)
{
    Head heads [STORE_COPIES];
    bool whole [STORE_COPIES];
    for (unsigned copy = 0; copy < STORE_COPIES; copy++) whole [copy] = readHead (firstOf (what) + copy, & heads [copy]);
    unsigned newest = whole [1] && (! whole [0] || (int32_t) (heads [1].number - heads [0].number) > 0);
    unsigned copy = age == 0 ? newest : 1 - newest;
    * head = heads [copy];
    return whole [copy] ? (int) (firstOf (what) + copy) : -1;
}

bool storeRead (Stored what, unsigned age, uint8_t * into, uint32_t room, uint32_t * length)
{
    Head head;
    int copy = copyOf (what, age, & head);
    if (copy < 0 || head.length > room) return false;
    portStoreRead ((unsigned) copy, sizeof head, into, head.length);
    * length = head.length;
    return true;
}

void storeWrite (Stored what, const uint8_t * text, uint32_t length)
{
    Head newest, head = { .magic = MAGIC, .number = 1, .length = length };
    int last = copyOf (what, 0, & newest);
    unsigned copy = firstOf (what) + (last == (int) firstOf (what) ? 1 : 0);
    if (last >= 0) head.number = newest.number + 1;
    head.check = checkOf (& head, text);
    bool written = length <= PORT_STORE_BYTES - sizeof head && portStoreErase (copy)
        && portStoreWrite (copy, sizeof head, text, length) && portStoreWrite (copy, 0, & head, sizeof head);
    if (written && readHead (copy, & head)) return;
    consolePrint ("The %s could not be written to flash; those before are kept there.", what == STORED_SETTINGS ? "settings" : "notes");
}
