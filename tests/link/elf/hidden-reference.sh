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
# An archive's member that defines it is taken, although a shared object comes first.
c member <<< '__attribute__((visibility("hidden"))) int f(void) { return 6; }'
ar rc libown.a member.o
for order in "./lib.so libown.a" "libown.a ./lib.so"; do
  # shellcheck disable=SC2086
  gcc -B"$GOLD_GO_B" main.o $order -o app
  status=0
  ./app || status=$?
  [ $status = 6 ]
done
# Of two archives the first; and by way of another member that only then declares it hidden.
c second <<< 'int f(void) { return 8; }'
ar rc libsecond.a second.o
c way -fPIC <<< '__attribute__((visibility("hidden"))) int f(void); int way(void) { return f() + 1; }'
ar rc libway.a way.o
c plain -fPIC <<< 'int way(void), f(void); int main(void) { return way() + f(); }'
gcc -B"$GOLD_GO_B" plain.o ./lib.so libway.a libown.a libsecond.a -o app
status=0
./app || status=$?
[ $status = 13 ]
