# PHDRS: segments that the script lists; AT; sections in several segments, or in none.
. "$SRC/tests/link/script/lib.sh"
# image-check: allow wx

asm a << 'END'
.globl _start
.text
_start: nop
.section .rodata,"a"
.quad 1
.data
.quad 2
.bss
.skip 64
.section .note.x,"a",@note
.long 4, 0, 1
.asciz "abc"
END
segments() { readelf -lW "$1" | sed -nE 's/^ +(PHDR|LOAD|NOTE|0x[0-9a-f]+|GNU_[A-Z]+) +0x[0-9a-f]+ (.*)/\1 \2/p'; }
cat > a.ld << 'END'
PHDRS
{
  headers PT_PHDR PHDRS;
  text PT_LOAD FILEHDR PHDRS;
  data PT_LOAD FLAGS(6);
  note PT_NOTE FLAGS(4);
  stack PT_GNU_STACK FLAGS(6);
}
SECTIONS
{
  . = 0x400000 + SIZEOF_HEADERS;
  .note.x : { *(.note.x) } :text :note
  .text : { *(.text) } :text
  .rodata : { *(.rodata) }
  . = ALIGN(0x1000);
  .data : { *(.data) } :data
  .bss : { *(.bss) }
}
END
like_ld a.ld a.o
diff <(segments ld.out) <(segments gold.out)

cat > b.ld << 'END'
PHDRS { low PT_LOAD AT(0x1000000); high PT_LOAD; }
SECTIONS
{
  . = 0xffffffff80000000;
  .text : AT(0x1000000) { *(.text) } :low
  .rodata : AT(ADDR(.rodata) - 0xffffffff80000000 + 0x1000000) { *(.rodata) }
  .data 0xffffffff80200000 : AT(0x1200000) { *(.data) } :high
  .bss : { *(.bss) }
  /DISCARD/ : { *(.note.*) }
}
END
like_ld b.ld a.o
# The program headers alone; headers a page before the first section.
cat > d.ld << 'END'
PHDRS { t PT_LOAD PHDRS; }
SECTIONS { . = 0x10078; .text : { *(.text) } :t .rest : { *(.rodata) *(.data) *(.bss) *(.note.*) } }
END
like_ld d.ld a.o
diff <(segments ld.out) <(segments gold.out)
sed 's/PHDRS; }/FILEHDR PHDRS; }/; s/0x10078/0x10077/' d.ld > e.ld
like_ld e.ld a.o
diff <(segments ld.out) <(segments gold.out)

cat > c.ld << 'END'
PHDRS { t PT_LOAD FILEHDR PHDRS; }
SECTIONS { . = 0x40; .text : { *(.text) } :t .rest : { *(.rodata) *(.data) *(.bss) *(.note.*) } }
END
fails_with "not enough room for program headers" "$GOLD_GO" ld -T c.ld a.o -o c.out
cat > f.ld << 'END'
PHDRS { t PT_LOAD; u PT_LOAD FILEHDR; }
SECTIONS { .text : { *(.text) } :t .rest : { *(.rodata) *(.data) *(.bss) *(.note.*) } :u }
END
fails_with "f.ld:1:20: PHDRS and FILEHDR are not supported when prior PT_LOAD headers lack them" "$GOLD_GO" ld -T f.ld a.o -o c.out
echo 'PHDRS { t PT_LOAD; } SECTIONS { .all : { *(*) } }' > g.ld
fails_with "no sections assigned to phdrs" "$GOLD_GO" ld -T g.ld a.o -o c.out
