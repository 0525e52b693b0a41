#!/usr/bin/env bash
# -z pack-relative-relocs: relative relocations take bits, not records.
. "$SRC/tests/lib/common.sh"
{
  echo '#include <stdio.h>'
  echo 'int v[300];'
  echo 'int *p[] = {'
  for i in $(seq 0 299); do echo "&v[$i],"; done
  echo '}; int main(void) { for (int i = 0; i < 300; ++i) if (p[i] != v + i) return 1; puts("ok"); return 0; }'
} > main.c
gcc -c main.c -o main.o
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,pack-relative-relocs
readelf -SdW app > out
has '\.relr\.dyn' out
has '\(RELRSZ\) +[0-9]{2} ' out
if ! readelf -VW app | grep GLIBC_ABI_DT_RELR > /dev/null; then
  skip "the C library knows no RELR"
fi
run ok ./app
