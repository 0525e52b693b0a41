# Sections that the script does not name go beside what is alike; --orphan-handling says otherwise.
# image-check: allow wx
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.text
_start: nop
.section .code2,"ax"
nop
.section .const2,"a"
.quad 1
.data
.quad 2
.section data3,"aw"
.quad __start_data3
.section .zero4,"aw",@nobits
.skip 32
.bss
.skip 16
.section .note.mine,"a",@note
.long 4, 0, 1
.asciz "abc"
.section .rodata
.quad 5
.section .tdata,"awT"
.quad 6
.section .other
.ascii "not loaded"
END
cat > a.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  etext = .;
  . = ALIGN(0x1000);
  .rodata : { *(.rodata) }
  .data : { *(.data) }
  edata = .;
  .bss : { *(.bss) }
  end = .;
}
END
like_ld a.ld a.o
cat > b.ld << 'END'
SECTIONS { . = 0x10000; .text : { *(.text) } sym = .; }
END
like_ld b.ld a.o
cat > c.ld << 'END'
SECTIONS { }
END
"$GOLD_GO" ld -T c.ld a.o -o c.out
fails_with "unplaced orphan section \`.code2' from \`a.o'" "$GOLD_GO" ld -T a.ld --orphan-handling=error a.o -o e.out
[ ! -e e.out ] || fail "there is an output"
"$GOLD_GO" ld -T a.ld --orphan-handling=warn a.o -o w.out 2> w.err
has "warning: orphan section \`data3' from \`a.o' being placed in section \`data3'" w.err
asm d <<< '.globl _start; _start: nop; .section .code2,"ax"; nop'
"$GOLD_GO" ld -T a.ld --orphan-handling=discard d.o -o d.out
lacks 'code2' <(readelf -SW d.out)

# What is dropped must not be referred to.
asm r <<< '.globl _start; _start: .quad x; .section .mine,"aw"; x: .quad 1'
fails_with "is defined in discarded section \`.mine' of r.o" "$GOLD_GO" ld -T a.ld --orphan-handling=discard r.o -o r.out

# The built-in layout, too, knows what it has no place for: the same as GNU ld's.
asm o << 'END'
.globl _start
.text
_start: nop
.section .text.part,"ax"
nop
.section .mine,"aw"
.quad 1
.section named,"a"
.quad 2
.section .note.mine,"a",@note
.balign 4
.long 4, 0, 1
.asciz "abc"
.section .gcc_except_table,"a"
.quad 3
.section .comment
.asciz "x"
.section .debug_info
.byte 0
.section .other
.byte 0
END
orphans() { grep -oE "orphan section \`[^']*'" "$1" | sort; }
"$LD" --orphan-handling=warn o.o -o o.out 2> ld.err
"$GOLD_GO" ld --orphan-handling=warn o.o -o o.out 2> gold.err
diff <(orphans ld.err) <(orphans gold.err) || fail "other orphans"
fails_with "unplaced orphan section \`.mine' from \`o.o'" "$GOLD_GO" ld --orphan-handling=error o.o -o e.out
"$GOLD_GO" ld --orphan-handling=discard o.o -o o.out
lacks 'mine|named|other' <(readelf -SW o.out)
has 'gcc_except_table' <(readelf -SW o.out)
