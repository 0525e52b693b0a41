// x86_64.S - context switch, goroutine start, and calls on a parked goroutine's stack.
//
// A parked context is its stack pointer. From there upwards:
//   +0 MXCSR (4) x87 control word (2)   +8 r15  +16 r14  +24 r13  +32 r12  +40 rbx  +48 rbp  +56 rip
// Control words are reloaded only when they differ (the load is the slow half). The resume is a
// pop and an indirect jump: a `ret` would mispredict in the return stack buffer every time.
	.text

// void go_rt_switch(void **save_sp /*rdi*/, void *new_sp /*rsi*/)
	.globl go_rt_switch
	.hidden go_rt_switch
	.type go_rt_switch, @function
	.p2align 5
go_rt_switch:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	pushq %r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	pushq %r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r13, 0
	pushq %r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r14, 0
	pushq %r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r15, 0
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	movl (%rsp), %eax
	movzwl 4(%rsp), %edx
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	cmpl (%rsp), %eax
	jne 2f
1:	cmpw 4(%rsp), %dx
	jne 3f
4:	movq 8(%rsp), %r15
	movq 16(%rsp), %r14
	movq 24(%rsp), %r13
	movq 32(%rsp), %r12
	movq 40(%rsp), %rbx
	movq 48(%rsp), %rbp
	movq 56(%rsp), %rcx
	addq $64, %rsp
	.cfi_def_cfa rsp, 0
	.cfi_register rip, rcx
	.cfi_same_value rbp
	.cfi_same_value rbx
	.cfi_same_value r12
	.cfi_same_value r13
	.cfi_same_value r14
	.cfi_same_value r15
	notrack jmp *%rcx
2:	ldmxcsr (%rsp)
	jmp 1b
3:	fldcw 4(%rsp)
	jmp 4b
	.cfi_endproc
	.size go_rt_switch, .-go_rt_switch

// First code of every goroutine: the outermost frame, where unwinding ends.
	.globl go_rt_start
	.hidden go_rt_start
	.type go_rt_start, @function
	.p2align 4
go_rt_start:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	movq %r12, %rdi
	xorl %ebp, %ebp
	call *%r13
	ud2
	.cfi_endproc
	.size go_rt_start, .-go_rt_start

// void *go_rt_init_stack(void *top /*rdi*/, void (*fn)(void *) /*rsi*/, void *arg /*rdx*/)
// Lays out a context that starts fn(arg) with the default floating-point environment; returns its stack pointer.
	.globl go_rt_init_stack
	.hidden go_rt_init_stack
	.type go_rt_init_stack, @function
go_rt_init_stack:
	.cfi_startproc
	endbr64
	andq $-16, %rdi
	leaq -64(%rdi), %rax
	movl $0x1f80, (%rax) // as a process begins: to nearest, nothing traps
	movl $0x37f, 4(%rax)
	movq $0, 8(%rax)
	movq $0, 16(%rax)
	movq %rsi, 24(%rax)
	movq %rdx, 32(%rax)
	movq $0, 40(%rax)
	movq $0, 48(%rax)
	leaq go_rt_start(%rip), %rcx
	movq %rcx, 56(%rax)
	ret
	.cfi_endproc
	.size go_rt_init_stack, .-go_rt_init_stack

// void go_rt_call_on(void *parked_sp /*rdi*/, void (*fn)(void *) /*rsi*/, void *arg /*rdx*/)
// Calls fn(arg) just below a parked context, with unwind information that makes the parked frames
// its callers: this is how the stack of a goroutine that does not run is walked.
	.globl go_rt_call_on
	.hidden go_rt_call_on
	.type go_rt_call_on, @function
go_rt_call_on:
	.cfi_startproc
	endbr64
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	movq %rsp, %rbx
	movq %rdi, %rsp
	movq %rdx, %rdi
	.cfi_remember_state
	.cfi_def_cfa rsp, 64
	.cfi_offset rip, -8
	.cfi_offset rbp, -16
	.cfi_offset rbx, -24
	.cfi_offset r12, -32
	.cfi_offset r13, -40
	.cfi_offset r14, -48
	.cfi_offset r15, -56
	call *%rsi
	nop
	movq %rbx, %rsp
	.cfi_restore_state
	popq %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	ret
	.cfi_endproc
	.size go_rt_call_on, .-go_rt_call_on

// void go_rt_on_stack(void *top /*rdi*/, void (*fn)(void *) /*rsi*/, void *arg /*rdx*/)
// Calls fn(arg) on another, empty stack and comes back.
	.globl go_rt_on_stack
	.hidden go_rt_on_stack
	.type go_rt_on_stack, @function
go_rt_on_stack:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq %rsp, %rbp
	.cfi_def_cfa_register rbp
	andq $-16, %rdi
	movq %rdi, %rsp
	movq %rdx, %rdi
	call *%rsi
	movq %rbp, %rsp
	popq %rbp
	.cfi_def_cfa rsp, 8
	ret
	.cfi_endproc
	.size go_rt_on_stack, .-go_rt_on_stack

#include "gdb.inc"
	.section .note.GNU-stack, "", @progbits
	.section .note.gnu.property, "a", @note
	.p2align 3
	.long 4, 16, 5
	.asciz "GNU"
	.long 0xc0000002, 4, 1, 0
