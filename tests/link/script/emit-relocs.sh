# --emit-relocs keeps relocations also when a script lays the image out: those of GNU ld.
# image-check: allow wx
. "$SRC/tests/link/script/lib.sh"

c a -fno-pic -fno-asynchronous-unwind-tables -ffunction-sections << 'END'
extern char begin[], end[];
int x = 1, *px = &x;
static int local(int n) { return n * x; }
int (*pointer)(int) = local;
const char *text = "text";
__attribute__((section(".mine"))) long mine(void) { return end - begin; }
void _start(void) { pointer(*px + (int)mine()); }
END
cat > a.ld << 'END'
SECTIONS {
  . = 0x400000;
  begin = .;
  .text : { *(.text .text.*) }
  .rela.x : { *(.rela.*) }
  .rodata : { *(.rodata .rodata.*) }
  .data : { *(.data .data.*) }
  end = .;
  /DISCARD/ : { *(.comment .note.*) }
}
END
relocs() {
  readelf -rW "$1" | awk '/^Relocation section/ { section = $3 } /R_X86_64/ { print section, $1, $3, $4, $5, $6, $7 }' | sort
}
"$LD" -T a.ld -q --build-id=none a.o -o ld.out 2> ld.err || fail "$(cat ld.err)"
"$GOLD_GO" ld -T a.ld -q --build-id=none a.o -o gold.out
# GNU ld keeps empty sections then.
diff <(layout_of ld.out | grep -v ' 000000 WA$') <(layout_of gold.out) || fail "the layout differs"
relocs ld.out > ld.relocs
relocs gold.out > gold.relocs
diff ld.relocs gold.relocs || fail "relocations differ"
has 'rela.text.*R_X86_64' gold.relocs
has 'rela.data.*R_X86_64_64' gold.relocs
"$GOLD_GO" ld -T a.ld -q --gc-sections --build-id=none a.o -o gold.out
lacks 'text' <(readelf -rW gold.out | grep 'rela.data.*R_X86_64_64 .*rodata')
