/* For compilers without a C library: what board/port/esp32 uses of stdio.h. */
#ifndef STUB_LIBC_STDIO_H
#define STUB_LIBC_STDIO_H

#include "../../../../board/port/riscv/libc/include/stdio.h"

int sscanf (const char * restrict text, const char * restrict format, ...);

#endif
