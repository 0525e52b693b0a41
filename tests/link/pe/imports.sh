#!/usr/bin/env bash
# Kinds of imports: a pointer for what turns out to be in the image, by ordinal, delay import libraries of
# dlltool, the same DLL by libraries in both forms.
. "$SRC/tests/link/pe/lib.sh"
# Objects say dllimport, but the library is linked statically.
printf '__declspec(dllimport) int f(void); __declspec(dllimport) extern int v; int main(void) { return f() + v; }' > m.c
printf 'int v = 4; int f(void) { return 3; }' > l.c
$MINGW_CC -c l.c
$MINGW-ar rcs libl.a l.o
mingw gcc m.c libl.a -o local.exe
wine_run "= 7" local.exe
mingw gcc -O1 m.c libl.a -o gc.exe -Wl,--gc-sections
wine_run "= 7" gc.exe
# By ordinal.
printf 'LIBRARY d.dll\nEXPORTS\n first @3 NONAME\n second @4 NONAME\n' > d.def
printf 'int first(void) { return 1; } int second(void) { return 22; }' > d.c
mingw gcc -shared d.c d.def -o d.dll -Wl,--out-implib,libd.a
printf 'int second(void); int main(void) { return second(); }' > o.c
mingw gcc o.c libd.a -o ordinal.exe
wine_run "= 22" ordinal.exe
# The DLL is loaded at the first call: without it the program starts.
$MINGW-dlltool -d d.def -D d.dll --output-delaylib libdelay.a
printf 'int second(void); int main(int argc, char **argv) { return argc > 1 ? second() : 5; }' > y.c
mingw gcc y.c libdelay.a -o delay.exe
wine_run "= 22" delay.exe x
rm d.dll
wine_run "= 5" delay.exe
# kernel32 by a short import library beside MinGW's own.
need llvm-dlltool-19
printf 'LIBRARY KERNEL32.dll\nEXPORTS\nGetTickCount\nGetCurrentProcessId\n' > k.def
llvm-dlltool-19 -m i386:x86-64 -d k.def -l libk.a
printf 'unsigned GetTickCount(void); unsigned GetCurrentProcessId(void); int main(void) { return GetTickCount() && GetCurrentProcessId() ? 6 : 1; }' > k.c
mingw gcc k.c libk.a -o both.exe
wine_run "= 6" both.exe
