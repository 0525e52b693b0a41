#!/usr/bin/env bash
# A C program for both architectures: tables as another tool reads them, and equal bytes for any threads.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" hello <<'S'
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
  ld64 "$arch" hello.o -lSystem -o "app.$arch" --threads=1
  ld64 "$arch" hello.o -lSystem -o again --threads=8 --parallel-from=0 -final_output "app.$arch"
  same "app.$arch" again
  expect_run "$arch" 42 "hello 4 5" "./app.$arch"
  llvm-objdump-19 --macho --chained-fixups --exports-trie "app.$arch" > out
  has '\(_printf\)$' out
  has '\(__tlv_bootstrap\)$' out
  has '_where$' out
  has '_t \[per-thread\]$' out
done
