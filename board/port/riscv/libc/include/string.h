/* The part of <string.h> that the board needs; libc/string.c. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

void * memcpy (void * restrict to, const void * restrict from, size_t length);
void * memmove (void * to, const void * from, size_t length);
void * memset (void * at, int byte, size_t length);
int memcmp (const void * one, const void * other, size_t length);
size_t strlen (const char * text);
int strcmp (const char * one, const char * other);
int strncmp (const char * one, const char * other, size_t length);
char * strncpy (char * restrict to, const char * restrict from, size_t length);

#endif
