/* The processor: time, sleep, the guard below the stack, the watchdog, resets. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

/* What the processor trapped on: mcause, mepc, mtval and the stack pointer. The timer's interrupt is the watchdog. */
typedef struct CpuFault { uint32_t cause, at, value, stack; } CpuFault;

void cpuStart (void);

/* The fault that the last reset came from; NULL when it was none. */
const CpuFault * cpuFault (void);

int64_t cpuNow (void);
void cpuEnableIrq (unsigned irq);
void cpuSleep (int64_t untilMs);

/* Ticks of the instruction counter while the processor was awake; 8 for each instruction where QEMU counts with -icount shift=3. */
uint32_t cpuWork (void);

/* What is done in between is waiting, not work. */
void cpuPause (void);
void cpuResume (void);

/* The deepest that the native stack has been, in bytes. */
uint32_t cpuStackHigh (void);

#endif
