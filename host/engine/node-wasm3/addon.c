/* The addon's face to JavaScript: instantiate(bytes, imports, options) -> { exports, globals, memory(), setFuel(n), fuelUsed() }.
 *
 * Lifetimes: each JavaScript value that leads to an instance (its functions, the ArrayBuffer over its memory) holds it, whatever else is
 * collected. Imported functions are held by a hidden property of the functions that lead to them, so that the collector sees the circle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "values.h"

static const char * const importThrew = "an imported function threw";

/* A function of the module as JavaScript sees it. */
typedef struct Callable {
    Instance * instance;
    IM3Function function;
} Callable;

static napi_value throwError (napi_env env, const char * sentence)
{
    bool pending = false;
    napi_is_exception_pending (env, & pending);
    if (pending) return NULL;
    bool trap = strncmp (sentence, "[trap] ", 7) == 0;
    napi_throw_error (env, trap ? "WASM3_TRAP" : "WASM3_REFUSED", trap ? sentence + 7 : sentence);
    return NULL;
}

static napi_value throwTypeError (napi_env env)
{
    bool pending = false;
    napi_is_exception_pending (env, & pending);
    if (! pending) napi_throw_type_error (env, "WASM3_TYPE", "an i64 is a BigInt, every other parameter a number");
    return NULL;
}

/* -- memory -------------------------------------------------------------------------------------------------------------------------- */

static void releaseHolder (napi_env env, void * ignored, void * instance)
{
    (void) env; (void) ignored;
    instanceRelease (instance);
}

/* Detaches the ArrayBuffer when the memory is no longer where it was, as V8 does when a memory grows. */
static void detachMoved (Instance * self)
{
    uint32_t size = 0;
    const void * at = m3_GetMemory (self->runtime, & size, 0);
    if (! self->buffer || (at == self->bufferAt && size == self->bufferSize)) return;
    napi_value old = NULL;
    napi_get_reference_value (self->env, self->buffer, & old);
    if (old) napi_detach_arraybuffer (self->env, old);
    napi_delete_reference (self->env, self->buffer);
    self->buffer = NULL;
}

static Instance * instanceOf (napi_env env, napi_callback_info info, size_t * count, napi_value * arguments)
{
    void * instance = NULL;
    napi_get_cb_info (env, info, count, arguments, NULL, & instance);
    return instance;
}

/* memory(): the ArrayBuffer over the linear memory, the same one each time until the memory grows. */
static napi_value getMemory (napi_env env, napi_callback_info info)
{
    size_t none = 0;
    Instance * self = instanceOf (env, info, & none, NULL);
    napi_value buffer = NULL;
    detachMoved (self);
    if (self->buffer) napi_get_reference_value (env, self->buffer, & buffer);
    if (buffer) return buffer;
    if (self->buffer) napi_delete_reference (env, self->buffer);
    self->buffer = NULL;
    uint8_t * at = m3_GetMemory (self->runtime, & self->bufferSize, 0);
    self->bufferAt = at;
    instanceHold (self);
    if (napi_create_external_arraybuffer (env, at, self->bufferSize, releaseHolder, self, & buffer) != napi_ok)
    {
        instanceRelease (self);
        return throwError (env, "this JavaScript engine does not let an addon show its memory");
    }
    napi_create_reference (env, buffer, 0, & self->buffer);
    return buffer;
}

/* -- calls ----------------------------------------------------------------------------------------------------------------------------- */

static napi_value callExport (napi_env env, napi_callback_info info)
{
    size_t count = PARAMETERS_MAX;
    napi_value arguments [PARAMETERS_MAX];
    void * data = NULL;
    napi_get_cb_info (env, info, & count, arguments, NULL, & data);
    Instance * self = ((Callable *) data)->instance;
    IM3Function function = ((Callable *) data)->function;
    uint64_t slots [PARAMETERS_MAX], result = 0;
    for (uint32_t i = 0; i < m3_GetArgCount (function); i++)
    {
        if (! valueFromJs (env, arguments [i], m3_GetArgType (function, i), & slots [i])) return throwTypeError (env);
    }
    instanceHold (self);
    const char * error = instanceCall (self, function, slots, & result);
    detachMoved (self);
    napi_value value = NULL;
    if (error) throwError (env, error);
    else if (m3_GetRetCount (function) > 0) value = valueToJs (env, m3_GetRetType (function, 0), & result);
    instanceRelease (self);
    return value;
}

