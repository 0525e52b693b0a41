#!/usr/bin/env bash
# -z rewrite-endbr: endbr64 becomes a nop at functions that are only called directly, and stays wherever an indirect
# branch may arrive: by a pointer in code or data, by a section's symbol, from another image, from the loader.
. "$SRC/tests/lib/common.sh"
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
c a -O1 -fcf-protection=branch -fno-inline -ffunction-sections <<'C'
#include <stdio.h>
int called(int x) { return x + 1; }
int tail(int x) { return x * 3; }
int by_tail_call(int x) { return tail(x + 1); }
int in_code(int x) { return x + 10; }
int in_data(int x) { return x + 100; }
static int local_in_data(int x) { return x + 1000; }
static int local_in_code(int x) { return x + 10000; }
int aliased(int x) { return x + 5; }
int alias(int x) __attribute__((alias("aliased")));
int given_by_script(int x) { return x + 7; }
extern int script_name(int);
static int chosen(int x) { return x; }
static int (*choose(void))(int) { return chosen; }
int indirect(int) __attribute__((ifunc("choose")));
__attribute__((constructor)) void at_start(void) { puts("start"); }
int (*volatile table[])(int) = {in_data, local_in_data, alias};
int main(void) {
  int (*volatile p)(int) = in_code, (*volatile q)(int) = local_in_code, (*volatile r)(int) = script_name;
  printf("%d\n", called(0) + by_tail_call(0) + p(0) + q(0) + r(0) + table[0](0) + table[1](0) + table[2](0) +
                     aliased(0) + indirect(0) + given_by_script(0) + in_code(0));
  return 0;
}
C
flags=(-Wl,-z,rewrite-endbr -Wl,--defsym=script_name=given_by_script)
has_endbr() { # IMAGE FUNCTION
  local at
  at=$(nm "$1" | sed -n "s/ [tTi] $2\$//p")
  [ -n "$at" ] || fail "$1 has no function $2"
  objdump -d --no-show-raw-insn --start-address=0x"$at" --stop-address=$((0x$at + 4)) "$1" > code
  grep -q endbr64 code
}
check() { # IMAGE
  run "start
11148" "./$1"
  local f
  for f in called tail by_tail_call; do
    if has_endbr "$1" "$f"; then fail "$1: $f keeps endbr64"; fi
  done
  for f in in_code in_data local_in_code local_in_data aliased chosen given_by_script main at_start; do
    has_endbr "$1" "$f" || fail "$1: $f has lost endbr64"
  done
}
gcc -B"$GOLD_GO_B" a.o "${flags[@]}" -o pie
check pie
gcc -B"$GOLD_GO_B" a.o "${flags[@]}" -static -o static
check static
gcc -B"$GOLD_GO_B" a.o "${flags[@]}" -no-pie -Wl,--icf=all -Wl,--gc-sections -o fixed
check fixed
gcc -B"$GOLD_GO_B" a.o -Wl,--defsym=script_name=given_by_script -o kept
has_endbr kept called || fail "endbr64 is gone without the option"
# What other images may call keeps it.
gcc -B"$GOLD_GO_B" a.o "${flags[@]}" -rdynamic -o exports
has_endbr exports called || fail "an exported function has lost endbr64"
fails_with 'for images for x86-64' "$GOLD_GO" ld -r -z rewrite-endbr a.o -o r.o
# The entry, which only the loader knows.
asm start <<'A'
  .globl _start, f
  .type _start, @function
  .type f, @function
_start: endbr64
  call f
  mov $60, %eax
  syscall
f: endbr64
  mov $5, %edi
  ret
A
"$GOLD_GO" ld -z rewrite-endbr start.o -o start
has_endbr start _start || fail "the entry has lost endbr64"
if has_endbr start f; then fail "f keeps endbr64"; fi
