#!/usr/bin/env bash
# Messages about relocations and symbols name source lines, by MinGW's DWARF.
. "$SRC/tests/link/pe/lib.sh"
mkdir sub
cat > sub/code.c <<'C'
int missing(int);
int twice = 1;
int far_away(void);
int start(void) {
  return missing(1) +
         far_away();
}
C
printf '\nint twice = 2;\n' > sub/other.c
printf '.globl far_away\nfar_away = 0x1000\n' > far.s
"$MINGW_CC" -c far.s
for cc in "$MINGW_CC" "clang-19 --target=x86_64-w64-windows-gnu"; do
  $cc -O1 -g -c sub/code.c -o code.o
  $cc -g -c sub/other.c -o other.o
  fails_with 'undefined symbol: missing' "$GOLD_GO" ld -m i386pep -e start code.o far.o -o o.exe
  has '^>>> referenced by sub/code\.c:5 in function `start' .out
  has '^>>>               code\.o:\(\.text\+0x' .out
  fails_with 'duplicate symbol: twice' "$GOLD_GO" ld -m i386pep -e start code.o other.o -o o.exe
  has '^>>> defined at sub/code\.c:2' .out
  has '^>>> defined at sub/other\.c:2' .out
  fails_with 'relocation REL32 .*far_away.*out of range' "$GOLD_GO" ld -m i386pep -e start code.o far.o -o o.exe --image-base 0x7ff000000000 --unresolved-symbols=ignore-all
  has 'referenced by sub/code\.c:[56] in function `start' .out
done
