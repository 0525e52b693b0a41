# image-check: allow textrel
# -z pack-relative-relocs packs relative relocations; the program needs no other of that kind.
. "$SRC/tests/lib/common.sh"
need gcc readelf
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
getconf GNU_LIBC_VERSION | awk '{ split($2, v, "."); exit !(v[1] > 2 || v[2] >= 36) }' || skip "glibc is older than 2.36"

c main -fPIE <<'C'
#include <stdio.h>
static int v[4] = {1, 2, 3, 4};
int *table[200] = {&v[0], &v[1], &v[2], &v[3]};
int *sparse[3000] = {[0] = &v[0], [2999] = &v[3]};
struct __attribute__((packed)) { char c; int *p; } odd = {1, &v[2]};
int main() { printf("%d %d %d %d\n", *table[3], *sparse[0], *sparse[2999], *odd.p); }
C
gcc -B "$GOLD_GO_B" -pie -Wl,-z,pack-relative-relocs -o app main.o
run "4 1 4 3" ./app
readelf -rW app > relocs
has "\.relr\.dyn" relocs
[ "$(grep -c R_X86_64_RELATIVE relocs)" = 1 ] || fail "only the odd place needs R_X86_64_RELATIVE"
# What is only read is no place for RELR: with text relocations allowed it gets R_X86_64_RELATIVE.
asm text <<'S'
  .globl main
  .type main, @function
main:
  endbr64
  sub $8, %rsp
  mov .Lp(%rip), %rdi
  call puts@PLT
  xor %eax, %eax
  add $8, %rsp
  ret
  .align 8
.Lp: .quad .Lhello
  .section .rodata
.Lhello: .string "hello"
  .section .note.GNU-stack,"",@progbits
S
gcc -B "$GOLD_GO_B" -pie -Wl,-z,pack-relative-relocs,-z,notext -o app text.o
run hello ./app
readelf -dW app > dynamic
has TEXTREL dynamic
[ "$(readelf -rW app | grep -c R_X86_64_RELATIVE)" = 1 ] || fail "another number of R_X86_64_RELATIVE"
fails_with 'read-only section' gcc -B "$GOLD_GO_B" -pie -Wl,-z,pack-relative-relocs,-z,text -o app text.o
# Nor are odd addresses.
cat > odd.ld <<'S'
SECTIONS {
  .text : { *(.text*) }
  .data : SUBALIGN(1) { BYTE(1) *(.data*) }
}
S
c data -fPIE <<< 'int x; int *p = &x; void _start(void) {}'
fails_with 'odd addresses' "$GOLD_GO" ld -pie -z pack-relative-relocs -T odd.ld -o app data.o
