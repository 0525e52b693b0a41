#!/usr/bin/env bash
# Objects that hold no machine code but a compiler's own representation: a clear error says what to do.
. "$SRC/tests/lib/common.sh"
cat > f.c <<'C'
int main(void) { return 0; }
C
gcc -c -flto -fno-fat-lto-objects f.c -o slim.o
fails_with 'slim\.o.*(GCC|link-time|LTO)' "$GOLD_GO" ld -o app slim.o
has 'ffat-lto-objects|without -flto' .out
ar rc libslim.a slim.o
fails_with 'libslim\.a\(slim\.o\)' "$GOLD_GO" ld -o app --whole-archive libslim.a
# By way of the driver as well, which runs its plugin only for linkers that load it.
fails_with 'LTO|link-time' gcc -B"$GOLD_GO_B" -flto slim.o -o app
clang=$(command -v clang-19 || command -v clang) || skip "clang is not installed"
"$clang" -c -flto f.c -o bitcode.o
fails_with 'bitcode\.o.*(bitcode|link-time|LTO)' "$GOLD_GO" ld -o app bitcode.o
"$clang" -c -flto=thin f.c -o thin.o
fails_with 'thin\.o.*(bitcode|link-time|LTO)' "$GOLD_GO" link -o app thin.o
[ ! -e app ] || fail "a failed link made a file"
