#!/usr/bin/env bash
# --error-limit: the first N errors in the order of files, then one line that says how to see the rest. The text is
# the same for any number of threads.
. "$SRC/tests/lib/common.sh"
for i in 1 2 3 4 5 6; do c "f$i" -O1 -fno-pic <<< "void missing$i(void); void user$i(void) { missing$i(); }"; done
c start -O1 -fno-stack-protector <<< 'void _start(void) {}'
says 1 "$GOLD_GO" ld --error-limit=2 -o app start.o f?.o <<'T'
gold-go: error: undefined symbol: missing1
>>> referenced by f1.o:(.text+0x5) in function `user1'
gold-go: error: undefined symbol: missing2
>>> referenced by f2.o:(.text+0x5) in function `user2'
gold-go: error: too many errors (use --error-limit=0 to see them all)
T
"$GOLD_GO" ld --error-limit=0 --threads=1 -o app start.o f?.o > one 2>&1 || true
"$GOLD_GO" ld --error-limit=0 --threads=8 --parallel-from=0 -o app start.o f?.o > eight 2>&1 || true
same one eight
[ "$(grep -c 'undefined symbol' one)" = 6 ] || fail "not all errors are shown"
says 0 "$GOLD_GO" ld --error-limit=2 --warn-unresolved-symbols -o app start.o f1.o <<'T'
gold-go: warning: undefined symbol: missing1
>>> referenced by f1.o:(.text+0x5) in function `user1'
T
