#!/usr/bin/env bash
# Weak definitions yield, commons merge to the largest size.
. "$SRC/tests/lib/common.sh"
c a -fcommon <<< 'int shared[2]; __attribute__((weak)) int f(void) { return 1; } __attribute__((weak)) int none(void);
#include <stdio.h>
int main(void) { shared[1] = 5; printf("%d %d %d\n", f(), none ? 1 : 0, shared[1]); return 0; }'
c b -fcommon <<< 'int shared[100]; int f(void) { return 2; }'
gcc -B"$GOLD_GO_B" a.o b.o -o app
run "2 0 5" ./app
nm -S app > out
has '0000000000000190 B shared' out
