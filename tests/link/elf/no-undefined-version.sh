#!/usr/bin/env bash
# --no-undefined-version: exact names of a version script must be defined; patterns need not match.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int here(void) { return 1; }'
cat > versions <<< 'V1 { global: here; missing; other*; local: gone; *; };'
"$GOLD_GO" ld -shared -o lib.so lib.o --version-script=versions
"$GOLD_GO" ld -shared -o lib.so lib.o --version-script=versions --undefined-version
says 1 "$GOLD_GO" ld -shared -o lib.so lib.o --version-script=versions --no-undefined-version <<'T'
gold-go: error: version script: missing, which is to have the version V1, is not defined
T
