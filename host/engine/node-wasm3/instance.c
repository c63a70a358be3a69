/* One loaded module. */
#include "instance.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECTION_EXPORTS = 7,
    HEADER_BYTES = 8,
    NATIVE_STACK_BYTES = 512 * 1024   /* for one call from outside; threads of Node have 4 MiB, the first one 8 */
};

const char * instanceLoad (Instance * self, const uint8_t * wasm, size_t size, const InstanceOptions * options)
{
    self->wasm = malloc (size ? size : 1);
    self->environment = m3_NewEnvironment ();
    self->runtime = self->environment ? m3_NewRuntime (self->environment, options->stackBytes, & self->meter) : NULL;
    if (! self->wasm || ! self->runtime) return m3Err_mallocFailed;
    memcpy (self->wasm, wasm, size);
    self->budget = options->fuel;
    self->meter.left = options->fuel;

    IM3Module module = NULL;
    M3Result result = m3_ParseModule (self->environment, & module, self->wasm, (uint32_t) size);
    if (result) return result;
    M3MemoryInfo * memory = & module->memoryInfo;
    if (memory->initPages > options->maxPages) result = "the module wants more memory than it may have";
    if (memory->maxPages == 0 || memory->maxPages > options->maxPages) memory->maxPages = options->maxPages;
    if (! result) result = m3_LoadModule (self->runtime, module);
    if (result)
    {
        m3_FreeModule (module);
        return result;
    }
    self->module = module;
    return NULL;
}

/* Each call from outside has the whole budget; a call from an import goes on with what is left. */
static void enter (Instance * self)
{
    if (self->depth++ > 0) return;
    self->meter.left = self->budget;
    self->meter.stackFloor = (const char *) __builtin_frame_address (0) - NATIVE_STACK_BYTES;
}

const char * instanceCall (Instance * self, IM3Function function, uint64_t * parameters, uint64_t * result)
{
    M3Result error = function->compiled ? NULL : CompileFunction (function);
    if (error) return error;
    const void * pointers [PARAMETERS_MAX];
    uint32_t count = m3_GetArgCount (function);
    for (uint32_t i = 0; i < count; i++) pointers [i] = & parameters [i];
    enter (self);
    error = m3_Call (function, count, pointers);
    self->depth--;
    if (! error && m3_GetRetCount (function) > 0)
    {
        const void * pointer = result;
        error = m3_GetResults (function, 1, & pointer);
    }
    return error;
}

const char * instanceStart (Instance * self)
{
    enter (self);
    const char * error = m3_RunStart (self->module);
    self->depth--;
    return error;
}

ExportCursor exportsBegin (const Instance * self)
{
    bytes_t at = self->module->wasmStart + HEADER_BYTES, end = self->module->wasmEnd;
    u8 section;
    u32 size;
    while (! Read_u8 (& section, & at, end) && ! ReadLEB_u32 (& size, & at, end) && size <= (size_t) (end - at))
    {
        ExportCursor cursor = { at, at + size, 0 };
        if (section == SECTION_EXPORTS && ! ReadLEB_u32 (& cursor.left, & cursor.at, cursor.end)) return cursor;
        at += size;
    }
    return (ExportCursor) { NULL, NULL, 0 };
}

int exportsNext (ExportCursor * cursor, Export * found)
{
    if (cursor->left == 0) return 0;
    cursor->left--;
    if (ReadLEB_u32 (& found->nameLength, & cursor->at, cursor->end) || found->nameLength > (size_t) (cursor->end - cursor->at)) return 0;
    found->name = (const char *) cursor->at;
    cursor->at += found->nameLength;
    return ! Read_u8 (& found->kind, & cursor->at, cursor->end) && ! ReadLEB_u32 (& found->index, & cursor->at, cursor->end);
}

void instanceHold (Instance * self) { self->holders++; }

void instanceRelease (Instance * self)
{
    if (--self->holders > 0) return;
    m3_FreeRuntime (self->runtime);
    m3_FreeEnvironment (self->environment);
    for (uint32_t i = 0; i < self->importCount; i++) napi_delete_reference (self->env, self->imports [i].target);
    if (self->buffer) napi_delete_reference (self->env, self->buffer);
    free (self->imports);
    free (self->wasm);
    free (self);
}
