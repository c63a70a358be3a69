/* For compilers without a C library: what board/port/esp32 uses of string.h. */
#ifndef STUB_LIBC_STRING_H
#define STUB_LIBC_STRING_H

#include "../../../../board/port/riscv/libc/include/string.h"

char * strchr (const char * text, int byte);
char * strstr (const char * text, const char * part);
size_t strspn (const char * text, const char * of);
size_t strcspn (const char * text, const char * of);
char * strcpy (char * restrict to, const char * restrict from);

#endif
