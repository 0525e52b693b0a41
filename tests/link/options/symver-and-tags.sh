#!/usr/bin/env bash
# --default-symver: exported symbols get the soname as their version. --spare-dynamic-tags: empty entries.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int f(void) { return 1; }'
for ld in ld "$GOLD_GO ld"; do
  $ld -shared -soname libx.so.3 -o lib.so lib.o --default-symver
  readelf -W --dyn-syms lib.so > symbols
  has ' f@@libx\.so\.3$' symbols
done
c main <<< 'int f(void); int main(void) { return f() - 1; }'
ln -s lib.so libx.so.3
gcc -B"$GOLD_GO_B" -o app main.o lib.so -Wl,-rpath,"$PWD"
./app
readelf -VW app > versions
has 'Name: libx.so.3' versions
# A version script's own assignments come first.
cat > script <<< 'V1 { global: f; };'
"$GOLD_GO" ld -shared -soname libx.so.3 -o lib.so lib.o --default-symver --version-script=script
readelf -W --dyn-syms lib.so > symbols
has ' f@@V1$' symbols

nulls() { echo $((0x$(readelf -SW lib.so | awk '$2 == ".dynamic" || $3 == ".dynamic" { for (i = 1; i <= NF; ++i) if ($i == "DYNAMIC") print $(i + 3) }') / 16)); }
"$GOLD_GO" ld -shared -o lib.so lib.o
before=$(nulls)
"$GOLD_GO" ld -shared -o lib.so lib.o --spare-dynamic-tags=7
[ "$(nulls)" = $((before + 7)) ] || fail "not 7 entries more"
