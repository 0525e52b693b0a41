// aarch64.S - context switch, goroutine start, and calls on a parked goroutine's stack.
//
// A parked context is its stack pointer. From there upwards:
//   +0 x29 x30  +16 x19 x20  +32 x21 x22  +48 x23 x24  +64 x25 x26  +80 x27 x28
//   +96 d8 d9  +112 d10 d11  +128 d12 d13  +144 d14 d15  +160 FPCR  (176 bytes)
	.text

// void go_rt_switch(void **save_sp /*x0*/, void *new_sp /*x1*/)
	.globl go_rt_switch
	.hidden go_rt_switch
	.type go_rt_switch, %function
	.p2align 5
go_rt_switch:
	.cfi_startproc
	hint #34
	sub sp, sp, #176
	.cfi_def_cfa_offset 176
	stp x29, x30, [sp]
	.cfi_offset x29, -176
	.cfi_offset x30, -168
	stp x19, x20, [sp, #16]
	.cfi_offset x19, -160
	.cfi_offset x20, -152
	stp x21, x22, [sp, #32]
	.cfi_offset x21, -144
	.cfi_offset x22, -136
	stp x23, x24, [sp, #48]
	.cfi_offset x23, -128
	.cfi_offset x24, -120
	stp x25, x26, [sp, #64]
	.cfi_offset x25, -112
	.cfi_offset x26, -104
	stp x27, x28, [sp, #80]
	.cfi_offset x27, -96
	.cfi_offset x28, -88
	stp d8, d9, [sp, #96]
	stp d10, d11, [sp, #112]
	stp d12, d13, [sp, #128]
	stp d14, d15, [sp, #144]
	mrs x9, fpcr
	str x9, [sp, #160]
	mov x10, sp
	str x10, [x0]
	mov sp, x1
	ldr x11, [sp, #160]
	cmp x9, x11
	b.eq 1f
	msr fpcr, x11
1:	ldp x29, x30, [sp]
	ldp x19, x20, [sp, #16]
	ldp x21, x22, [sp, #32]
	ldp x23, x24, [sp, #48]
	ldp x25, x26, [sp, #64]
	ldp x27, x28, [sp, #80]
	ldp d8, d9, [sp, #96]
	ldp d10, d11, [sp, #112]
	ldp d12, d13, [sp, #128]
	ldp d14, d15, [sp, #144]
	add sp, sp, #176
	.cfi_def_cfa_offset 0
	.cfi_same_value x29
	.cfi_same_value x30
	.cfi_same_value x19
	.cfi_same_value x20
	.cfi_same_value x21
	.cfi_same_value x22
	.cfi_same_value x23
	.cfi_same_value x24
	.cfi_same_value x25
	.cfi_same_value x26
	.cfi_same_value x27
	.cfi_same_value x28
	ret
	.cfi_endproc
	.size go_rt_switch, .-go_rt_switch

// First code of every goroutine: the outermost frame, where unwinding ends.
	.globl go_rt_start
	.hidden go_rt_start
	.type go_rt_start, %function
go_rt_start:
	.cfi_startproc
	.cfi_undefined x30
	hint #34
	mov x0, x19
	mov x29, #0
	mov x30, #0
	blr x20
	brk #1
	.cfi_endproc
	.size go_rt_start, .-go_rt_start

// void *go_rt_init_stack(void *top, void (*fn)(void *), void *arg)
	.globl go_rt_init_stack
	.hidden go_rt_init_stack
	.type go_rt_init_stack, %function
go_rt_init_stack:
	.cfi_startproc
	hint #34
	and x0, x0, #-16
	sub x0, x0, #176
	adrp x9, go_rt_start
	add x9, x9, :lo12:go_rt_start
	stp xzr, x9, [x0]
	stp x2, x1, [x0, #16]
	stp xzr, xzr, [x0, #32]
	stp xzr, xzr, [x0, #48]
	stp xzr, xzr, [x0, #64]
	stp xzr, xzr, [x0, #80]
	str xzr, [x0, #160] // the default floating-point environment
	ret
	.cfi_endproc
	.size go_rt_init_stack, .-go_rt_init_stack

// void go_rt_call_on(void *parked_sp, void (*fn)(void *), void *arg)
// Calls fn(arg) just below a parked context, with unwind information that makes the parked frames
// its callers.
	.globl go_rt_call_on
	.hidden go_rt_call_on
	.type go_rt_call_on, %function
go_rt_call_on:
	.cfi_startproc
	hint #34
	stp x19, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x19, -16
	.cfi_offset x30, -8
	mov x19, sp
	mov sp, x0
	mov x0, x2
	.cfi_remember_state
	.cfi_def_cfa sp, 176
	.cfi_offset x29, -176
	.cfi_offset x30, -168
	.cfi_offset x19, -160
	.cfi_offset x20, -152
	.cfi_offset x21, -144
	.cfi_offset x22, -136
	.cfi_offset x23, -128
	.cfi_offset x24, -120
	.cfi_offset x25, -112
	.cfi_offset x26, -104
	.cfi_offset x27, -96
	.cfi_offset x28, -88
	blr x1
	nop
	mov sp, x19
	.cfi_restore_state
	ldp x19, x30, [sp], #16
	.cfi_def_cfa_offset 0
	.cfi_restore x19
	.cfi_restore x30
	ret
	.cfi_endproc
	.size go_rt_call_on, .-go_rt_call_on

// void go_rt_on_stack(void *top, void (*fn)(void *), void *arg)
	.globl go_rt_on_stack
	.hidden go_rt_on_stack
	.type go_rt_on_stack, %function
go_rt_on_stack:
	.cfi_startproc
	hint #34
	stp x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov x29, sp
	.cfi_def_cfa_register x29
	and x0, x0, #-16
	mov sp, x0
	mov x0, x2
	blr x1
	mov sp, x29
	.cfi_def_cfa_register sp
	ldp x29, x30, [sp], #16
	.cfi_def_cfa_offset 0
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size go_rt_on_stack, .-go_rt_on_stack

#include "gdb.inc"
	.section .note.GNU-stack, "", %progbits
