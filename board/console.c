/* The line that is being typed stands below everything that is printed: it is taken away before and drawn again after. */
#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "editor.h"
#include "figures.h"
#include "port/port.h"
#include "supervisor.h"
#include "upload.h"

static bool inReply;   /* a reply has begun and not ended: nothing is drawn in between */

static void put (const char * text) { portConsoleWrite (text, strlen (text)); }

/* Text with the line ends of a terminal; control characters from elsewhere cannot reach it. */
static void putText (const char * text, size_t length)
{
    for (; length > 0; length--, text++)
    {
        if (* text == '\n') put ("\r\n");
        else if ((uint8_t) * text >= ' ' && * text != 0x7f) portConsoleWrite (text, 1);
        else if (* text == '\t') put ("  ");
    }
}

void consoleStart (void) { editorDraw (); }

void consoleLine (const char * prefix, const void * text, uint32_t length)
{
    if (! inReply) editorHide ();
    put (prefix);
    putText (text, length);
    put ("\r\n");
    if (! inReply) editorDraw ();
}

void consolePrint (const char * format, ...)
{
    char line [160];
    va_list arguments;
    va_start (arguments, format);
    int length = vsnprintf (line, sizeof line, format, arguments);
    va_end (arguments);
    consoleLine ("", line, length < (int) sizeof line ? (uint32_t) length : sizeof line - 1);
}

void consoleEscaped (const uint8_t * bytes, uint32_t length)
{
    editorHide ();
    put ("\"");
    for (; length > 0; length--, bytes++)
    {
        char text [8];
        bool plain = * bytes >= ' ' && * bytes < 0x7f && * bytes != '"' && * bytes != '\\';
        snprintf (text, sizeof text, plain ? "%c" : "\\x%02x", * bytes);
        put (* bytes == '\r' ? "\\r" : * bytes == '\n' ? "\\n" : text);
    }
    put ("\"\r\n");
    editorDraw ();
}

void consoleReply (const void * text, uint32_t length, bool last)
{
    if (! inReply) editorHide ();
    putText (text, length);
    inReply = ! last;
    if (inReply) return;
    if (length == 0 || ((const char *) text) [length - 1] != '\n') put ("\r\n");
    editorDraw ();
}

static void printFigure (const char * name, uint32_t value)
{
    char line [48];
    snprintf (line, sizeof line, "%s %lu\r\n", name, (unsigned long) value);
    put (line);
}

static void say (const char * text) { consoleLine ("", text, (uint32_t) strlen (text)); }

/* True for a line that the board answers itself. */
static bool isForBoard (const char * line)
{
    if (* line == 0 || uploadCommand (line)) return true;
    if (strcmp (line, "board") != 0) return portCommand (line, say);
    editorHide ();
    figuresPrint (printFigure);
    return true;
}

/* The line that a byte of the console has finished; NULL when it has none. */
static const char * lineOf (uint8_t byte, UploadByte what)
{
    if (what != UPLOAD_TEXT) return what == UPLOAD_TYPED ? editorTake (byte) : NULL;
    uint32_t length;
    const char * line = NULL;
    for (const uint8_t * text = uploadText (& length); length > 0 && ! line; length--) line = editorTake (* text++);
    return line ? line : editorTake ('\r');
}

bool consoleNext (Input * input)
{
    for (int byte = portConsoleRead (); byte >= 0; byte = portConsoleRead ())
    {
        UploadByte what = uploadByte ((uint8_t) byte);
        /* A frame takes time: whatever else has come in may be in more of a hurry than the next one. */
        if (what == UPLOAD_FRAME) return * input = (Input) { .kind = INPUT_NONE }, true;
        const char * line = lineOf ((uint8_t) byte, what);
        if (! line) continue;
        if (isForBoard (line))
        {
            editorDraw ();
            continue;
        }
        if (! supervisorRuns ())
        {
            consolePrint ("The phone does not run just now.");
            continue;
        }
        uint32_t length = (uint32_t) strlen (line);
        memcpy (coreRegion (REGION_RX, NULL), line, length);
        * input = (Input) { .kind = INPUT_COMMAND, .length = length };
        return true;
    }
    return false;
}
