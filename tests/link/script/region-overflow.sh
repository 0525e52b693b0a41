# What doesn't fit its region is an error that says by how much, and leaves no output.
. "$SRC/tests/lib/common.sh"

asm a << 'END'
.globl _start
.text
_start: .skip 0x800
.data
.skip 0x500
.bss
.skip 0x100
END
cat > a.ld << 'END'
MEMORY {
  FLASH : ORIGIN = 0x1000, LENGTH = 0xc00
  RAM : ORIGIN = 0x20000, LENGTH = 1K
}
SECTIONS {
  .text : { *(.text) } >FLASH
  .data : { *(.data) } >RAM AT>FLASH
  .bss : { *(.bss) } >RAM
}
END
fails_with "a.ld:2:3: region \`FLASH' overflowed by 256 bytes" "$GOLD_GO" ld -T a.ld a.o -o out
has "section \`.data' \(0x1800 to 0x1d00\) does not fit" .out
has "a.ld:3:3: region \`RAM' overflowed by 512 bytes" .out
has "section \`.bss' \(0x20500 to 0x20600\) does not fit" .out
[ ! -e out ] || fail "there is an output"
sed -i 's/0xc00/0x10K/; s/1K/4K/' a.ld
"$GOLD_GO" ld -T a.ld a.o -o out
