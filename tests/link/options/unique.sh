#!/usr/bin/env bash
# image-check: allow entry
# --unique keeps input sections apart that would be joined: those that match, or those without a rule.
. "$SRC/tests/lib/common.sh"
for n in a b; do
  asm $n <<S
  .section mine,"aw"
  .long 1
  .section .text.f,"ax"
  nop
S
done
count() { readelf -SW "$1" | grep -cE "\] $2 "; }
for ld in ld "$GOLD_GO ld"; do
  $ld -e 0 -o app a.o b.o --unique=mine
  [ "$(count app mine)" = 2 ] || fail "$ld --unique=mine: $(count app mine) sections"
  $ld -r -o all.o a.o b.o --unique
  [ "$(count all.o mine)" = 2 ] || fail "$ld -r --unique: $(count all.o mine) sections"
  $ld -e 0 -o app a.o b.o
  [ "$(count app mine)" = 1 ] || fail "$ld: $(count app mine) sections"
done
