#!/usr/bin/env bash
# --undefined-glob pulls archive members by patterns of names; --ignore-unresolved-symbol lets one be missing.
. "$SRC/tests/lib/common.sh"
c start -fno-pic <<< 'void _start(void) {}'
for n in plugin_a plugin_b other; do c $n <<< "int $n(void) { return 1; }"; done
ar rc lib.a plugin_a.o plugin_b.o other.o
"$GOLD_GO" ld -o app start.o lib.a '--undefined-glob=plugin_*'
nm app > names
has ' T plugin_a$' names
has ' T plugin_b$' names
lacks 'other' names
c user -fno-pic <<< 'int a(void), b(void); void _start(void) { a(); b(); }'
fails_with 'undefined symbol: b' "$GOLD_GO" ld -o app user.o --ignore-unresolved-symbol=a
lacks 'undefined symbol: a' "$WORK/.out"
"$GOLD_GO" ld -o app user.o --ignore-unresolved-symbol=a --ignore-unresolved-symbol=b
