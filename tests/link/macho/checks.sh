#!/usr/bin/env bash
# The checks of Mach-O images fail on broken ones: each at least once.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
mc arm64 main <<'S'
int a(void), b(void);
__thread int set = 3, zero;
int plain, *pointer = &plain;
__attribute__((constructor)) static void early(void) { *(volatile int *)&plain = 1; }
int main(void) { return a() + b() + set + zero + *pointer; }
S
for f in a b; do
  mc arm64 $f <<< "int $f(void) { return 1; }"
  ld64 arm64 -dylib $f.o -lSystem -o lib$f.dylib -install_name "lib$f.dylib"
done
ld64 arm64 main.o liba.dylib libb.dylib -lSystem -o app
mc x86_64 x <<< 'int f(void) { return 4; } static int g(void) { return 5; } int (*p)(void) = g;'
ld64 x86_64 -dylib x.o -lSystem -o x.dylib
# Copies of images come and go: memory is kept rather than given back.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=1000000000
python3 -B "$SRC/tests/lib/check_checks.py" "$SRC/tests/lib/check_macho.py" x.dylib app
