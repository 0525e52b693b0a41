# AArch64: branches that reach further than 128 MiB go by way of a thunk, forwards, backwards and to
# the PLT.
. "$SRC/tests/lib/common.sh"
CC=aarch64-linux-gnu-gcc
need $CC qemu-aarch64 aarch64-linux-gnu-objdump

asm near <<'S'
  .text
  .globl main
main:
  stp x29, x30, [sp, #-16]!
  bl far
  mov w0, w0
  ldp x29, x30, [sp], #16
  ret
  .globl back
back:
  add w0, w0, #1
  ret
S
asm gap <<'S'
  .text
  .space 70000000
S
cp gap.o gap2.o
asm far <<'S'
  .text
  .globl far
far:
  stp x29, x30, [sp, #-16]!
  mov w0, #40
  bl back
  bl abs
  bl back
  ldp x29, x30, [sp], #16
  ret
S
$CC -B "$GOLD_GO_B" -o app near.o gap.o gap2.o far.o
status=0
qemu-aarch64 -L /usr/aarch64-linux-gnu ./app || status=$?
[ "$status" = 42 ] || fail "ended with $status, not 42"

# Without a gap none is made.
$CC -B "$GOLD_GO_B" -o small near.o far.o
aarch64-linux-gnu-objdump -d small > code
has 'bl.*<far>' code
