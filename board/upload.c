/* A frame is DLE, a byte for its kind, the u16 length of what follows, that, and the CRC-32 of everything behind DLE. Begin has the u32 length and the SHA-256 of the
 * module; data the u32 place of its bytes; end nothing; text a number and a line that somebody types meanwhile. Each is answered with the place from which on bytes are
 * wanted, or that it is wanted again. Answers are strings that a terminal does not show (APC): the console prints its lines in between. While frames come, bytes
 * outside of them are parts of one that was broken: they must not become commands. An answer may get lost: no frame does anything else when it comes twice. */
#include "upload.h"

#include <stdio.h>
#include <string.h>
#include "console.h"
#include "crc.h"
#include "port/port.h"
#include "supervisor.h"

enum {
    DLE = 0x10, HEAD_BYTES = 3, DATA_MAX = 512, BODY_MAX = 4 + DATA_MAX, CHECK_BYTES = 4,
    BEGIN_BYTES = 4 + SHA256_BYTES,
    GAP_MS = 1500,               /* a frame with a longer pause in it has lost its rest; who sends waits longer for an answer */
    PATIENCE_MS = 30 * 1000      /* an upload that does not go on for so long has ended */
};

static struct {
    uint8_t frame [HEAD_BYTES + BODY_MAX + CHECK_BYTES];
    uint32_t length;             /* how much of it has come */
    bool inFrame, active;
    bool broken;                 /* the last frame was */
    uint8_t typed;               /* number of the line that came last */
    const char * ended;          /* how it ended; NULL while it goes on, or when it just stopped */
    int64_t lastAt;              /* the last byte of a frame */
    uint8_t print [SHA256_BYTES];
} upload;

static uint32_t wordAt (const uint8_t * at) { return at [0] | (uint32_t) at [1] << 8 | (uint32_t) at [2] << 16 | (uint32_t) at [3] << 24; }

static void answer (const char * word, uint32_t at)
{
    char text [40];
    snprintf (text, sizeof text, "\x1b_linehunt %s %lu\x1b\\", word, (unsigned long) at);
    portConsoleWrite (text, strlen (text));
}

static void finish (const char * how)
{
    upload.active = false;
    upload.ended = how;
    answer (how, slotsTaken ());
}

static void refuse (const char * why)
{
    consolePrint ("The update is refused: %s. The phone goes on as it was.", why);
    finish ("refused");
}

/* -- frames -------------------------------------------------------------------------------------------------------------------------------------- */

/* The same module again goes on where it stopped. */
static void begin (const uint8_t * body)
{
    uint32_t length = wordAt (body);
    bool again = upload.active && slotsLength () == length && memcmp (upload.print, body + 4, SHA256_BYTES) == 0;
    if (! again)
    {
        consolePrint ("A module of %lu bytes is coming in.", (unsigned long) length);
        memcpy (upload.print, body + 4, SHA256_BYTES);
        const char * error = slotsBegin (supervisorModule (), length, upload.print);
        if (error) return refuse (error);
    }
    upload.active = true;
    upload.ended = NULL;
    upload.typed = 0;
    answer ("at", slotsTaken ());
}

static void take (const uint8_t * body, uint32_t length)
{
    const char * error = wordAt (body) == slotsTaken () ? slotsTake (body + 4, length - 4) : NULL;
    if (error) refuse (error);
    else answer ("at", slotsTaken ());
}

static void end (void)
{
    Module module;
    const char * error = slotsEnd (& module);
    if (error) return refuse (error);
    consolePrint ("The new module is whole: %lu bytes, SHA-256 %02x%02x%02x%02x%02x%02x.", (unsigned long) module.length,
        module.print [0], module.print [1], module.print [2], module.print [3], module.print [4], module.print [5]);
    supervisorChange (& module);
    finish ("done");
}

/* Whether the line is another one than the last. */
static bool type (uint8_t number)
{
    bool isNew = number != upload.typed;
    upload.typed = number;
    answer ("at", slotsTaken ());
    return isNew;
}

