#!/usr/bin/env bash
# --just-symbols, -R FILE: a program that calls code in an image at a fixed address, of which it links nothing.
. "$SRC/tests/lib/common.sh"
c rom -fno-pic -O1 <<< 'int answer(void) { return 42; } int table[4] = {1, 2, 3, 4}; static int hidden; void _start(void) { hidden = 1; }'
"$GOLD_GO" ld -o rom rom.o --image-base=0x10000000
c main -fno-pic -O1 <<< 'int answer(void); extern int table[]; int (*p)(void) = answer; int *q = &table[2]; void _start(void) { p(); *q = 1; }'
for how in "--just-symbols=rom" "-R rom" "--just-symbols rom"; do
  # shellcheck disable=SC2086
  "$GOLD_GO" ld -o app main.o $how
  ld -o gnu main.o $how
  for f in app gnu; do nm $f | awk '$3 == "answer" || $3 == "table" { print $1, $3 }' | sort > $f.names; done
  diff -u gnu.names app.names || fail "$how: other addresses than GNU ld's"
  readelf -SW app | grep 'AX.*10000000' > /dev/null && fail "code of the other image is linked"
done
objdump -s -j .data app > data
has "$(nm rom | awk '$3 == "answer" { print substr($1, 15, 2) substr($1, 13, 2) substr($1, 11, 2) substr($1, 9, 2) }')" data
# -R with a folder is a run path.
mkdir dir
c lib -fPIC <<< 'int f(void) { return 1; }'
"$GOLD_GO" ld -shared -o lib.so lib.o -R "$PWD/dir"
readelf -dW lib.so > dynamic
has "RUNPATH.*$PWD/dir" dynamic
fails_with 'just-symbols' "$GOLD_GO" ld -o app main.o --just-symbols="$SRC/README.md"
