#!/usr/bin/env bash
# As clang calls it, with -platform_version and with the older options; and `gold-go link` on its own.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
mkdir -p bin
ln -sf "$GOLD_GO" bin/ld64.gold-go
echo 'int printf(const char *, ...); int main(void) { printf("from clang\n"); return 5; }' > main.c
for arch in x86_64 arm64; do
  clang-19 -target "$arch-apple-macos13" --ld-path="$PWD/bin/ld64.gold-go" main.c -o app -Wl,-dead_strip -Wl,-rpath,@loader_path
  expect_run "$arch" 5 "from clang" ./app
  clang-19 -target "$arch-apple-macos13" -mlinker-version=820 --ld-path="$PWD/bin/ld64.gold-go" -shared main.c -o lib.dylib
  check_macho lib.dylib
  clang-19 -target "$arch-apple-macos13" -c main.c -o main.o
  "$GOLD_GO" link main.o -o app --pie --strip
  expect_run "$arch" 5 "from clang" ./app
done
