/* What a test does with it, by the first argument. The module of the firmware is the file of the second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "area.h"
#include "console.h"
#include "facts.h"
#include "native.h"
#include "port/port.h"
#include "slots.h"
#include "store.h"
#include "upload.h"

enum { INPUT_MAX = 1 << 20 };
static uint8_t input [INPUT_MAX];

static void hold (bool holds, const char * what)
{
    if (holds) return;
    fprintf (stderr, "%s, after seed %u\n", what, (unsigned) nativeSeed);
    exit (1);
}

static uint32_t readAll (FILE * file)
{
    uint32_t length = (uint32_t) fread (input, 1, sizeof input, file);
    hold (length < sizeof input, "the input is too long");
    return length;
}

/* A copy that ends where it ends: whoever reads behind it is seen by the sanitizer. */
static uint8_t * copyOf (const uint8_t * bytes, uint32_t length)
{
    uint8_t * copy = malloc (length ? length : 1);
    memcpy (copy, bytes, length);
    return copy;
}

/* -- a module from stdin ------------------------------------------------------------------------------------------------------------------------- */

static void facts (void)
{
    uint32_t length = readAll (stdin);
    uint8_t * wasm = copyOf (input, length);
    Facts facts;
    const char * error = factsCheck (wasm, length, & facts);
    if (error) printf ("%s\n", error);
    else printf ("good: layout %08x, constants at %u, handle_timeout is %u\n", (unsigned) facts.layout, (unsigned) facts.constants, (unsigned) facts.calls [INPUT_TIMEOUT]);
    free (wasm);
}

/* Bytes changed, cut off, put in: whatever comes out, nothing outside of it is read. */
static void fuzzFacts (const uint8_t * module, uint32_t length, unsigned rounds)
{
    unsigned refused = 0;
    for (unsigned round = 0; round < rounds; round++)
    {
        uint32_t kept = nativeRandom () % 4 ? length : nativeRandom () % length;
        uint8_t * wasm = copyOf (module, kept);
        /* The first part of a module has its types, exports and globals; most of the rest are instructions. */
        for (unsigned changes = 1 + nativeRandom () % 4; changes > 0 && kept > 0; changes--) wasm [nativeRandom () % (nativeRandom () % 2 && kept > 3000 ? 3000 : kept)] = (uint8_t) nativeRandom ();
        Facts facts;
        refused += factsCheck (wasm, kept, & facts) != NULL;
        factsRead (wasm, kept, & facts);
        free (wasm);
    }
    printf ("%s of %u modules that were changed are refused\n", refused > rounds / 4 ? "more than a quarter" : "few", rounds);
}

/* -- the console ------------------------------------------------------------------------------------------------------------------------------------ */

/* Records from stdin: C, length and bytes for the console; T and milliseconds. Whatever the board says comes out. */
static void console (void)
{
    consoleStart ();
    for (int kind = getchar (); kind != EOF; kind = getchar ())
    {
        uint32_t number = 0;
        hold (fread (& number, sizeof number, 1, stdin) == 1 && number < sizeof input, "a record has no length");
        if (kind == 'T') nativeNow += number;
        else if (fread (input, 1, number, stdin) == number) nativeType (input, number);
        nativeRun ();
    }
}

/* Bytes by chance, with what means something among them more often than chance has it. */
static void fuzzConsole (unsigned rounds)
{
    static const char * const pieces [] = { "\x1b[A", "\x1b[B", "\x1b[3~", "\x1b", "\x7f", "\r", "\n", "update\r", "update back\r", "\x10" "B\x24\x00", "\x10" "D\x04\x02", "\x10" "E\x00\x00", "\xc3\xa4" };
    nativeShows = false;
    consoleStart ();
    for (unsigned round = 0; round < rounds; round++)
    {
        uint8_t some [600];
        size_t length = 0;
        while (length < sizeof some - 16)
        {
            const char * piece = pieces [nativeRandom () % (sizeof pieces / sizeof * pieces)];
            size_t size = piece [0] == 0x10 ? 4 : strlen (piece);
            if (nativeRandom () % 3 == 0) memcpy (some + length, piece, size), length += size;
            else some [length++] = (uint8_t) nativeRandom ();
        }
        nativeType (some, length);
        nativeRun ();
        nativeNow += nativeRandom () % 8 == 0 ? 2000 : 3;
    }
    nativeShows = true;
    nativeNow += 2000;
    nativeType ((const uint8_t *) "\x03status\r", 8);
    nativeRun ();
}

