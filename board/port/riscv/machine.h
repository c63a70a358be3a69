/* The registers of QEMU's "virt" machine, and the processor. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

#define REGISTER32(address) (* (volatile uint32_t *) (address))
#define REGISTER8(address) (* (volatile uint8_t *) (address))

enum {
    MACHINE_EXIT = 0x00100000, MACHINE_RTC = 0x00101000, MACHINE_CLINT = 0x02000000, MACHINE_PLIC = 0x0c000000, MACHINE_UART = 0x10000000,
    MACHINE_VIRTIO = 0x10001000, MACHINE_FLASH = 0x22000000, MACHINE_UART_IRQ = 10
};

/* Stops memory accesses from being moved over this point. */
static inline void machineFence (void) { __asm__ volatile ("fence" ::: "memory"); }

/* The instruction counter of the processor. */
static inline uint32_t machineInstructions (void)
{
    uint32_t count;
    __asm__ volatile ("csrr %0, instret" : "=r" (count));
    return count;
}

#endif
