#!/usr/bin/env bash
# Broken inputs end in exit code 1 with the file's name.
. "$SRC/tests/lib/common.sh"
c main <<< 'int main(void) { return 0; }'
size=$(stat -c %s main.o)
for n in 1 17 60 64 100 200 $((size / 2)) $((size - 1)); do
  head -c "$n" main.o > cut.o
  fails_with 'cut\.o' "$GOLD_GO" ld -o app cut.o
done
: > empty.o
fails_with 'empty\.o' "$GOLD_GO" ld -o app empty.o
printf '!<arch>\nthis is not a member header at all, but it is long enough to look like one....' > bad.a
fails_with 'bad\.a' "$GOLD_GO" ld -o app bad.a
fails_with 'no-such-file' "$GOLD_GO" ld -o app no-such-file.o
fails_with 'lnosuchlib' "$GOLD_GO" ld -o app main.o -lnosuchlib
