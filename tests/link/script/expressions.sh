# Values of expressions, and the sections that they are relative to, are those of GNU ld.
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.text
.globl _start, s1
_start: nop; nop; nop
s1:
.data
.globl d1
d1: .quad 1
.bss
.globl b1
b1: .skip 16
END
cat > a.ld << 'END'
_estack = ORIGIN(RAM) + LENGTH(RAM);
MEMORY { FLASH (rx) : ORIGIN = 0x10000, LENGTH = 64K RAM (rwx) : ORIGIN = 0x20000, LENGTH = 0x10K }
x1 = s1 + 1;
x2 = s1;
x3 = ADDR(.text);
x4 = ADDR(.text) + 4;
x5 = SIZEOF(.text);
x6 = LOADADDR(.data);
x7 = ORIGIN(RAM);
x8 = ALIGN(s1, 16);
x9 = d1 - s1;
xa = MAX(s1, d1);
xb = !s1;
xc = -s1;
xd = DEFINED(nothing) ? nothing : 0x77;
xe = DEFINED(s1) ? s1 : 0;
xf = 1 << 4 | 3 & 2;
xg = 7 / 2 * 2 + 7 % 4 - 1;
xh = ~0 > 1 && 2 >= 2 || 0;
xi = LOG2CEIL(4097);
xj = ALIGNOF(.data);
xk = LENGTH(RAM);
xl = 0x10000 ? 1 ? 2 : 3 : 4;
xm = ABSOLUTE(s1);
xn = 10; xn += 5; xn *= 2; xn -= 1; xn <<= 1; xn |= 1; xn &= 0x3f;
later = sooner + 1;
sooner = 41;
SECTIONS {
  .text : {
    *(.text)
    in1 = 4;
    in2 = s1 + 1;
    in3 = ALIGN(s1, 16);
    in4 = ABSOLUTE(s1);
    in5 = SIZEOF(.data);
    in6 = ORIGIN(RAM);
    in7 = ADDR(.data);
    in8 = d1 - s1;
    ina = ALIGN(16);
    inb = .;
    inc = !s1;
    ind = -s1;
    ine = s1 < d1;
    inf = LOADADDR(.data);
    ing = ADDR(.text);
    inh = . + 2;
    ini = x5;
  } > FLASH
  top1 = .;
  top2 = . + 4;
  top3 = ALIGN(16);
  .data : ALIGN(32) { *(.data) HIDDEN(hid = .); } > RAM AT> FLASH
  top4 = .;
  . = ALIGN(256);
  top5 = .;
  .bss : { *(.bss) } > RAM
  _end = .;
}
END
like_ld a.ld a.o

# Without regions the location counter decides; it can be moved in and between sections.
cat > b.ld << 'END'
SECTIONS {
  . = 0x400000;
  begin = .;
  .text : { *(.text) . = ALIGN(8); mid = .; . = . + 0x20; }
  after = .;
  . += 0x1000;
  .data ALIGN(0x100) : SUBALIGN(64) { d = .; *(.data) . = 0x80; e = .; }
  .bss 0x500000 : { *(.bss) . = ALIGN(. != 0 ? 64 : 1); }
  .empty : { empty = .; }
  end = .;
  gap = end - begin;
}
END
like_ld b.ld a.o
