/* wasm3 includes <assert.h>; it asserts nothing in a release. */
#define assert(condition) ((void) 0)
