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
