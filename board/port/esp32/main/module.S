/* The phone's module, byte for byte as the build has it, in flash, where it is read like memory. */
    .section .rodata.module, "a"
    .balign 4
    .global portModule
    .global portModuleBytes
portModule:
    .incbin MODULE
portModuleEnd:
    .balign 4
portModuleBytes:
    .word portModuleEnd - portModule
