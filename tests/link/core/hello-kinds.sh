#!/usr/bin/env bash
# The same C program as PIE, at a fixed address, static and static PIE, by way of gcc -B.
. "$SRC/tests/lib/common.sh"
c hello <<'S'
#include <stdio.h>
int main(int argc, char **argv) { printf("hello %d %s\n", argc, argv[1]); return 0; }
S
for kind in -pie -no-pie -static -static-pie; do
  gcc -B"$GOLD_GO_B" "$kind" hello.o -o "hello$kind"
  run "hello 2 x" "./hello$kind" x
done
readelf -hW hello-pie > out; has 'Type: *DYN' out
readelf -hW hello-no-pie > out; has 'Type: *EXEC' out
readelf -lW hello-static > out; lacks INTERP out
readelf -dW hello-static-pie > out; has 'FLAGS_1.*PIE' out
