/* A slot begins with a head, which is written last: without one, or when anything in it is not as it says, the slot is empty. Behind the head is a word that is
 * erased as long as the module may be chosen. */
#include "slots.h"

#include <string.h>
#include "crc.h"
#include "port/port.h"

enum { MAGIC = 0x4c48534d /* "LHSM" */, BASE_BYTES = 16, MARK_AT = 64, MODULE_AT = 512, GOOD = -1 };

/* `base` is the beginning of the SHA-256 of the firmware's own module: a newer firmware is not to be overruled by what came before it. */
typedef struct Head {
    uint32_t magic, number, length;
    uint8_t print [SHA256_BYTES], base [BASE_BYTES];
    uint32_t check;                  /* CRC-32 of all before */
} Head;

_Static_assert (sizeof (Head) == MARK_AT, "the mark stands behind the head");

static struct {
    unsigned slot;
    Head head;
    uint32_t taken;
    Sha256 hash, base;               /* of what has been taken; of as much of the firmware's module */
} update;

static uint32_t roomOf (void) { return portSlotBytes > MODULE_AT ? portSlotBytes - MODULE_AT : 0; }

static void printOf (const uint8_t * wasm, uint32_t length, uint8_t print [SHA256_BYTES])
{
    Sha256 hash;
    sha256Begin (& hash);
    sha256Add (& hash, wasm, length);
    sha256End (& hash, print);
}

/* -- what is there ----------------------------------------------------------------------------------------------------------------------------- */

/* The head of a slot that may hold a module; whether it is whole is not known yet. */
static bool hasHead (unsigned slot, Head * head)
{
    if (roomOf () == 0) return false;
    uint32_t mark;
    memcpy (head, portSlot (slot), sizeof * head);
    memcpy (& mark, portSlot (slot) + MARK_AT, sizeof mark);
    return head->magic == MAGIC && head->check == crcOf (0, head, offsetof (Head, check)) && head->length <= roomOf () && mark == (uint32_t) GOOD;
}

/* The newest slot whose number is below `below`, or -1. */
static int newestSlot (uint32_t below, Head * head)
{
    int found = -1;
    for (unsigned slot = 0; slot < PORT_SLOTS; slot++)
    {
        Head each;
        if (! hasHead (slot, & each) || each.number >= below || (found >= 0 && each.number < head->number)) continue;
        * head = each;
        found = (int) slot;
    }
    return found;
}

static const char * readLayout (Module * module)
{
    Facts facts;
    const char * error = factsRead (module->wasm, module->length, & facts);
    module->layout = facts.layout;
    return error;
}

static bool isGood (int slot, const Head * head, const uint8_t base [SHA256_BYTES], Module * module)
{
    * module = (Module) { .slot = slot, .wasm = portSlot ((unsigned) slot) + MODULE_AT, .length = head->length };
    if (memcmp (head->base, base, BASE_BYTES) != 0) return false;
    slotsPrint (module);
    return memcmp (module->print, head->print, SHA256_BYTES) == 0 && ! readLayout (module);
}

void slotsChoose (Module * module)
{
    Head head = { 0 };
    uint8_t base [SHA256_BYTES] = { 0 };
    int slot = newestSlot (UINT32_MAX, & head);
    if (slot >= 0) printOf (portModule, portModuleBytes, base);
    for (; slot >= 0; slot = newestSlot (head.number, & head)) if (isGood (slot, & head, base, module)) return;
    slotsFirmware (module);
}

void slotsFirmware (Module * module)
{
    * module = (Module) { .slot = SLOT_FIRMWARE, .wasm = portModule, .length = portModuleBytes };
    readLayout (module);
}

void slotsPrint (Module * module) { printOf (module->wasm, module->length, module->print); }

bool slotsGiveUp (const Module * module)
{
    static const uint32_t givenUp = 0;
    return module->slot >= 0 && portSlotWrite ((unsigned) module->slot, MARK_AT, & givenUp, sizeof givenUp);
}

/* -- an update ------------------------------------------------------------------------------------------------------------------------------------ */

static const char * const flashFailed = "the flash does not take it";

const char * slotsBegin (const Module * running, uint32_t length, const uint8_t print [SHA256_BYTES])
{
    if (roomOf () == 0) return "this board has no slot for another module";
    if (length == 0 || length > roomOf ()) return "it does not fit into a slot";
    Head newest = { 0 };
    int last = newestSlot (UINT32_MAX, & newest);
    /* What runs stays, and otherwise what came last: that is what the phone goes back to. */
    unsigned slot = running->slot >= 0 ? 1 - (unsigned) running->slot : last == 0;
    update.slot = slot;
    update.taken = 0;
    update.head = (Head) { .magic = MAGIC, .number = last >= 0 ? newest.number + 1 : 1, .length = length };
    memcpy (update.head.print, print, SHA256_BYTES);
    sha256Begin (& update.hash);
    sha256Begin (& update.base);
    return portSlotErase (slot, 0) ? NULL : flashFailed;
}

/* The firmware's module is hashed along with what comes, so that the end takes no longer than any other piece. */
static void addBase (uint32_t length)
{
    uint32_t left = portModuleBytes - update.base.length;
    sha256Add (& update.base, portModule + update.base.length, length < left ? length : left);
}

const char * slotsTake (const uint8_t * bytes, uint32_t length)
{
    if (length > update.head.length - update.taken) return "more came than was announced";
    if (update.taken % sizeof (uint32_t) != 0) return "a piece before the last did not end with a word";
    uint8_t whole [4];
    while (length > 0)
    {
        uint32_t at = MODULE_AT + update.taken, sector = at - at % portSlotSectorBytes;
        uint32_t part = sector + portSlotSectorBytes - at < length ? sector + portSlotSectorBytes - at : length;
        if (at == sector && ! portSlotErase (update.slot, sector)) return flashFailed;
        uint32_t words = part & ~ 3u;
        if (words > 0 && ! portSlotWrite (update.slot, at, bytes, words)) return flashFailed;
        /* Only the last piece of a module ends within a word. */
        memset (whole, 0xff, sizeof whole);
        memcpy (whole, bytes + words, part - words);
        if (part > words && ! portSlotWrite (update.slot, at + words, whole, sizeof whole)) return flashFailed;
        sha256Add (& update.hash, portSlot (update.slot) + at, part);
        addBase (part);
        update.taken += part;
        bytes += part;
        length -= part;
    }
    return NULL;
}

uint32_t slotsTaken (void) { return update.taken; }
uint32_t slotsLength (void) { return update.head.length; }

const char * slotsEnd (Module * module)
{
    if (update.taken != update.head.length) return "not all of it has come";
    * module = (Module) { .slot = (int) update.slot, .wasm = portSlot (update.slot) + MODULE_AT, .length = update.head.length };
    sha256End (& update.hash, module->print);
    if (memcmp (module->print, update.head.print, SHA256_BYTES) != 0) return "its SHA-256 is not what was announced";
    Facts facts;
    const char * error = factsCheck (module->wasm, module->length, & facts);
    if (error) return error;
    module->layout = facts.layout;
    uint8_t base [SHA256_BYTES];
    addBase (portModuleBytes);
    sha256End (& update.base, base);
    memcpy (update.head.base, base, BASE_BYTES);
    update.head.check = crcOf (0, & update.head, offsetof (Head, check));
    return portSlotWrite (update.slot, 0, & update.head, sizeof update.head) ? NULL : flashFailed;
}
