#!/usr/bin/env bash
# A function that .symver gives further names is no duplicate of itself, and one that the version script gives the
# version that it has by .symver is in the table once: as with GNU ld.
. "$SRC/tests/lib/common.sh"
versions() { readelf --dyn-syms -W "$1" | awk '$8 ~ /^(foo|bar)/ { print $8 }' | sort | tr '\n' ' '; }
c two -fPIC <<< 'void foo(void) {}
__asm__(".symver foo, foo@TEST1");
__asm__(".symver foo, foo@@TEST2");'
printf 'TEST1 { local: *; };\nTEST2 {};\n' > two.v
c one -fPIC <<< 'void foo(void) {}
void bar1(void) {}
__asm__(".symver foo, foo@TEST");
__asm__(".symver bar1, bar@TEST");'
echo 'TEST { global: foo; };' > one.v
for name in two one; do
  "$GOLD_GO" ld -shared $name.o -o $name.so --version-script=$name.v
done
[ "$(versions two.so)" = "foo@@TEST2 foo@TEST1 " ] || fail "$(versions two.so)"
ld.bfd -shared one.o -o one.bfd --version-script=one.v
[ "$(versions one.so)" = "$(versions one.bfd)" ] || fail "$(versions one.so)"
# A script that is an input may hold versions, too.
echo 'VERSION { TEST { global: foo; }; };' > input.script
"$GOLD_GO" ld -shared one.o input.script -o input.so
[ "$(versions input.so)" = "$(versions one.so)" ] || fail "$(versions input.so)"
