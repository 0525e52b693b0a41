#!/usr/bin/env bash
# --icf=safe never makes two functions one whose addresses somebody compares: in the same file or in another,
# by a compiler that writes tables of such symbols (clang) or one that does not (gcc); nor what is exported.
. "$SRC/tests/lib/common.sh"
compilers=(gcc)
clang=$(command -v clang-19 || command -v clang) && compilers+=("$clang -faddrsig")
for compiler in "${compilers[@]}"; do
  CC=$compiler
  # shellcheck disable=SC2086
  c_with() { cat > "$1.c"; $CC -c -O1 -ffunction-sections -fno-inline -o "$1.o" "$1.c"; }
  c_with functions <<'C'
int taken_1(int x) { return x * 7 + 1; }
int taken_2(int x) { return x * 7 + 1; }
int called_1(int x) { return x * 9 + 1; }
int called_2(int x) { return x * 9 + 1; }
C
  c_with main <<'C'
#include <stdio.h>
int taken_1(int), taken_2(int), called_1(int), called_2(int);
int (*volatile one)(int) = taken_1, (*volatile other)(int) = taken_2;
int main(int argc, char **argv) {
  printf("%d %d %d\n", one == other, one(argc) + other(argc), called_1(argc) + called_2(argc));
  return 0;
}
C
  gcc -B"$GOLD_GO_B" functions.o main.o -o app -Wl,--icf=safe
  run "0 16 20" ./app
  nm app > symbols
  address() { awk -v name="$1" '$3 == name { print $1 }' symbols; }
  [ "$(address called_1)" = "$(address called_2)" ] || fail "$compiler: functions that are only called were not folded"
  gcc -B"$GOLD_GO_B" functions.o main.o -o app -Wl,--icf=safe -Wl,--export-dynamic
  nm app > symbols
  [ "$(address called_1)" != "$(address called_2)" ] || fail "$compiler: exported functions were folded"
  run "0 16 20" ./app
done
