#!/usr/bin/env bash
# Equal strings of two files have one place.
. "$SRC/tests/lib/common.sh"
c a <<< 'const char *a(void) { return "the same words"; }'
c b <<< 'const char *b(void) { return "the same words"; }'
c main <<< '#include <stdio.h>
const char *a(void), *b(void); int main(void) { printf("%d %s\n", a() == b(), a()); return 0; }'
gcc -B"$GOLD_GO_B" main.o a.o b.o -o app
run "1 the same words" ./app
