# AArch64: IFUNCs, copy relocations, undefined weak symbols and canonical PLT entries, run by qemu.
. "$SRC/tests/lib/common.sh"
CC=aarch64-linux-gnu-gcc
need $CC qemu-aarch64 aarch64-linux-gnu-readelf
go() { qemu-aarch64 -L /usr/aarch64-linux-gnu "$@"; }

cat > f.c <<'C'
static int one(void) { return 1; }
static void *choose(void) { return one; }
int f(void) __attribute__((ifunc("choose")));
C
cat > main.c <<'C'
#include <stdio.h>
int f(void);
extern int nowhere __attribute__((weak));
void never(void) __attribute__((weak));
int (*in_data)(void) = f;
int (*const in_rodata)(void) = f;
void *const weak_data[] = {&nowhere, never};
__attribute__((noinline)) void *in_code(void) { return f; }
int main() {
  if (never)
    never();
  printf("%d %d %d %d %d ", f(), in_data(), in_rodata(), in_data == in_rodata, (void *)in_data == in_code());
  printf("%p %p %p %p\n", (void *)&nowhere, (void *)never, weak_data[0], weak_data[1]);
}
C
for kind in "-no-pie -fno-pic" "-pie -fPIE" "-static -fno-pic" "-static-pie -fPIE"; do
  $CC -c -O1 ${kind#* } f.c main.c
  $CC -B "$GOLD_GO_B" ${kind%% *} -o app main.o f.o
  run "1 1 1 1 1 (nil) (nil) (nil) (nil)" go ./app
done

c lib -fPIC <<'C'
int data = 42;
int f(void) { return 7; }
int *address_of_data(void) { return &data; }
void *address_of_f(void) { return f; }
C
$CC -B "$GOLD_GO_B" -shared -o libdata.so lib.o
c main -fno-pic <<'C'
#include <stdio.h>
extern int data;
int f(void);
int *address_of_data(void);
void *address_of_f(void);
void *volatile here;
int main() {
  here = f;
  data++;
  printf("%d %d %d %d\n", data, address_of_data() == &data, address_of_f() == here, f());
}
C
for kind in -no-pie -pie; do
  $CC -B "$GOLD_GO_B" $kind -o app main.o ./libdata.so
  run "43 1 1 7" go ./app
done
aarch64-linux-gnu-readelf -rW app > relocs
has 'R_AARCH64_COPY.* data' relocs
