/* For compilers without a C library: what board/port/esp32 uses of sys/time.h, besides board/port/riscv/libc/include. */
#ifndef STUB_LIBC_SYS_TIME_H
#define STUB_LIBC_SYS_TIME_H

#include <stdint.h>
#include <sys/types.h>

struct timeval { int64_t tv_sec; suseconds_t tv_usec; };

int gettimeofday (struct timeval * time, void * zone);

#endif
