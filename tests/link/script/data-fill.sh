# BYTE, SHORT, LONG, QUAD, FILL, =fill; --oformat binary.
# image-check: allow wx entry load-order load-overlap
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.section .a,"a"
_start: .byte 1
.section .b,"a"
.p2align 4
.byte 2
.section .c,"aw"
.byte 3
END
cat > a.ld << 'END'
MEMORY { ROM : ORIGIN = 0x1000, LENGTH = 64K RAM : ORIGIN = 0x20000, LENGTH = 64K }
SECTIONS {
  .one : {
    BYTE(0x11) SHORT(0x2222); LONG(0x33333333) QUAD(0x4444444444444444) SQUAD(-1)
    LONG(ADDR(.two)) QUAD(.) LONG(SIZEOF(.two))
    *(.a)
    . = ALIGN(16);
    *(.b)
    FILL(0x12345)
    . = . + 9;
    FILL(0xabcdef)
    . = ALIGN(64);
    *(.nothing)
  } > ROM =0x90
  .two : { *(.a) LONG(7) . = . + 10; *(.b) . += 3; } > ROM =0xdeadbeefcafe
  .three : { BYTE(1) *(.c) . = ALIGN(8); BYTE(2) } > RAM AT> ROM =0x11+1
  .four : { LONG(end) } > ROM
  end = .;
}
END
like_ld a.ld a.o
same_bytes .one .two .three .four
"$LD" -T a.ld --oformat binary a.o -o ld.bin
"$GOLD_GO" ld -T a.ld --oformat binary a.o -o gold.bin
same ld.bin gold.bin
{ echo 'OUTPUT_FORMAT(binary)'; cat a.ld; } > b.ld
"$GOLD_GO" ld -T b.ld a.o -o gold2.bin
same ld.bin gold2.bin
