#!/usr/bin/env bash
# -sectcreate, -headerpad, -pagezero_size, -stack_size, -bundle, -map, merged strings and literals.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" a <<'S'
const char *a(void) { return "the same text"; }
double da(void) { return 1.25; }
S
  mc "$arch" main <<'S'
const char *a(void), *b = "the same text";
double da(void);
extern char begin[] __asm("section$start$__DATA$__blob");
int main(void) { return (a() == b) + 2 * (da() == 1.25) + 4 * (begin[1] == 'l'); }
S
  printf blob > blob
  ld64 "$arch" a.o main.o -lSystem -o app -sectcreate __DATA __blob blob -headerpad 0x400 -stack_size 0x800000 -map map
  expect_run "$arch" 7 "" ./app
  llvm-objdump-19 --macho --private-headers app > out
  has 'stacksize 8388608' out
  has 'sectname __blob' out
  has _main map
  [ "$(grep -c 'the same text' <(strings app))" = 1 ] || fail "the string is there twice"
  ld64 "$arch" -bundle a.o -lSystem -o plugin.bundle
  check_macho plugin.bundle
  llvm-objdump-19 --macho --private-header plugin.bundle > out
  has BUNDLE out
done
