# Constructs of the Linux kernel's scripts: load offsets, tables between symbols, discarded sections,
# per-CPU data, checks, symbols that other images use.
# image-check: allow wx section-flags entry segment-page load-order load-overlap
. "$SRC/tests/link/script/lib.sh"

c a -fno-pic -mcmodel=kernel -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections << 'END'
#define SECTION(x) __attribute__((section(x), used))
typedef int (*initcall_t)(void);
extern initcall_t __initcall_start[], __initcall_end[];
static int first(void) { return 1; }
static int second(void) { return 2; }
SECTION(".initcall0.init") static initcall_t a = first;
SECTION(".initcall6s.init") static initcall_t b = second;
SECTION(".init.text") int start_kernel(void) {
  int n = 0;
  for (initcall_t *f = __initcall_start; f < __initcall_end; f++) n += (*f)();
  return n;
}
SECTION(".data..percpu") int per_cpu_x = 3;
SECTION("___ksymtab+printk") const void *ksym = start_kernel;
SECTION(".exit.text") void leave(void) {}
SECTION(".altinstructions") const int alt = 1;
SECTION(".head.text") void _start(void) { start_kernel(); }
int zero;
const char banner[] = "Linux";
END
cat > a.ld << 'END'
OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
ENTRY(phys_start)
jiffies = jiffies_64;
PHDRS {
 text PT_LOAD FLAGS(5);
 data PT_LOAD FLAGS(6);
 percpu PT_LOAD FLAGS(6);
 init PT_LOAD FLAGS(7);
 note PT_NOTE FLAGS(0);
}
SECTIONS
{
 . = (0xffffffff80000000 + ALIGN(0x1000000, 0x200000));
 phys_start = ABSOLUTE(_start - 0xffffffff80000000);
 .text : AT(ADDR(.text) - 0xffffffff80000000) {
  _text = .;
  _stext = .;
  KEEP(*(.head.text))
  . = ALIGN(8); *(.text.hot .text.hot.*) *(.text .text.fixup) *(.text.[0-9a-zA-Z_]*)
  _etext = .;
 } :text =0xcccccccc
 . = ALIGN(0x1000);
 .rodata : AT(ADDR(.rodata) - 0xffffffff80000000) {
  __start_rodata = .;
  *(.rodata) *(.rodata.*)
  . = ALIGN(8);
 }
 __ksymtab : AT(ADDR(__ksymtab) - 0xffffffff80000000) {
  __start___ksymtab = .;
  KEEP(*(SORT(___ksymtab+*)))
  __stop___ksymtab = .;
 }
 . = ALIGN(0x200000);
 .data : AT(ADDR(.data) - 0xffffffff80000000) {
  _sdata = .;
  *(.data) *(.data.[0-9a-zA-Z_]*)
  jiffies_64 = .;
  QUAD(0)
  . = ALIGN(64);
  _edata = .;
 } :data
 . = ALIGN((1 << 12));
 .data..percpu 0 : AT(LOADADDR(.data) + SIZEOF(.data) + 0x1000) {
  __per_cpu_load = LOADADDR(.data..percpu);
  __per_cpu_start = .;
  *(.data..percpu)
  __per_cpu_end = .;
 } :percpu
 . = _edata + 0x10000;
 . = ALIGN(0x1000);
 .init.text : AT(ADDR(.init.text) - 0xffffffff80000000) { _sinittext = .; *(.init.text) _einittext = .; } :init
 .init.data : AT(ADDR(.init.data) - 0xffffffff80000000) {
  __initcall_start = .;
  KEEP(*(.initcallearly.init))
  KEEP(*(.initcall0.init)) KEEP(*(.initcall0s.init))
  KEEP(*(.initcall6.init)) KEEP(*(.initcall6s.init))
  __initcall_end = .;
 }
 .altinstructions : AT(ADDR(.altinstructions) - 0xffffffff80000000) { *(.altinstructions) }
 . = ALIGN((1 << 12));
 .bss : AT(ADDR(.bss) - 0xffffffff80000000) {
  __bss_start = .;
  *(.bss..page_aligned) . = ALIGN((1 << 12)); *(.bss .bss.*) *(COMMON)
  . = ALIGN((1 << 12));
  __bss_stop = .;
 }
 _end = .;
 .stab 0 : { *(.stab) } .stabstr 0 : { *(.stabstr) } .comment 0 : { *(.comment) }
 /DISCARD/ : { *(.exit.text) *(.discard) *(.discard.*) *(.note.*) *(.eh_frame) }
 . = ASSERT((_end - _text <= (1024 * 1024 * 1024)), "kernel image bigger than KERNEL_IMAGE_SIZE");
}
ASSERT((per_cpu_x == 0), "per_cpu_x is not at the start of the per-cpu area");
END
like_ld a.ld -z max-page-size=0x200000 --build-id=none a.o
like_ld a.ld -z max-page-size=0x200000 --build-id=none --gc-sections a.o
same_bytes .text .data .init.data __ksymtab
has 'Entry point address: +0x1000000' <(readelf -h gold.out)
