# Output sections without input: which are in the image, with what type and flags, and what symbols count to.
# image-check: allow wx bss-file load-overlap
. "$SRC/tests/link/script/lib.sh"

# Also headers of what is not loaded; by name, since the order of those is nobody's business.
headers() {
  readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] (\.[^ ]+) +([A-Z0-9_]+) +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) +([A-Z]*) .*/\1 \2 \3 \4 \5 \6/p' |
    grep -vE '^\.(symtab|strtab|shstrtab|comment) ' | sort
}
same_headers() {
  headers ld.out > ld.headers
  headers gold.out > gold.headers
  diff ld.headers gold.headers || fail "the section headers differ"
}
asm a << 'END'
.globl _start
.text
_start: nop
.data
.quad 1
END
cat > a.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  .e1 : { . = ALIGN(8); }
  .rodata : { . = ALIGN(8); in_rodata = .; }
  .e2 : { . = . + 4; }
  .e3 : { BYTE(1) }
  .e4 : { . = ALIGN(8); s4 = .; }
  .e5 : { s5 = .; }
  .e6 : { s6 = ABSOLUTE(.); }
  s7 = .;
  .e7 (NOLOAD) : { . = . + 4; }
  .e8 (NOLOAD) : { BYTE(1) }
  .e9 (NOLOAD) : { . = ALIGN(8); }
  .ec (READONLY) : { BYTE(1) }
  .ed (READONLY) : { . = . + 4; }
  .ee (READONLY) : { in_ee = .; BYTE(1) }
  .eh (READONLY) : { *(.data) }
  .bss : { . = ALIGN(8); }
  .bss2 : { BYTE(1) }
  .init_array : { . = ALIGN(8); }
  .data2 : { . = . + 1; }
  .sdata : { . = ALIGN(8); }
  .tdata : { . = ALIGN(8); }
  .fini_array : { QUAD(0) }
  .note.foo : { LONG(0) }
  .note.bar : { . = ALIGN(4); in_bar = .; }
  .text.x : { . = ALIGN(1); QUAD(1) }
  .other : { . = ALIGN(1); in_other = .; }
  . = . + 100;
  s8 = .;
}
END
like_ld a.ld a.o
same_headers

# Data of the script alone is only read, unless something has begun the section before it: an assignment, or
# an expression that wants its address.
cat > b.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  .b1 : { LONG(SIZEOF(.c1)) LONG(LOADADDR(.c2)) LONG(ALIGNOF(.c3)) LONG(ADDR(.c4)) LONG(1 + ADDR(.c5)) }
  .c1 : { BYTE(1) } .c2 : { BYTE(1) } .c3 : { BYTE(1) } .c4 : { BYTE(1) } .c5 : { BYTE(1) }
  .c6 : { s6 = .; BYTE(1) } .c7 : { *(.nothing) BYTE(1) } .c8 : { BYTE(1) *(.data) }
}
END
"$LD" -T b.ld a.o -o ld.out 2> ld.err || fail "$(cat ld.err)"
"$GOLD_GO" ld -T b.ld a.o -o gold.out
flags() { headers "$1" | awk '{ print $1, $6 }'; }
diff <(flags ld.out) <(flags gold.out) || fail "flags differ"

# Zero-fill before stored data: in one segment if they share a page, else a new one begins.
asm z << 'END'
.globl _start
.text
_start: nop
.data
.quad 1
.bss
.skip 16
.section .data2,"aw"
.quad 2
.section .bss3,"aw",@nobits
.skip 8
.section .d4,"aw"
.quad 3
END
for gap in 0xff0 0x2000 0x2fd0; do
  cat > z.ld << END
SECTIONS {
  . = 0x10000; .text : { *(.text) }
  . = 0x20000; .data : { *(.data) } .bss : { *(.bss) . += $gap; } .data2 : { *(.data2) }
  .bss3 : { *(.bss3) } .d4 : { *(.d4) }
}
END
  like_ld z.ld z.o
  same_bytes .data .data2 .d4
  like_ld z.ld -n z.o
  same_bytes .data .data2 .d4
done
sed 's/} .data2/} . = ALIGN(0x1000); .data2/' z.ld > y.ld
like_ld y.ld z.o

# Symbols of sections that are left out, between sections of all kinds.
cat > s.ld << 'END'
SECTIONS {
  . = 0x10000;
  .n0 : { n0 = .; }
  .text : { *(.text) }
  .n1 : { n1 = .; }
  .data : { *(.data) }
  .n2 : { n2 = .; *(.nothing) }
  .data2 : { *(.data2) }
  .n3 : { n3 = . + 4; }
  .bss : { *(.bss) }
  .n4 : { n4 = .; PROVIDE(unwanted = .); }
  t4 = .;
  .n5 0x30000 : AT(0x40000) { n5 = .; l5 = LOADADDR(.n5); }
  t5 = .;
  . = ALIGN(0x100);
  t6 = .;
  .bss3 : { *(.bss3) }
  .d4 : { *(.d4) }
  .n6 : { n6 = .; }
}
END
like_ld s.ld z.o
