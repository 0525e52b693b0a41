#!/usr/bin/env bash
# The checks of ELF images fail on broken ones: each at least once.
. "$SRC/tests/lib/common.sh"
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
c lib -fPIC <<'C'
__thread int t = 3, z;
int f(void) { return t; }
int data = 1, *pointer = &data;
static int zero[5000];
int *g(void) { return zero + z; }
__attribute__((constructor)) void start(void) {}
C
echo 'V1 { global: f; data; local: zero; }; V2 { global: g; } V1;' > versions
"$GOLD_GO" ld -shared -soname lib.so.1 --version-script=versions --hash-style=both --eh-frame-hdr -z relro \
  -rpath '$ORIGIN' -init=start lib.o -o lib.so
c main -fPIE -fcf-protection <<'C'
extern int data, f(void), *g(void);
int own = 2, other, *pointers[] = {&own, &other, &own};
static int chosen(void) { return 1; }
static int (*choose(void))(void) { return chosen; }
int indirect(void) __attribute__((ifunc("choose")));
int _start(void) { return data + f() + *g() + indirect(); }
C
"$GOLD_GO" ld -pie -dynamic-linker /ld.so --hash-style=both --eh-frame-hdr -z pack-relative-relocs --build-id --allow-shlib-undefined main.o \
  lib.so -o app
python3 -B "$SRC/tests/lib/check_checks.py" "$SRC/tests/lib/check_elf.py" lib.so app
