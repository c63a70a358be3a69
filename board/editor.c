/* Edits a line: arrows, Home and End, Backspace and Delete, Ctrl-A E K U, and the lines before with up and down. Lines are UTF-8. */
#include "editor.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "port/port.h"

enum { LINE_MAX = 255, HISTORY_BYTES = 512, CTRL_A = 1, CTRL_C = 3, CTRL_E = 5, BACKSPACE = 8, CTRL_K = 11, CTRL_U = 21, ESCAPE = 27, DELETE = 127 };

static struct {
    char line [LINE_MAX + 1];
    unsigned length, cursor;
    char history [HISTORY_BYTES];   /* the lines before, the newest first, each ended by 0; 0 0 at the end */
    unsigned shown;                 /* which of them stands in the line, counted from 1; 0 for none */
    char escape;                    /* state of an escape sequence: 0, ESC, or its bracket */
    char number;                    /* the digit in it */
    bool lastWasReturn;
} editor;

static void put (const char * text, size_t length) { portConsoleWrite (text, length); }
static void putAll (const char * text) { put (text, strlen (text)); }
static bool continues (char byte) { return ((uint8_t) byte & 0xc0) == 0x80; }

void editorHide (void) { putAll ("\r\x1b[K"); }

void editorDraw (void)
{
    putAll ("\r\x1b[K> ");
    put (editor.line, editor.length);
    unsigned behind = 0;
    for (unsigned at = editor.cursor; at < editor.length; at++) behind += ! continues (editor.line [at]);
    char back [16];
    snprintf (back, sizeof back, "\x1b[%uD", behind);
    if (behind > 0) putAll (back);
}

/* -- the line -------------------------------------------------------------------------------------------------------------------------------- */

static unsigned before (unsigned at)
{
    while (at > 0 && continues (editor.line [--at])) continue;
    return at;
}

static unsigned after (unsigned at)
{
    if (at < editor.length) at++;
    while (at < editor.length && continues (editor.line [at])) at++;
    return at;
}

static void removeRange (unsigned from, unsigned to)
{
    memmove (editor.line + from, editor.line + to, editor.length - to);
    editor.length -= to - from;
    editor.cursor = from;
}

static void insert (char byte)
{
    if (editor.length == LINE_MAX) return;
    memmove (editor.line + editor.cursor + 1, editor.line + editor.cursor, editor.length - editor.cursor);
    editor.line [editor.cursor++] = byte;
    editor.length++;
}

/* -- the lines before ------------------------------------------------------------------------------------------------------------------------ */

static void remember (void)
{
    unsigned room = editor.length + 1;
    if (editor.length == 0 || room + 1 > HISTORY_BYTES || strcmp (editor.history, editor.line) == 0) return;
    memmove (editor.history + room, editor.history, HISTORY_BYTES - room);
    memcpy (editor.history, editor.line, room);
    /* A line that was cut off at the end goes. */
    unsigned end = HISTORY_BYTES;
    while (end > 0 && editor.history [end - 1] != 0) editor.history [--end] = 0;
    editor.history [HISTORY_BYTES - 1] = 0;
}

static void recall (unsigned which)
{
    const char * line = editor.history;
    for (unsigned i = 1; i < which && * line; i++) line += strlen (line) + 1;
    if (which > 0 && * line == 0) return;
    editor.shown = which;
    editor.length = editor.cursor = which == 0 ? 0 : (unsigned) strlen (line);
    memcpy (editor.line, line, editor.length);
}

/* -- bytes ----------------------------------------------------------------------------------------------------------------------------------- */

static void arrow (char final)
{
    switch (final)
    {
        case 'A': recall (editor.shown + 1); break;
        case 'B': if (editor.shown > 0) recall (editor.shown - 1); break;
        case 'C': editor.cursor = after (editor.cursor); break;
        case 'D': editor.cursor = before (editor.cursor); break;
        case 'H': editor.cursor = 0; break;
        case 'F': editor.cursor = editor.length; break;
        case '~':
            if (editor.number == '3') removeRange (editor.cursor, after (editor.cursor));
            if (editor.number == '1') editor.cursor = 0;
            if (editor.number == '4') editor.cursor = editor.length;
            break;
        default: break;
    }
}

/* True while a byte belongs to an escape sequence. */
static bool escaped (char byte)
{
    if (byte == ESCAPE) editor.escape = ESCAPE, editor.number = 0;
    else if (editor.escape == ESCAPE && (byte == '[' || byte == 'O')) editor.escape = byte;
    else if (editor.escape == 0 || editor.escape == ESCAPE) return editor.escape = 0, false;
    else if (byte >= '0' && byte <= ';') editor.number = byte;
    else
    {
        editor.escape = 0;
        arrow (byte);
        editorDraw ();
    }
    return true;
}

static void edit (uint8_t byte)
{
    switch (byte)
    {
        case CTRL_A: editor.cursor = 0; break;
        case CTRL_E: editor.cursor = editor.length; break;
        case CTRL_K: editor.length = editor.cursor; break;
        case CTRL_C: case CTRL_U: editor.length = editor.cursor = 0; break;
        case BACKSPACE: case DELETE: removeRange (before (editor.cursor), editor.cursor); break;
        default: if (byte >= ' ') insert ((char) byte);
    }
    editorDraw ();
}

const char * editorTake (uint8_t byte)
{
    bool second = byte == '\n' && editor.lastWasReturn;
    editor.lastWasReturn = byte == '\r';
    if (second || escaped ((char) byte)) return NULL;
    if (byte != '\r' && byte != '\n') return edit (byte), NULL;
    editor.line [editor.length] = 0;
    remember ();
    editor.length = editor.cursor = editor.shown = 0;
    putAll ("\r\n");
    return editor.line;
}
