# Undefined weak symbols are 0, however they are referred to.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

cat > main.c <<'C'
#include <stdio.h>
extern int nowhere __attribute__((weak));
extern int hidden __attribute__((weak, visibility("hidden")));
void never(void) __attribute__((weak));
void *const in_data[] = {&nowhere, never, &hidden};
int main() {
  if (never)
    never();
  printf("%p %p %p %p %p\n", (void *)&nowhere, (void *)never, in_data[0], in_data[1], (void *)&hidden);
}
C
for cc in gcc clang-19; do
  command -v $cc > /dev/null || continue
  for kind in "-no-pie -fno-pic" "-pie -fPIE" "-pie -fPIC" "-static -fno-pic" "-static-pie -fPIE"; do
    # shellcheck disable=SC2086
    $cc -c -O1 ${kind#* } main.c
    gcc -B "$GOLD_GO_B" ${kind%% *} -o app main.o
    run "(nil) (nil) (nil) (nil) (nil)" ./app
  done
done
