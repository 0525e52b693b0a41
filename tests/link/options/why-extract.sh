#!/usr/bin/env bash
# --why-extract and --print-archive-stats: which archive members are linked, and for what; lld's tables.
. "$SRC/tests/lib/common.sh"
c main -fno-pic <<< 'int a(void); void _start(void) { a(); }'
c a <<< 'int b(void); int a(void) { return b(); }'
c b <<< 'int b(void) { return 1; }'
c d <<< 'int d(void) { return 1; }'
ar rc liba.a a.o d.o
ar rc libb.a b.o
"$GOLD_GO" ld -o app main.o liba.a libb.a --why-extract=why --print-archive-stats=stats
printf 'reference\textracted\tsymbol\nmain.o\tliba.a(a.o)\ta\nliba.a(a.o)\tlibb.a(b.o)\tb\n' > expected
diff -u expected why || fail "other lines"
printf 'members\textracted\tarchive\n2\t1\tliba.a\n1\t1\tlibb.a\n' > expected
diff -u expected stats || fail "other lines"
if command -v ld.lld-19 > /dev/null; then
  ld.lld-19 -o app main.o liba.a libb.a --why-extract=lld.why --print-archive-stats=lld.stats
  diff -u lld.why why || fail "lld says something else"
  diff -u lld.stats stats || fail "lld says something else"
fi
"$GOLD_GO" ld -o app main.o liba.a libb.a --why-extract=- > out
diff -u why out
