# Zeros and gaps of many megabytes inside a section of the file take no memory.
# image-check: allow wx
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.text
_start:
  mov first(%rip), %edi
  sub last(%rip), %edi
  mov wide+0x3ffffff0(%rip), %eax
  add %eax, %edi
  mov $60, %eax
  syscall
.data
first: .long 7
.section .late,"aw"
last: .long 7
.bss
wide: .skip 0x40000000
END
cat > a.ld << 'END'
SECTIONS {
  . = 0x400000;
  .text : { *(.text) }
  . = ALIGN(0x1000);
  .data : { *(.data) *(.bss) *(.late) }
}
END
"$GOLD_GO" ld --build-id -T a.ld a.o -o a --stats > stats 2>&1
./a
[ "$(stat -c %s a)" -gt $((0x40000000)) ]
peak=$(sed -n 's/^peak memory, KiB *//p' stats)
[ "$peak" -lt 200000 ] || { echo "$peak KiB for a gigabyte of zeros"; exit 1; }

# A gap of nine megabytes with a pattern of three bytes: the same bytes as GNU ld's.
cat > b.ld << 'END'
SECTIONS {
  .text 0x400000 : { *(.text) . += 0x900001; *(.late) . += 5; } =0xabcdef
  .data : { *(.data) }
  /DISCARD/ : { *(.bss) *(.note*) }
}
END
asm b << 'END'
.globl _start
.text
_start: ret
.section .late,"a"
.long 9
END
like_ld b.ld b.o
same_bytes .text