/* From wasm to an imported function. An exception stays pending in `env` while the trap unwinds wasm. */
static const void * callImport (IM3Runtime runtime, IM3ImportContext context, uint64_t * slots, void * memory)
{
    (void) runtime; (void) memory;
    Import * import = context->userdata;
    napi_env env = import->instance->env;
    IM3Function function = import->function;
    uint32_t results = m3_GetRetCount (function), count = m3_GetArgCount (function);
    napi_handle_scope scope;
    napi_value target = NULL, receiver, arguments [PARAMETERS_MAX], result;
    const char * trap = NULL;
    napi_open_handle_scope (env, & scope);
    napi_get_reference_value (env, import->target, & target);
    napi_get_undefined (env, & receiver);
    detachMoved (import->instance);
    for (uint32_t i = 0; i < count; i++) arguments [i] = valueToJs (env, m3_GetArgType (function, i), & slots [results + i]);
    if (napi_call_function (env, receiver, target, count, arguments, & result) != napi_ok
        || (results > 0 && ! valueFromJs (env, result, m3_GetRetType (function, 0), & slots [0])))
    {
        throwError (env, importThrew);
        trap = importThrew;
    }
    napi_close_handle_scope (env, scope);
    return trap;
}

static void freeCallable (napi_env env, void * data, void * ignored)
{
    (void) env; (void) ignored;
    instanceRelease (((Callable *) data)->instance);
    free (data);
}

/* -- instantiate --------------------------------------------------------------------------------------------------------------------- */

/* A function on `target` whose native data holds the instance. `held` are the imported functions. */
static napi_value addFunction (napi_env env, Instance * self, napi_value target, const char * name, size_t length,
    napi_callback callback, void * data, napi_finalize finalize, napi_value held)
{
    napi_value function, key;
    instanceHold (self);
    napi_create_function (env, name, length, callback, data, & function);
    napi_add_finalizer (env, function, finalize == releaseHolder ? NULL : data, finalize, self, NULL);
    napi_property_descriptor hidden = { "imports", NULL, NULL, NULL, NULL, held, napi_default, NULL };
    napi_define_properties (env, function, 1, & hidden);
    napi_create_string_utf8 (env, name, length, & key);
    napi_set_property (env, target, key, function);
    return function;
}

/* wasm3's name for a function type: results, then parameters in parentheses. */
static void writeSignature (IM3Function function, char * out)
{
    static const char letters [] = "viIfF";
    uint32_t results = m3_GetRetCount (function);
    if (results == 0) * out++ = 'v';
    for (uint32_t i = 0; i < results; i++) * out++ = letters [m3_GetRetType (function, i)];
    * out++ = '(';
    for (uint32_t i = 0; i < m3_GetArgCount (function); i++) * out++ = letters [m3_GetArgType (function, i)];
    * out++ = ')';
    * out = 0;
}

/* The function in `imports` that the module wants, or NULL. */
static napi_value importOf (napi_env env, napi_value imports, IM3Function function)
{
    const char * path [] = { function->import.moduleUtf8, function->import.fieldUtf8 };
    napi_value value = imports;
    napi_valuetype type;
    for (int i = 0; i < 2; i++)
    {
        if (napi_typeof (env, value, & type) != napi_ok || type != napi_object) return NULL;
        if (napi_get_named_property (env, value, path [i], & value) != napi_ok) return NULL;
    }
    return napi_typeof (env, value, & type) == napi_ok && type == napi_function ? value : NULL;
}

static const char * throwMissing (napi_env env, IM3Function function)
{
    char sentence [256];
    snprintf (sentence, sizeof sentence, "the module imports the function %s.%s, which is not there",
        function->import.moduleUtf8, function->import.fieldUtf8);
    throwError (env, sentence);
    return importThrew;
}

/* Links every import of the module to the function of that name in `imports`, and puts the functions into the array `held`. */
static const char * linkImports (napi_env env, Instance * self, napi_value imports, napi_value held)
{
    self->imports = calloc (self->module->numFuncImports + 1, sizeof (Import));
    if (! self->imports) return m3Err_mallocFailed;
    for (uint32_t i = 0; i < self->module->numFuncImports; i++)
    {
        IM3Function function = & self->module->functions [i];
        napi_value target = importOf (env, imports, function);
        if (! target) return throwMissing (env, function);
        Import * import = & self->imports [self->importCount++];
        import->instance = self;
        import->function = function;
        napi_create_reference (env, target, 0, & import->target);
        napi_set_element (env, held, i, target);
        char signature [PARAMETERS_MAX + 8];
        writeSignature (function, signature);
        M3Result result = m3_LinkRawFunctionEx (self->module, function->import.moduleUtf8, function->import.fieldUtf8, signature, callImport, import);
        if (result) return result;
    }
    return NULL;
}

static const char * checkSignatures (const Instance * self)
{
    for (uint32_t i = 0; i < self->module->numFunctions; i++)
    {
        IM3Function function = & self->module->functions [i];
        if (! function->import.moduleUtf8 && ! function->export_name) continue;
        if (m3_GetArgCount (function) > PARAMETERS_MAX) return "a function has too many parameters";
        if (m3_GetRetCount (function) > 1) return "a function has several results";
    }
    return NULL;
}

