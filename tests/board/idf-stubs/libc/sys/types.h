/* For compilers without a C library: what board/port/esp32 uses of sys/types.h, besides board/port/riscv/libc/include. */
#ifndef STUB_LIBC_SYS_TYPES_H
#define STUB_LIBC_SYS_TYPES_H

#include <stddef.h>

typedef int ssize_t;
typedef long suseconds_t;

#endif