static UploadByte work (uint8_t kind, const uint8_t * body, uint32_t length)
{
    if (kind == 'B') begin (body);
    else if (! upload.active) answer (upload.ended ? upload.ended : "none", 0);
    else if (kind == 'D') take (body, length);
    else if (kind == 'E') end ();
    else return type (body [0]) ? UPLOAD_TEXT : UPLOAD_FRAME;
    return UPLOAD_FRAME;
}

const uint8_t * uploadText (uint32_t * length)
{
    * length = upload.length - HEAD_BYTES - 1 - CHECK_BYTES;
    return upload.frame + HEAD_BYTES + 1;
}

/* The length of what follows the head of a frame; more than any frame has where it is none. Nobody types the beginning of one by chance: the length would be printable. */
static uint32_t bodyLength (void)
{
    uint32_t length = upload.frame [1] | (uint32_t) upload.frame [2] << 8;
    switch (upload.frame [0])
    {
        case 'B': return length == BEGIN_BYTES ? length : BODY_MAX + 1;
        case 'D': return length > 4 ? length : BODY_MAX + 1;
        case 'E': return length == 0 ? length : BODY_MAX + 1;
        case 'T': return length > 0 ? length : BODY_MAX + 1;
        default: return BODY_MAX + 1;
    }
}

static bool isKind (uint8_t byte) { return byte == 'B' || byte == 'D' || byte == 'E' || byte == 'T'; }

/* A byte outside of a frame. */
static UploadByte between (int64_t now) { return (upload.active || upload.broken) && now - upload.lastAt <= GAP_MS ? UPLOAD_PART : UPLOAD_TYPED; }

/* All of a frame has come. */
static UploadByte whole (void)
{
    uint32_t length = upload.length - CHECK_BYTES;
    upload.inFrame = false;
    upload.broken = wordAt (upload.frame + length) != crcOf (0, upload.frame, length);
    if (! upload.broken) return work (upload.frame [0], upload.frame + HEAD_BYTES, length - HEAD_BYTES);
    answer ("again", slotsTaken ());
    return UPLOAD_FRAME;
}

UploadByte uploadByte (uint8_t byte)
{
    int64_t now = portNow ();
    if (upload.inFrame && now - upload.lastAt > GAP_MS) upload.inFrame = false;
    if (! upload.inFrame && byte != DLE) return between (now);
    if (! upload.inFrame)
    {
        upload.inFrame = true;
        upload.length = 0;
        upload.lastAt = now;
        return UPLOAD_PART;
    }
    upload.frame [upload.length++] = byte;
    if (upload.length == 1 ? ! isKind (byte) : upload.length >= HEAD_BYTES && bodyLength () > BODY_MAX)
    {
        upload.inFrame = false;
        upload.broken = upload.length > 1;
        return between (now);
    }
    upload.lastAt = now;
    return upload.length < HEAD_BYTES || upload.length < HEAD_BYTES + bodyLength () + CHECK_BYTES ? UPLOAD_PART : whole ();
}

/* -- what happens without a frame ------------------------------------------------------------------------------------------------------------------- */

int64_t uploadSoonest (void) { return upload.active ? upload.lastAt + PATIENCE_MS : INT64_MAX; }

void uploadFollow (void)
{
    if (portNow () < uploadSoonest ()) return;
    upload.active = false;
    consolePrint ("The update has stopped after %lu of %lu bytes. The phone goes on as it was.", (unsigned long) slotsTaken (), (unsigned long) slotsLength ());
}

bool uploadCommand (const char * words)
{
    if (strcmp (words, "update back") == 0)
    {
        if (! supervisorGoBack ()) consolePrint ("The module of the firmware runs: there is none before it.");
        return true;
    }
    if (strcmp (words, "update") != 0) return false;
    Module module = * supervisorModule ();
    slotsPrint (& module);
    consolePrint ("The module of %s runs: %lu bytes, SHA-256 %02x%02x%02x%02x%02x%02x.", module.slot == SLOT_FIRMWARE ? "the firmware" : "an update",
        (unsigned long) module.length, module.print [0], module.print [1], module.print [2], module.print [3], module.print [4], module.print [5]);
    if (portSlotBytes == 0) consolePrint ("This board has no slot for another.");
    else consolePrint ("linehunt update --port ... FILE sends another; update back goes back to the one before.");
    return true;
}
