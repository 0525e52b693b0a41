# IFUNCs: called, their addresses taken in data and code, in every kind of image; all addresses equal.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

cat > f.c <<'C'
static int one(void) { return 1; }
static void *choose(void) { return one; }
int f(void) __attribute__((ifunc("choose")));
C
cat > main.c <<'C'
#include <stdio.h>
int f(void);
int g(void);
int (*in_data)(void) = f;
int (*const in_rodata)(void) = f;
__attribute__((noinline)) void *in_code(void) { return f; }
int main() {
  printf("%d %d %d %d %d\n", f(), in_data(), in_rodata(), in_data == in_rodata, (void *)in_data == in_code());
}
C
for cc in gcc clang-19; do
  command -v $cc > /dev/null || continue
  for kind in "-no-pie -fno-pic" "-pie -fPIE" "-static -fno-pic" "-static-pie -fPIE"; do
    # shellcheck disable=SC2086
    for extra in "" -fno-plt; do
      $cc -c -O1 ${kind#-* } $extra f.c
      $cc -c -O1 ${kind#-* } $extra main.c
      gcc -B "$GOLD_GO_B" ${kind%% *} -o app main.o f.o
      run "1 1 1 1 1" ./app
    done
  done
done
gcc -c -O1 -fPIC f.c
gcc -c -O1 main.c
gcc -B "$GOLD_GO_B" -shared -o libf.so f.o
for kind in -pie -no-pie; do
  gcc -B "$GOLD_GO_B" $kind -o app main.o ./libf.so
  run "1 1 1 1 1" ./app
done
