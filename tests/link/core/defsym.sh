#!/usr/bin/env bash
# --defsym gives a name to a number or to another symbol.
. "$SRC/tests/lib/common.sh"
c main <<'S'
#include <stdio.h>
int f(void) { return 4; }
int g(void);
extern char number;
int main(void) { printf("%d %lx\n", g(), (unsigned long)&number); return 0; }
S
gcc -no-pie -B"$GOLD_GO_B" main.o -o app -Wl,--defsym=g=f,--defsym=number=0x1234
run "4 1234" ./app
