# Absolute addresses in a position-independent image are errors that say where and what to do.
# image-check: allow textrel
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

cxx main -fno-pic <<'C'
namespace shapes { int count(int) { return 1; } int table[1000]; }
int (*volatile taken)(int);
int main(int argc, char **) { taken = shapes::count; return shapes::table[argc]; }
C
fails_with 'main\.o:\(\.text.*\+0x[0-9a-f]+\): relocation R_X86_64_32S? against `shapes::(table|count\(int\))'"'"' can not be used when making a PIE object; recompile with -fPIE' \
  gcc -B "$GOLD_GO_B" -pie -o app main.o -lstdc++
fails_with 'making a shared object; recompile with -fPIC' gcc -B "$GOLD_GO_B" -shared -o lib.so main.o -lstdc++

# A word in a read-only section would have to be changed by the loader.
asm data <<'S'
  .section .rodata
  .quad target
  .data
  .globl target
target:
  .quad 1
S
fails_with 'R_X86_64_64 against `target'"'"' in read-only section `\.rodata' \
  gcc -B "$GOLD_GO_B" -shared -Wl,-z,text -o lib.so data.o
fails_with 'R_X86_64_64 against `target'"'"' in read-only section `\.rodata' "$GOLD_GO" link --shared -o lib.so data.o
# As with GNU ld it is but a warning when nobody asked.
gcc -B "$GOLD_GO_B" -shared -o lib.so data.o 2> warnings
has 'warning: data\.o:\(\.rodata\+0x0\): relocation R_X86_64_64 .*DT_TEXTREL' warnings
gcc -B "$GOLD_GO_B" -shared -Wl,-z,notext -o lib.so data.o 2> warnings
lacks . warnings
gcc -B "$GOLD_GO_B" -shared -Wl,-z,notext -o lib.so data.o
readelf -dW lib.so > dynamic
has TEXTREL dynamic
