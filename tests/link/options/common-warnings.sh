#!/usr/bin/env bash
# --warn-common: tentative definitions that meet each other or a definition.
. "$SRC/tests/lib/common.sh"
c a -fcommon <<< 'int x; int y; void _start(void) {}'
c b -fcommon <<< 'int x[4];'
c d <<< 'int y = 1;'
says 0 "$GOLD_GO" ld -o app a.o b.o d.o < /dev/null
says 0 "$GOLD_GO" ld -o app a.o b.o d.o --warn-common <<'T'
gold-go: warning: common symbol is overridden by a definition: y
>>> in d.o
>>> in a.o, 4 bytes
gold-go: warning: multiple common symbols: x
>>> in b.o, 16 bytes
>>> in a.o, 4 bytes
T
