/* One record with a checksum over KEEP. Instants are counted over resets, whether the clock of the board goes on or begins anew. */
#include "kept.h"

#include <string.h>
#include "crc.h"
#include "port/port.h"

enum { KEEP_MAX = 768, MAGIC = 0x4b454550, FALLS = 3, FALLS_MS = 60 * 1000 };

static struct Kept {
    uint32_t magic, length, check;
    uint32_t falls;                  /* how many of `fellAt` are in use */
    int64_t before, seen;            /* time before this reset; the clock when it was looked at last */
    int64_t fellAt [FALLS];          /* the oldest first */
    bool wasReset [FALLS];
    bool works;
    uint16_t port;
    Work work;
    uint8_t keep [KEEP_MAX];
} * kept;

static bool fellInWork;

static int64_t now (void)
{
    kept->seen = portNow ();
    return kept->before + kept->seen;
}

void keptStart (bool fell)
{
    static struct Kept own;
    kept = portRetained (sizeof (struct Kept));
    if (! kept) kept = & own;
    if (! fell || kept->magic != MAGIC) memset (kept, 0, sizeof * kept);
    kept->magic = MAGIC;
    if (portNow () < kept->seen) kept->before += kept->seen;
    fellInWork = kept->works;
    kept->works = false;
}

void keptTake (void)
{
    uint32_t size;
    const uint8_t * from = coreRegion (REGION_KEEP, & size);
    if (size > KEEP_MAX || (kept->length == size && memcmp (kept->keep, from, size) == 0)) return;
    kept->length = 0;
    memcpy (kept->keep, from, size);
    kept->check = crcOf (0, kept->keep, size);
    kept->length = size;
}

const uint8_t * keptKeep (void)
{
    uint32_t size;
    coreRegion (REGION_KEEP, & size);
    return kept->length == size && kept->check == crcOf (0, kept->keep, size) ? kept->keep : NULL;
}

uint16_t * keptPort (void) { return & kept->port; }

Work * keptWork (void)
{
    now ();
    kept->works = true;
    return & kept->work;
}

void keptRest (void) { kept->works = false; }

const Work * keptWorkBefore (void) { return fellInWork ? & kept->work : NULL; }

bool keptFall (bool reset)
{
    int64_t at = now ();
    if (kept->falls > FALLS) kept->falls = 0;
    if (kept->falls == FALLS)
    {
        memmove (kept->fellAt, kept->fellAt + 1, (FALLS - 1) * sizeof * kept->fellAt);
        memmove (kept->wasReset, kept->wasReset + 1, (FALLS - 1) * sizeof * kept->wasReset);
    }
    else kept->falls++;
    kept->fellAt [kept->falls - 1] = at;
    kept->wasReset [kept->falls - 1] = reset;
    return kept->falls == FALLS && at - kept->fellAt [0] < FALLS_MS;
}

bool keptResets (void)
{
    bool all = kept->falls == FALLS && now () - kept->fellAt [0] < FALLS_MS;
    for (unsigned i = 0; i < FALLS; i++) all = all && kept->wasReset [i];
    return all;
}

void keptForgetFalls (void) { kept->falls = 0; }
