# A reference that does not reach says where it is, what it refers to and what helps.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

asm far <<'S'
  .text
  .globl _start
_start:
  mov high, %eax
  lea high(%rip), %rax
  .globl high
  .set high, 0x123456789abc
S
fails_with 'far\.o:\(\.text\+0x3\): relocation R_X86_64_32S out of range: 20015998343868 is not in \[-2\^31, 2\^31\); references `high' \
  "$GOLD_GO_B/ld" -o app far.o
