#!/usr/bin/env bash
# A program without start files: imports, entry, two links at different times are equal.
. "$SRC/tests/link/pe/lib.sh"
CC=$MINGW_CC c fs <<'S'
__declspec(dllimport) void ExitProcess(unsigned);
__declspec(dllimport) void *GetStdHandle(unsigned);
int WriteFile(void *, const void *, unsigned, unsigned *, void *); // called by a jump
void start(void) { unsigned n; WriteFile(GetStdHandle(-11), "hi\n", 3, &n, 0); ExitProcess(7); }
S
"$GOLD_GO" ld -m i386pep fs.o -lkernel32 -e start -o fs.exe
wine_run "$(printf 'hi\n= 7')" fs.exe
run KERNEL32.dll python3 "$SRC/tests/lib/pe-field.py" imports fs.exe
sleep 1.1
"$GOLD_GO" ld -m i386pep fs.o -lkernel32 -e start -o again.exe --threads=1
same fs.exe again.exe
[ "$(python3 "$SRC/tests/lib/pe-field.py" stamp fs.exe)" != 0x0 ] || fail "no time stamp"
