#!/usr/bin/env bash
# musl-gcc with gold-go: its spec file gives the start files and -nostdlib; static and dynamic.
. "$SRC/tests/lib/common.sh"
need musl-gcc
cat > main.c <<'C'
#include <pthread.h>
#include <stdio.h>
static _Thread_local int mine;
static void *thread(void *p) { mine = 20; *(int *)p += mine; return 0; }
int main(void) {
  int n = 22;
  pthread_t t;
  if (pthread_create(&t, 0, thread, &n) || pthread_join(t, 0)) return 1;
  printf("%d\n", n + mine);
  return 0;
}
C
for kind in "" -static -static-pie -shared; do
  case $kind in
    -static-pie) musl-gcc -B"$GOLD_GO_B" -static-pie -fPIE main.c -o "app$kind" ;;
    -shared) musl-gcc -B"$GOLD_GO_B" -shared -fPIC main.c -o lib.so ;;
    *) musl-gcc -B"$GOLD_GO_B" $kind main.c -o "app$kind" ;;
  esac
done
run 42 ./app
run 42 ./app-static
run 42 ./app-static-pie
by_gold_go app app-static app-static-pie lib.so
readelf -lW app > out
has 'interpreter: /lib/ld-musl' out
readelf -lW app-static > out
lacks INTERP out
readelf -dW lib.so > out
has 'NEEDED.*libc\.so' out
