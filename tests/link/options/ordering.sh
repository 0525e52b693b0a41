#!/usr/bin/env bash
# The order of functions and data: by a list of symbols, a list of sections, at random, backwards.
. "$SRC/tests/lib/common.sh"
c a -fno-toplevel-reorder -ffunction-sections -fdata-sections -fno-pic <<< 'int f1(void) { return 1; } int f2(void) { return 2; } static int f3(void) { return 3; } int (*d1)(void) = f3; int d2 = 2; int d3 = 3; void _start(void) {}'
c b -fno-toplevel-reorder -ffunction-sections -fdata-sections -fno-pic <<< 'int f4(void) { return 4; } int f5(void) { return 5; }'
order() { nm -n app | awk '$3 ~ /^[fd][0-9]$|_start/ { printf "%s ", $3 }'; }
check() {
  local expected=$1
  shift
  "$GOLD_GO" ld -o app a.o b.o "$@" 2> err
  [ "$(order)" = "$expected " ] || fail "$*: $(order)"
}
check 'f1 f2 f3 _start f4 f5 d1 d2 d3'
printf '# hot ones\nf5\nf3\nd3\nabsent\nf5\n' > list
check 'f5 f3 f1 f2 _start f4 d3 d1 d2' --symbol-ordering-file=list
has 'warning: list: no such symbol: absent' err
check 'f5 f3 f1 f2 _start f4 d3 d1 d2' --symbol-ordering-file=list --no-warn-symbol-ordering
[ ! -s err ] || fail "it warns"
if command -v ld.lld-19 > /dev/null; then
  ld.lld-19 -o app a.o b.o --symbol-ordering-file=list --no-warn-symbol-ordering
  [ "$(order)" = 'f5 f3 f1 f2 _start f4 d3 d1 d2 ' ] || fail "lld: $(order)"
fi
printf '.text.f4\n.text._start\n.data.*2\n' > sections
check 'f4 _start f1 f2 f3 f5 d2 d1 d3' --section-ordering-file=sections
check 'f5 f4 _start f3 f2 f1 d3 d2 d1' --reverse-sections
"$GOLD_GO" ld -o app a.o b.o --shuffle-sections=7
cp app seven
first=$(order)
"$GOLD_GO" ld -o app a.o b.o --shuffle-sections=7 --threads=1
same app seven
"$GOLD_GO" ld -o app a.o b.o --shuffle-sections=9
[ "$(order)" != "$first" ] || fail "another seed gives the same order"
# The pieces of .init and .ctors stay where they are: hosted programs still start.
c hello <<< '#include <stdio.h>
__attribute__((constructor)) static void first(void) { puts("first"); }
int main(void) { puts("main"); return 0; }'
for how in --shuffle-sections=1 --shuffle-sections=2 --shuffle-sections=3 --reverse-sections; do
  gcc -B"$GOLD_GO_B" hello.o -o hello -Wl,$how
  run 'first
main' ./hello
done
