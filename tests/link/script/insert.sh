# INSERT adds to the built-in layout; --section-start and -T with an address move sections of either.
. "$SRC/tests/lib/common.sh"

c a -fno-pic << 'END'
__attribute__((section(".mine"))) int x = 1;
extern char mine_begin[], mine_end[];
int main(void) { return mine_end - mine_begin != 4 || *(int *)mine_begin != 1; }
END
cat > a.ld << 'END'
SECTIONS { .mine : { mine_begin = .; KEEP(*(.mine)) mine_end = .; } } INSERT AFTER .data;
END
gcc -B"$GOLD_GO_B" -no-pie -Wl,-T,a.ld a.o -o a
./a
readelf -SW a | grep -A1 ' \.data ' | grep > /dev/null ' \.mine ' || fail ".mine does not follow .data"
gcc -B"$GOLD_GO_B" -no-pie -Wl,-T,a.ld -Wl,--gc-sections a.o -o a
./a
sed -i 's/AFTER .data/BEFORE .bss/' a.ld
gcc -B"$GOLD_GO_B" -no-pie -Wl,-T,a.ld a.o -o a
./a

cat > b.ld << 'END'
SECTIONS { .text : { *(.text*) } .data 0x500000 : { *(.data*) } .bss : { *(.bss*) } /DISCARD/ : { *(.eh_frame .comment .note.*) } }
END
asm b <<< '.globl _start; _start: nop; .data; .quad 1; .bss; .skip 4'
"$GOLD_GO" ld -T b.ld -Ttext=0x30000 --section-start=.data=0x700000 b.o -o b
has '\.text +PROGBITS +0000000000030000' <(readelf -SW b)
has '\.data +PROGBITS +0000000000700000' <(readelf -SW b)
"$GOLD_GO" ld -Ttext=0x30000 -Tdata=0x40000 -Tbss=0x50000 b.o -o b
has '\.text +PROGBITS +0000000000030000' <(readelf -SW b)
has '\.data +PROGBITS +0000000000040000' <(readelf -SW b)
has '\.bss +NOBITS +0000000000050000' <(readelf -SW b)

# The whole command takes scripts, too.
"$GOLD_GO" link -T b.ld b.o -o b
has '\.data +PROGBITS +0000000000500000' <(readelf -SW b)
