#!/usr/bin/env bash
# A library that is named twice is linked once; with --whole-archive twice, like an object, and then its symbols
# are duplicates: GNU ld and lld say so, too.
. "$SRC/tests/lib/common.sh"
c d -fPIC <<< 'int x = 7; int f(void) { return x; }'
c main -fno-pic <<< 'int f(void); void _start(void) { f(); }'
ar rcs d.a d.o
ln d.a same.a
gcc -shared d.o -o libd.so
link() { "$GOLD_GO" ld -o app main.o "$@"; }
link d.a d.a -L. -l:d.a -l:d.a same.a
link d.a --whole-archive d.a --no-whole-archive d.a
link --whole-archive d.a --no-whole-archive d.a same.a
link ./libd.so -L. -l:libd.so -l:libd.so
for inputs in "d.o d.o" "--whole-archive d.a d.a" "-L. --whole-archive -l:d.a -l:d.a" "--whole-archive d.a same.a"; do
  # shellcheck disable=SC2086
  fails_with 'duplicate symbol: x' link $inputs
  for other in ld.bfd ld.lld-19; do
    if command -v $other > /dev/null; then
      # shellcheck disable=SC2086
      ! $other -o other main.o $inputs 2> /dev/null || fail "$other takes $inputs"
    fi
  done
done
