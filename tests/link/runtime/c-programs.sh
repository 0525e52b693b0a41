#!/usr/bin/env bash
# One archive serves C programs, too, of glibc and of musl, static and dynamic.
. "$SRC/tests/lib/common.sh"
need gcc
include=$("$GOLD_GO" runtime include-dir)
cat > main.c <<'C'
#include <go/go.h>
#include <stdio.h>
static go_wait_group wg;
static go_chan *c;
static void f(void *p) { go_chan_send(c, p, 1); go_wg_add(&wg, -1); }
int main(void) {
  static const go_elem_ops ops = {sizeof(int), 0, 0};
  int n[10], sum = 0, v;
  c = go_chan_make(&ops, 0);
  for (int i = 0; i < 10; ++i) { n[i] = i; go_wg_add(&wg, 1); go_spawn(f, &n[i]); }
  for (int i = 0; i < 10; ++i) { go_chan_recv(c, &v, 1); sum += v; }
  go_wg_wait(&wg);
  go_sleep(1000);
  printf("%d\n", sum);
  return 0;
}
C
gcc -O2 -c -fPIE -I"$include" main.c -o glibc.o
for kind in --pie --no-pie --static --static-pie; do
  "$GOLD_GO" link glibc.o -o app $kind
  run 45 ./app
done
command -v musl-gcc > /dev/null || skip "musl-gcc is not installed"
musl-gcc -O2 -c -fPIE -I"$include" main.c -o musl.o
for kind in --pie --no-pie --static --static-pie; do
  "$GOLD_GO" link --libc=musl musl.o -o app $kind
  run 45 ./app
done
