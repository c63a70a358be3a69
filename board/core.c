/* Loads the module under wasm3, calls its exports and hands out what lies in its memory, never beyond it. */
#include "core.h"

#include <string.h>
#include "ahead.h"
#include "code.h"
#include "facts.h"
#include "meter.h"
#include "port/port.h"

enum {
    WASM_STACK_BYTES = 6 * 1024,
    FUEL = 250 * 1000   /* loop turns and calls of one call; a SIP message takes less than 50,000 */
};

static struct {
    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    Meter meter;
    Facts facts;
    IM3Function calls [CALL_COUNT];
} core;

/* The page of memory; NULL while there is none. */
static uint8_t * page (uint32_t * bytes)
{
    * bytes = 0;
    return core.runtime && core.runtime->memory.mallocated ? m3_GetMemory (core.runtime, bytes, 0) : NULL;
}

/* -- loading --------------------------------------------------------------------------------------------------------------------------------- */

static void unload (void)
{
    if (! core.module) return;
    codeFlush ();
    aheadUnbind ();
    core.runtime->modules = NULL;
    m3_FreeModule (core.module);
    core.module = NULL;
}

static const char * parse (const uint8_t * wasm, uint32_t length, IM3Module * module)
{
    const char * error = m3_ParseModule (core.environment, module, wasm, length);
    if (error) return error;
    IM3Module it = * module;
    if (it->memoryInfo.initPages != 1 || it->numFuncImports > 0) error = "the module does not have one page of memory and no imports";
    else if (it->numElementSegments > 0) error = "the module has a function table, whose code could not be dropped";
    if (! error) return NULL;
    m3_FreeModule (it);
    return error;
}

/* The page of memory is taken once. wasm3 asks for it again with each module and gets what it has, as it was. */
static void clearConstants (void)
{
    uint32_t bytes;
    uint8_t * memory = page (& bytes);
    if (memory && bytes > core.facts.constants) memset (memory + core.facts.constants, 0, bytes - core.facts.constants);
}

const char * coreLoad (const Module * chosen)
{
    const char * error = codeStart (portCodeBytes);
    if (error) return error;
    if (! core.environment) core.environment = m3_NewEnvironment ();
    if (core.environment && ! core.runtime) core.runtime = m3_NewRuntime (core.environment, WASM_STACK_BYTES, & core.meter);
    if (! core.runtime) return m3Err_mallocFailed;
    unload ();
    error = factsRead (chosen->wasm, chosen->length, & core.facts);
    IM3Module module = NULL;
    if (! error) error = parse (chosen->wasm, chosen->length, & module);
    if (error) return error;
    module->memoryInfo.maxPages = 1;
    codeBind (module);
    clearConstants ();
    error = m3_LoadModule (core.runtime, module);
    if (error)
    {
        m3_FreeModule (module);
        return error;
    }
    core.module = module;
    /* The firmware's own module is told by the identity of the firmware: nothing need be computed for it. */
    static const uint8_t own [SHA256_BYTES];
    aheadBind (module, chosen->slot == SLOT_FIRMWARE ? own : chosen->print);
    for (unsigned i = INPUT_ENTROPY; i < CALL_COUNT; i++) core.calls [i] = & module->functions [core.facts.calls [i]];
    return NULL;
}

bool coreIsLoaded (void) { return core.module != NULL; }

/* Called by wasm3's loader; not in its header. */
M3Result InitDataSegments (M3Memory * memory, IM3Module module);

static const char * call (unsigned which, uint32_t count, const void * parameters [])
{
    core.meter.left = FUEL;
    core.meter.stackFloor = (const char *) __builtin_frame_address (0) - portStackBytes;
    return codeCall (core.calls [which], count, parameters);
}

const char * coreReset (const uint8_t * keep)
{
    codeFlush ();
    uint32_t bytes;
    uint8_t * memory = page (& bytes);
    memset (memory, 0, bytes);
    const char * error = InitDataSegments (& core.runtime->memory, core.module);
    if (! error) error = call (CALL_INITIALIZE, 0, NULL);
    if (! error && keep) memcpy (memory + core.facts.at [REGION_KEEP], keep, core.facts.size [REGION_KEEP]);
    return error;
}

/* -- calls ----------------------------------------------------------------------------------------------------------------------------------- */

static Io * record (void) { return (Io *) coreRegion (REGION_IO, NULL); }

/* The parameters of a call, in the order in which docs/abi.md has them. */
static uint32_t parametersOf (const Input * input, const int64_t * now, const void * parameters [4])
{
    uint32_t count = 0;
    switch (input->kind)
    {
        case INPUT_ENTROPY: parameters [count++] = & input->length; return count;
        case INPUT_OPEN: parameters [count++] = & input->length; parameters [count++] = & input->number; break;
        case INPUT_NETWORK: case INPUT_DATAGRAM: parameters [count++] = & input->number; parameters [count++] = & input->length; break;
        case INPUT_FLOW: case INPUT_KEY: parameters [count++] = & input->number; parameters [count++] = & input->event; break;
        case INPUT_COMMAND: parameters [count++] = & input->length; break;
        case INPUT_WALLCLOCK: parameters [count++] = & input->unixMs; parameters [count++] = & input->number; break;
        default: break;
    }
    parameters [count++] = now;
    return count;
}

const char * coreGive (const Input * input, int64_t now, int32_t * result)
{
    const void * parameters [4];
    uint32_t count = parametersOf (input, & now, parameters);
    if (input->kind == INPUT_DATAGRAM || (input->kind == INPUT_FLOW && input->event == FLOW_REFUSED)) record ()->peer = input->endpoint;
    if (input->kind == INPUT_FLOW && input->event == FLOW_OPENED) record ()->local = input->endpoint;
    if (input->kind == INPUT_FLOW && input->event == FLOW_FAILED) record ()->code = input->code;
    const char * error = call (input->kind, count, parameters);
    return error ? error : m3_GetResults (core.calls [input->kind], 1, (const void * []) { result });
}

const char * corePoll (Output * output)
{
    uint32_t kind = 0;
    const char * error = call (CALL_POLL, 0, NULL);
    if (! error) error = m3_GetResults (core.calls [CALL_POLL], 1, (const void * []) { & kind });
    if (error) return error;
    const Io * io = record ();
    const uint8_t * bytes = coreBytes (io->at, io->length);
    if (! bytes && kind != OUTPUT_REST && kind != OUTPUT_OPEN && kind != OUTPUT_CLOSE) return "an output is outside the memory";
    * output = (Output) { .kind = (OutputKind) kind, .io = io, .bytes = bytes };
    return NULL;
}

const char * coreDeadline (int64_t * deadline)
{
    const char * error = call (CALL_DEADLINE, 0, NULL);
    return error ? error : m3_GetResults (core.calls [CALL_DEADLINE], 1, (const void * []) { deadline });
}

const char * coreIdle (bool * idle)
{
    uint32_t result = 0;
    const char * error = call (CALL_IDLE, 0, NULL);
    if (! error) error = m3_GetResults (core.calls [CALL_IDLE], 1, (const void * []) { & result });
    * idle = result != 0;
    return error;
}

uint8_t * coreRegion (Region region, uint32_t * size)
{
    if (size) * size = core.facts.size [region];
    return (uint8_t *) coreBytes (core.facts.at [region], core.facts.size [region]);
}

const uint8_t * coreBytes (uint32_t at, uint32_t length)
{
    uint32_t bytes;
    const uint8_t * memory = page (& bytes);
    return memory && at <= bytes && length <= bytes - at ? memory + at : NULL;
}
