#!/usr/bin/env bash
# -s leaves no symbol table, -S no debug information, -x no local symbols, -X no temporary ones.
. "$SRC/tests/lib/common.sh"
asm main <<'S'
  .globl main
main: xor %eax, %eax
local_name: ret
.Ltemporary: nop
  .section .note.GNU-stack,"",@progbits
S
c debug -g <<< 'int with_debug(void) { return 1; }'
as -L -o main.o main.s 2> /dev/null || as --keep-locals -o main.o main.s
look() { gcc -B"$GOLD_GO_B" main.o debug.o -o app "$@"; { readelf -SW app; nm app; } > out 2>&1; ./app; }
look
has '\.symtab' out; has '\.debug_info' out; has ' local_name$' out
look -Wl,-S
has '\.symtab' out; lacks '\.debug_info' out; has ' local_name$' out
look -Wl,-s
lacks '\.symtab' out; lacks '\.debug_info' out
look -Wl,-x
lacks ' local_name$' out; has ' T main$' out
look -Wl,-X
has ' local_name$' out; lacks 'Ltemporary' out
