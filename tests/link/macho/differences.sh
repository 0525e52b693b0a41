#!/usr/bin/env bash
# Differences of addresses: tables relative to themselves, with and without symbols, in 4 and 8 bytes; and
# pointers to slots of the GOT, as tables of exception handlers hold them.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  # arm64's assembler wants symbols; x86-64's refers to the section.
  [ "$arch" = arm64 ] && two=l_two || two=L_two
  [ "$arch" = arm64 ] && slot='@GOT - .' || slot='@GOTPCREL + 4'
  masm "$arch" table <<S
        .section __TEXT,__cstring,cstring_literals
l_one:  .asciz  "one"
$two:  .asciz  "two"
        .section __TEXT,__const
        .globl  _table, _wide
        .p2align 3
_table: .long   l_one - _table
        .long   $two - _table
_wide:  .quad   _value - _wide
        .quad   _value + 4 - _table
        .globl  _slots
_slots: .long   _other$slot, _value$slot
        .long   _other$slot
        .data
        .globl  _value
        .p2align 2
_value: .long   7, 8
        .subsections_via_symbols
S
  mc "$arch" main <<'S'
int printf(const char *, ...);
extern const int table[];
extern const long wide[];
extern const int slots[];
static int behind(int i) { return **(int **)((char *)(slots + i) + slots[i]); }
int main(void) {
  const char *base = (const char *)table;
  printf("%s %s %d %d; %d %d %d\n", base + table[0], base + table[1], *(int *)((char *)wide + wide[0]), *(int *)(base + wide[1]), behind(0),
         behind(1), behind(2));
  return 0;
}
S
  mc "$arch" other <<< 'int other = 9;'
  for icf in none all; do
    ld64 "$arch" main.o table.o other.o -lSystem -o app -dead_strip --icf=$icf
    expect_run "$arch" 0 "one two 7 8; 9 7 9" ./app
  done
done
