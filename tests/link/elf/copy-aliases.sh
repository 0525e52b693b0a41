#!/usr/bin/env bash
# All names of a copied object move together; what the shared object keeps read-only becomes RELRO.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<'S'
int object = 5;
extern int alias __attribute__((alias("object")));
const int constant = 7;
int get(void) { return alias; }
int *address(void) { return &alias; }
S
gcc -B"$GOLD_GO_B" -shared lib.o -o lib.so
c main -fno-pic <<'S'
#include <stdio.h>
extern int object; extern const int constant;
int get(void), *address(void);
int main(void) { object = 6; printf("%d %d %d\n", get(), address() == &object, constant); }
S
gcc -B"$GOLD_GO_B" -no-pie main.o lib.so -o app -Wl,-rpath,.
run "6 1 7" ./app
readelf -rW app > relocs
has 'R_X86_64_COPY .* object' relocs
readelf --dyn-syms -W app > syms
has ' alias$' syms
readelf -lW app > segments
has ' \.bss\.rel\.ro' segments