/* -- the flash -------------------------------------------------------------------------------------------------------------------------------------- */

static bool isModule (const Module * module, const uint8_t * wasm, uint32_t length) { return module->length == length && memcmp (module->wasm, wasm, length) == 0; }

/* An update from the beginning to its end, as far as the flash goes. */
static bool updateTo (const Module * running, const uint8_t * wasm, uint32_t length, Module * module)
{
    uint8_t print [SHA256_BYTES];
    Sha256 hash;
    sha256Begin (& hash);
    sha256Add (& hash, wasm, length);
    sha256End (& hash, print);
    const char * error = slotsBegin (running, length, print);
    for (uint32_t at = 0; ! error && at < length; at += 512) error = slotsTake (wasm + at, length - at < 512 ? length - at : 512);
    return ! error && ! slotsEnd (module);
}

/* The power goes at each word: before the head is whole the old module runs, then the new one. */
static void cuts (const uint8_t * firmware, uint32_t length)
{
    uint32_t words = 0, other = length;
    uint8_t * next = copyOf (firmware, length);
    /* The last byte of a module is one of its constants. */
    next [length - 1] ^= 1;
    for (bool whole = false; ! whole; words++)
    {
        Module running, chosen;
        nativeErase ();
        slotsFirmware (& running);
        nativeFlashLeft = (long) words;
        whole = updateTo (& running, next, other, & chosen);
        nativeFlashLeft = -1;
        slotsChoose (& chosen);
        hold (isModule (& chosen, whole ? next : firmware, whole ? other : length), "another module is chosen");
    }
    printf ("the power was cut at %s places; the old module ran on, until the new one was whole\n", words > 100 ? "more than 100" : "few");
    free (next);
}

/* Both slots hold a module, and bytes of them change: what is chosen is whole, or the firmware's. */
static void damage (const uint8_t * firmware, uint32_t length, unsigned rounds)
{
    uint8_t * next = copyOf (firmware, length);
    static uint8_t good [2] [NATIVE_SLOT_BYTES];
    Module running, first, second;
    nativeErase ();
    slotsFirmware (& running);
    next [length - 1] ^= 1;
    hold (updateTo (& running, next, length, & first), "the first update fails");
    next [length - 1] ^= 3;
    hold (updateTo (& first, next, length, & second) && second.slot != first.slot, "the second update fails, or overwrites the first");
    memcpy (good, nativeSlots, sizeof good);
    unsigned fellBack = 0;
    for (unsigned round = 0; round < rounds; round++)
    {
        memcpy (nativeSlots, good, sizeof good);
        for (unsigned slot = 0; slot < 2; slot++)
        {
            uint32_t room = nativeRandom () % 2 ? 80 : 512 + length;
            if (nativeRandom () % 3) nativeSlots [slot] [nativeRandom () % room] ^= (uint8_t) (1 + nativeRandom () % 255);
        }
        Module chosen;
        slotsChoose (& chosen);
        uint8_t print [SHA256_BYTES];
        memcpy (print, chosen.print, sizeof print);
        if (chosen.slot == SLOT_FIRMWARE) fellBack++, hold (isModule (& chosen, firmware, length), "the firmware's module is another");
        else slotsPrint (& chosen), hold (memcmp (print, chosen.print, sizeof print) == 0 && memcmp (print, nativeSlots [chosen.slot] + 12, sizeof print) == 0, "a module that is damaged is chosen");
    }
    memcpy (nativeSlots, good, sizeof good);
    Module chosen;
    slotsChoose (& chosen);
    hold (chosen.slot == second.slot && slotsGiveUp (& chosen), "the newest module is not chosen");
    slotsChoose (& chosen);
    hold (chosen.slot == first.slot && slotsGiveUp (& chosen), "a module that was given up does not give way to the one before");
    slotsChoose (& chosen);
    hold (chosen.slot == SLOT_FIRMWARE, "a module that was given up is chosen");
    printf ("of slots that were damaged only whole modules were chosen, and the firmware's when there was none (%s)\n", fellBack > 0 ? "which happened" : "which never happened");
    free (next);
}

