#!/usr/bin/env bash
# --cref: a table of symbols with the files that define and use them, as GNU ld writes it.
. "$SRC/tests/lib/common.sh"
c a -fno-pic <<< 'int b(void); int shared; void _start(void) { b(); }'
c b -fno-pic <<< 'extern int shared; int b(void) { return shared; } int unused_by_others_with_a_name_that_is_longer_than_the_column(void) { return 1; }'
"$GOLD_GO" ld -o app a.o b.o --cref > out
ld -o app a.o b.o --cref > gnu
# The same lines; GNU ld also lists a symbol of its own.
sed -n '/^Symbol /,$p' out > ours
sed -n '/^Symbol /,$p' gnu | grep -v '^_GLOBAL_OFFSET_TABLE_' > theirs
diff -u theirs ours || fail "GNU ld's table is another"
"$GOLD_GO" ld -o app a.o b.o --cref -Map=map > out
[ ! -s out ] || fail "the table is not in the map file"
has '^Cross Reference Table$' map
