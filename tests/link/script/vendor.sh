# A script as vendors of microcontrollers write them: code in FLASH, data loaded from there to RAM.
# labels: threads
. "$SRC/tests/link/script/lib.sh"

cat > mcu.ld << 'END'
/* Highest address of the user mode stack */
ENTRY(Reset_Handler)
_estack = ORIGIN(RAM) + LENGTH(RAM);
_Min_Heap_Size = 0x200;
_Min_Stack_Size = 0x400;

MEMORY
{
  RAM   (xrw) : ORIGIN = 0x20000000, LENGTH = 128K
  FLASH (rx)  : ORIGIN = 0x8000000,  LENGTH = 512K
}
REGION_ALIAS("RAM_D1", RAM);

SECTIONS
{
  .isr_vector : { . = ALIGN(4); KEEP(*(.isr_vector)) . = ALIGN(4); } >FLASH
  .text :
  {
    . = ALIGN(4);
    *(.text)
    *(.text*)
    KEEP (*(.init))
    KEEP (*(.fini))
    . = ALIGN(4);
    _etext = .;
  } >FLASH
  .rodata : { . = ALIGN(4); *(.rodata) *(.rodata*) . = ALIGN(4); } >FLASH
  .preinit_array : {
    PROVIDE_HIDDEN (__preinit_array_start = .);
    KEEP (*(.preinit_array*))
    PROVIDE_HIDDEN (__preinit_array_end = .);
  } >FLASH
  .init_array (READONLY) : {
    PROVIDE_HIDDEN (__init_array_start = .);
    KEEP (*(SORT(.init_array.*)))
    KEEP (*(.init_array*))
    PROVIDE_HIDDEN (__init_array_end = .);
  } >FLASH
  _sidata = LOADADDR(.data);
  .data :
  {
    . = ALIGN(8);
    _sdata = .;
    *(.data)
    *(.data*)
    . = ALIGN(8);
    _edata = .;
  } >RAM_D1 AT> FLASH
  . = ALIGN(4);
  .bss :
  {
    _sbss = .;
    __bss_start__ = _sbss;
    *(.bss)
    *(.bss*)
    *(COMMON)
    . = ALIGN(4);
    _ebss = .;
  } >RAM
  .noinit (NOLOAD) : { *(.noinit) } >RAM
  ._user_heap_stack :
  {
    . = ALIGN(8);
    PROVIDE ( end = . );
    PROVIDE ( _end = . );
    . = . + _Min_Heap_Size;
    . = . + _Min_Stack_Size;
    . = ALIGN(8);
  } >RAM
  ASSERT(_ebss <= _estack, "no room for the stack")
  /DISCARD/ : { *(.note.*) *(.comment) *(.eh_frame) }
}
END
c main -ffreestanding -fno-pic -ffunction-sections -fdata-sections -fcommon << 'END'
extern char _sdata[], _edata[], _sidata[], _sbss[], _ebss[], end[];
typedef void (*Fn)(void);
extern Fn __init_array_start[], __init_array_end[];
__attribute__((section(".isr_vector"), used)) static const Fn vectors[2] = {0, 0};
int counter = 5, common_one, zero __attribute__((nocommon));
const char *name = "text";
__attribute__((section(".noinit"))) int survives;
__attribute__((constructor)) static void early(void) { counter++; }
void unused(void) { zero = 2; }
void Reset_Handler(void) {
  for (char *s = _sidata, *d = _sdata; d < _edata;) *d++ = *s++;
  for (char *d = _sbss; d < _ebss;) *d++ = 0;
  for (Fn *f = __init_array_start; f < __init_array_end; f++) (*f)();
  survives = zero + common_one + (int)(long)end + name[0];
}
END
for gc in --no-gc-sections --gc-sections; do
  like_ld mcu.ld $gc --build-id=none main.o
  same_bytes .rodata .data .isr_vector .init_array
done
nm gold.out | grep > /dev/null ' vectors' || fail "KEEP does not keep"
lacks unused <(nm gold.out)
for n in 1 8; do
  "$GOLD_GO" ld -T mcu.ld --gc-sections --threads=$n main.o -o $n.out
done
same 1.out 8.out

"$LD" -T mcu.ld --print-memory-usage main.o -o ld.out > ld.usage
"$GOLD_GO" ld -T mcu.ld --print-memory-usage main.o -o gold.out > gold.usage
diff ld.usage gold.usage

# The same for AArch64, if there is a compiler.
if command -v aarch64-linux-gnu-gcc aarch64-linux-gnu-ld.bfd > /dev/null; then
  aarch64-linux-gnu-gcc -c -O1 -ffreestanding -fno-pic -ffunction-sections -fdata-sections -fcommon main.c -o main64.o
  LD=aarch64-linux-gnu-ld.bfd like_ld mcu.ld --gc-sections --build-id=none main64.o
fi
