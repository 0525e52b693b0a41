#!/usr/bin/env bash
# A C program for both architectures: tables as another tool reads them, and equal bytes for any threads.
. "$SRC/tests/lib/common.sh"
need clang-19 llvm-objdump-19
for arch in x86_64 arm64; do
  CC="clang-19 -target $arch-apple-macos13" c hello <<'S'
int printf(const char *, ...);
static int counter = 3;
int *where = &counter;
__thread int t = 4;
int main(int argc, char **argv) {
  t += argc;
  *where += 1;
  printf("hello %d %d\n", counter, t);
  return 42;
}
S
  "$GOLD_GO" ld64 -arch "$arch" -platform_version macos 13.0 13.3 hello.o -lSystem -o "app.$arch" --threads=1
  "$GOLD_GO" ld64 -arch "$arch" -platform_version macos 13.0 13.3 hello.o -lSystem -o again --threads=8 -final_output "app.$arch"
  same "app.$arch" again
  llvm-objdump-19 --macho --chained-fixups --exports-trie "app.$arch" > out
  has '\(_printf\)$' out
  has '\(__tlv_bootstrap\)$' out
  has '_where$' out
  has '_t \[per-thread\]$' out
done
