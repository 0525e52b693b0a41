# MinGW's own script, given back by -T, makes programs that run: start code, constructors, imports, thread-local
# variables, data of a DLL; sections of other names and orphans with a $ find their places.
. "$SRC/tests/link/pe/lib.sh"
need $MINGW-ld $MINGW-objdump

$MINGW-ld --verbose | sed -n '/^=====/,/^=====/p' | sed '1d;$d' > pe.ld
cat > h.c << 'S'
#include <stdio.h>
#include <stdlib.h>
static void bye(void) { puts("bye"); }
static __thread int local = 5;
int zero[1000], set = 3;
__attribute__((section(".mine"))) int mine = 4;
__attribute__((constructor)) static void before(void) { puts("before"); }
__attribute__((constructor(101))) static void early(void) { puts("early"); }
__attribute__((destructor)) static void after(void) { puts("after"); }
int main(int argc, char **argv) {
  atexit(bye);
  printf("hello %d %s %d\n", argc, argv[1], local + zero[999] + set + mine);
  return 7;
}
S
want=$(printf 'early\nbefore\nhello 2 x 12\nbye\nafter\n= 7')
for gc in --no-gc-sections --gc-sections; do
  mingw gcc -static -O1 h.c -Wl,-T,pe.ld -Wl,$gc -o h.exe
  wine_run "$want" h.exe x
done
# The same sections as GNU ld's, in the same order; symbols that the script sets are where they belong.
sections() { $MINGW-objdump -h "$1" | awk '$1 ~ /^[0-9]+$/ { print $2 }' | grep -vE '^\.(debug|mine|reloc|buildid)'; }
$MINGW-gcc -static -O1 h.c -Wl,-T,pe.ld -o bfd.exe
mingw gcc -static -O1 h.c -Wl,-T,pe.ld -o h.exe
diff <(sections bfd.exe) <(sections h.exe) || fail "other sections"
nm h.exe | grep > /dev/null ' __data_start__$' || fail "symbols of the script are missing"
value() { nm "$1" | awk -v name="$2" '$3 == name { print $1 }'; }
for name in __data_start__ __bss_start__ ___crt_xc_start__ __IAT_start__ ___tls_start__; do
  [ -n "$(value h.exe $name)" ] || fail "$name has no value"
done
[ "$(value h.exe __bss_start__)" = "$($MINGW-objdump -h h.exe | awk '$2 == ".bss" { print $4 }')" ] || fail "__bss_start__ is not at .bss"

# A script of one's own: addresses, and an error where the loader would refuse the image.
cat > lib.c << 'S'
__declspec(dllexport) int shared = 9;
S
mingw gcc -shared lib.c -o lib.dll -Wl,--out-implib,liblib.a
cat > use.c << 'S'
#include <stdio.h>
extern int shared;
int main(void) { printf("%d\n", shared); return 0; }
S
mingw gcc use.c -Wl,-T,pe.ld -Wl,--enable-auto-import liblib.a -o use.exe
wine_run 9 use.exe
sed 's/\.rdata BLOCK(__section_alignment__) :/.rdata . + 16 :/' pe.ld > bad.ld
fails_with 'section .rdata at 0x[0-9a-f]+ is not aligned to 0x1000' mingw gcc h.c -Wl,-T,bad.ld -o bad.exe
