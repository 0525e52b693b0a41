#!/usr/bin/env bash
# Two definitions: both are shown, functions and variables, with their lines.
. "$SRC/tests/lib/common.sh"
for f in a b; do
  cxx $f -g -O1 <<'C'
namespace n { int f(int) { return 1; } }

struct S { static long member; };
long S::member = 5;
int variable = 7;
C
done
c start -O1 -fno-stack-protector <<< 'void _start(void) {}'
ar rc lib.a b.o
says 1 "$GOLD_GO" ld -o app start.o a.o --whole-archive lib.a <<'T'
gold-go: error: duplicate symbol: n::f(int)
>>> defined at a.cc:1
>>>         in a.o:(.text+0x0)
>>> defined at b.cc:1
>>>         in lib.a(b.o):(.text+0x0)
gold-go: error: duplicate symbol: variable
>>> defined at a.cc:5
>>>         in a.o:(.data+0x0)
>>> defined at b.cc:5
>>>         in lib.a(b.o):(.data+0x0)
gold-go: error: duplicate symbol: S::member
>>> defined at a.cc:4
>>>         in a.o:(.data+0x8)
>>> defined at b.cc:4
>>>         in lib.a(b.o):(.data+0x8)
T
strip -g a.o b.o
says 1 "$GOLD_GO" ld -o app start.o a.o b.o <<'T'
gold-go: error: duplicate symbol: n::f(int)
>>> defined in a.o:(.text+0x0)
>>> defined in b.o:(.text+0x0)
gold-go: error: duplicate symbol: variable
>>> defined in a.o:(.data+0x0)
>>> defined in b.o:(.data+0x0)
gold-go: error: duplicate symbol: S::member
>>> defined in a.o:(.data+0x8)
>>> defined in b.o:(.data+0x8)
T
