# Faults of a script are told with file, line and column.
. "$SRC/tests/lib/common.sh"

asm a << 'END'
.globl _start
_start: nop
.data
.quad 1
END
script() { cat > a.ld; }
try() { fails_with "$1" "$GOLD_GO" ld -T a.ld "${@:2}" a.o -o out; [ ! -e out ] || fail "there is an output"; }

script <<< 'SECTIONS { .text : { *(.text) '
try "a.ld:2:1: \`}' is missing"
script <<< 'SECTIONS { .text : { *(.text) } >NOWHERE }'
try "a.ld:1:12: region \`NOWHERE' is not declared"
script <<< 'SECTIONS { .text : { *(.text) . = 0; } }'
try "a.ld:1:31: cannot move location counter backwards"
script <<< 'SECTIONS { .text : { *(.text) } x = nothing + 1; }'
try "a.ld:1:37: undefined symbol \`nothing' referenced in expression"
script <<< 'SECTIONS { .text : { *(.text) } x = 1 / 0; }'
try "a.ld:1:39: division by zero"
script <<< 'SECTIONS { .text : { *(.text) } ASSERT(SIZEOF(.text) > 100, "text is too small") }'
try "a.ld:1:33: text is too small"
script <<< 'SECTIONS { .text : { *(.text) . = 0xffffffffffff0000; } }'
try "a.ld:1:31: section \`.text' would be 0x.* bytes large"
script <<< 'SECTIONS { .text : { *(.text) . = . + SIZEOF(.text) + 1; } }'
try "addresses do not settle: .text still changes after 16 rounds"
script <<< 'SECTIONS { .text : { *(.text) } x = ADDR(.nothing); }'
try "a.ld:1:37: undefined section \`.nothing' referenced in expression"
script <<< 'INCLUDE "nowhere.ld"'
try "a.ld:1:9: cannot open nowhere.ld"
script <<< 'MEMORY { R : ORIGIN = 0, LENGTH = 1M } SECTIONS { .text : { *(.text) } >R .data : { *(.data) } }'
try "no memory region specified for loadable section \`.data'"
script <<< 'SECTIONS { .x : { *(.x) } } INSERT AFTER .nothing'
asm x <<< '.section .x,"a"; .quad 1'
try "section .nothing for INSERT does not exist" x.o
script <<< 'PHDRS { t PT_LOAD; } SECTIONS { .text : { *(.text) } :u }'
try "a.ld:1:33: section \`.text' assigned to non-existent phdr \`u'"
script <<< 'SECTIONS { NOCROSSREFS(.a .b) }'
try "a.ld:1:"
fails_with "cannot open linker script no.ld" "$GOLD_GO" ld -T no.ld a.o -o out
asm y <<< '.globl gone; .section .gone,"a"; gone: .quad 1'
asm z <<< '.globl _start; _start: .quad gone'
script <<< 'SECTIONS { .text : { *(.text) } /DISCARD/ : { *(.gone) } }'
fails_with "z.o:\(.text\+0x0\): \`gone' is defined in discarded section \`.gone' of y.o" "$GOLD_GO" ld -T a.ld z.o y.o -o out
