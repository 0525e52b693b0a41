#!/usr/bin/env bash
# Selections of COMDAT sections and kinds of weak externals, in assembly; /bigobj; commons.
# shellcheck disable=SC2016
. "$SRC/tests/link/pe/lib.sh"
need clang-19
export CC="clang-19 --target=x86_64-w64-windows-gnu"
as() { clang-19 --target=x86_64-w64-windows-gnu -c "${@:2}" -x assembler -o "$1.o" -; }
sel() { # NAME SELECTION VALUE [MORE]: a function in a COMDAT section
  printf '.section .text$v,"xr",%s,v\n.globl v\nv: movl $%s, %%eax\nret\n%s\n' "$2" "$3" "${4:-}" | as "$1"
}
printf '.globl start\nstart: subq $40, %%rsp\ncall v\nmovl %%eax, %%ecx\ncall ExitProcess\n' | as main
try() { # EXPECTED: exit code of start
  "$GOLD_GO" ld -m i386pep main.o a.o b.o -L/usr/$MINGW/lib -lkernel32 -e start -o t.exe
  wine_run "= $1" t.exe
}
sel a discard 11; sel b discard 12; try 11
sel a same_size 11; sel b same_size 12; try 11
sel a largest 11; sel b largest 12 'nop; nop'; try 12
sel a same_contents 11; sel b same_contents 11; try 11
sel b same_contents 12
fails_with 'must have the same contents' "$GOLD_GO" ld -m i386pep main.o a.o b.o -lkernel32 -e start -o t.exe
sel a one_only 11; sel b one_only 11
fails_with 'may be defined once only' "$GOLD_GO" ld -m i386pep main.o a.o b.o -lkernel32 -e start -o t.exe
# Associative: data that lives and dies with its function.
for f in a:21 b:22; do
  printf '.section .text$v,"xr",discard,v\n.globl v\nv: movl d(%%rip), %%eax\nret\n.section .rdata$v,"dr",associative,v\nd: .long %s\n' "${f#*:}" | as "${f%:*}" -Wa,-mbig-obj
done
try 21
# Weak externals: the alternate, unless somebody defines the name.
printf '.weak v\n.set v, alt\n.globl alt\n.text\nalt: movl $31, %%eax\nret\n' | as a
printf '.globl other\nother: ret\n' | as b
try 31
printf '.globl v\nv: movl $32, %%eax\nret\n' | as b
try 32
# Without dllimport or definition a weak reference is 0.
printf '.weak nothing\n.globl v\nv: leaq p(%%rip), %%rax\nmovq (%%rax), %%rax\naddl $41, %%eax\nret\n.data\np: .quad nothing\n' | as a
printf '.text\n' | as b
try 41
# The largest common wins, with its alignment.
printf '.comm c, 4, 2\n.globl v\nv: leaq c(%%rip), %%rax\nandl $63, %%eax\naddl $51, %%eax\nret\n' | as a
printf '.comm c, 4096, 6\n' | as b
try 51
# Twice defined.
printf '.globl v\nv: ret\n' | as a
printf '.globl v\nv: ret\n' | as b
fails_with 'duplicate symbol: v' "$GOLD_GO" ld -m i386pep main.o a.o b.o -lkernel32 -e start -o t.exe
