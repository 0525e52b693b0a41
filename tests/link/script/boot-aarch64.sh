# Firmware for AArch64 by a vendor-like script: it starts from flash, copies .data to RAM, clears .bss, runs
# constructors and prints by the UART of QEMU's board. Once as a raw image in flash, once as an ELF.
. "$SRC/tests/lib/common.sh"
need aarch64-linux-gnu-gcc qemu-system-aarch64

cat > board.ld << 'END'
ENTRY(_start)
_estack = ORIGIN(RAM) + LENGTH(RAM);
_Min_Heap_Size = 0x800;
MEMORY
{
  FLASH (rx)  : ORIGIN = FLASH_BASE, LENGTH = 1M
  RAM   (xrw) : ORIGIN = 0x40800000, LENGTH = 1M
}
SECTIONS
{
  .text : { KEEP(*(.vectors)) *(.text .text.*) . = ALIGN(8); _etext = .; } >FLASH
  .rodata : { *(.rodata .rodata.*) . = ALIGN(8); } >FLASH
  .init_array : {
    PROVIDE_HIDDEN(__init_array_start = .);
    KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*)))
    KEEP(*(.init_array))
    PROVIDE_HIDDEN(__init_array_end = .);
  } >FLASH
  _sidata = LOADADDR(.data);
  .data : ALIGN(8) { _sdata = .; *(.data .data.*) . = ALIGN(8); _edata = .; } >RAM AT>FLASH
  .bss : ALIGN(8) { _sbss = .; *(.bss .bss.*) *(COMMON) . = ALIGN(8); _ebss = .; } >RAM
  ._user_heap_stack (NOLOAD) : {
    . = ALIGN(16);
    PROVIDE(end = .);
    PROVIDE(_end = .);
    . = . + _Min_Heap_Size;
    _heap_end = .;
    . = . + 0x4000;
  } >RAM
  ASSERT(_ebss < _estack - 0x1000, "no room for the stack")
  /DISCARD/ : { *(.note.*) *(.comment) *(.eh_frame) }
}
END
cat > start.s << 'END'
.section .vectors,"ax"
.globl _start
_start:
  ldr x0, =_estack
  mov sp, x0
  ldr x0, =_sidata
  ldr x1, =_sdata
  ldr x2, =_edata
1: cmp x1, x2
  b.hs 2f
  ldr x3, [x0], #8
  str x3, [x1], #8
  b 1b
2: ldr x1, =_sbss
  ldr x2, =_ebss
3: cmp x1, x2
  b.hs 4f
  str xzr, [x1], #8
  b 3b
4: bl start
  movz x0, #0x18            // semihosting: SYS_EXIT
  ldr x1, =exit_block
  hlt #0xf000
  b .
.data
.balign 8
exit_block: .quad 0x20026, 0
END
aarch64-linux-gnu-gcc -c start.s -o start.o
CC=aarch64-linux-gnu-gcc c main -ffreestanding -fno-pic -mgeneral-regs-only -mstrict-align \
  -fno-stack-protector -ffunction-sections -fdata-sections << 'END'
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);
extern char end[], _heap_end[];
int initialized = 42, cleared, constructed;
const char *message = "data is copied";
static void put(const char *s) {
  while (*s) *(volatile unsigned *)0x09000000 = *s++;
}
static void yes(const char *what, int ok) { put(what); put(ok ? ": yes\n" : ": no\n"); }
__attribute__((constructor(101))) static void one(void) { constructed = constructed * 10 + 1; }
__attribute__((constructor(102))) static void two(void) { constructed = constructed * 10 + 2; }
void unused(void) { put("never"); }
void start(void) {
  for (void (**f)(void) = __init_array_start; f < __init_array_end; f++) (*f)();
  yes(message, initialized++ == 42);
  yes("bss is clear", cleared == 0);
  char *heap = end;
  while (heap < _heap_end) *heap++ = 7;
  yes("the heap is 2 KB", heap - end == 0x800 && _heap_end[-1] == 7);
  yes("constructors ran in order", constructed == 12);
}
END
expected='data is copied: yes
bss is clear: yes
the heap is 2 KB: yes
constructors ran in order: yes'
board() { timeout 60 qemu-system-aarch64 -M virt -cpu cortex-a53 -display none -serial stdio -semihosting "$@" < /dev/null | tr -d '\r'; }

sed 's/FLASH_BASE/0/' board.ld > flash.ld
"$GOLD_GO" ld -T flash.ld --gc-sections --oformat binary start.o main.o -o flash.bin
run "$expected" board -bios flash.bin
sed 's/FLASH_BASE/0x40100000/' board.ld > ram.ld
"$GOLD_GO" ld -T ram.ld --gc-sections start.o main.o -o kernel.elf
run "$expected" board -kernel kernel.elf
lacks unused <(nm kernel.elf)

# What does not fit is told, and leaves no image.
sed 's/FLASH_BASE/0/; s/0x40800000, LENGTH = 1M/0x40800000, LENGTH = 16K/' board.ld > small.ld
fails_with "region \`RAM' overflowed by [0-9]+ bytes" "$GOLD_GO" ld -T small.ld --gc-sections start.o main.o -o small.elf
[ ! -e small.elf ] || fail "there is an output"
