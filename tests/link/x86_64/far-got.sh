# A load by way of the GOT is rewritten only where the symbol is in reach: in an image with more than 2 GiB of
# data some are, some are not.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
asm main <<'S'
  .globl _start
_start:
  mov near@GOTPCREL(%rip), %rax
  movl (%rax), %edi
  mov far@GOTPCREL(%rip), %rax
  movl $4, (%rax)
  addl (%rax), %edi
  cmp far@GOTPCREL(%rip), %rax
  jne 1f
  mov $60, %eax
  syscall
1: mov $1, %edi
  mov $60, %eax
  syscall
  .data
  .globl near
near: .long 3
  .section far_bss,"aw",@nobits
  .globl far
  .zero 0x90000000
far: .zero 4
  .section .note.GNU-stack,"",@progbits
S
for kind in "-static" "-no-pie" "-pie" "-pie -Wl,-z,pack-relative-relocs"; do
  # shellcheck disable=SC2086
  gcc -B "$GOLD_GO_B" $kind -nostdlib -o app main.o
  status=0
  ./app || status=$?
  [ $status = 7 ] || fail "$kind: exit status $status, not 7"
  objdump -d --no-show-raw-insn --disassemble=_start app > code
  has 'lea .*<near>' code
  has 'mov .*%rip.*,%rax' code
done
