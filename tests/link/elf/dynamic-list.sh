#!/usr/bin/env bash
# --dynamic-list and --export-dynamic-symbol export from an executable; -E exports all.
. "$SRC/tests/lib/common.sh"
c main <<< 'int plugin_a; int plugin_b(void) { return 1; } int mine; int main(void) { return 0; }'
exported() { nm -D --defined-only app | sed 's/.* //' | sort | tr '\n' ' '; }
gcc -B"$GOLD_GO_B" main.o -o app
run "" exported
echo '{ plugin_a; plugin_b; };' > list
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--dynamic-list=list
run "plugin_a plugin_b " exported
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--export-dynamic-symbol='plugin_?'
run "plugin_a plugin_b " exported
gcc -B"$GOLD_GO_B" main.o -o app -Wl,-E
nm -D --defined-only app > syms
has ' mine$' syms
has ' main$' syms
