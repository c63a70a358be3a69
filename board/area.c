/* The area begins with a head, which is written when all of it has been erased. Records follow, each in this order: its extent, what it holds, its check. So
 * wherever the power goes there is a record that is left out, or an extent that is none: then the area is begun anew. */
#include "area.h"

#include <string.h>
#include "crc.h"
#include "port/port.h"

/* FORMAT changes with the records; operations and units are in the firmware's identity. */
enum { MAGIC = 0x4c484341 /* "ACHL" */, FORMAT = 1, PIECE_BYTES = 256 };
static const uint32_t erased = UINT32_MAX;

typedef struct Head {
    uint32_t magic, format;
    uint8_t firmware [PORT_IDENTITY_BYTES], module [SHA256_BYTES];
    uint32_t check;          /* CRC-32 of all before */
} Head;

static struct {
    Head head;
    uint32_t renewed;        /* bytes that have been erased */
    uint32_t end;            /* where the next record goes */
    uint32_t record, at;     /* of the one that is being written, and its next bytes */
    uint32_t sum;
    uint32_t waiting;        /* bytes in `piece` */
    uint8_t piece [PIECE_BYTES];
} area;

static const uint8_t * bytesAt (uint32_t at) { return portCodeArea () + at; }

static uint32_t wordAt (uint32_t at)
{
    uint32_t word;
    memcpy (& word, bytesAt (at), sizeof word);
    return word;
}

static bool isErased (uint32_t at, uint32_t bytes)
{
    for (uint32_t end = at + bytes; at < end; at += sizeof erased) if (wordAt (at) != erased) return false;
    return true;
}

/* -- what is there ------------------------------------------------------------------------------------------------------------------------------- */

/* The bytes of the record that begins there; 0 for what is no extent. */
static uint32_t extentAt (uint32_t at)
{
    uint32_t word = wordAt (at), words = word & 0xffff, bytes = words * sizeof word;
    return words == (~ word >> 16) && bytes >= sizeof (AreaRecord) && bytes <= portCodeAreaBytes - at ? bytes : 0;
}

AreaState areaOpen (const uint8_t print [SHA256_BYTES])
{
    memset (& area, 0, sizeof area);
    if (portCodeAreaBytes < sizeof (Head) || ! portCodeArea ()) return AREA_NONE;
    area.head.magic = MAGIC;
    area.head.format = FORMAT;
    memcpy (area.head.firmware, portIdentity (), PORT_IDENTITY_BYTES);
    memcpy (area.head.module, print, SHA256_BYTES);
    area.head.check = crcOf (0, & area.head, offsetof (Head, check));
    if (memcmp (bytesAt (0), & area.head, sizeof area.head) != 0) return AREA_OTHER;
    for (area.end = sizeof (Head); area.end < portCodeAreaBytes && wordAt (area.end) != erased; )
    {
        uint32_t bytes = extentAt (area.end);
        if (bytes == 0) return AREA_DAMAGED;
        area.end += bytes;
    }
    return AREA_GOOD;
}

/* What a record says of itself may be anything until areaIsWhole has looked at it. */
const AreaRecord * areaNext (const AreaRecord * before)
{
    uint32_t at = before ? (uint32_t) ((const uint8_t *) before - bytesAt (0)) + extentAt ((uint32_t) ((const uint8_t *) before - bytesAt (0))) : sizeof (Head);
    while (at < area.end && wordAt (at + offsetof (AreaRecord, check)) == erased) at += extentAt (at);
    return at < area.end ? (const AreaRecord *) (const void *) bytesAt (at) : NULL;
}

static uint32_t bytesOf (const AreaFunction * function)
{
    return (sizeof (AreaRecord) + function->constantBytes + function->units * (uint32_t) sizeof (uint16_t) + 3) & ~ 3u;
}

/* A CRC that is as erased flash would say of no record that it is there. */
static uint32_t checkOf (uint32_t sum) { return sum == erased ? 0 : sum; }

bool areaIsWhole (const AreaRecord * record)
{
    uint32_t bytes = extentAt ((uint32_t) ((const uint8_t *) record - bytesAt (0))), from = offsetof (AreaRecord, function);
    return bytes > 0 && bytes == bytesOf (& record->function) && record->check == checkOf (crcOf (0, (const uint8_t *) record + from, bytes - from));
}

bool areaHas (const void * at)
{
    return portCodeArea () && (uintptr_t) at - (uintptr_t) portCodeArea () < portCodeAreaBytes;
}

uint32_t areaUsed (void) { return area.end; }

/* -- begun anew ---------------------------------------------------------------------------------------------------------------------------------- */

bool areaIsBlank (void) { return isErased (0, portCodeAreaBytes); }

AreaStep areaRenew (void)
{
    area.end = 0;
    if (area.renewed < portCodeAreaBytes)
    {
        uint32_t at = area.renewed;
        area.renewed += portCodeAreaSectorBytes;
        return isErased (at, portCodeAreaSectorBytes) || (portCodeAreaErase (at) && isErased (at, portCodeAreaSectorBytes)) ? AREA_GOES_ON : AREA_FAILS;
    }
    area.renewed = 0;
    if (! portCodeAreaWrite (0, & area.head, sizeof area.head) || memcmp (bytesAt (0), & area.head, sizeof area.head) != 0) return AREA_FAILS;
    area.end = sizeof (Head);
    return AREA_DONE;
}

/* -- a record ------------------------------------------------------------------------------------------------------------------------------------ */

static bool writePiece (void)
{
    uint32_t bytes = area.waiting;
    area.waiting = 0;
    area.sum = crcOf (area.sum, area.piece, bytes);
    area.at += bytes;
    return portCodeAreaWrite (area.at - bytes, area.piece, bytes);
}

bool areaBegin (const AreaFunction * function)
{
    uint32_t bytes = bytesOf (function), words = bytes / sizeof (uint32_t), extent = words | ~ words << 16;
    if (words > 0xffff || bytes > portCodeAreaBytes - area.end || ! portCodeAreaWrite (area.end, & extent, sizeof extent)) return false;
    area.record = area.end;
    area.end += bytes;
    area.at = area.record + offsetof (AreaRecord, function);
    area.sum = area.waiting = 0;
    return areaAdd (function, sizeof * function);
}

bool areaAdd (const void * bytes, uint32_t length)
{
    for (const uint8_t * from = bytes; length > 0; length--)
    {
        area.piece [area.waiting++] = * from++;
        if (area.waiting == PIECE_BYTES && ! writePiece ()) return false;
    }
    return true;
}

const AreaRecord * areaEnd (void)
{
    while (area.waiting % sizeof erased != 0) area.piece [area.waiting++] = 0xff;
    if (area.waiting > 0 && ! writePiece ()) return NULL;
    const AreaRecord * record = (const AreaRecord *) (const void *) bytesAt (area.record);
    uint32_t check = checkOf (area.sum);
    if (area.at != area.end || ! portCodeAreaWrite (area.record + offsetof (AreaRecord, check), & check, sizeof check)) return NULL;
    return areaIsWhole (record) ? record : NULL;
}
