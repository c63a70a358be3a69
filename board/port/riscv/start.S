/* From reset to main: stack, painted so that its deepest use can be seen; variables; a heap whose first word is 0; traps. */
    .section .init, "ax"
    .globl start
start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    la   sp, stackTop
    la   t0, trapEntry
    csrw mtvec, t0
    csrw mie, zero
    la   t0, stackBottom
    addi t0, t0, 512          /* the guard below it (cpu.c) stays closed after a reset */
    li   t1, 0xa5a5a5a5
1:  sw   t1, 0(t0)
    addi t0, t0, 4
    bltu t0, sp, 1b
    la   t0, dataLoad
    la   t1, dataStart
    la   t2, dataEnd
2:  bgeu t1, t2, 3f
    lw   t3, 0(t0)
    sw   t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    j    2b
3:  la   t1, bssStart
    la   t2, bssEnd
4:  bgeu t1, t2, 5f
    sw   zero, 0(t1)
    addi t1, t1, 4
    j    4b
5:  la   t1, heapStart
    sw   zero, 0(t1)
    sw   zero, 4(t1)
    call main
    j    .

    .balign 4
trapEntry:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    mv   a3, sp
    la   sp, stackTop
    call cpuTrapped
    j    .

    .section .rodata
    .globl portModule, portModuleBytes
    .balign 8
portModule:
    .incbin MODULE
moduleEnd:
    .balign 4
portModuleBytes:
    .word moduleEnd - portModule
