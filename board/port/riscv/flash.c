/* Settings, module slots and compiled code in the second flash bank: two chips of 16 bits side by side with the command set of Intel (CFI 1). A bank that takes commands cannot be
 * read at the same time, so the program is in the other one; each function here leaves the bank as it can be read. */
#include <string.h>
#include "machine.h"
#include "port/port.h"

enum {
    SECTOR_BYTES = 256 * 1024, FIRST_SLOT = PORT_STORE_COPIES, CODE_AREA = FIRST_SLOT + PORT_SLOTS, CODE_SECTORS = 2, ERASE = 0x00200020, CONFIRM = 0x00d000d0, WRITE_BUFFER = 0x00e800e8, BLOCK_BYTES = 512, READ = 0x00ff00ff, CLEAR = 0x00500050,
    READY = 0x00800080, FAILED = 0x003a003a, POLLS_MAX = 1000000
};

const uint32_t portSlotBytes = SECTOR_BYTES, portSlotSectorBytes = SECTOR_BYTES;

/* Each copy of what is kept has a sector, and each slot. */
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

/* Words through the write buffer of the chips: all at once, within one of its blocks. */
static bool writeBlock (uint32_t address, const uint8_t * from, uint32_t length)
{
    uint32_t words = (length + 3) / 4, more = words - 1;
    REGISTER32 (address) = WRITE_BUFFER;
    REGISTER32 (address) = more | more << 16;
    for (uint32_t i = 0; i < words; i++)
    {
        uint32_t word = UINT32_MAX;
        memcpy (& word, from + 4 * i, length - 4 * i < 4 ? length - 4 * i : 4);
        REGISTER32 (address + 4 * i) = word;
    }
    REGISTER32 (address) = CONFIRM;
    return finish (address);
}

static bool write (uint32_t address, const uint8_t * from, size_t length)
{
    for (uint32_t done = 0, part; done < length; done += part)
    {
        uint32_t room = BLOCK_BYTES - (address + done) % BLOCK_BYTES;
        part = length - done < room ? (uint32_t) length - done : room;
        if (! writeBlock (address + done, from + done, part)) return false;
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

const uint32_t portCodeAreaBytes = CODE_SECTORS * SECTOR_BYTES, portCodeAreaSectorBytes = SECTOR_BYTES;
const uint8_t * portCodeArea (void) { return (const uint8_t *) (uintptr_t) place (CODE_AREA, 0); }
bool portCodeAreaErase (uint32_t at) { return erase (place (CODE_AREA, at)); }
bool portCodeAreaWrite (uint32_t at, const void * bytes, size_t length) { return write (place (CODE_AREA, at), bytes, length); }

/* The linker's hash of all that it has put together (board.ld). */
extern const uint8_t firmwareIdentity [];
const uint8_t * portIdentity (void) { return firmwareIdentity; }
