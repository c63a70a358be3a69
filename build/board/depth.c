/* The depth probe: counts how much stack an Xtensa would need for what wasm3 does here. Linked with wasm3 that is compiled with -finstrument-functions.
 * LINEHUNT_DEPTH names a file that build/board/depth.ts reads and writes: a Probe, then `count` weights, sorted by address. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PLAIN __attribute__ ((no_instrument_function))

typedef struct Weight { uint32_t address; uint16_t bytes; uint16_t compiles; } Weight;
typedef struct Probe {
    uint32_t count;
    uint32_t levels, running;     /* most operations and calls under way at once, and their stack in bytes */
    uint32_t compiling;           /* most stack of the compiler */
    Weight weights [];
} Probe;

static Probe * probe;
static const char * origin;
static uint32_t depths [2], levels;   /* of what runs, and of what compiles */

PLAIN __attribute__ ((constructor)) static void open_probe (void)
{
    Dl_info own;
    const char * path = getenv ("LINEHUNT_DEPTH");
    int file = path ? open (path, O_RDWR) : -1;
    off_t size = file < 0 ? 0 : lseek (file, 0, SEEK_END);
    void * at = size > 0 ? mmap (NULL, (size_t) size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    if (file >= 0) close (file);
    if (at == MAP_FAILED || ! dladdr ((void *) & probe, & own)) return;
    origin = own.dli_fbase;
    probe = at;
}

PLAIN static const Weight * weight_of (const void * function)
{
    uint32_t address = (uint32_t) ((const char *) function - origin), low = 0, high = probe ? probe->count : 0;
    while (low < high)
    {
        uint32_t middle = (low + high) / 2;
        if (probe->weights [middle].address == address) return & probe->weights [middle];
        if (probe->weights [middle].address < address) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* glibc has empty functions of these names; those of this file are found first as they are hidden. */
PLAIN void __cyg_profile_func_enter (void * function, void * caller)
{
    const Weight * weight = weight_of (function);
    (void) caller;
    if (! weight) return;
    depths [weight->compiles] += weight->bytes;
    if (! weight->compiles && ++levels > probe->levels) probe->levels = levels;
    if (depths [0] > probe->running) probe->running = depths [0];
    if (depths [1] > probe->compiling) probe->compiling = depths [1];
}

PLAIN void __cyg_profile_func_exit (void * function, void * caller)
{
    const Weight * weight = weight_of (function);
    (void) caller;
    if (! weight) return;
    depths [weight->compiles] -= weight->bytes;
    if (! weight->compiles) levels--;
}
