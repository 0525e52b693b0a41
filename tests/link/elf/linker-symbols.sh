#!/usr/bin/env bash
# Symbols that the linker defines: ends of parts of the image, bounds of sections with C names.
. "$SRC/tests/lib/common.sh"
c main <<'S'
#include <stdio.h>
extern char __executable_start[], etext[], _etext[], edata[], _edata[], __bss_start[], _end[], end[];
extern int __start_list[] __attribute__((visibility("hidden"))), __stop_list[];
extern char __start_none[] __attribute__((weak)), __stop_none[] __attribute__((weak));
__attribute__((section("list"), used)) static int a = 1;
__attribute__((section("list"), used)) static int b = 2;
int data = 1, zero;
int main(void) {
  int ordered = __executable_start < (char *)main && (char *)main < etext && etext == _etext && etext <= (char *)&data &&
                (char *)&data < edata && edata == _edata && edata <= __bss_start && __bss_start <= (char *)&zero &&
                (char *)&zero < end && end == _end;
  printf("%d %d %d %d\n", ordered, (int)(__stop_list - __start_list), __start_list[0] + __start_list[1],
         __start_none == __stop_none);
}
S
for kind in -no-pie -pie -static; do
  gcc -c -O1 ${kind/-static/-fno-pic} main.c -o main.o 2> /dev/null || gcc -c -O1 main.c -o main.o
  gcc -B"$GOLD_GO_B" $kind main.o -o app -Wl,--gc-sections
  run "1 2 3 1" ./app
done
# What is referred to is in the symbol table, as with other linkers.
c refer -fno-pic <<< 'extern char _end[], __start_own[]; __attribute__((section("own"))) int mine = 1;
char *ends[] = {_end, __start_own}; void _start(void) {}'
"$GOLD_GO" ld -o refer refer.o
readelf -sW refer > out
has 'NOTYPE +GLOBAL DEFAULT +[0-9]+ _end$' out
has 'NOTYPE +GLOBAL PROTECTED +[0-9]+ __start_own$' out
