#!/usr/bin/env bash
# --gc-sections drops what nothing reaches and says so.
. "$SRC/tests/lib/common.sh"
c main -ffunction-sections -fdata-sections <<'S'
#include <stdio.h>
int dead_data[100] = {1};
int dead(void) { return dead_data[1]; }
__attribute__((noinline, noipa)) int alive(void) { return 3; }
int main(void) { printf("%d\n", alive()); return 0; }
S
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--gc-sections,--print-gc-sections 2> log
run 3 ./app
has 'removing unused section .*\.text\.dead' log
nm app > out
has ' alive$' out
lacks ' dead' out
