# A kernel for x86-64: loaded low, linked high, entered in 32-bit mode by the PVH note that QEMU looks for;
# it turns on paging and long mode and prints by the serial port.
. "$SRC/tests/lib/common.sh"
need qemu-system-x86_64

cat > kernel.ld << 'END'
OUTPUT_FORMAT(elf64-x86-64)
ENTRY(boot)
BASE = 0xffffffff80000000;
PHDRS { low PT_LOAD; note PT_NOTE; text PT_LOAD; data PT_LOAD FLAGS(6); }
SECTIONS
{
  . = 0x100000;
  .boot : { *(.boot) . = ALIGN(4096); tables = .; . += 4 * 4096; } :low =0
  .note : { KEEP(*(.note.pvh)) } :low :note
  . = ALIGN(4096) + BASE;
  _text = .;
  .text : AT(ADDR(.text) - BASE) { *(.text .text.*) } :text =0x90909090
  .rodata : AT(ADDR(.rodata) - BASE) { *(.rodata .rodata.*) }
  . = ALIGN(4096);
  .data : AT(ADDR(.data) - BASE) { *(.data .data.*) }
  .init : AT(ADDR(.init) - BASE) { calls = .; KEEP(*(SORT(.init.*))) calls_end = .; } :data
  .bss : AT(ADDR(.bss) - BASE) { *(.bss .bss.*) *(COMMON) . = ALIGN(16); . += 0x4000; stack = .; }
  _end = .;
  /DISCARD/ : { *(.note.GNU-stack .note.gnu.property .comment .eh_frame) }
}
ASSERT(_end - _text < 0x200000, "the kernel is too large for its page tables")
END
asm boot << 'END'
.section .note.pvh,"a",@note
.balign 4
.long 4, 4, 18              # XEN_ELFNOTE_PHYS32_ENTRY
.asciz "Xen"
.long boot
.section .boot,"awx"
.code32
.globl boot
boot:
  cld
  movl $tables, %edi        # PML4, PDPT, PD
  leal 0x1003(%edi), %eax
  movl %eax, (%edi)
  movl %eax, 511*8(%edi)
  leal 0x2003(%edi), %eax
  movl %eax, 0x1000(%edi)
  movl %eax, 0x1000+510*8(%edi)
  movl $0x83, %eax          # pages of 2 MiB
  xorl %ecx, %ecx
1: movl %eax, 0x2000(%edi,%ecx,8)
  addl $0x200000, %eax
  incl %ecx
  cmpl $16, %ecx
  jb 1b
  movl %edi, %cr3
  movl %cr4, %eax
  orl $0x20, %eax
  movl %eax, %cr4
  movl $0xc0000080, %ecx
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl %cr0, %eax
  orl $0x80000000, %eax
  movl %eax, %cr0
  lgdt gdtr
  ljmp $8, $long
.code64
long:
  movq $stack, %rsp
  movq $kmain, %rax
  call *%rax
2: hlt
  jmp 2b
.balign 8
gdt: .quad 0, 0x00af9a000000ffff
gdtr: .word 15
.long gdt
END
c main -ffreestanding -fno-pic -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
  -fcf-protection=none << 'END'
static void out(unsigned short port, unsigned char v) { __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
static void put(const char *s) { while (*s) out(0x3f8, *s++); }
typedef void (*Call)(void);
extern const Call calls[], calls_end[];
static int order, zero[1000];
static void first(void) { order = order * 10 + 1; }
static void second(void) { order = order * 10 + 2; }
__attribute__((section(".init.20"), used)) static const Call b = second;
__attribute__((section(".init.10"), used)) static const Call a = first;
const char *greeting = "high half\n";
void kmain(void) {
  for (const Call *c = calls; c < calls_end; c++) (*c)();
  put((long)kmain < 0 ? greeting : "low\n");
  put(order == 12 && !zero[999] ? "in order\n" : "out of order\n");
  out(0xf4, 0x10);
}
END
"$GOLD_GO" ld -T kernel.ld -z max-page-size=4096 boot.o main.o -o kernel
status=0
got=$(timeout 60 qemu-system-x86_64 -kernel kernel -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
  < /dev/null | tr -d '\r') || status=$?
[ "$got" = "high half
in order" ] || fail "the kernel printed '$got' and ended with $status"
