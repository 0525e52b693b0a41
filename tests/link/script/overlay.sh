# OVERLAY: sections that share an address, loaded one behind the other.
# image-check: allow load-overlap section-overlap
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.text
_start: nop
.section .o1,"ax"
.skip 24
.section .o2,"ax"
.skip 40
.data
.quad 1, __load_start_ovl1, __load_stop_ovl2
END
cat > a.ld << 'END'
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  OVERLAY 0x20000 : AT(0x14000) {
    .ovl1 { *(.o1) }
    .ovl2 { *(.o2) }
  }
  after = .;
  .data : AT(0x18000) { *(.data) }
}
END
like_ld a.ld a.o
