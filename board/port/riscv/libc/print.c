/* Text from numbers. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Sink { char * into; size_t room, length; } Sink;
typedef struct Field { bool left, zero, has; int width, precision; } Field;

enum { DIGITS_MAX = 24 };

static void put (Sink * sink, char byte)
{
    if (sink->length + 1 < sink->room) sink->into [sink->length] = byte;
    sink->length++;
}

static void putField (Sink * sink, const Field * field, const char * text, int length)
{
    int blanks = field->width - length;
    if (! field->left) for (; blanks > 0; blanks--) put (sink, field->zero ? '0' : ' ');
    for (int i = 0; i < length; i++) put (sink, text [i]);
    for (; blanks > 0; blanks--) put (sink, ' ');
}

static void putNumber (Sink * sink, const Field * field, uint64_t value, bool negative, unsigned base)
{
    char digits [DIGITS_MAX], * at = digits + DIGITS_MAX;
    do * --at = "0123456789abcdef" [value % base]; while ((value /= base) > 0);
    if (negative) * --at = '-';
    putField (sink, field, at, (int) (digits + DIGITS_MAX - at));
}

static int number (const char ** at)
{
    int value = 0;
    while (** at >= '0' && ** at <= '9') value = value * 10 + * (* at)++ - '0';
    return value;
}

/* A pointer, as va_list may be an array, which a parameter would turn into one. */
typedef struct Arguments { va_list list; } Arguments;

static uint64_t takeUnsigned (Arguments * arguments, int longs)
{
    return longs > 1 ? va_arg (arguments->list, unsigned long long) : longs ? va_arg (arguments->list, unsigned long) : va_arg (arguments->list, unsigned);
}

static int64_t takeSigned (Arguments * arguments, int longs)
{
    return longs > 1 ? va_arg (arguments->list, long long) : longs ? va_arg (arguments->list, long) : va_arg (arguments->list, int);
}

static void putString (Sink * sink, const Field * field, const char * text)
{
    int length = 0;
    while (! (field->has && length >= field->precision) && text [length]) length++;
    putField (sink, field, text, length);
}

static const char * convert (Sink * sink, const char * at, Arguments * arguments)
{
    Field field = { .left = * at == '-' };
    if (field.left) at++;
    field.zero = * at == '0';
    field.width = number (& at);
    if (* at == '.')
    {
        field.has = true;
        at++;
        if (* at == '*') at++, field.precision = va_arg (arguments->list, int);
        else field.precision = number (& at);
    }
    int longs = 0;
    for (; * at == 'l' || * at == 'z' || * at == 'h'; at++) longs += * at == 'l';
    if (* at == 'd' || * at == 'i')
    {
        int64_t value = takeSigned (arguments, longs);
        putNumber (sink, & field, value < 0 ? 0 - (uint64_t) value : (uint64_t) value, value < 0, 10);
    }
    else if (* at == 'u' || * at == 'x') putNumber (sink, & field, takeUnsigned (arguments, longs), false, * at == 'x' ? 16 : 10);
    else if (* at == 'p') putNumber (sink, & field, (uintptr_t) va_arg (arguments->list, void *), false, 16);
    else if (* at == 's') putString (sink, & field, va_arg (arguments->list, const char *));
    else if (* at == 'c') put (sink, (char) va_arg (arguments->list, int));
    else put (sink, * at);
    return at + 1;
}

int vsnprintf (char * into, size_t room, const char * format, va_list list)
{
    Sink sink = { into, room, 0 };
    Arguments arguments;
    va_copy (arguments.list, list);
    while (* format)
    {
        if (* format == '%') format = convert (& sink, format + 1, & arguments);
        else put (& sink, * format++);
    }
    va_end (arguments.list);
    if (room > 0) into [sink.length < room ? sink.length : room - 1] = 0;
    return (int) sink.length;
}

int snprintf (char * into, size_t room, const char * format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    int length = vsnprintf (into, room, format, arguments);
    va_end (arguments);
    return length;
}
