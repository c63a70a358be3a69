/* For compilers without a C library: what board/port/esp32 uses of errno.h, besides board/port/riscv/libc/include. */
#ifndef STUB_LIBC_ERRNO_H
#define STUB_LIBC_ERRNO_H

extern int errno;

#define EAGAIN       11
#define ENOMEM       12
#define ECONNRESET   104
#define ENOBUFS      105
#define ECONNREFUSED 111
#define ECONNABORTED 113
#define ENETUNREACH  114
#define ETIMEDOUT    116
#define EHOSTUNREACH 118
#define EINPROGRESS  119

#endif
