/* The console: a 16550, polled; its interrupt only ends a sleep. */
#include "cpu.h"
#include "devices.h"
#include "machine.h"
#include "port/port.h"

enum { AT_BYTE = 0, AT_INTERRUPTS = 1, AT_FIFO = 2, AT_STATUS = 5, RECEIVED = 1, EMPTY = 0x20 };

void uartStart (void)
{
    REGISTER8 (MACHINE_UART + AT_FIFO) = 1;
    REGISTER8 (MACHINE_UART + AT_INTERRUPTS) = 1;
    cpuEnableIrq (MACHINE_UART_IRQ);
}

/* A board that is built for a test fails on these bytes: an access to nothing, a loop without end, a stack without end. */
static void failOn (uint8_t byte)
{
#ifdef FAULTS
    enum { BEYOND_RAM = 0x80050000, ON_ACCESS = 0x1d, ON_LOOP = 0x1e, ON_STACK = 0x1f };
    if (byte == ON_ACCESS) REGISTER32 (BEYOND_RAM) = 1;
    while (byte == ON_LOOP) continue;
    if (byte == ON_STACK) __asm__ volatile ("1: addi sp, sp, -64\n sw zero, 0(sp)\n j 1b");
#endif
    (void) byte;
}

int portConsoleRead (void)
{
    if (! (REGISTER8 (MACHINE_UART + AT_STATUS) & RECEIVED)) return -1;
    uint8_t byte = REGISTER8 (MACHINE_UART + AT_BYTE);
    failOn (byte);
    return byte;
}

void portConsoleWrite (const char * bytes, size_t length)
{
    for (; length > 0; length--, bytes++)
    {
        while (! (REGISTER8 (MACHINE_UART + AT_STATUS) & EMPTY)) continue;
        REGISTER8 (MACHINE_UART + AT_BYTE) = (uint8_t) * bytes;
    }
}
