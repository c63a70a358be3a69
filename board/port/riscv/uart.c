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

int portConsoleRead (void)
{
    return REGISTER8 (MACHINE_UART + AT_STATUS) & RECEIVED ? REGISTER8 (MACHINE_UART + AT_BYTE) : -1;
}

void portConsoleWrite (const char * bytes, size_t length)
{
    for (; length > 0; length--, bytes++)
    {
        while (! (REGISTER8 (MACHINE_UART + AT_STATUS) & EMPTY)) continue;
        REGISTER8 (MACHINE_UART + AT_BYTE) = (uint8_t) * bytes;
    }
}
