# What scripts of kernels and of hosted programs use, value by value as with GNU ld: headers in the image,
# DATA_SEGMENT_..., arrays between provided symbols, load addresses by expressions, segments without sections.
# image-check: allow wx section-flags segment-page load-order load-overlap section-loaded entry
. "$SRC/tests/link/script/lib.sh"

c a -fno-pic -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections << 'END'
typedef void (*Fn)(void);
extern Fn __preinit_array_start[], __preinit_array_end[], __init_array_start[], __init_array_end[];
extern char __boot_begin[], __boot_end[], unused_begin[];
static void f(void) {}
__attribute__((section(".init_array"), used)) static Fn init = f;
__attribute__((section(".boot"))) int boot(void) { return 1; }
int data = 1, zero[100];
const int constant = 2;
__thread int local = 3, local_zero;
long _start(void) {
  for (Fn *p = __init_array_start; p < __init_array_end; p++) (*p)();
  return data + zero[3] + constant + boot() + local + local_zero + (__preinit_array_end - __preinit_array_start) +
         (__boot_end - __boot_begin);
}
END
cat > a.ld << 'END'
ENTRY(_start)
SECTIONS
{
  PROVIDE(__executable_start = SEGMENT_START("text-segment", 0x400000));
  . = SEGMENT_START("text-segment", 0x400000) + SIZEOF_HEADERS;
  headers = .;
  .text : { *(.text .text.*) }
  PROVIDE(etext = .);
  .boot ALIGN(64) : AT(ADDR(.boot)) { __boot_begin = .; *(.boot) __boot_end = .; }
  boot_load = LOADADDR(.boot);
  boot_size = SIZEOF(.boot);
  .rodata : AT(ADDR(.rodata)) { *(.rodata .rodata.*) }
  .eh_frame : ONLY_IF_RO { KEEP(*(.eh_frame)) }
  . = DATA_SEGMENT_ALIGN(CONSTANT(MAXPAGESIZE), CONSTANT(COMMONPAGESIZE));
  data_segment = .;
  .eh_frame : ONLY_IF_RW { KEEP(*(.eh_frame)) }
  .tdata : { PROVIDE_HIDDEN(__tdata_start = .); *(.tdata .tdata.*) }
  .tbss : { *(.tbss .tbss.*) }
  .preinit_array : {
    PROVIDE_HIDDEN(__preinit_array_start = .);
    KEEP(*(.preinit_array))
    PROVIDE_HIDDEN(__preinit_array_end = .);
  }
  .init_array : {
    PROVIDE_HIDDEN(__init_array_start = .);
    KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*)))
    KEEP(*(.init_array))
    PROVIDE_HIDDEN(__init_array_end = .);
  }
  . = DATA_SEGMENT_RELRO_END(0, .);
  .data : { *(.data .data.*) }
  _edata = .; PROVIDE(edata = .);
  . = .;
  __bss_start = .;
  .bss : { *(.bss .bss.*) *(COMMON) . = ALIGN(. != 0 ? 64 / 8 : 1); }
  . = ALIGN(64 / 8);
  . = SEGMENT_START("ldata-segment", .);
  .nothing : { nothing = .; }
  . = ALIGN(64 / 8);
  _end = .; PROVIDE(end = .);
  . = DATA_SEGMENT_END(.);
  ASSERT(_end > data_segment, "no data")
  ASSERT(SIZEOF(.nothing) == 0 && ADDR(.boot) % 64 == 0, "something is wrong")
  distance = _end - _start;
  half = ABSOLUTE(_end / 2);
  far = MAX(ADDR(.bss), ADDR(.boot)) + LENGTH_OF;
  LENGTH_OF = 3;
  /DISCARD/ : { *(.note.*) *(.comment) }
}
END
like_ld a.ld -z noseparate-code a.o
like_ld a.ld -z noseparate-code -z norelro a.o
like_ld a.ld -z noseparate-code -z max-page-size=0x10000 a.o
like_ld a.ld -z noseparate-code -Ttext-segment=0x800000 a.o

# Segments that hold nothing, sections in none; per-CPU data that begins at 0 with what is empty beside it.
cat > b.ld << 'END'
PHDRS { text PT_LOAD FLAGS(5); empty PT_LOAD; percpu PT_LOAD FLAGS(6); data PT_LOAD FLAGS(6); tls PT_TLS; stack PT_GNU_STACK FLAGS(6); }
SECTIONS
{
  . = 0xffffffff81000000;
  .text : AT(ADDR(.text) - 0xffffffff80000000) { _text = .; *(.text .text.* .boot) } :text
  .rodata : AT(ADDR(.rodata) - 0xffffffff80000000) { *(.rodata .rodata.*) }
  .tables : AT(ADDR(.tables) - 0xffffffff80000000) { tables = .; KEEP(*(.init_array)) tables_end = .; }
  . = ALIGN(0x200000);
  .data..percpu 0 : AT(LOADADDR(.tables) + SIZEOF(.tables)) { percpu = .; *(.data.data) percpu_end = .; } :percpu
  .after : { after = .; } :percpu
  . = LOADADDR(.data..percpu) + SIZEOF(.data..percpu) + 0xffffffff80000000;
  . = ALIGN(0x1000);
  .data : AT(ADDR(.data) - 0xffffffff80000000) { *(.data .data.*) QUAD(. - _text) } :data
  .tdata : AT(ADDR(.tdata) - 0xffffffff80000000) { *(.tdata*) } :data :tls
  .tbss : AT(ADDR(.tbss) - 0xffffffff80000000) { *(.tbss*) }
  .bss : AT(ADDR(.bss) - 0xffffffff80000000) { *(.bss .bss.*) } :data
  _end = .;
  __preinit_array_start = .; __preinit_array_end = .; __init_array_start = tables; __init_array_end = tables_end;
  __boot_begin = 1; __boot_end = 2;
  .notes 0 : { KEEP(*(.comment)) } :NONE
  /DISCARD/ : { *(.note.*) *(.eh_frame) }
}
END
c k -fno-pic -fno-asynchronous-unwind-tables -mcmodel=kernel -ffunction-sections -fdata-sections < a.c
like_ld b.ld k.o
same_bytes .data .tables

# A message of ASSERT ends both links.
echo 'SECTIONS { .text : { *(.text*) } ASSERT(SIZEOF(.text) < 4, "text is too large") }' > c.ld
asm t <<< '.globl _start; _start: .quad 1'
"$LD" -T c.ld t.o -o out 2> ld.err && fail "ld accepts it"
has 'text is too large' ld.err
fails_with 'c.ld:1:34: text is too large' "$GOLD_GO" ld -T c.ld t.o -o out
