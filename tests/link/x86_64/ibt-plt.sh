# With IBT every PLT entry begins with endbr64, and lazy binding still works.
. "$SRC/tests/lib/common.sh"
need gcc objdump
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

c main -fcf-protection -no-pie -fno-pic <<'C'
#include <stdio.h>
#include <stdlib.h>
int main() {
  printf("%d\n", atoi("12"));
  int (*volatile f)(const char *) = puts;
  return f("done") < 0;
}
C
for z in now lazy; do
  gcc -B "$GOLD_GO_B" -no-pie -Wl,-z,ibtplt,-z,$z -o app main.o
  run "12
done" ./app
done
objdump -d -j .plt app > code
has 'endbr64' code
has 'mov +\$0x1,%r11d' code
gcc -B "$GOLD_GO_B" -no-pie -Wl,-z,lazy -o app main.o
run "12
done" ./app