/* Settings are written again and again, with the power cut somewhere and bytes changed: what is read was written once, and is the last or the one before. */
static void settings (unsigned rounds)
{
    char texts [2] [40] = { "", "" };
    nativeErase ();
    nativeShows = false;
    unsigned lost = 0;
    for (unsigned round = 0; round < rounds; round++)
    {
        char text [40];
        snprintf (text, sizeof text, "user: %u\npassword: %08x\n", round, (unsigned) nativeRandom ());
        nativeFlashLeft = nativeRandom () % 2 ? (long) (nativeRandom () % 16) : -1;
        storeWrite (STORED_SETTINGS, (const uint8_t *) text, (uint32_t) strlen (text));
        nativeFlashLeft = -1;
        uint8_t read [4096];
        uint32_t length = 0;
        bool isThere = storeRead (STORED_SETTINGS, 0, read, sizeof read, & length);
        hold (isThere || texts [0] [0] == 0, "nothing is whole after a cut");
        if (! isThere) continue;
        bool isNew = length == strlen (text) && memcmp (read, text, length) == 0, isOld = length == strlen (texts [0]) && memcmp (read, texts [0], length) == 0;
        hold (isNew || isOld, "what is read was never written");
        if (isNew) memcpy (texts [1], texts [0], sizeof text), memcpy (texts [0], text, sizeof text);
        uint8_t before [2] [4096];
        memcpy (before, nativeStore, sizeof before);
        for (unsigned copy = 0; copy < 2; copy++) if (nativeRandom () % 2) nativeStore [copy] [nativeRandom () % 48] ^= (uint8_t) (1 + nativeRandom () % 255);
        for (unsigned age = 0; age < 2; age++)
        {
            if (! storeRead (STORED_SETTINGS, age, read, sizeof read, & length)) { lost++; continue; }
            bool known = false;
            for (unsigned i = 0; i < 2; i++) known = known || (length == strlen (texts [i]) && memcmp (read, texts [i], length) == 0);
            hold (known, "settings that are damaged are read");
        }
        hold (storeDamaged () <= 2, "there are more copies than there are");
        memcpy (nativeStore, before, sizeof before);
    }
    printf ("settings that were read were whole; damaged ones were not (%s)\n", lost > 0 ? "which happened" : "which never happened");
}

/* -- the code area --------------------------------------------------------------------------------------------------------------------------------- */

enum { CODE_FUNCTIONS = 24, CODE_MAX = 400 };

/* What is kept of a function here: bytes that follow from its number. */
static AreaFunction functionOf (unsigned number, uint8_t * bytes)
{
    AreaFunction function = { .number = (uint16_t) number, .units = (uint16_t) (1 + number * 37 % 150), .stackSlots = 7, .ioSlots = 2, .localBytes = 8, .constantBytes = (uint16_t) (number % 3 * 4) };
    for (unsigned i = 0; i < CODE_MAX; i++) bytes [i] = (uint8_t) (number * 31 + i * 7);
    return function;
}

static uint32_t lengthOf (const AreaFunction * function) { return function->constantBytes + function->units * 2u; }

/* Every record that says that it is whole is what was written. Which functions there are, a bit for each. */
static uint32_t kept (void)
{
    uint32_t all = 0;
    for (const AreaRecord * record = areaNext (NULL); record; record = areaNext (record))
    {
        if (! areaIsWhole (record)) continue;
        uint8_t bytes [CODE_MAX];
        AreaFunction function = functionOf (record->function.number, bytes);
        hold (function.number < CODE_FUNCTIONS && memcmp (& record->function, & function, sizeof function) == 0, "a function is kept that was never written");
        hold (memcmp (record + 1, bytes, lengthOf (& function)) == 0, "code is kept that was never written");
        all |= 1u << function.number;
    }
    return all;
}

/* As board/ahead.c does it: begins the area anew where it must be, and adds what is not there. False when the flash takes no more. */
static bool fillArea (const uint8_t print [SHA256_BYTES], unsigned * renewed)
{
    if (areaOpen (print) != AREA_GOOD)
    {
        AreaStep step = AREA_GOES_ON;
        (* renewed)++;
        while (step == AREA_GOES_ON) step = areaRenew ();
        if (step == AREA_FAILS) return false;
    }
    uint32_t there = kept ();
    for (unsigned number = 0; number < CODE_FUNCTIONS; number++)
    {
        uint8_t bytes [CODE_MAX];
        AreaFunction function = functionOf (number, bytes);
        if (there >> number & 1) continue;
        if (! areaBegin (& function) || ! areaAdd (bytes, function.constantBytes) || ! areaAdd (bytes + function.constantBytes, function.units * 2u) || ! areaEnd ()) return false;
    }
    return true;
}

