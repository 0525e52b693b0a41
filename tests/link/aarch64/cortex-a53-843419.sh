#!/usr/bin/env bash
# --fix-cortex-a53-843419: a load or store that early Cortex-A53 get wrong behind an ADRP at the end of a page runs
# elsewhere. What ld.lld moves is moved, and the program does the same.
. "$SRC/tests/lib/common.sh"
need aarch64-linux-gnu-gcc qemu-aarch64 llvm-objdump-19
cat > a.s <<'S'
  .macro at_end_of_page name, offset
  .balign 4096
  .skip \offset
\name:
  .endm
  .text
  .globl _start
_start:
  mov x20, #0
  bl three
  bl four
  bl late
  bl pair
  bl branch
  bl early
  mov x0, x20
  mov x8, #93
  svc #0
  // three instructions
  at_end_of_page three, 0xff8
  adrp x0, value
  str x1, [sp, #-16]!
  ldr x2, [x0, #:lo12:value]
  add x20, x20, x2
  add sp, sp, #16
  ret
  // four
  at_end_of_page four, 0xff8
  adrp x0, value
  ldr x1, [sp]
  nop
  ldr x2, [x0, #:lo12:value]
  add x20, x20, x2
  ret
  // in the last word of a page
  at_end_of_page late, 0xffc
  adrp x0, value
  str x1, [sp, #-16]!
  ldr w2, [x0, #:lo12:value]
  add x20, x20, x2
  add sp, sp, #16
  ret
  // a load of a pair, a branch between, one word too early: none of them goes wrong
  at_end_of_page pair, 0xff8
  adrp x0, value
  ldp x1, x3, [sp]
  ldr x2, [x0, #:lo12:value]
  add x20, x20, x2
  ret
  at_end_of_page branch, 0xff8
  adrp x0, value
  ldr x1, [sp]
  b 1f
1: ldr x2, [x0, #:lo12:value]
  add x20, x20, x2
  ret
  at_end_of_page early, 0xff4
  adrp x0, value
  ldr x1, [sp]
  ldr x2, [x0, #:lo12:value]
  add x20, x20, x2
  ret
  // the same words as data stay what they are
  at_end_of_page data, 0xff8
  .word 0x90000000, 0xf81f0fe1, 0xf9400002, 0
  // a second section, whose place depends on what is before it
  .section .text.more,"ax"
  .skip 0xff0
  adrp x5, value
  str x1, [x2]
  str x3, [x5, #:lo12:value]
  ret
  .data
  .balign 16
value: .quad 7
S
aarch64-linux-gnu-gcc -c a.s
link() { "$GOLD_GO" ld -m aarch64linux a.o "$@"; }
# words NAME IMAGE N: the mnemonics of N instructions from a symbol on.
words() { llvm-objdump-19 -d --no-show-raw-insn --no-leading-addr "$2" | grep -A"$3" "^<$1>:" | awk 'NR > 1 { print $1 }' | tr '\n' ' '; }
link -o fixed --fix-cortex-a53-843419
link -o plain
ends_with_42() {
  local status=0
  qemu-aarch64 "$1" || status=$?
  [ $status = 42 ] || fail "$1 ends with $status, not 42"
}
ends_with_42 ./plain
for threads in 1 8; do
  link -o again --fix-cortex-a53-843419 --threads=$threads
  same fixed again
done
link -o undone --fix-cortex-a53-843419=full --no-fix-cortex-a53-843419
same plain undone
ends_with_42 ./fixed
[ "$(words three fixed 3)" = "adrp str b " ] || fail "$(words three fixed 3)"
[ "$(words four fixed 4)" = "adrp ldr nop b " ] || fail "$(words four fixed 4)"
[ "$(words late fixed 3)" = "adrp str b " ] || fail "$(words late fixed 3)"
for name in pair branch early; do
  [ "$(words $name fixed 4)" = "$(words $name plain 4)" ] || fail "$name: $(words $name fixed 4)"
done
aarch64-linux-gnu-objcopy -O binary -j .text fixed text
address_of() { nm fixed | awk -v n="$1" '$3 == n { print $1 }'; }
od -An -tx4 -N12 -j$((0x$(address_of data) - 0x$(address_of _start))) text > out
has '^ 90000000 f81f0fe1 f9400002$' out
# As many as ld.lld moves.
if command -v ld.lld-19 > /dev/null; then
  ld.lld-19 -m aarch64linux a.o -o lld --fix-cortex-a53-843419
  for name in three four late pair branch early; do
    [ "$(words $name fixed 4)" = "$(words $name lld 4)" ] || fail "$name: lld has $(words $name lld 4)"
  done
fi
# With -r, addresses are not known yet.
link -r -o whole.o --fix-cortex-a53-843419
"$GOLD_GO" ld -m aarch64linux whole.o -o whole --fix-cortex-a53-843419
ends_with_42 ./whole
# A real program, static and with the options that gcc passes.
cat > hello.c <<'S'
#include <stdio.h>
int main(void) { printf("%.3f %s\n", 2.5, "hello"); return 0; }
S
aarch64-linux-gnu-gcc -B"$GOLD_GO_B" -static -O2 hello.c -o hello -Wl,--fix-cortex-a53-843419
run "2.500 hello" qemu-aarch64 ./hello
