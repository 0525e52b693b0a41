# Which rule takes a section, and in which order: first rule, link order, sorting, excluded files, KEEP.
. "$SRC/tests/link/script/lib.sh"

mark() { # NAME SECTION [ALIGN]
  printf '.section %s,"a"\n.p2align %s\n.globl %s\n%s: .quad %s\n' "$2" "${3:-0}" "$1" "$1" "${4:-1}"
}
{ printf '.globl _start\n.text\n_start: nop\n'; mark a1 .x.b; mark a2 .x.a 4; mark a3 .y; mark a4 .x; mark a5 .z.100; mark a6 .z.20; } | asm a
{ mark b1 .x.b; mark b2 .x.c 3; mark b3 .y; mark b4 .w; mark b5 .z.3; } | asm b
{ mark c1 .x.a; mark c2 .y; mark c3 .w; mark c4 .v 5; mark c5 .v; } | asm c
ar rc libc1.a c.o
cat > a.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  .first : { *b.o(.x.b) *(EXCLUDE_FILE(*a.o) .x.b) *(.x.b) }
  .name : { *(SORT(.x.*)) }
  .both : { *(.y .x) }
  .member : { *libc1.a:c.o(.w) }
  .rest : { *(.w) }
  .align : { *(SORT_BY_ALIGNMENT(.v)) }
  .prio : { *(SORT_BY_INIT_PRIORITY(.z.*)) }
}
END
like_ld a.ld a.o b.o --whole-archive libc1.a
cat > b.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  .q : { a.o(.y) *(SORT_BY_ALIGNMENT(SORT_BY_NAME(.x.*)) .y) *(SORT_NONE(.w)) EXCLUDE_FILE(*b.o) *(.z.*) }
  .r : { *(.[vz]*) SORT(*)(.x) }
}
END
like_ld b.ld a.o b.o --whole-archive libc1.a
like_ld b.ld --sort-section=name a.o b.o --whole-archive libc1.a

# What KEEP names lives, and what that refers to; what no rule keeps and nothing refers to does not.
asm k << 'END'
.globl _start
.text
_start: nop
.section .vectors,"a"
.quad handler
.section .text.handler,"ax"
.globl handler
handler: nop
.section .text.unused,"ax"
.globl unused
unused: nop
.section .junk,"a"
.globl junk
junk: .quad 1
END
cat > k.ld << 'END'
ENTRY(_start)
SECTIONS {
  . = 0x10000;
  .vectors : { KEEP(*(.vectors)) }
  .text : { *(.text .text.*) }
  /DISCARD/ : { *(.junk) }
}
END
like_ld k.ld --gc-sections k.o
lacks 'unused|junk' <(nm gold.out)
