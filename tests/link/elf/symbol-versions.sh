#!/usr/bin/env bash
# A shared object may define two versions of a symbol; programs are bound to the one they ask for.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<'S'
int f1(void) { return 1; }
int f2(void) { return 2; }
__asm__(".symver f1,f@V1");
__asm__(".symver f2,f@@V2");
S
echo 'V1 { global: f; local: *; }; V2 { global: f; } V1;' > v.map
gcc -B"$GOLD_GO_B" -shared lib.o -o libf.so -Wl,--version-script=v.map,-soname,libf.so
readelf --dyn-syms -W libf.so > syms
has ' f@V1$' syms
has ' f@@V2$' syms
lacks ' f[12]' syms
readelf -VW libf.so > versions
has 'Parent 1: V1' versions
c main <<'S'
#include <stdio.h>
int f(void), f_old(void);
__asm__(".symver f_old,f@V1");
int main(void) { printf("%d %d\n", f(), f_old()); }
S
gcc -B"$GOLD_GO_B" main.o libf.so -o app -Wl,-rpath,.
run "2 1" ./app
readelf -VW app > versions
has 'Name: V1 ' versions
has 'Name: V2 ' versions
