/* For compilers without a C library: what board/port/esp32 uses of sys/select.h, besides board/port/riscv/libc/include. */
#ifndef STUB_LIBC_SYS_SELECT_H
#define STUB_LIBC_SYS_SELECT_H

#include <sys/time.h>

typedef struct { unsigned long fds_bits [2]; } fd_set;

#define FD_ZERO(set)    (* (set) = (fd_set) { { 0 } })
#define FD_SET(fd, set) ((set)->fds_bits [(fd) / 32] |= 1ul << (fd) % 32)

#endif
