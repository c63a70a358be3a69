/* wasm values to JavaScript and back. */
#include "values.h"

napi_value valueToJs (napi_env env, M3ValueType type, const void * slot)
{
    napi_value value = NULL;
    switch (type)
    {
        case c_m3Type_i32: napi_create_int32 (env, * (const int32_t *) slot, & value); break;
        case c_m3Type_i64: napi_create_bigint_int64 (env, * (const int64_t *) slot, & value); break;
        case c_m3Type_f32: napi_create_double (env, * (const float *) slot, & value); break;
        case c_m3Type_f64: napi_create_double (env, * (const double *) slot, & value); break;
        default: napi_get_undefined (env, & value);
    }
    return value;
}

static bool numberFromJs (napi_env env, napi_value value, double * number)
{
    napi_value converted;
    if (napi_get_value_double (env, value, number) == napi_ok) return true;
    return napi_coerce_to_number (env, value, & converted) == napi_ok && napi_get_value_double (env, converted, number) == napi_ok;
}

bool valueFromJs (napi_env env, napi_value value, M3ValueType type, void * slot)
{
    napi_value converted;
    double number;
    bool lossless;
    * (uint64_t *) slot = 0;
    switch (type)
    {
        case c_m3Type_i32:
            if (napi_get_value_int32 (env, value, (int32_t *) slot) == napi_ok) return true;
            return napi_coerce_to_number (env, value, & converted) == napi_ok
                && napi_get_value_int32 (env, converted, (int32_t *) slot) == napi_ok;
        case c_m3Type_i64:
            return napi_get_value_bigint_int64 (env, value, (int64_t *) slot, & lossless) == napi_ok;
        case c_m3Type_f32:
            if (! numberFromJs (env, value, & number)) return false;
            * (float *) slot = (float) number;
            return true;
        case c_m3Type_f64:
            return numberFromJs (env, value, (double *) slot);
        default:
            return false;
    }
}
