/* The part of <stdio.h> that the board needs; libc/print.c. Nothing is printed but to memory. */
#ifndef STDIO_H
#define STDIO_H

#include <stdarg.h>
#include <stddef.h>

/* Knows %d %i %u %x %c %s %p %%, the lengths h l ll z, a width with 0 or -, and a precision for %s. */
__attribute__ ((format (printf, 3, 0))) int vsnprintf (char * into, size_t room, const char * format, va_list arguments);
__attribute__ ((format (printf, 3, 4))) int snprintf (char * into, size_t room, const char * format, ...);

/* wasm3 names these in functions that are not linked. */
typedef struct FILE FILE;
extern FILE * const stderr;
int printf (const char * format, ...);
int sprintf (char * into, const char * format, ...);
int fprintf (FILE * file, const char * format, ...);

#endif
