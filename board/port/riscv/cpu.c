/* Time from the CLINT, sleep without interrupt handlers (an interrupt only ends `wfi`), a guard below the stack by PMP, and a watchdog: the one
 * interrupt that is taken, while the phone works. A fault of the processor and the watchdog both end in a reset. */
#include "cpu.h"

#include <stdbool.h>
#include "machine.h"
#include "port/port.h"

/* Longer than any call takes; a board that is built for a test (uart.c) need not wait so long. */
#ifdef FAULTS
enum { WATCHDOG_MS = 600 };
#else
enum { WATCHDOG_MS = 3000 };
#endif

enum {
    TIMER_HZ = 10 * 1000 * 1000, GUARD_BYTES = 256,
    MIE_TIMER = 1 << 7, MIE_EXTERNAL = 1 << 11, MSTATUS_MIE = 1 << 3, RESET_MAGIC = 0x52455354,
    PMP_LOCKED_NAPOT = 0x98   /* no permissions, also for machine mode */
};

extern uint32_t stackBottom [], stackTop [];
_Noreturn void start (void);
_Noreturn void cpuTrapped (uint32_t cause, uint32_t at, uint32_t value, uint32_t stack);

/* Why the processor was reset, and what it tells of that afterwards. */
static struct { uint32_t magic, why; CpuFault fault; } reset __attribute__ ((section (".retained")));
static uint8_t retained [1200] __attribute__ ((section (".retained"), aligned (8)));
static Boot boot;
static uint32_t workBefore, awakeSince;

static uint64_t ticks (void)
{
    uint32_t high, low;
    do
    {
        high = REGISTER32 (MACHINE_CLINT + 0xbffc);
        low = REGISTER32 (MACHINE_CLINT + 0xbff8);
    } while (high != REGISTER32 (MACHINE_CLINT + 0xbffc));
    return (uint64_t) high << 32 | low;
}

static void wakeAt (uint64_t tick)
{
    REGISTER32 (MACHINE_CLINT + 0x4004) = UINT32_MAX;
    REGISTER32 (MACHINE_CLINT + 0x4000) = (uint32_t) tick;
    REGISTER32 (MACHINE_CLINT + 0x4004) = (uint32_t) (tick >> 32);
}

void cpuStart (void)
{
    boot = reset.magic == RESET_MAGIC ? (Boot) reset.why : BOOT_COLD;
    reset.magic = 0;
    /* The guard is the lowest part of what the linker gave to the stack. */
    uint32_t guard = ((uint32_t) stackBottom + GUARD_BYTES - 1) & ~ (GUARD_BYTES - 1u);
    __asm__ volatile ("csrw pmpaddr0, %0\n csrw pmpcfg0, %1" :: "r" (guard >> 2 | (GUARD_BYTES / 8 - 1)), "r" (PMP_LOCKED_NAPOT));
    REGISTER32 (MACHINE_PLIC + 0x200000) = 0;
}

int64_t cpuNow (void) { return (int64_t) (ticks () / (TIMER_HZ / 1000)); }

void cpuEnableIrq (unsigned irq)
{
    REGISTER32 (MACHINE_PLIC + 4 * irq) = 1;
    REGISTER32 (MACHINE_PLIC + 0x2000 + 4 * (irq / 32)) |= 1u << irq % 32;
}

uint32_t cpuWork (void) { return workBefore + (machineInstructions () - awakeSince); }

void cpuPause (void) { workBefore = cpuWork (); }
void cpuResume (void) { awakeSince = machineInstructions (); }

void cpuSleep (int64_t untilMs)
{
    cpuPause ();
    uint64_t until = untilMs > INT64_MAX / (TIMER_HZ / 1000) ? UINT64_MAX : (uint64_t) (untilMs < 0 ? 0 : untilMs) * (TIMER_HZ / 1000);
    __asm__ volatile ("csrc mstatus, %0" :: "r" (MSTATUS_MIE));
    wakeAt (until);
    __asm__ volatile ("csrw mie, %0\n wfi" :: "r" (MIE_TIMER | MIE_EXTERNAL) : "memory");
    cpuResume ();
    for (uint32_t irq = REGISTER32 (MACHINE_PLIC + 0x200004); irq; irq = REGISTER32 (MACHINE_PLIC + 0x200004)) REGISTER32 (MACHINE_PLIC + 0x200004) = irq;
    portFeedWatchdog ();
}

void portFeedWatchdog (void)
{
    wakeAt (ticks () + (uint64_t) WATCHDOG_MS * (TIMER_HZ / 1000));
    __asm__ volatile ("csrw mie, %0\n csrs mstatus, %1" :: "r" (MIE_TIMER), "r" (MSTATUS_MIE));
}

uint32_t cpuStackHigh (void)
{
    const uint32_t * word = stackBottom + 2 * GUARD_BYTES / sizeof (uint32_t);
    while (word < stackTop && * word == 0xa5a5a5a5u) word++;
    return (uint32_t) ((uint8_t *) stackTop - (uint8_t *) word);
}

Boot portBoot (void) { return boot; }

const CpuFault * cpuFault (void) { return boot == BOOT_WATCHDOG ? & reset.fault : NULL; }

void * portRetained (size_t bytes) { return bytes <= sizeof retained ? retained : NULL; }

_Noreturn void portReset (Boot why)
{
    reset.magic = RESET_MAGIC;
    reset.why = why;
    __asm__ volatile ("csrc mstatus, %0" :: "r" (MSTATUS_MIE));
    start ();
}

/* Called by start.S on a fresh stack. */
_Noreturn void cpuTrapped (uint32_t cause, uint32_t at, uint32_t value, uint32_t stack)
{
    reset.fault = (CpuFault) { cause, at, value, stack };
    portReset (BOOT_WATCHDOG);
}
