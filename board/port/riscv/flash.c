/* The settings in the second flash bank: two chips of 16 bits side by side with the command set of Intel (CFI 1). A bank that takes commands cannot be
 * read at the same time, so the program is in the other one. */
#include <string.h>
#include "machine.h"
#include "port/port.h"

enum {
    SECTOR_BYTES = 256 * 1024, ERASE = 0x00200020, CONFIRM = 0x00d000d0, PROGRAM = 0x00400040, READ = 0x00ff00ff, CLEAR = 0x00500050, READY = 0x00800080,
    FAILED = 0x003a003a, POLLS_MAX = 1000000
};

static uint32_t place (unsigned copy, uint32_t at) { return MACHINE_FLASH + copy * SECTOR_BYTES + at; }

/* Waits for the end of a command; the bank can be read again after it. */
static bool finish (uint32_t address)
{
    uint32_t status = 0;
    for (unsigned i = 0; i < POLLS_MAX && (status & READY) != READY; i++) status = REGISTER32 (address);
    REGISTER32 (address) = CLEAR;
    REGISTER32 (address) = READ;
    return (status & READY) == READY && ! (status & FAILED);
}

void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length)
{
    memcpy (into, (const void *) (uintptr_t) place (copy, at), length);
}

bool portStoreErase (unsigned copy)
{
    REGISTER32 (place (copy, 0)) = ERASE;
    REGISTER32 (place (copy, 0)) = CONFIRM;
    return finish (place (copy, 0));
}

bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length)
{
    const uint8_t * from = bytes;
    for (uint32_t done = 0; done < length; done += 4)
    {
        uint32_t word = UINT32_MAX;
        memcpy (& word, from + done, length - done < 4 ? length - done : 4);
        REGISTER32 (place (copy, at + done)) = PROGRAM;
        REGISTER32 (place (copy, at + done)) = word;
        if (! finish (place (copy, at + done))) return false;
    }
    return true;
}
