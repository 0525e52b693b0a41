#!/usr/bin/env bash
# A member of an archive that has the real definition of a common symbol is linked, as with GNU ld and
# lld --fortran-common; one that has another tentative definition, or a weak one, is not.
. "$SRC/tests/lib/common.sh"
c main -fcommon <<< '#include <stdio.h>
int x; int main(void) { printf("%d\n", x); return 0; }'
c real <<< 'int x = 7;'
c second <<< 'int x = 8;'
c tentative -fcommon <<< 'int x; int unused(void) { return x; }'
c weak <<< '__attribute__((weak)) int x = 9;'
for o in real second tentative weak; do ar rcs $o.a $o.o; done
ar rcs both.a tentative.o real.o
ar rcsT thin.a real.o
for flags in "" -Wl,--threads=1; do
  for libs in real.a thin.a both.a "tentative.a real.a" "weak.a real.a" "real.a second.a" \
    "-Wl,--start-lib real.o -Wl,--end-lib"; do
    gcc -B"$GOLD_GO_B" $flags main.o $libs -o app
    run 7 ./app
  done
  for libs in tentative.a weak.a; do
    gcc -B"$GOLD_GO_B" $flags main.o $libs -o app -Wl,-Map,map
    run 0 ./app
    lacks "${libs%.a}.o" map
  done
done
gcc -B"$GOLD_GO_B" main.o real.a -o app -Wl,--why-extract=why
has 'main\.o.*real\.a\(real\.o\).*x' why
