/* Memory and strings. The wasm module copies with memcpy, memmove and memset, so these go word by word where they can. */
#include <stdint.h>
#include <string.h>

enum { WORD = sizeof (uint32_t) };
typedef uint32_t __attribute__ ((may_alias)) Word;

static int isAligned (const void * one, const void * other) { return (((uintptr_t) one | (uintptr_t) other) & (WORD - 1)) == 0; }

void * memcpy (void * restrict to, const void * restrict from, size_t length)
{
    uint8_t * at = to;
    const uint8_t * source = from;
    if (isAligned (at, source)) for (; length >= WORD; length -= WORD, at += WORD, source += WORD) * (Word *) at = * (const Word *) source;
    while (length-- > 0) * at++ = * source++;
    return to;
}

void * memmove (void * to, const void * from, size_t length)
{
    uint8_t * at = to;
    const uint8_t * source = from;
    if (at <= source || at >= source + length) return memcpy (to, from, length);
    if (isAligned (at + length, source + length))
    {
        for (; length >= WORD; length -= WORD) * (Word *) (at + length - WORD) = * (const Word *) (source + length - WORD);
    }
    while (length-- > 0) at [length] = source [length];
    return to;
}

void * memset (void * to, int byte, size_t length)
{
    uint8_t * at = to;
    uint32_t word = (uint8_t) byte * 0x01010101u;
    for (; length > 0 && ! isAligned (at, at); length--) * at++ = (uint8_t) byte;
    for (; length >= WORD; length -= WORD, at += WORD) * (Word *) at = word;
    while (length-- > 0) * at++ = (uint8_t) byte;
    return to;
}

int memcmp (const void * one, const void * other, size_t length)
{
    const uint8_t * a = one, * b = other;
    for (; length > 0; length--, a++, b++) if (* a != * b) return * a - * b;
    return 0;
}

size_t strlen (const char * text)
{
    const char * end = text;
    while (* end) end++;
    return (size_t) (end - text);
}

int strcmp (const char * one, const char * other) { return strncmp (one, other, SIZE_MAX); }

int strncmp (const char * one, const char * other, size_t length)
{
    for (; length > 0; length--, one++, other++)
    {
        if (* one != * other) return (uint8_t) * one - (uint8_t) * other;
        if (* one == 0) return 0;
    }
    return 0;
}

char * strncpy (char * restrict to, const char * restrict from, size_t length)
{
    for (size_t i = 0; i < length; i++) to [i] = * from ? * from++ : 0;
    return to;
}
