/* The emulated board: puts its devices together. */
#include "port/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu.h"
#include "devices.h"
#include "libc/heap.h"
#include "machine.h"
#include "net.h"

#ifndef CODE_BYTES
#define CODE_BYTES (48 * 1024)
#endif
const uint32_t portCodeBytes = CODE_BYTES;
/* Of the 12 KB that board.ld gives to the stack; below it the guard stands (cpu.c). */
const uint32_t portStackBytes = 8 * 1024;

extern uint8_t dataStart [], bssEnd [];

static void say (const char * text) { portConsoleWrite (text, strlen (text)); }

void portStart (void)
{
    cpuStart ();
    uartStart ();
    const CpuFault * fault = cpuFault ();
    if (fault)
    {
        char line [120];
        snprintf (line, sizeof line, "\r\nThe processor was reset: cause %lx at %lx, value %lx, stack %lx.\r\n",
            (unsigned long) fault->cause, (unsigned long) fault->at, (unsigned long) fault->value, (unsigned long) fault->stack);
        say (line);
    }
    randomStart ();
    screenStart ();
    keyboardStart ();
    channelStart ();
    netStart ();
}

/* What the board cannot do without is not there. */
_Noreturn void portFailed (const char * why)
{
    say ("\r\nThe board stops: ");
    say (why);
    say (".\r\n");
    for (;;) REGISTER32 (MACHINE_EXIT) = 0x00013333;
}

void abort (void) { portFailed ("abort"); }

int64_t portNow (void) { return cpuNow (); }

bool portCalendar (int64_t * unixMs, int32_t * zoneMin)
{
    uint64_t low = REGISTER32 (MACHINE_RTC), high = REGISTER32 (MACHINE_RTC + 4);
    * unixMs = (int64_t) ((high << 32 | low) / 1000000);
    * zoneMin = 0;
    return true;
}

bool portCommand (const char * line, void (* print) (const char * text))
{
    (void) line; (void) print;
    return false;
}

uint32_t portWork (void) { return cpuWork (); }

static int64_t least (int64_t one, int64_t other) { return one < other ? one : other; }

void portSleep (int64_t untilMs)
{
    channelFlush ();
    cpuSleep (least (untilMs, least (netSoonest (), least (keyboardSoonest (), soundSoonest ()))));
    keyboardAcknowledge ();
}

void portFigures (void (* print) (const char * name, uint32_t value))
{
    HeapFigures heap = heapFigures ();
    print ("static", (uint32_t) (bssEnd - dataStart));
    print ("heap-bytes", heap.bytes);
    print ("heap-used", heap.used);
    print ("heap-high", heap.high);
    print ("heap-largest", heap.largest);
    print ("stack-high", cpuStackHigh ());
}
