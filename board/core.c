/* Loads the module under wasm3, calls its exports and hands out what lies in its memory, never beyond it. */
#include "core.h"

#include <string.h>
#include "code.h"
#include "meter.h"
#include "port/port.h"

enum {
    WASM_STACK_BYTES = 6 * 1024,
    FUEL = 250 * 1000,               /* loop turns and calls of one call; a SIP message takes less than 50,000 */
    WASM_HEADER_BYTES = 8,
    SECTION_EXPORTS = 7,
    EXPORT_FUNCTION = 0, EXPORT_GLOBAL = 3
};

/* The exports that are called, in the order of InputKind, then those that every input is followed by. */
enum { CALL_POLL = INPUT_KINDS, CALL_DEADLINE, CALL_INITIALIZE, CALL_COUNT };
static const char * const callNames [CALL_COUNT] = {
    "", "handle_entropy", "core_open", "core_close", "handle_network", "handle_datagram", "handle_flow", "handle_key", "handle_command",
    "handle_wallclock", "handle_timeout", "handle_audio", "poll_output", "poll_timeout", "_initialize",
};
static const char * const regionNames [REGION_COUNT] = { "PANIC", "IO", "SCREEN", "FRAME", "AUDIO", "KEEP", "RX", "CONFIG", "LOG" };

static struct {
    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    Meter meter;
    IM3Function calls [CALL_COUNT];
    uint32_t at [REGION_COUNT], size [REGION_COUNT];
} core;

/* -- what the module exports --------------------------------------------------------------------------------------------------------------- */

static bool isNamed (const char * first, const char * second, bytes_t at, uint32_t length)
{
    size_t head = strlen (first), tail = strlen (second);
    return length == head + tail && memcmp (at, first, head) == 0 && memcmp (at + head, second, tail) == 0;
}

static void noteGlobal (bytes_t name, uint32_t length, uint32_t value)
{
    for (unsigned i = 0; i < REGION_COUNT; i++)
    {
        if (isNamed (regionNames [i], "_AT", name, length)) core.at [i] = value;
        if (isNamed (regionNames [i], "_SIZE", name, length)) core.size [i] = value;
    }
}

static void noteExport (bytes_t name, uint32_t length, uint8_t kind, uint32_t index)
{
    if (kind == EXPORT_GLOBAL && index < core.module->numGlobals) noteGlobal (name, length, (uint32_t) core.module->globals [index].i32Value);
    if (kind != EXPORT_FUNCTION || index >= core.module->numFunctions) return;
    for (unsigned i = 0; i < CALL_COUNT; i++)
    {
        if (isNamed (callNames [i], "", name, length)) core.calls [i] = & core.module->functions [index];
    }
}

/* wasm3 keeps only some names of a function that has several, so the section is read here. */
static void readExports (bytes_t at, bytes_t end)
{
    u32 count, length, index;
    u8 kind;
    if (ReadLEB_u32 (& count, & at, end)) return;
    while (count-- > 0)
    {
        if (ReadLEB_u32 (& length, & at, end) || length > (size_t) (end - at)) return;
        bytes_t name = at;
        at += length;
        if (Read_u8 (& kind, & at, end) || ReadLEB_u32 (& index, & at, end)) return;
        noteExport (name, length, kind, index);
    }
}

static const char * findExports (void)
{
    bytes_t at = core.module->wasmStart + WASM_HEADER_BYTES, end = core.module->wasmEnd;
    u8 section;
    u32 size;
    while (! Read_u8 (& section, & at, end) && ! ReadLEB_u32 (& size, & at, end) && size <= (size_t) (end - at))
    {
        if (section == SECTION_EXPORTS) readExports (at, at + size);
        at += size;
    }
    for (unsigned i = INPUT_ENTROPY; i < CALL_COUNT; i++) if (! core.calls [i] && i != INPUT_AUDIO) return "the module lacks a function of docs/abi.md";
    for (unsigned i = 0; i < REGION_COUNT; i++)
    {
        if (core.size [i] == 0 || ! coreBytes (core.at [i], core.size [i])) return "the module lacks a region of docs/abi.md";
    }
    return core.size [REGION_IO] < sizeof (Io) ? "the module's IO record is too short" : NULL;
}

/* -- loading --------------------------------------------------------------------------------------------------------------------------------- */

const char * coreLoad (void)
{
    core.environment = m3_NewEnvironment ();
    core.runtime = core.environment ? m3_NewRuntime (core.environment, WASM_STACK_BYTES, & core.meter) : NULL;
    if (! core.runtime) return m3Err_mallocFailed;
    IM3Module module;
    const char * error = m3_ParseModule (core.environment, & module, portModule, portModuleBytes);
    if (error) return error;
    if (module->memoryInfo.initPages != 1 || module->numFuncImports > 0) return "the module does not have one page of memory and no imports";
    if (module->numElementSegments > 0) return "the module has a function table, whose code could not be dropped";
    module->memoryInfo.maxPages = 1;
    codeBind (module);
    error = m3_LoadModule (core.runtime, module);
    if (error) return error;
    core.module = module;
    return findExports ();
}

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
    uint32_t bytes = 0;
    uint8_t * memory = m3_GetMemory (core.runtime, & bytes, 0);
    memset (memory, 0, bytes);
    const char * error = InitDataSegments (& core.runtime->memory, core.module);
    if (! error) error = call (CALL_INITIALIZE, 0, NULL);
    if (! error && keep) memcpy (memory + core.at [REGION_KEEP], keep, core.size [REGION_KEEP]);
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
    if (! core.calls [input->kind]) return NULL;
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

uint8_t * coreRegion (Region region, uint32_t * size)
{
    if (size) * size = core.size [region];
    return (uint8_t *) coreBytes (core.at [region], core.size [region]);
}

const uint8_t * coreBytes (uint32_t at, uint32_t length)
{
    uint32_t bytes = 0;
    const uint8_t * memory = m3_GetMemory (core.runtime, & bytes, 0);
    return memory && at <= bytes && length <= bytes - at ? memory + at : NULL;
}
