/* The port, and the parts of the board that the console asks. */
#include "native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "console.h"
#include "figures.h"
#include "port/port.h"
#include "supervisor.h"
#include "upload.h"

int64_t nativeNow;
uint8_t nativeStore [2] [4096], nativeSlots [2] [NATIVE_SLOT_BYTES], nativeCode [NATIVE_CODE_BYTES], nativeIdentity [16];
long nativeFlashLeft = -1;
bool nativeShows = true;
uint32_t nativeSeed = 1;

static const uint8_t * coming, * comingEnd;
static uint8_t rx [4096];
static Module running = { .slot = SLOT_FIRMWARE };

uint32_t nativeRandom (void)
{
    nativeSeed ^= nativeSeed << 13;
    nativeSeed ^= nativeSeed >> 17;
    return nativeSeed ^= nativeSeed << 5;
}

void nativeErase (void)
{
    memset (nativeStore, 0xff, sizeof nativeStore);
    memset (nativeSlots, 0xff, sizeof nativeSlots);
    memset (nativeCode, 0xff, sizeof nativeCode);
}

/* -- the port -------------------------------------------------------------------------------------------------------------------------------------- */

/* The firmware's module is as long as the test has it; nothing else reads it. */
uint8_t nativeModule [NATIVE_SLOT_BYTES] __asm__ ("portModule");
uint32_t nativeModuleBytes __asm__ ("portModuleBytes");

void nativeFirmware (const uint8_t * wasm, uint32_t length)
{
    memcpy (nativeModule, wasm, length);
    nativeModuleBytes = length;
    slotsFirmware (& running);
}

int64_t portNow (void) { return nativeNow; }

int portConsoleRead (void) { return coming < comingEnd ? * coming++ : -1; }

void portConsoleWrite (const char * bytes, size_t length) { if (nativeShows) fwrite (bytes, 1, length, stdout); }

bool portCommand (const char * line, void (* print) (const char * text)) { (void) line; (void) print; return false; }

/* A word that is written can only lose bits; without power nothing happens. */
static bool write (uint8_t * at, const uint8_t * bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
    {
        if (i % 4 == 0 && nativeFlashLeft == 0) return false;
        if (i % 4 == 0 && nativeFlashLeft > 0) nativeFlashLeft--;
        at [i] &= bytes [i];
    }
    return true;
}

static bool erase (uint8_t * at, size_t length)
{
    if (nativeFlashLeft == 0) return false;
    if (nativeFlashLeft > 0) nativeFlashLeft--;
    memset (at, 0xff, length);
    return true;
}

void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length) { memcpy (into, nativeStore [copy] + at, length); }
bool portStoreErase (unsigned copy) { return erase (nativeStore [copy], sizeof nativeStore [copy]); }
bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length) { return write (nativeStore [copy] + at, bytes, length); }

const uint32_t portSlotBytes = NATIVE_SLOT_BYTES, portSlotSectorBytes = NATIVE_SECTOR_BYTES;
const uint8_t * portSlot (unsigned slot) { return nativeSlots [slot]; }
bool portSlotErase (unsigned slot, uint32_t at) { return erase (nativeSlots [slot] + at, NATIVE_SECTOR_BYTES); }

bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length)
{
    if (at % 4 != 0 || length % 4 != 0 || at + length > NATIVE_SLOT_BYTES) abort ();
    return write (nativeSlots [slot] + at, bytes, length);
}

const uint32_t portCodeAreaBytes = NATIVE_CODE_BYTES, portCodeAreaSectorBytes = NATIVE_SECTOR_BYTES;
const uint8_t * portCodeArea (void) { return nativeCode; }
bool portCodeAreaErase (uint32_t at) { return erase (nativeCode + at, NATIVE_SECTOR_BYTES); }

bool portCodeAreaWrite (uint32_t at, const void * bytes, size_t length)
{
    if (at % 4 != 0 || length % 4 != 0 || at + length > NATIVE_CODE_BYTES) abort ();
    return write (nativeCode + at, bytes, length);
}

const uint8_t * portIdentity (void) { return nativeIdentity; }

/* -- the phone ------------------------------------------------------------------------------------------------------------------------------------- */

uint8_t * coreRegion (Region region, uint32_t * size)
{
    if (region != REGION_RX) abort ();
    if (size) * size = sizeof rx;
    return rx;
}

bool supervisorRuns (void) { return true; }
const Module * supervisorModule (void) { return & running; }
bool supervisorGoBack (void) { return false; }
void figuresPrint (void (* print) (const char * name, uint32_t value)) { print ("figure", 1); }

void supervisorChange (const Module * module)
{
    printf ("\nCHANGE slot %d, %u bytes\n", module->slot, (unsigned) module->length);
    running = * module;
}

void nativeType (const uint8_t * bytes, size_t length)
{
    coming = bytes;
    comingEnd = bytes + length;
}

void nativeRun (void)
{
    Input input;
    uploadFollow ();
    while (consoleNext (& input))
    {
        if (input.kind == INPUT_COMMAND && nativeShows) printf ("\nCOMMAND %.*s\n", (int) input.length, (const char *) rx);
    }
    uploadFollow ();
    if (nativeShows) fflush (stdout);
}
