#!/usr/bin/env bash
# --remap-inputs: another file, or none, in place of inputs that match.
. "$SRC/tests/lib/common.sh"
c main -fno-pic <<< 'int which(void); int main(void) { return which(); }'
c one <<< 'int which(void) { return 1; }'
c two <<< 'int which(void) { return 2; }'
result() {
  local status=0
  gcc -B"$GOLD_GO_B" -o app main.o "$@"
  ./app || status=$?
  echo $status
}
[ "$(result one.o)" = 1 ] || fail "without: not 1"
[ "$(result one.o -Wl,--remap-inputs=on?.o=two.o)" = 2 ] || fail "a pattern: not 2"
[ "$(result one.o two.o -Wl,--remap-inputs=two.o=/dev/null)" = 1 ] || fail "/dev/null: not 1"
printf '# a comment\none.o two.o # another\n\n' > list
[ "$(result one.o -Wl,--remap-inputs-file=list)" = 2 ] || fail "a file of patterns: not 2"
fails_with 'PATTERN=FILE' "$GOLD_GO" ld --remap-inputs=nothing main.o
