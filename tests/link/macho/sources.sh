#!/usr/bin/env bash
# Messages name source lines, by DWARF of both versions that compilers write, and tell the functions even
# without it.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
mkdir -p sub
cat > sub/code.c <<'C'
int missing(int);
extern int far_away[], elsewhere;
int twice = 1;
#include "more.h"
int *pointer = &elsewhere;
int main(void) {
  return missing(uses_header()) + far_away[1];
}
C
cat > sub/more.h <<'C'
static inline int in_header(void)
{ return missing(1); }
__attribute__((noinline)) int uses_header(void) { return in_header(); }
C
printf '\nint twice = 2;\n' > sub/other.c
printf '.globl _far_away\n_far_away = 0x7fffffffffff\n' > far.s
for arch in x86_64 arm64; do
  for flags in -gdwarf-4 -gdwarf-5 -g1; do
    for f in code other; do clang-19 -target "$arch-apple-macos13" -O1 -c $flags sub/$f.c -o $f.o; done
    fails_with 'undefined symbol: _missing' ld64 "$arch" code.o -lSystem -o app
    has '^>>> referenced by sub/more\.h:2 in function `_uses_header' .out
    has '^>>> referenced by sub/code\.c:7 in function `_main' .out
    has '^>>>               code\.o:\(__TEXT,__text\+0x' .out
    [ $flags = -g1 ] || has '^>>> referenced by sub/code\.c:5' .out
    fails_with 'duplicate symbol: _twice' ld64 "$arch" code.o other.o -lSystem -o app -U _missing -U _elsewhere -U _far_away
    [ $flags = -g1 ] || has '^>>> defined at sub/code\.c:3' .out
    [ $flags = -g1 ] || has '^>>> defined at sub/other\.c:2' .out
  done
  clang-19 -target "$arch-apple-macos13" -c far.s
  fails_with 'out of range' ld64 "$arch" code.o far.o -lSystem -o app -U _missing -U _elsewhere
  has '^>>> referenced by sub/code\.c:7 in function `_main' .out
  clang-19 -target "$arch-apple-macos13" -O1 -c sub/code.c -o code.o
  fails_with 'undefined symbol: _missing' ld64 "$arch" code.o -lSystem -o app
  has 'code\.o:\(__TEXT,__text\+0x[0-9a-f]+\) in function `_main' .out
done
