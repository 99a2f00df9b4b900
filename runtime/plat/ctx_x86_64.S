/* ctx_x86_64.S - the switch between two stacks, x86-64.
 *
 * Idea: pushes what a function must preserve, changes the stack pointer, pops. The last step is a
 * jump, not a return: the processor's guess for a return would be the other stack's caller. The
 * modes of the floating-point units stay as they are: who changes them changes them back before a
 * switch.
 * Threads: a context goes on in the thread that parked it. Locks: none.
 * Owns: the frame that it leaves on a parked stack, lowest word first:
 *   r15 r14 r13 r12 rbx rbp address
 */
    .text

/* void otpi_ctx_switch(void **save, void *sp): saves the stack pointer to *save, goes on at sp. */
    .globl otpi_ctx_switch
    .hidden otpi_ctx_switch
    .type otpi_ctx_switch, @function
    .p2align 4
otpi_ctx_switch:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    movq %rsp, (%rdi)
    /* Both stacks look the same from here on, so what was said of the one holds for the other. */
    movq %rsi, %rsp
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rcx
    notrack jmp *%rcx
    .cfi_endproc
    .size otpi_ctx_switch, . - otpi_ctx_switch

/* Where a made context begins: rbx is its function, r12 the argument, rsp a multiple of 16. Nobody
 * called it: unwinding ends here. The nop is for unwinders, which look one byte before an
 * address. */
    .type otpi_ctx_bottom, @function
    .p2align 4
otpi_ctx_bottom:
    .cfi_startproc
    .cfi_undefined %rip
    nop
    .globl otpi_ctx_entry
    .hidden otpi_ctx_entry
otpi_ctx_entry:
    endbr64
    movq %r12, %rdi
    callq *%rbx
    ud2
    .cfi_endproc
    .size otpi_ctx_bottom, . - otpi_ctx_bottom

/* Landing pads are in place (IBT); a shadow stack would be left behind by the switch, so the object
 * does not claim to work with one. */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4, 16, 5
    .asciz "GNU"
    .long 0xc0000002, 4, 1, 0

    .section .note.GNU-stack, "", %progbits
