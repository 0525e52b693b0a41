# Symbols of scripts and of objects: who defines, who is wanted.
# image-check: allow wx
. "$SRC/tests/link/script/lib.sh"

asm a << 'END'
.globl _start, mine, both
.text
_start: nop
mine: nop
both: nop
.data
.quad wanted, hidden, mine, __stop
END
cat > a.ld << 'END'
PROVIDE(wanted = 0x100 + chained);
PROVIDE(chained = 5);
PROVIDE_HIDDEN(hidden = 0x200);
PROVIDE(unwanted = 0x300);
PROVIDE(mine = 0x400);
both = 0x500;
default = DEFINED(default) ? default : 0x600;
asked = DEFINED(mine) + DEFINED(unwanted) * 2 + DEFINED(both) * 4;
SECTIONS { . = 0x10000; .text : { *(.text) } .data : { *(.data) } PROVIDE(__stop = .); }
END
like_ld a.ld a.o
like_ld a.ld a.o --defsym=default=0x77 --defsym=extra=mine+4
lacks unwanted <(nm gold.out)
[ "$(readelf -sW gold.out | awk '$8 == "hidden" { print $2, $6 }')" = "0000000000000200 HIDDEN" ] || \
  [ "$(readelf -sW gold.out | awk '$8 == "hidden" { print $2, $5 }')" = "0000000000000200 LOCAL" ] || fail "hidden is not hidden"

# A script's references pull members of archives, and its definitions keep them away.
asm m1 <<< '.globl pulled; .data; pulled: .quad 7'
asm m2 <<< '.globl both2; .data; both2: .quad 8; .globl other; other: .quad 1'
ar rc libm.a m1.o m2.o
cat > b.ld << 'END'
EXTERN(other2)
both2 = 1;
alias = pulled;
SECTIONS { . = 0x10000; .text : { *(.text) } .data : { *(.data) } }
END
asm u <<< '.globl _start; _start: .quad both2'
"$GOLD_GO" ld -T b.ld u.o libm.a --gc-sections -o b.out
has ' D pulled' <(nm b.out)
has ' D alias' <(nm b.out)
has ' A both2' <(nm b.out)
lacks ' other$' <(nm b.out)
