/* Settings and module slots in the second flash bank: two chips of 16 bits side by side with the command set of Intel (CFI 1). A bank that takes commands cannot be
 * read at the same time, so the program is in the other one; each function here leaves the bank as it can be read. */
#include <string.h>
#include "machine.h"
#include "port/port.h"

enum {
    SECTOR_BYTES = 256 * 1024, FIRST_SLOT = 2, ERASE = 0x00200020, CONFIRM = 0x00d000d0, PROGRAM = 0x00400040, READ = 0x00ff00ff, CLEAR = 0x00500050,
    READY = 0x00800080, FAILED = 0x003a003a, POLLS_MAX = 1000000
};

const uint32_t portSlotBytes = SECTOR_BYTES, portSlotSectorBytes = SECTOR_BYTES;

/* Each copy of the settings has a sector, and each slot. */
static uint32_t place (unsigned sector, uint32_t at) { return MACHINE_FLASH + sector * SECTOR_BYTES + at; }

/* Waits for the end of a command; the bank can be read again after it. */
static bool finish (uint32_t address)
{
    uint32_t status = 0;
    for (unsigned i = 0; i < POLLS_MAX && (status & READY) != READY; i++) status = REGISTER32 (address);
    REGISTER32 (address) = CLEAR;
    REGISTER32 (address) = READ;
    return (status & READY) == READY && ! (status & FAILED);
}

static bool erase (uint32_t address)
{
    REGISTER32 (address) = ERASE;
    REGISTER32 (address) = CONFIRM;
    return finish (address);
}

static bool write (uint32_t address, const uint8_t * from, size_t length)
{
    for (uint32_t done = 0; done < length; done += 4)
    {
        uint32_t word = UINT32_MAX;
        memcpy (& word, from + done, length - done < 4 ? length - done : 4);
        REGISTER32 (address + done) = PROGRAM;
        REGISTER32 (address + done) = word;
        if (! finish (address + done)) return false;
    }
    return true;
}

void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length)
{
    memcpy (into, (const void *) (uintptr_t) place (copy, at), length);
}

bool portStoreErase (unsigned copy) { return erase (place (copy, 0)); }
bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length) { return write (place (copy, at), bytes, length); }

const uint8_t * portSlot (unsigned slot) { return (const uint8_t *) (uintptr_t) place (FIRST_SLOT + slot, 0); }
bool portSlotErase (unsigned slot, uint32_t at) { (void) at; return erase (place (FIRST_SLOT + slot, 0)); }
bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length) { return write (place (FIRST_SLOT + slot, at), bytes, length); }
