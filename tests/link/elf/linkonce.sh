#!/usr/bin/env bash
# .gnu.linkonce.KIND.NAME, of compilers before section groups: of sections of one name the first is linked, and of a
# section and a group about the same symbol, too.
. "$SRC/tests/lib/common.sh"
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
linkonce() { # NAME VALUE FLAGS
  asm "$1" <<S
.section .gnu.linkonce.t.f,"ax",@progbits
.globl f
.type f, @function
f: mov \$$2, %eax
ret
.size f, .-f
.section .gnu.linkonce.d.v,"aw",@progbits
.globl v
v: .long $2
.section .gnu.linkonce.r.other,"a",@progbits
.long $2
.section .note.GNU-stack,"",@progbits
S
}
group() { # NAME VALUE
  asm "$1" <<S
.section .text.f,"axG",@progbits,f,comdat
.globl f
.type f, @function
f: mov \$$2, %eax
ret
.size f, .-f
.section .data.v,"awG",@progbits,v,comdat
.globl v
v: .long $2
.section .note.GNU-stack,"",@progbits
S
}
linkonce l1 1
linkonce l2 2
group g3 3
group g4 4
c main <<< 'int f(void); extern int v; int main(void) { return f() * 16 + v; }'
try() { # WANTED OBJECT...
  local status=0
  gcc -B"$GOLD_GO_B" main.o "${@:2}" -o app
  ./app || status=$?
  [ $status = "$1" ] || fail "${*:2}: $status, not $1"
  status=0
  gcc -fuse-ld=bfd main.o "${@:2}" -o app.bfd
  ./app.bfd || status=$?
  rm app.bfd # an image of GNU ld, though it has the .comment of an object of ours
  [ $status = "$1" ] || fail "GNU ld, ${*:2}: $status, not $1"
}
try 17 l1.o l2.o
try 17 l1.o g3.o
try 51 g3.o l1.o
try 51 g3.o l1.o g4.o l2.o
try 34 l2.o g3.o l1.o g4.o
# -r keeps both kinds what they are.
"$GOLD_GO" ld -r -o r.o l1.o g3.o
try 17 r.o g4.o
