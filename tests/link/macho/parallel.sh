#!/usr/bin/env bash
# Eight threads from the first byte on give the bytes of one: dead code, coalescing, unwind and debug information.
# labels: threads
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  for i in 1 2 3 4 5 6 7 8; do
    mc "$arch" f$i -g << S
__attribute__((weak)) int shared_one(int x) { return x + 3; }
int dead$i(int x) { return x * $i; }
static const char *const names[] = {"common", "own$i"};
__thread int per_thread$i = $i;
int f$i(int x) { return shared_one(x) + names[x & 1][0] + per_thread$i; }
S
  done
  mc "$arch" main -g <<< 'int f1(int), f8(int); int main(void) { return f1(1) + f8(0) == 227 ? 0 : 1; }'
  for how in -dead_strip "-no_fixup_chains -all_load" "-dylib -install_name /x.dylib" "-icf all"; do
    case $how$arch in
      "-icf all"*) how=--icf=all ;;
      -no_fixup*arm64) continue ;;
    esac
    # shellcheck disable=SC2086
    ld64 "$arch" main.o f?.o -lSystem $how -o image --threads=1
    mv image one
    # shellcheck disable=SC2086
    ld64 "$arch" main.o f?.o -lSystem $how -o image --threads=8 --parallel-from=0
    check_macho image
    same one image
  done
done