/* Fills `functions` and `globals` from the export section. */
static void addExports (napi_env env, Instance * self, napi_value functions, napi_value globals, napi_value held)
{
    ExportCursor cursor = exportsBegin (self);
    Export found;
    while (exportsNext (& cursor, & found))
    {
        if (found.kind == 0 && found.index < self->module->numFunctions)
        {
            Callable * callable = malloc (sizeof (Callable));
            callable->instance = self;
            callable->function = & self->module->functions [found.index];
            addFunction (env, self, functions, found.name, found.nameLength, callExport, callable, freeCallable, held);
        }
        else if (found.kind == 3 && found.index < self->module->numGlobals && ! self->module->globals [found.index].isMutable)
        {
            M3Global * global = & self->module->globals [found.index];
            napi_value key;
            napi_create_string_utf8 (env, found.name, found.nameLength, & key);
            napi_set_property (env, globals, key, valueToJs (env, global->type, & global->i64Value));
        }
    }
}

/* setFuel(n): the budget of each following call from outside. */
static napi_value setFuel (napi_env env, napi_callback_info info)
{
    size_t count = 1;
    napi_value argument;
    Instance * self = instanceOf (env, info, & count, & argument);
    int64_t fuel = 0;
    if (napi_get_value_int64 (env, argument, & fuel) != napi_ok || fuel < 0)
        return throwError (env, "fuel is a number of loop turns and calls, 0 or more");
    self->budget = fuel;
    return NULL;
}

/* fuelUsed(): what the last call from outside has cost. */
static napi_value fuelUsed (napi_env env, napi_callback_info info)
{
    size_t none = 0;
    Instance * self = instanceOf (env, info, & none, NULL);
    napi_value used;
    napi_create_int64 (env, self->budget - self->meter.left, & used);
    return used;
}

static int64_t readOption (napi_env env, napi_value options, const char * name, int64_t otherwise)
{
    napi_value value;
    int64_t number = otherwise;
    if (napi_get_named_property (env, options, name, & value) == napi_ok) napi_get_value_int64 (env, value, & number);
    return number;
}

static napi_value build (napi_env env, Instance * self, napi_value imports)
{
    napi_value held, result, functions, globals;
    napi_create_array (env, & held);
    napi_create_object (env, & result);
    napi_create_object (env, & functions);
    napi_create_object (env, & globals);
    const char * error = checkSignatures (self);
    if (! error) error = linkImports (env, self, imports, held);
    if (! error) error = instanceStart (self);
    if (error) return throwError (env, error);
    addExports (env, self, functions, globals, held);
    napi_set_named_property (env, result, "exports", functions);
    napi_set_named_property (env, result, "globals", globals);
    addFunction (env, self, result, "memory", NAPI_AUTO_LENGTH, getMemory, self, releaseHolder, held);
    addFunction (env, self, result, "setFuel", NAPI_AUTO_LENGTH, setFuel, self, releaseHolder, held);
    addFunction (env, self, result, "fuelUsed", NAPI_AUTO_LENGTH, fuelUsed, self, releaseHolder, held);
    return result;
}

/* instantiate(bytes: Uint8Array, imports: {module: {name: function}}, {stackBytes, maxPages, fuel}) */
static napi_value instantiate (napi_env env, napi_callback_info info)
{
    size_t count = 3, size = 0;
    napi_value arguments [3], result = NULL;
    napi_typedarray_type type;
    void * wasm = NULL;
    napi_get_cb_info (env, info, & count, arguments, NULL, NULL);
    if (count < 3 || napi_get_typedarray_info (env, arguments [0], & type, & size, & wasm, NULL, NULL) != napi_ok || type != napi_uint8_array)
        return throwError (env, "instantiate wants a Uint8Array, imports and options");
    InstanceOptions options = {
        .stackBytes = (uint32_t) readOption (env, arguments [2], "stackBytes", 64 * 1024),
        .maxPages = (uint32_t) readOption (env, arguments [2], "maxPages", 1),
        .fuel = readOption (env, arguments [2], "fuel", INT64_MAX),
    };
    Instance * self = calloc (1, sizeof (Instance));
    if (! self) return throwError (env, m3Err_mallocFailed);
    self->env = env;
    instanceHold (self);
    const char * error = instanceLoad (self, wasm, size, & options);
    if (error) throwError (env, error);
    else result = build (env, self, arguments [1]);
    instanceRelease (self);
    return result;
}

NAPI_MODULE_INIT ()
{
    napi_value function;
    napi_create_function (env, "instantiate", NAPI_AUTO_LENGTH, instantiate, NULL, & function);
    napi_set_named_property (env, exports, "instantiate", function);
    return exports;
}
