#!/usr/bin/env bash
# RELRO: read-only after relocation. It ends on a page's end; with -z now .got.plt is in it.
. "$SRC/tests/lib/common.sh"
c main <<'S'
#include <stdio.h>
int x;
int *const table[] = {&x};
int main(void) { puts("ok"); *(int **)table = 0; return 0; }
S
relro_sections() { readelf -lW app | awk '/GNU_RELRO/ { n = 1 } /^ +[0-9]+ / { last = $0 } END { print last }'; }
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,lazy
relro_sections > out
has '\.init_array .*\.data\.rel\.ro \.dynamic \.got( \.relro_padding)? *$' out
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,now
relro_sections > out
has '\.got' out
readelf -dW app > dynamic
has 'BIND_NOW' dynamic
has 'FLAGS_1.* NOW' dynamic
end=$(readelf -lW app | awk '/GNU_RELRO/ { printf "%d", (strtonum($3) + strtonum($6)) % 4096 }' 2> /dev/null || echo 0)
[ "$end" = 0 ] || fail "RELRO ends inside a page"
status=0
./app > out 2> /dev/null || status=$?
[ "$status" = 139 ] || fail "a write to RELRO did not crash: $status"
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,norelro
readelf -lW app > out
lacks GNU_RELRO out
run ok ./app
