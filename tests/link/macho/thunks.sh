#!/usr/bin/env bash
# arm64: a branch further than 128 MB goes by a thunk, and back.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
masm arm64 far <<'S'
        .section __TEXT,__text,regular,pure_instructions
        .globl _main
        .p2align 2
_main:  stp x29, x30, [sp, #-16]!
        bl _far
        ldp x29, x30, [sp], #16
        ret
        .globl _back
        .p2align 2
_back:  add w0, w0, #1
        ret
        .globl _pad1
        .p2align 2
_pad1:  .space 80000000
        .globl _pad2
        .p2align 2
_pad2:  .space 80000000
        .globl _far
        .p2align 2
_far:   mov w0, #9
        stp x29, x30, [sp, #-16]!
        bl _back
        ldp x29, x30, [sp], #16
        ret
        .subsections_via_symbols
S
ld64 arm64 far.o -lSystem -o app
expect_run arm64 10 "" ./app
