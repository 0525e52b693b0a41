#!/usr/bin/env bash
# --go-runtime: the embedded runtime, none, or an archive of one's own; and what is said when it can't be.
. "$SRC/tests/lib/common.sh"
need gcc
include=$("$GOLD_GO" runtime include-dir)
c main -fPIC -I"$include" <<'C'
#include <go/go.h>
int main(void) { go_yield(); return 0; }
C
"$GOLD_GO" link main.o -o app
run "" ./app
fails_with 'undefined symbol: go_yield' "$GOLD_GO" link main.o -o app --go-runtime=never
has 'goroutine runtime, which --go-runtime=never keeps out' .out

# An archive: the extracted one is the same as the embedded one.
"$GOLD_GO" runtime extract rt
"$GOLD_GO" link main.o -o own --go-runtime="rt/lib/$(uname -m)-linux/libgo_rt.a"
run "" ./own
same app own
fails_with 'cannot open nowhere.a' "$GOLD_GO" link main.o -o app --go-runtime=nowhere.a
fails_with 'main.o: not an archive' "$GOLD_GO" link main.o -o app --go-runtime=main.o

# Named among the inputs it is an input; so is any other definition.
"$GOLD_GO" link main.o "rt/lib/$(uname -m)-linux/libgo_rt.a" -o app
run "" ./app
c mine <<'C'
#include <stdio.h>
const char go_rt_abi_1[] = "";
void go_yield(void) { puts("mine"); }
C
ar rc libmine.a mine.o
"$GOLD_GO" link main.o libmine.a -o app
run mine ./app

# A weak reference asks for nothing.
c weak <<'C'
extern void go_yield(void) __attribute__((weak));
int main(void) { return go_yield != 0; }
C
"$GOLD_GO" link weak.o -o app
run "" ./app
nm app > names
lacks ' [TD] go_' names

# Not in shared objects, where it could not be alone; and not in the output of -r.
fails_with "can't be part of a shared object" "$GOLD_GO" link -shared main.o -o lib.so
"$GOLD_GO" link -shared main.o -o lib.so --go-runtime=never
readelf --dyn-syms -W lib.so > syms
has 'UND go_yield' syms
"$GOLD_GO" ld -r main.o -o again.o
nm again.o > names
has 'U go_yield' names
"$GOLD_GO" link again.o -o app
run "" ./app
