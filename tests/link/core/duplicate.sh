#!/usr/bin/env bash
# Two strong definitions are an error; -z muldefs takes the first.
. "$SRC/tests/lib/common.sh"
c a <<< 'int f(void) { return 1; }'
c b <<< 'int f(void) { return 2; }'
c main <<< '#include <stdio.h>
int f(void); int main(void) { printf("%d\n", f()); return 0; }'
fails_with 'duplicate symbol: f' gcc -B"$GOLD_GO_B" main.o a.o b.o -o app
gcc -B"$GOLD_GO_B" main.o a.o b.o -o app -Wl,-z,muldefs
run 1 ./app
