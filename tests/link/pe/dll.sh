#!/usr/bin/env bash
# A DLL and its users: by the import library, by the DLL itself; data without dllimport is reached by
# pseudo relocations; what GNU ld and lld make of our import library runs as well.
. "$SRC/tests/link/pe/lib.sh"
cat > d.c <<'S'
__declspec(dllexport) int arr[4] = {1, 2, 3, 4};
__declspec(dllexport) int add(int a, int b) { return a + b + arr[0]; }
int hidden(void) { return 5; }
S
mingw gcc -shared d.c -o d.dll -Wl,--out-implib,libd.dll.a,--output-def,d.def
checked d.dll
run "add arr" python3 "$SRC/tests/lib/pe-field.py" exports d.dll
has '^ *add @1$' d.def
has '^ *arr @2 DATA$' d.def
cat > m.c <<'S'
#include <stdio.h>
extern int arr[4];
int add(int, int);
static int *p = &arr[2];
int (*f)(int, int) = add;
int main(void) { arr[1] += 10; printf("%d %d %d %d\n", add(3, 4), f(1, 1), *p, arr[1]); return 0; }
S
want='8 3 3 12'
mingw gcc m.c -L. -ld -o lib.exe
wine_run "$want" lib.exe
mingw gcc m.c d.dll -o direct.exe
wine_run "$want" direct.exe
mingw gcc m.c -L. -l:d.dll -o exact.exe
wine_run "$want" exact.exe
run "$(python3 "$SRC/tests/lib/pe-field.py" imports lib.exe | tr ' ' '\n' | sort)" sh -c "python3 '$SRC/tests/lib/pe-field.py' imports direct.exe | tr ' ' '\n' | sort"
$MINGW_CC m.c -L. -ld -o bfd.exe
wine_prefix
run "$want" sh -c "'$WINE' bfd.exe | tr -d '\r'"
# An import library in GNU's long form.
$MINGW_CC -shared d.c -o b.dll -Wl,--out-implib,libb.dll.a
mingw gcc m.c -L. -lb -o long.exe -Wl,--gc-sections
wine_run "$want" long.exe
# ... and one by LLVM.
need llvm-dlltool-19
printf 'LIBRARY d.dll\nEXPORTS\nadd\narr DATA\n' > e.def
llvm-dlltool-19 -m i386:x86-64 -d e.def -l libe.a
mingw gcc m.c -L. -le -o short.exe
wine_run "$want" short.exe
fails_with 'undefined symbol: arr' mingw gcc m.c -L. -ld -o no.exe -Wl,--disable-auto-import
