/* The part of <stdlib.h> that the board needs; libc/heap.c. */
#ifndef STDLIB_H
#define STDLIB_H

#include <stddef.h>

void * malloc (size_t bytes);
void * calloc (size_t count, size_t bytes);
void * realloc (void * at, size_t bytes);
void free (void * at);
_Noreturn void abort (void);
unsigned long strtoul (const char * text, char ** end, int base);
unsigned long long strtoull (const char * text, char ** end, int base);
int atoi (const char * text);

#endif
