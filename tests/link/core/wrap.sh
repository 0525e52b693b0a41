#!/usr/bin/env bash
# --wrap sends calls of f to __wrap_f, which reaches the original as __real_f.
. "$SRC/tests/lib/common.sh"
c a <<< 'int f(void) { return 1; }'
c main <<< '#include <stdio.h>
int f(void); int __real_f(void); int __wrap_f(void) { return __real_f() + 10; }
int main(void) { printf("%d\n", f()); return 0; }'
gcc -B"$GOLD_GO_B" main.o a.o -o app -Wl,--wrap=f
run 11 ./app
