#!/usr/bin/env bash
# A C program without any library: _start is its own, the image is static.
. "$SRC/tests/lib/common.sh"
asm start <<'S'
  .globl _start
_start:
  mov $1, %eax
  mov $1, %edi
  lea msg(%rip), %rsi
  mov $3, %edx
  syscall
  mov $60, %eax
  xor %edi, %edi
  syscall
  .section .rodata
msg: .ascii "hi\n"
S
"$GOLD_GO" link start.o -o start
run hi ./start
readelf -lW start > out
lacks INTERP out
lacks DYNAMIC out
