#!/usr/bin/env bash
# What a DLL exports: everything if nothing is named, by .def files with ordinals, names, forwarders.
. "$SRC/tests/link/pe/lib.sh"
field() { python3 "$SRC/tests/lib/pe-field.py" "$@"; }
cat > all.c <<'S'
int data = 3;
int f(void) { return data; }
static int local(void) { return 1; }
int g(void) { return local(); }
S
mingw gcc -shared all.c -o all.dll
checked all.dll
run "data f g" field exports all.dll
mingw gcc -shared all.c -o some.dll -Wl,--exclude-symbols,g
run "data f" field exports some.dll
cat > x.def <<'S'
LIBRARY "renamed.dll" BASE=0x62000000
; a comment
EXPORTS
  f @7
  second = g @9 NONAME
  data DATA
  tick = KERNEL32.GetTickCount
S
mingw gcc -shared all.c x.def -o renamed.dll -Wl,--out-implib,libr.a
checked renamed.dll
run "data f tick" field exports renamed.dll
run 0x62000000 field base renamed.dll
objdump=$MINGW-objdump
$objdump -p renamed.dll > dump
has 'Ordinal Base *7' dump
has 'Name .*renamed.dll' dump
has 'GetTickCount' dump
cat > m.c <<'S'
#include <stdio.h>
int f(void); int second(void); unsigned tick(void);
int main(void) { printf("%d %d %d\n", f(), second(), tick() != 0); return 0; }
S
mingw gcc m.c -L. -lr -o m.exe
wine_run "3 1 1" m.exe
# An executable may export, too.
mingw gcc -Wl,--export-all-symbols m.c libr.a -o e.exe
has '\bmain\b' <(field exports e.exe)
printf 'EXPORTS\n missing\n' > bad.def
fails_with 'undefined symbol: missing' mingw gcc -shared all.c bad.def -o bad.dll
