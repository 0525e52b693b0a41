#!/usr/bin/env bash
# image-check: allow textrel
# Relocations that can't be: where in the source, how far beyond, what helps.
. "$SRC/tests/lib/common.sh"
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

c narrow -g -O1 -fno-pic <<'C'
extern int table[];
int get(int i)
{
  return table[i];
}
int table[100];
C
says 1 "$GOLD_GO" ld -pie -e get -o app narrow.o <<'T'
gold-go: error: narrow.o:(.text+0x6): relocation R_X86_64_32S against `table' can not be used when making a PIE object; recompile with -fPIE
>>> referenced by narrow.c:4 in function `get'
T
says 1 "$GOLD_GO" ld -shared -o lib.so narrow.o <<'T'
gold-go: error: narrow.o:(.text+0x6): relocation R_X86_64_32S against `table' can not be used when making a shared object; recompile with -fPIC
>>> referenced by narrow.c:4 in function `get'
T

# A pointer that the loader would have to change where it may not.
c pointer -g -O1 -fno-pic <<'C'
extern int target;

int *const pointer = &target;
C
c target <<< 'int target;'
says 1 "$GOLD_GO" ld -shared -z text -o lib.so pointer.o target.o <<'T'
gold-go: error: pointer.o:(.rodata+0x0): relocation R_X86_64_64 against `target' in read-only section `.rodata' needs a dynamic relocation; recompile with -fPIC
>>> referenced by pointer.c:3
T
"$GOLD_GO" ld -shared -z notext -o lib.so pointer.o target.o

# Too far.
c far -g -O0 -fno-pic <<'C'
extern char far[];
extern void away(void);
char *get(void)
{
  away();
  return far;
}
C
says 1 "$GOLD_GO" ld -e get --defsym far=0x123456789 --defsym away=0x123456789abc -Ttext=0x1000 -o app far.o <<'T'
gold-go: error: far.o:(.text+0x5): relocation R_X86_64_PLT32 out of range: 20015998339763 is not in [-2^31, 2^31); references `away'
>>> 18.2 TiB too far; move the sections closer, or call through a pointer (-mcmodel=large)
>>> referenced by far.c:5 in function `get'
gold-go: error: far.o:(.text+0xa): relocation R_X86_64_32 out of range: 4886718345 is not in [0, 2^32); references `far'
>>> 564.3 MiB too far; recompile with -fPIC, -mcmodel=medium or -mcmodel=large, or move the sections closer
>>> referenced by far.c:6 in function `get'
T
