#!/usr/bin/env bash
# -dead_strip: what nothing reaches goes; roots, no_dead_strip, initializers and what unwinding needs stay.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" main <<'S'
int printf(const char *, ...);
int unused_import(void);
static volatile int used_data = 3;
int dead_data = 4;
int dead(void) { return unused_import() + dead_data; }
__attribute__((used)) static int kept(void) { return 5; }
__attribute__((constructor)) static void start(void) { used_data++; }
int asked_for(void) { return 6; }
__attribute__((noinline)) int live(void) { return used_data; }
int main(void) { return live(); }
S
  cat > other.tbd <<'S'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '@rpath/libother.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _unused_import ]
...
S
  ld64 "$arch" main.o other.tbd -lSystem -o app -dead_strip -dead_strip_dylibs -u _asked_for
  expect_run "$arch" 4 "" ./app
  llvm-nm-19 app > out
  for s in _live _kept _start _asked_for _main; do has " $s\$" out; done
  for s in _dead _dead_data _unused_import; do lacks " $s\$" out; done
  llvm-objdump-19 --macho --dylibs-used app > out
  lacks libother out
  # All that a dylib exports is a root.
  ld64 "$arch" -dylib main.o other.tbd -lSystem -o lib.dylib -dead_strip
  llvm-nm-19 lib.dylib > out
  has ' _dead$' out
  ld64 "$arch" -dylib main.o other.tbd -lSystem -o lib.dylib -dead_strip -exported_symbol '_as*'
  llvm-nm-19 lib.dylib > out
  lacks ' _dead$' out
  llvm-objdump-19 --macho --exports-trie lib.dylib > out
  has _asked_for out
  lacks _live out
done
