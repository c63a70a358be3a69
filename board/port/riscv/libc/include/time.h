/* wasm3 includes <time.h>; the module uses nothing of it. */
