#!/usr/bin/env bash
# --icf=all folds equal functions; --icf=safe leaves those whose address is taken.
. "$SRC/tests/lib/common.sh"
need clang-19
CC=clang-19 c main -ffunction-sections -fno-inline -faddrsig <<'S'
#include <stdio.h>
int f1(int x) { return x * 7 + 1; }
int f2(int x) { return x * 7 + 1; }
int f3(int x) { return x * 9 + 1; }
int main(int argc, char **argv) { printf("%d %d %d\n", f1(argc), f2(argc), f3(argc)); return 0; }
S
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--icf=all
run "8 8 10" ./app
[ "$(nm app | awk '$3=="f1"{print $1}')" = "$(nm app | awk '$3=="f2"{print $1}')" ] || fail "f1 and f2 differ"
[ "$(nm app | awk '$3=="f1"{print $1}')" != "$(nm app | awk '$3=="f3"{print $1}')" ] || fail "f1 and f3 are one"
