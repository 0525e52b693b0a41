// void *tlv_thunk(descriptor): tlv_get with all registers kept but that of the result.
#if defined(__x86_64__)
        .globl  tlv_thunk
        .type   tlv_thunk, @function
tlv_thunk:
        push    %rbp
        mov     %rsp, %rbp
        .irp    r, rdi, rsi, rdx, rcx, r8, r9, r10, r11
        push    %\r
        .endr
        sub     $264, %rsp
        and     $-16, %rsp
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movups  %xmm\n, 16*\n(%rsp)
        .endr
        call    tlv_get
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movups  16*\n(%rsp), %xmm\n
        .endr
        lea     -64(%rbp), %rsp
        .irp    r, r11, r10, r9, r8, rcx, rdx, rsi, rdi
        pop     %\r
        .endr
        pop     %rbp
        ret
#else
        .globl  tlv_thunk
        .type   tlv_thunk, %function
tlv_thunk:
        stp     x29, x30, [sp, #-16]!
        mov     x29, sp
        .irp    n, 1, 3, 5, 7, 9, 11, 13, 15
        str     x\n, [sp, #-16]!
        .endr
        .irp    n, 2, 4, 6, 8, 10, 12, 14, 17
        str     x\n, [sp, #-16]!
        .endr
        sub     sp, sp, #512
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [sp, #16*\n]
        .endr
        bl      tlv_get
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\n, [sp, #16*\n]
        .endr
        add     sp, sp, #512
        .irp    n, 17, 14, 12, 10, 8, 6, 4, 2
        ldr     x\n, [sp], #16
        .endr
        .irp    n, 15, 13, 11, 9, 7, 5, 3, 1
        ldr     x\n, [sp], #16
        .endr
        ldp     x29, x30, [sp], #16
        ret
#endif
        .section .note.GNU-stack, "", %progbits
