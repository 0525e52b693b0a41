#!/usr/bin/env bash
# .eh_frame: one CIE for all, FDEs of live functions only, a search table; exceptions still fly.
. "$SRC/tests/lib/common.sh"
for f in a b; do cxx $f -fPIC -ffunction-sections <<S
void unused_$f() { throw 3; }
void throw_$f() { throw 4; }
S
done
cxx main <<'S'
#include <cstdio>
void throw_a(); void throw_b();
int main() {
  int sum = 0;
  try { throw_a(); } catch (int i) { sum += i; }
  try { throw_b(); } catch (int i) { sum += i; }
  std::printf("%d\n", sum);
}
S
for flags in "" -static -no-pie; do
  g++ -B"$GOLD_GO_B" $flags main.o a.o b.o -o app -Wl,--gc-sections,--eh-frame-hdr
  run 8 ./app
done
g++ -B"$GOLD_GO_B" -nostdlib -shared a.o b.o -o lib.so
readelf -wf lib.so > frames
[ "$(grep -c CIE frames)" -le 6 ] || fail "CIEs are not shared: $(grep CIE frames)"
[ "$(grep -c ' CIE$' frames)" = 1 ] || fail "not one CIE: $(cat frames)"
[ "$(grep -c ' FDE ' frames)" = 4 ] || fail "not four FDEs"
