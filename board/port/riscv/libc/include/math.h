/* wasm3 includes <math.h>; the module uses nothing of it. */
