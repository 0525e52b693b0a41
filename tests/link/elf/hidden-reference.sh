#!/usr/bin/env bash
# An object that declares a symbol hidden means a definition of its own image: that of a shared object is none.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int f(void) { return 1; } int g(void) { return 2; }'
gcc -shared lib.o -o lib.so
c main -fPIC <<< '__attribute__((visibility("hidden"))) int f(void);
int main(void) { return f(); }'
fails_with 'undefined symbol: f' gcc -B"$GOLD_GO_B" main.o ./lib.so -o app
has 'declared hidden' .out
fails_with 'undefined symbol: f' gcc -B"$GOLD_GO_B" -shared main.o ./lib.so -o app.so
# A weak reference is 0, other symbols of the library are bound.
c weak -fPIC <<< '__attribute__((visibility("hidden"), weak)) int f(void); int g(void);
#include <stdio.h>
int main(void) { printf("%d %d\n", f ? f() : 0, g()); return 0; }'
gcc -B"$GOLD_GO_B" weak.o ./lib.so -o app
run "0 2" ./app
c own -fPIC <<< 'int f(void) { return 5; }'
gcc -B"$GOLD_GO_B" main.o ./lib.so own.o -o app
status=0
./app || status=$?
[ $status = 5 ]
