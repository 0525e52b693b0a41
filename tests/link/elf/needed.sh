#!/usr/bin/env bash
# DT_NEEDED: in the order of the command line; with --as-needed only those that are used.
. "$SRC/tests/lib/common.sh"
for l in a b c; do
  c $l -fPIC <<< "int f_$l(void) { return 0; }"
  gcc -B"$GOLD_GO_B" -shared $l.o -o lib$l.so -Wl,-soname,lib$l.so.1
done
c main <<< 'int f_a(void), f_c(void); int main(void) { return f_c() + f_a(); }'
needed() { readelf -dW app | sed -n 's/.*NEEDED.*\[\(lib[abc].so.1\)\]/\1/p' | tr '\n' ' '; }
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--no-as-needed libc.so libb.so liba.so
run "libc.so.1 libb.so.1 liba.so.1 " needed
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--as-needed libb.so liba.so libc.so
run "liba.so.1 libc.so.1 " needed
readelf -dW liba.so > out
has 'SONAME.*\[liba\.so\.1\]' out
gcc -B"$GOLD_GO_B" main.o -o app liba.so libc.so -Wl,-rpath,/one,-rpath,/two
readelf -dW app > out
has 'RUNPATH.*\[/one:/two\]' out
gcc -B"$GOLD_GO_B" main.o -o app liba.so libc.so -Wl,-rpath,/one,--disable-new-dtags
readelf -dW app > out
has 'RPATH.*\[/one\]' out