/* The power goes at each word, over what another firmware had left: nothing is run that is not whole, and what was whole stays. */
static void codeCuts (void)
{
    static const uint8_t print [SHA256_BYTES] = { 1 };
    static uint8_t before [NATIVE_CODE_BYTES];
    unsigned cuts = 0, renewed = 0;
    nativeIdentity [0] = 1;
    hold (fillArea (print, & renewed), "the area is too small");
    memcpy (before, nativeCode, sizeof before);
    nativeIdentity [0] = 2;
    for (bool whole = false; ! whole; cuts++)
    {
        memcpy (nativeCode, before, sizeof before);
        nativeFlashLeft = (long) cuts;
        whole = fillArea (print, & renewed);
        nativeFlashLeft = -1;
        AreaState state = areaOpen (print);
        hold (state == AREA_OTHER || state == AREA_GOOD, "a cut leaves a damaged area");
        uint32_t had = state == AREA_GOOD ? kept () : 0;
        renewed = 0;
        hold (fillArea (print, & renewed) && renewed == (state == AREA_OTHER), "what is missing cannot be added after a cut");
        hold (kept () == (1u << CODE_FUNCTIONS) - 1 && (had & kept ()) == had, "not all is there after a cut");
    }
    nativeIdentity [0] = 1;
    hold (areaOpen (print) == AREA_OTHER, "another firmware uses what this one has left");
    nativeIdentity [0] = 2;
    static const uint8_t another [SHA256_BYTES] = { 2 };
    hold (areaOpen (print) == AREA_GOOD && areaOpen (another) == AREA_OTHER, "another module uses what this one has left");
    printf ("the power was cut at %s places; what was whole stayed, what was not was never used\n", cuts > 1000 ? "more than 1000" : "few");
}

/* Bytes change: what is used is what was written, nothing outside is read, and it can be begun anew. */
static void codeDamage (unsigned rounds)
{
    static const uint8_t print [SHA256_BYTES];
    static uint8_t good [NATIVE_CODE_BYTES];
    unsigned states [4] = { 0 }, lost = 0, renewed = 0;
    hold (fillArea (print, & renewed), "the area is too small");
    memcpy (good, nativeCode, sizeof good);
    for (unsigned round = 0; round < rounds; round++)
    {
        memcpy (nativeCode, good, sizeof good);
        for (unsigned changes = 1 + nativeRandom () % 4; changes > 0; changes--) nativeCode [nativeRandom () % (nativeRandom () % 4 ? sizeof good : 96)] = (uint8_t) nativeRandom ();
        AreaState state = areaOpen (print);
        states [state]++;
        if (state == AREA_GOOD) lost += kept () != (1u << CODE_FUNCTIONS) - 1;
        else hold (fillArea (print, & renewed) && kept () == (1u << CODE_FUNCTIONS) - 1, "it cannot be begun anew");
    }
    printf ("of an area that was damaged only whole functions were used (%s)\n", states [AREA_OTHER] && states [AREA_DAMAGED] && states [AREA_GOOD] && lost ? "each kind of damage happened" : "some damage never happened");
}

int main (int count, char * * words)
{
    if (count < 4) return fprintf (stderr, "native MODE FIRMWARE SEED [ROUNDS]\n"), 2;
    const char * mode = words [1];
    FILE * file = fopen (words [2], "rb");
    hold (file != NULL, "the firmware's module cannot be read");
    uint32_t length = readAll (file);
    fclose (file);
    uint8_t * firmware = copyOf (input, length);
    nativeSeed = (uint32_t) atoi (words [3]) | 1;
    unsigned rounds = count > 4 ? (unsigned) atoi (words [4]) : 0;
    nativeErase ();
    nativeFirmware (firmware, length);
    if (strcmp (mode, "facts") == 0) facts ();
    else if (strcmp (mode, "console") == 0) console ();
    else if (strcmp (mode, "fuzz-facts") == 0) fuzzFacts (firmware, length, rounds);
    else if (strcmp (mode, "fuzz-console") == 0) fuzzConsole (rounds);
    else if (strcmp (mode, "fuzz-flows") == 0) nativeFlows (rounds);
    else if (strcmp (mode, "cuts") == 0) cuts (firmware, length);
    else if (strcmp (mode, "damage") == 0) damage (firmware, length, rounds);
    else if (strcmp (mode, "settings") == 0) settings (rounds);
    else if (strcmp (mode, "code-cuts") == 0) codeCuts ();
    else if (strcmp (mode, "code-damage") == 0) codeDamage (rounds);
    else return 2;
    free (firmware);
    return 0;
}
