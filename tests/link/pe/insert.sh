#!/usr/bin/env bash
# A script that only adds to the built-in layout (INSERT), as Go's linker gives one: all else stays where it was,
# and the section beside which the new one stands need not be there.
. "$SRC/tests/link/pe/lib.sh"
cat > a.c <<'S'
#include <stdio.h>
#include <stdlib.h>
__attribute__((section(".extra"))) int extra[4] = { 1, 2, 3, 4 };
__attribute__((section(".debug_gdb_scripts"))) const char script[] = "\1some.py";
static __thread int local = 5;
int main(void) { printf("%d %d\n", extra[3], local); return 0; }
S
"$MINGW_CC" -c a.c
cat > t.ld <<'S'
SECTIONS
{
  .debug_gdb_scripts BLOCK(__section_alignment__) (NOLOAD) :
  {
    *(.debug_gdb_scripts)
  }
}
INSERT AFTER .debug_types;
S
echo 'SECTIONS { .more : { *(.extra) } } INSERT AFTER .data;' > u.ld
names() { python3 -B "$SRC/tests/lib/pe-field.py" sections "$1"; }
mingw gcc -static a.o -o plain.exe
mingw gcc -static a.o -o t.exe -Wl,-T,t.ld
mingw gcc -static a.o -o u.exe -Wl,-T,u.ld
for f in plain t u; do wine_run "4 5" $f.exe; done
diff <(names plain.exe | tr ' ' '\n' | grep -o '^\.[a-zA-Z_]*' | sort) <(names t.exe | tr ' ' '\n' | grep -o '^\.[a-zA-Z_]*' | sort) || fail "the script changes other sections"
names u.exe | tr ' ' '\n' | grep -o '^\.[a-zA-Z]*' > out
grep -A1 '^\.data$' out | grep '^\.more$' > /dev/null || fail "not behind .data: $(tr '\n' ' ' < out)"
fails_with 'section .nowhere for INSERT does not exist' mingw gcc a.o -o v.exe -Wl,-T,<(sed 's/debug_types/nowhere/' t.ld)
