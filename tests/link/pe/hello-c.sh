#!/usr/bin/env bash
# C by gcc's and by clang's command line; the DLLs are those that GNU ld names.
. "$SRC/tests/link/pe/lib.sh"
cat > h.c <<'S'
#include <stdio.h>
#include <stdlib.h>
static void bye(void) { puts("bye"); }
__attribute__((constructor)) static void before(void) { puts("before"); }
__attribute__((constructor(101))) static void early(void) { puts("early"); }
__attribute__((destructor)) static void after(void) { puts("after"); }
int main(int argc, char **argv) { atexit(bye); printf("hello %d %s\n", argc, argv[1]); return 7; }
S
want=$(printf 'early\nbefore\nhello 2 x\nbye\nafter\n= 7')
mingw gcc h.c -o h.exe
wine_run "$want" h.exe x
$MINGW_CC h.c -o bfd.exe
run "$(python3 "$SRC/tests/lib/pe-field.py" imports bfd.exe)" python3 "$SRC/tests/lib/pe-field.py" imports h.exe
mingw gcc -s -O1 h.c -o s.exe -Wl,--gc-sections
wine_run "$want" s.exe x
lacks debug <(python3 "$SRC/tests/lib/pe-field.py" sections s.exe)
need clang-19
win_clang h.c -o c.exe
wine_run "$want" c.exe x
