#!/usr/bin/env bash
# Every exported symbol is found at run time through either hash table, and no other.
. "$SRC/tests/lib/common.sh"
for i in $(seq 500); do echo "int f$i(void) { return $i; }"; done > lib.c
gcc -c -fPIC lib.c -o lib.o
c main <<'S'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  (void)argc;
  void *h = dlopen(argv[1], RTLD_NOW);
  if (!h) return 2;
  int sum = 0;
  char name[16];
  for (int i = 1; i <= 500; ++i) {
    sprintf(name, "f%d", i);
    int (*f)(void) = (int (*)(void))dlsym(h, name);
    if (!f) return 3;
    sum += f();
  }
  printf("%d %d\n", sum, dlsym(h, "f501") == 0);
}
S
gcc -B"$GOLD_GO_B" main.o -o app
for style in gnu sysv both; do
  gcc -B"$GOLD_GO_B" -shared lib.o -o lib.so -Wl,--hash-style=$style
  run "125250 1" ./app ./lib.so
  readelf -SW lib.so > out
  [ $style = sysv ] || has ' \.gnu\.hash' out
  [ $style = gnu ] || has ' \.hash' out
done
