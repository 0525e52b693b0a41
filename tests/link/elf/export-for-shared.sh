#!/usr/bin/env bash
# An executable exports what its shared objects refer to, and what it defines in their place.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<'S'
int from_exe(void);
int both(void) { return 1; }
int call_exe(void) { return from_exe(); }
int call_both(void) { return both(); }
S
gcc -B"$GOLD_GO_B" -shared lib.o -o lib.so
c main <<'S'
#include <stdio.h>
int call_exe(void), call_both(void);
int from_exe(void) { return 17; }
int both(void) { return 2; }
int unrelated(void) { return 3; }
int main(void) { printf("%d %d\n", call_exe(), call_both()); }
S
gcc -B"$GOLD_GO_B" main.o lib.so -o app -Wl,-rpath,.
run "17 2" ./app
nm -D --defined-only app > syms
has ' from_exe$' syms
has ' both$' syms
lacks unrelated syms

# GNU ld lets a shared object export its own _end: in the process it is the executable's.
c ends -fPIC <<'S'
extern char _end[], __bss_start[];
char *end_seen(void) { return _end; }
char *bss_seen(void) { return __bss_start; }
S
gcc -fuse-ld=bfd -shared ends.o -o ends.so
nm -D --defined-only ends.so > syms
has ' _end$' syms
c asks <<'S'
#include <stdio.h>
extern char __executable_start[];
char *end_seen(void), *bss_seen(void);
char big[1 << 20];
int main(void) {
  printf("%d %d\n", end_seen() >= big + sizeof big && end_seen() < big + sizeof big + 4096,
         bss_seen() > __executable_start && bss_seen() <= big);
}
S
gcc -B"$GOLD_GO_B" asks.o ends.so -o asks -Wl,-rpath,.
run "1 1" ./asks
