# AArch64: TLS models and dialects in executables and shared objects, run by qemu.
. "$SRC/tests/lib/common.sh"
CC=aarch64-linux-gnu-gcc
need $CC qemu-aarch64 aarch64-linux-gnu-readelf

cat > vars.c <<'C'
__thread int first = 11;
__thread int zero;
__thread __attribute__((aligned(64))) int aligned = 33;
C
cat > main.c <<'C'
#include <stdint.h>
#include <stdio.h>
extern __thread int first, zero, aligned;
static __thread int local = 44;
static __thread long local2 = 55;
__attribute__((noinline)) int *p_local(void) { return &local; }
__attribute__((noinline)) long sum(void) { return local + local2; }
int main() {
  *p_local() += 1;
  printf("%d %d %d %d %ld %d\n", first, zero, aligned, local, sum(), (int)((uintptr_t)&aligned % 64));
}
C
for dialect in trad desc; do
  for model in global-dynamic local-dynamic initial-exec local-exec; do
    for kind in "-pie -fPIE" "-no-pie -fno-pic" "-static -fno-pic" "-static-pie -fPIE"; do
      $CC -c -O2 ${kind#* } -mtls-dialect=$dialect -ftls-model=$model main.c vars.c
      $CC -B "$GOLD_GO_B" ${kind%% *} -o app main.o vars.o
      run "11 0 33 45 100 0" qemu-aarch64 -L /usr/aarch64-linux-gnu ./app
    done
  done
  # The variables in a shared object.
  for model in global-dynamic local-dynamic initial-exec; do
    $CC -c -O2 -fPIC -mtls-dialect=$dialect -ftls-model=$model -DNAME=lib vars.c
    $CC -c -O2 -fPIC -mtls-dialect=$dialect main.c
    $CC -B "$GOLD_GO_B" -shared -o libvars.so vars.o
    $CC -B "$GOLD_GO_B" -o app main.o ./libvars.so
    run "11 0 33 45 100 0" qemu-aarch64 -L /usr/aarch64-linux-gnu ./app
    # All code in a shared object.
    sed 's/int main()/int entry()/' main.c > code.c
    echo 'int entry(void); int main() { return entry() < 0; }' > small.c
    $CC -c -O2 -fPIC -mtls-dialect=$dialect code.c small.c
    $CC -B "$GOLD_GO_B" -shared -o libcode.so code.o ./libvars.so
    $CC -B "$GOLD_GO_B" -o app small.o ./libcode.so ./libvars.so
    run "11 0 33 45 100 0" qemu-aarch64 -L /usr/aarch64-linux-gnu ./app
  done
done
aarch64-linux-gnu-readelf -rW libcode.so > relocs
has R_AARCH64_TLSDESC relocs
