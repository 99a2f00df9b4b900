/* ctx_aarch64.S - the switch between two stacks, aarch64.
 *
 * Idea: stores what a function must preserve, changes the stack pointer, loads. The way out is a
 * return, which needs no landing pad where it goes. The modes of the floating-point unit stay as
 * they are: who changes them changes them back before a switch.
 * Threads: a context goes on in the thread that parked it. Locks: none.
 * Owns: the frame of 160 bytes that it leaves on a parked stack, lowest address first:
 *   x19 ... x28 x29 x30 d8 ... d15
 */
    .text

/* void otpi_ctx_switch(void **save, void *sp): saves the stack pointer to *save, goes on at sp. */
    .globl otpi_ctx_switch
    .hidden otpi_ctx_switch
    .type otpi_ctx_switch, %function
    .p2align 4
otpi_ctx_switch:
    .cfi_startproc
    hint #34 /* bti c */
    sub sp, sp, #160
    .cfi_adjust_cfa_offset 160
    stp x19, x20, [sp, #0]
    .cfi_rel_offset x19, 0
    .cfi_rel_offset x20, 8
    stp x21, x22, [sp, #16]
    .cfi_rel_offset x21, 16
    .cfi_rel_offset x22, 24
    stp x23, x24, [sp, #32]
    .cfi_rel_offset x23, 32
    .cfi_rel_offset x24, 40
    stp x25, x26, [sp, #48]
    .cfi_rel_offset x25, 48
    .cfi_rel_offset x26, 56
    stp x27, x28, [sp, #64]
    .cfi_rel_offset x27, 64
    .cfi_rel_offset x28, 72
    stp x29, x30, [sp, #80]
    .cfi_rel_offset x29, 80
    .cfi_rel_offset x30, 88
    stp d8, d9, [sp, #96]
    .cfi_rel_offset d8, 96
    .cfi_rel_offset d9, 104
    stp d10, d11, [sp, #112]
    .cfi_rel_offset d10, 112
    .cfi_rel_offset d11, 120
    stp d12, d13, [sp, #128]
    .cfi_rel_offset d12, 128
    .cfi_rel_offset d13, 136
    stp d14, d15, [sp, #144]
    .cfi_rel_offset d14, 144
    .cfi_rel_offset d15, 152
    mov x2, sp
    str x2, [x0]
    /* Both stacks look the same from here on, so what was said of the one holds for the other. */
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    .cfi_def_cfa_offset 0
    .cfi_restore x19
    .cfi_restore x20
    .cfi_restore x21
    .cfi_restore x22
    .cfi_restore x23
    .cfi_restore x24
    .cfi_restore x25
    .cfi_restore x26
    .cfi_restore x27
    .cfi_restore x28
    .cfi_restore x29
    .cfi_restore x30
    .cfi_restore d8
    .cfi_restore d9
    .cfi_restore d10
    .cfi_restore d11
    .cfi_restore d12
    .cfi_restore d13
    .cfi_restore d14
    .cfi_restore d15
    ret
    .cfi_endproc
    .size otpi_ctx_switch, . - otpi_ctx_switch

/* Where a made context begins: x19 is its function, x20 the argument, sp a multiple of 16. Nobody
 * called it: unwinding ends here. The nop is for unwinders, which look before an address. */
    .type otpi_ctx_bottom, %function
    .p2align 4
otpi_ctx_bottom:
    .cfi_startproc
    .cfi_undefined x30
    nop
    .globl otpi_ctx_entry
    .hidden otpi_ctx_entry
otpi_ctx_entry:
    hint #36 /* bti j */
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size otpi_ctx_bottom, . - otpi_ctx_bottom

/* Landing pads are in place (BTI); return addresses are neither signed nor on a guarded stack. */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4, 16, 5
    .asciz "GNU"
    .long 0xc0000000, 4, 1, 0

    .section .note.GNU-stack, "", %progbits
