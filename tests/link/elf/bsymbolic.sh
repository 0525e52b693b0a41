#!/usr/bin/env bash
# Without -Bsymbolic a definition in the executable preempts that of a shared object, with it not.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int who(void) { return 1; } int ask(void) { return who(); }'
c main <<< '#include <stdio.h>
int ask(void); int who(void) { return 2; } int main(void) { printf("%d\n", ask()); }'
check() {
  gcc -B"$GOLD_GO_B" -shared lib.o -o lib.so "${@:2}"
  gcc -B"$GOLD_GO_B" main.o lib.so -o app -Wl,-rpath,.
  run "$1" ./app
}
check 2
check 1 -Wl,-Bsymbolic
check 1 -Wl,-Bsymbolic-functions
echo '{ who; };' > list
check 2 -Wl,-Bsymbolic,--dynamic-list=list
