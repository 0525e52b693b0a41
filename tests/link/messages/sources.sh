#!/usr/bin/env bash
# Source lines come from DWARF of every version and form: 2 to 5, 64 bits wide, compressed, one section a
# function, of gcc and clang, on both architectures. Directories are shown as the compiler was given them.
. "$SRC/tests/lib/common.sh"

mkdir -p sub/dir
cat > sub/dir/code.c <<'C'
int missing(int);
#include "more.h"
int first(void) { return 0; }

int second(void) {
  return missing(2);
}
C
cat > sub/dir/more.h <<'C'
static inline int in_header(void)
{ return missing(1); }
int uses_header(void) { return in_header(); }
C
check() {
  echo "$*"
  "$@" -c -O1 -o code.o sub/dir/code.c
  "$GOLD_GO" ld -e second -o app code.o > out 2>&1 && fail "it links"
  has '^>>> referenced by sub/dir/more\.h:2 in function `uses_header' out
  has '^>>> referenced by sub/dir/code\.c:6 in function `second' out
}
check gcc -g
for v in 2 3 4 5; do check gcc -g -gdwarf-$v; done
check gcc -g -gdwarf64
check gcc -g -gz -ffunction-sections
check gcc -g1 -fPIC
if command -v clang-19 > /dev/null; then
  for v in 2 4 5; do check clang-19 -g -gdwarf-$v; done
  check clang-19 -g -gz=zstd -ffunction-sections
  check clang-19 -gsplit-dwarf -g
fi
if command -v aarch64-linux-gnu-gcc > /dev/null; then check aarch64-linux-gnu-gcc -g; fi

# The whole path if the compiler was given that.
gcc -g -c -O1 -o code.o "$PWD/sub/dir/code.c"
"$GOLD_GO" ld -e second -o app code.o > out 2>&1 && fail "it links"
has "^>>> referenced by $PWD/sub/dir/code\\.c:6 in function \`second" out

# Stripped of its debug information, the message is there nevertheless; as with -S at the link.
"$GOLD_GO" ld -S -e second -o app code.o > out 2>&1 && fail "it links"
has "^>>> referenced by $PWD/sub/dir/code\\.c:6" out
strip -g code.o
"$GOLD_GO" ld -e second -o app code.o > out 2>&1 && fail "it links"
has '^>>> referenced by code\.o:\(\.text\+0x[0-9a-f]+\) in function `second' out
