#!/usr/bin/env bash
# Fields of the headers, sections, stripping, the map, unresolved symbols.
. "$SRC/tests/link/pe/lib.sh"
field() { python3 "$SRC/tests/lib/pe-field.py" "$@"; }
CC=$MINGW_CC c s -ffunction-sections <<'S'
__declspec(dllimport) void ExitProcess(unsigned);
int big[100000];
__attribute__((noinline)) int used(void) { return 3; }
int unused(void) { return big[3]; }
extern char __image_base__[], __ImageBase;
void start(void) { ExitProcess(used() + (__image_base__ != &__ImageBase)); }
S
link() { "$GOLD_GO" ld -m i386pep s.o -lkernel32 -e start "$@" && checked "${out:-o.exe}"; }
link -o o.exe
run 0x140000000 field base o.exe
run 3 field subsystem o.exe
run 0x160 field characteristics o.exe
run "0x200000 0x1000" field stack o.exe
link -o o.exe --image-base 0x400000 --subsystem windows:6.1 --stack 0x300000,0x2000 --heap 0x200000,0x3000 --no-dynamicbase --tsaware
run 0x400000 field base o.exe
run 2 field subsystem o.exe
run 0x8100 field characteristics o.exe
run "0x300000 0x2000" field stack o.exe
run "0x200000 0x3000" field heap o.exe
wine_run "= 3" o.exe
link -o o.exe --section-alignment 0x10000 --file-alignment 0x1000
wine_run "= 3" o.exe
link -o o.exe --disable-reloc-section
lacks reloc <(field sections o.exe)
link -o o.exe --gc-sections -Map o.map
wine_run "= 3" o.exe
has '^ \.text\$?.*used' o.map
lacks unused o.map
link -o o.exe -s
[ "$($MINGW-nm o.exe 2>&1 | grep -c ' T ')" = 0 ] || fail "symbols after -s"
link -o o.exe
has ' T used$' <($MINGW-nm o.exe)
link -o o.exe --build-id
has RSDS <(llvm-readobj-19 --coff-debug-directory o.exe | grep -a -o 'PDBSignature: 0x53445352' | sed 's/.*/RSDS/')
printf 'void nothing(void); void start(void) { nothing(); }' > u.c
$MINGW_CC -c u.c
fails_with 'undefined symbol: nothing' "$GOLD_GO" ld -m i386pep u.o -e start -o u.exe
"$GOLD_GO" ld -m i386pep u.o -e start -o u.exe --unresolved-symbols=ignore-all
fails_with 'power of two' "$GOLD_GO" ld -m i386pep s.o -e start -o u.exe --file-alignment 1000
fails_with 'multiple of 65536' "$GOLD_GO" ld -m i386pep s.o -e start -o u.exe --image-base 0x1000
# A library as a whole.
printf 'int only(void) { return 9; }' > w.c
$MINGW_CC -c w.c
$MINGW-ar rc libw.a w.o
"$GOLD_GO" ld -m i386pep s.o --whole-archive libw.a --no-whole-archive -lkernel32 -e start -o o.exe
has ' T only$' <($MINGW-nm o.exe)
# --wrap
printf 'int f(void); int __real_f(void); int __wrap_f(void) { return __real_f() + 1; } int main(void) { return f(); }' > wr.c
printf 'int f(void) { return 4; }' > wf.c
mingw gcc wr.c wf.c -o wr.exe -Wl,--wrap=f
wine_run "= 5" wr.exe
