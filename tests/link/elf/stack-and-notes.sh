#!/usr/bin/env bash
# PT_GNU_STACK is not executable unless asked for; notes and properties have their segments.
# image-check: allow execstack
. "$SRC/tests/lib/common.sh"
c main -fcf-protection=full <<< 'int main(void) { return 0; }'
gcc -B"$GOLD_GO_B" -nostdlib -shared main.o -o lib.so
readelf -lnW lib.so > out
has 'GNU_STACK .* RW ' out
has 'IBT, SHSTK' out
has 'GNU_PROPERTY' out
gcc -B"$GOLD_GO_B" main.o -o app -Wl,-z,execstack,-z,stack-size=0x100000
readelf -lW app > out
has 'GNU_STACK .* 0x100000 RWE' out
