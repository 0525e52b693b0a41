#!/usr/bin/env bash
# The runtime for AArch64 travels in the same gold-go.
. "$SRC/tests/lib/common.sh"
need aarch64-linux-gnu-g++ qemu-aarch64
"$GOLD_GO" runtime list > list
grep -q '^aarch64-linux' list || skip "this gold-go carries no runtime for AArch64"
include=$("$GOLD_GO" runtime include-dir)
aarch64-linux-gnu-g++ -std=c++20 -O2 -c -I"$include" -fPIE "$SRC/runtime/tests/contract_test.cc" -o contract.o
for kind in --pie --no-pie --static --static-pie; do
  "$GOLD_GO" link contract.o -o app $kind
  timeout 100 qemu-aarch64 -L /usr/aarch64-linux-gnu ./app || fail "$kind: the program ended with $?"
done
aarch64-linux-gnu-g++ -B "$GOLD_GO_B" -static contract.o -o app
timeout 100 qemu-aarch64 ./app || fail "by the compiler: the program ended with $?"
