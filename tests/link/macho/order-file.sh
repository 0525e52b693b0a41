#!/usr/bin/env bash
# -order_file: functions come in the order of its lines, before all others.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" a <<< 'static int s(void) { return 1; } int (*p)(void) = s; int a(void) { return 2; } int b(void) { return 3; }'
  mc "$arch" main <<< 'static int s(void) { return 4; } int (*q)(void) = s; int a(void); int main(void) { return q() + a(); }'
  printf '# order\n_b\nmain.o:_s\n%s:_main\nppc:_a\n' "$arch" > order
  ld64 "$arch" a.o main.o -lSystem -o app -order_file order
  expect_run "$arch" 6 "" ./app
  llvm-nm-19 -n app | awk '$2 ~ /[tT]/ && $3 !~ /header/ { print $3 }' > out
  [ "$(paste -sd' ' out)" = "_b _s _main _s _a" ] || fail "the order is $(paste -sd' ' out)"
done
