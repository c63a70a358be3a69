/* One loaded module: wasm3's environment, runtime and module, the bytes that they point into, and the fuel meter. Knows nothing of JavaScript
 * but the functions that it imports. */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <stddef.h>
#include <stdint.h>
#include <node_api.h>
#include "m3_env.h"
#include "meter.h"

enum { PARAMETERS_MAX = 16 };

/* A JavaScript function that the module imports. The reference is weak: what can be called from JavaScript keeps the function alive. */
typedef struct Import {
    struct Instance * instance;
    IM3Function function;
    napi_ref target;
} Import;

typedef struct Instance {
    uint32_t holders;        /* the JavaScript values that point here; the last one to go frees it */
    uint32_t depth;          /* calls under way; more than one when an import calls back */
    int64_t budget;          /* fuel for each call from outside */
    Meter meter;
    uint8_t * wasm;          /* wasm3 points into the bytes for as long as the module lives */
    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    Import * imports;
    uint32_t importCount;
    napi_env env;            /* of the one thread that this instance belongs to */
    napi_ref buffer;         /* weak: the ArrayBuffer over the memory, while there is one */
    const void * bufferAt;
    uint32_t bufferSize;
} Instance;

typedef struct InstanceOptions {
    uint32_t stackBytes;     /* of the wasm stack */
    uint32_t maxPages;       /* of linear memory, whatever the module asks for */
    int64_t fuel;            /* for each call from outside */
} InstanceOptions;

/* Parses and loads a module; its start function has not run, and imports are not linked. The error is wasm3's sentence, NULL is success. */
const char * instanceLoad (Instance * self, const uint8_t * wasm, size_t size, const InstanceOptions * options);

/* Calls `function` with an 8-byte slot for each parameter; the result goes to `result`. NULL is success, else a trap or an error. */
const char * instanceCall (Instance * self, IM3Function function, uint64_t * parameters, uint64_t * result);

/* Runs the start function, when there is one, on the same budget as a call. */
const char * instanceStart (Instance * self);

/* One entry of the export section. wasm3 itself keeps only three names of a function, but Binaryen merges any number of equal ones. */
typedef struct Export {
    const char * name;       /* not terminated */
    uint32_t nameLength;
    uint8_t kind;            /* 0 function, 1 table, 2 memory, 3 global */
    uint32_t index;
} Export;

/* A cursor over the export section: begin, then next until it returns 0. */
typedef struct ExportCursor { const uint8_t * at, * end; uint32_t left; } ExportCursor;
ExportCursor exportsBegin (const Instance * self);
int exportsNext (ExportCursor * cursor, Export * found);

void instanceHold (Instance * self);
void instanceRelease (Instance * self);

#endif
