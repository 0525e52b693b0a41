#!/usr/bin/env bash
# -y SYMBOL: who defines it, who refers to it, who would have defined it: the lines of lld.
. "$SRC/tests/lib/common.sh"
c main -fPIC <<< 'int f(void); int g(void); __attribute__((weak)) int w(void); int c; void _start(void) { f(); g(); if (w) w(); c = 1; }'
c f -fPIC <<< 'int f(void) { return 1; }'
c f2 -fPIC <<< 'int f(void) { return 2; } int other(void) { return 3; }'
c g -fPIC <<< 'int g(void) { return 4; }'
c com -fPIC -fcommon <<< 'int c;'
ar rc libf2.a f2.o
gcc -shared -nostdlib -o libg.so g.o
"$GOLD_GO" ld -o app main.o f.o com.o libf2.a libg.so -y f -y g --trace-symbol=w -y c > out
cat > expected <<'T'
main.o: reference to f
f.o: definition of f
libf2.a(f2.o): lazy definition of f
main.o: reference to g
libg.so: shared definition of g
main.o: weak reference to w
main.o: definition of c
com.o: common definition of c
T
diff -u expected out || fail "other lines"
if command -v ld.lld-19 > /dev/null; then
  ld.lld-19 -o app main.o f.o com.o libf2.a libg.so -y f -y g > lld
  grep -v 'lazy definition' out | grep -E ' [fg]$' | sort > ours
  grep -v 'lazy definition' lld | sort | diff - ours || fail "lld says something else"
fi
