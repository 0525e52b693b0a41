#!/usr/bin/env bash
# An undefined symbol is reported demangled, with its referrers; no output is left.
. "$SRC/tests/lib/common.sh"
cxx main <<< 'namespace n { int f(int); } int main() { return n::f(1); }'
echo before > app
fails_with 'error: undefined symbol: n::f\(int\)' "$GOLD_GO" link main.o -o app
has 'referenced by main\.o' "$WORK/.out"
[ "$(cat app)" = before ] || fail "the previous output is gone"
[ "$(find . -name 'app.tmp*' | wc -l)" = 0 ] || fail "a temporary file is left"
