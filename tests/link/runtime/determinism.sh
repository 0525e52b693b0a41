#!/usr/bin/env bash
# A program with the runtime is the same whatever the number of threads, and wherever gold-go itself is.
. "$SRC/tests/lib/common.sh"
need g++
include=$("$GOLD_GO" runtime include-dir)
g++ -std=c++20 -O2 -c -I"$include" -fPIE "$SRC/runtime/tests/contract_test.cc" -o contract.o
cp "$GOLD_GO" elsewhere
for kind in --pie --static; do
  "$GOLD_GO" link contract.o -o one $kind --threads=1
  "$GOLD_GO" link contract.o -o eight $kind --threads=8 --parallel-from=0
  ./elsewhere link contract.o -o three $kind
  same one eight
  same one three
  lacks "$(dirname "$GOLD_GO")" one
done
