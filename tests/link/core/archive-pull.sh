#!/usr/bin/env bash
# Only the archive members that are needed are linked, whatever the order.
. "$SRC/tests/lib/common.sh"
c used <<< 'int used(void) { return 42; }'
c unused <<< 'int missing(void); int unused(void) { return missing(); }'
ar rcs lib.a unused.o used.o
ar rcsT thin.a unused.o used.o
c main <<< '#include <stdio.h>
int used(void); int main(void) { printf("%d\n", used()); return 0; }'
for lib in lib.a thin.a; do
  gcc -B"$GOLD_GO_B" $lib main.o -o app -Wl,-Map,map
  run 42 ./app
  nm app > out
  has ' used$' out
  lacks unused out
  has 'used\.o' map
done
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--start-lib used.o unused.o -Wl,--end-lib
run 42 ./app
