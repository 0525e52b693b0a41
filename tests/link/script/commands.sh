# NOCROSSREFS, NOCROSSREFS_TO, and who gives common symbols space.
# image-check: allow wx section-overlap load-overlap
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start
.text
_start: nop
.quad foo
.quad .data+4
.data
.globl foo
foo: .quad _start
.quad foo
END
script() { cat > a.ld; }
# The places that both linkers complain about.
places() { grep -oE '\(\.[a-z]+\+0x[0-9a-f]+\): prohibited cross reference from .*' "$1" | sort; }
like_ld_refuses() {
  "$LD" -T a.ld a.o -o out 2> ld.err && fail "ld accepts it"
  fails_with "prohibited cross reference" "$GOLD_GO" ld -T a.ld a.o -o out
  [ ! -e out ] || fail "there is an output"
  diff <(places ld.err) <(places .out) || fail "other complaints"
}
script <<< 'NOCROSSREFS(.text .data) SECTIONS { .text : { *(.text) } .data : { *(.data) } }'
like_ld_refuses
script <<< 'NOCROSSREFS_TO(.text .data) SECTIONS { .text : { *(.text) } .data : { *(.data) } }'
like_ld_refuses
script <<< 'SECTIONS { OVERLAY 0x1000 : NOCROSSREFS { .text { *(.text) } .data { *(.data) } } }'
like_ld_refuses
script <<< 'NOCROSSREFS(.text .other) NOCROSSREFS_TO(.other .text .data) SECTIONS { .text : { *(.text) } .data : { *(.data) } }'
like_ld a.ld a.o

asm c << 'END'
.globl _start
.text
_start: nop
.data
.quad foo
.comm foo,16,8
.comm bar,4,4
END
symbols() { nm -S "$1" | grep -E ' (foo|bar|_start)$' | cut -c18-; }
script <<< 'INHIBIT_COMMON_ALLOCATION SECTIONS { .text : { *(.text) } .data : { *(.data) } .bss : { *(.bss) *(COMMON) } }'
"$LD" -shared -T a.ld c.o -o ld.so
"$GOLD_GO" ld -shared -T a.ld c.o -o gold.so
diff <(symbols ld.so) <(symbols gold.so) || fail "symbols differ"
has 'UND foo' <(readelf --dyn-syms -W gold.so)
has 'R_X86_64_64 .* foo' <(readelf -rW gold.so)
fails_with "INHIBIT_COMMON_ALLOCATION" "$GOLD_GO" ld -T a.ld c.o -o out
fails_with "no-define-common" "$GOLD_GO" ld --no-define-common c.o -o out

script <<< 'FORCE_COMMON_ALLOCATION SECTIONS { .text : { *(.text) } .data : { *(.data) } .bss : { *(.bss) *(COMMON) } }'
"$LD" -r -T a.ld c.o -o ld.r
"$GOLD_GO" ld -r -T a.ld c.o -o gold.r
diff <(symbols ld.r) <(symbols gold.r) || fail "symbols differ"
for option in -d -dc -dp; do
  "$LD" -r $option c.o -o ld.r
  "$GOLD_GO" ld -r $option c.o -o gold.r
  diff <(symbols ld.r) <(symbols gold.r) || fail "symbols differ with $option"
done
"$GOLD_GO" ld -r c.o -o gold.r
has ' C foo' <(nm gold.r)
