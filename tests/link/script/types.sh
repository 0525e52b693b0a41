# (TYPE = ...) gives an output section a type, by number or name; OUTPUT_ARCH must be that of the inputs.
# image-check: allow wx
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.text
_start: nop
.data
.quad 1
.bss
.skip 8
END
cat > a.ld << 'END'
OUTPUT_ARCH(i386:x86-64)
SECTIONS {
  . = 0x10000;
  .text : { *(.text) }
  .t1 (TYPE = SHT_NOTE) : { LONG(4) LONG(0) LONG(1) LONG(0) }
  .t2 (TYPE = 0x70000001) : { BYTE(1) }
  .t6 (TYPE = SHT_NOTE) : { *(.data) }
  .t3 (READONLY (TYPE = SHT_PROGBITS)) : { BYTE(1) }
  .t4 (TYPE = SHT_INIT_ARRAY) : { QUAD(1) }
  .t5 (TYPE = SHT_NOBITS) : { BYTE(1) }
}
END
types() { readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] (\.t[^ ]+) +([^ ]+(: [^ ]+)?) +([0-9a-f]{16}) .*/\1 \2 \4/p'; }
"$LD" -T a.ld a.o -o ld.out 2> ld.err || fail "$(cat ld.err)"
"$GOLD_GO" ld -T a.ld a.o -o gold.out
diff <(types ld.out) <(types gold.out) || fail "types differ"
[ "$(types gold.out | wc -l)" -ge 5 ] || fail "types were not read: $(types gold.out)"
echo 'SECTIONS { .t (TYPE = nonsense) : { *(.data) } }' > b.ld
fails_with "b.ld:1:23: the type of section \`.t' is neither a number nor a name" "$GOLD_GO" ld -T b.ld a.o -o b.out
for arch in i386 i386:x64-32 aarch64 nonsense; do
  echo "OUTPUT_ARCH($arch) SECTIONS { }" > c.ld
  fails_with "c.ld: OUTPUT_ARCH\($arch\) is not the architecture of the inputs, i386:x86-64" "$GOLD_GO" ld -T c.ld a.o -o c.out
done
