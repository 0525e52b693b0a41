# AArch64: PLT entries begin with bti and authenticate their target when asked for.
. "$SRC/tests/lib/common.sh"
CC=aarch64-linux-gnu-gcc
need $CC aarch64-linux-gnu-objdump

c main -mbranch-protection=standard <<'C'
#include <stdio.h>
int main() { printf("hello %d\n", 1); }
C
for z in -zforce-bti "-zforce-bti -zpac-plt" -zpac-plt; do
  # shellcheck disable=SC2086
  $CC -B "$GOLD_GO_B" $z -o app main.o 2> /dev/null
  aarch64-linux-gnu-objdump -d -j .plt app > code
  case $z in *bti*) has 'bti' code ;; *) lacks 'bti' code ;; esac
  case $z in *pac*) has 'autia1716' code ;; *) lacks 'autia1716' code ;; esac
done
