/* wasm values to JavaScript and back, by the rules of the WebAssembly JavaScript interface: i32 is ToInt32 of a number, i64 is a BigInt. */
#ifndef VALUES_H
#define VALUES_H

#include <stdbool.h>
#include <stdint.h>
#include <node_api.h>
#include "wasm3.h"

/* The value at `slot` (8 bytes) as JavaScript; undefined for a type that there is not. */
napi_value valueToJs (napi_env env, M3ValueType type, const void * slot);

/* Writes `value` to `slot` (8 bytes). False when it cannot be converted; an exception may then be pending. */
bool valueFromJs (napi_env env, napi_value value, M3ValueType type, void * slot);

#endif
