#!/usr/bin/env bash
# The options of GNU ld's i386pep emulation, as its --help lists them: each has the effect on headers and
# exports that it has there, or is refused.
. "$SRC/tests/link/pe/lib.sh"
need $MINGW-ld $MINGW-objdump
cat > d.c <<'C'
int alpha(void) { return 1; }
int beta(void) { return 2; }
int item = 4;
__asm__(".globl deco@8\ndeco@8: movl $5, %eax\nret\n");
C
echo 'int third(void) { return 9; }' > m.c
"$MINGW_CC" -c d.c m.c
$MINGW-ar rc libm9.a m.o

# GNU ld says with 0x200 (debug information is elsewhere) that there is none; that says nothing.
headers() {
  $MINGW-objdump -p "$1" | grep -E '^(Major(OS|Image|Sub)|Minor(OS|Image|Sub)|ImageBase|SectionAl|FileAl|SizeOf(Stack|Heap)|Subsystem|DllChar)'
  $MINGW-objdump -p "$1" | sed -n '/^Characteristics/,/^$/p' | grep -vE '^Char|debugging information removed|relocations stripped'
  $MINGW-objdump -p "$1" | sed -n '/^DllChar/,/^SizeOf/p'
}
exports() { $MINGW-objdump -p "$1" | sed -n '/Ordinal\/Name Ptr/,/^$/p' | awk '/\[.*\] [^ ]*$/ { print $NF }'; }
# as_gnu OPTION...: a DLL.
as_gnu() {
  $MINGW-ld -shared d.o libm9.a -o gnu.dll -e alpha "$@"
  "$GOLD_GO" ld -m i386pep -shared d.o libm9.a -o our.dll -e alpha "$@" || fail "$* is not accepted"
  diff <(headers gnu.dll) <(headers our.dll) >&2 || fail "headers differ with $*"
  diff <(exports gnu.dll) <(exports our.dll) >&2 || fail "exports differ with $*"
}
as_gnu
for option in dynamicbase high-entropy-va nxcompat no-seh no-bind no-isolation forceinteg wdmdriver tsaware; do
  as_gnu --$option
  as_gnu --disable-$option
done
as_gnu --major-image-version 3 --minor-image-version 4 --major-os-version 6 --minor-os-version 1 --major-subsystem-version 6 --minor-subsystem-version 2
as_gnu --subsystem windows:6.1 --image-base 0x10000000 --file-alignment 4096 --section-alignment 8192
as_gnu --subsystem native --stack 0x300000,0x2000 --heap 0x400000,0x3000
as_gnu --dll --kill-at --enable-stdcall-fixup --support-old-code
as_gnu --export-all-symbols -u third
as_gnu --exclude-symbols alpha,beta
as_gnu --exclude-libs libm9.a -u third
as_gnu --exclude-libs ALL -u third
as_gnu --exclude-all-symbols
as_gnu --no-leading-underscore --compat-implib --warn-duplicate-exports
checked our.dll
"$GOLD_GO" ld -m i386pep -shared d.o -o none.dll -e 0 # a DLL without an entry point
checked none.dll
for option in --add-stdcall-alias --leading-underscore --base_file=x --exclude-modules-for-implib=d.o --pdb=x --dll-search-prefix=cyg --enable-runtime-pseudo-reloc-v1; do
  fails_with 'not supported' "$GOLD_GO" ld -m i386pep -shared d.o -o x.dll -e alpha $option
done

# The .def file of a DLL lists what it exports, and makes the same exports again.
$MINGW-ld -shared d.o -o gnu.dll -e alpha --output-def gnu.def
"$GOLD_GO" ld -m i386pep -shared d.o -o our.dll -e alpha --output-def our.def
names() { sed -E 's/^ +//; s/ @ ?[0-9]+//; s/=[^ ]*//; s/"//g' "$1" | grep -E '^(alpha|beta|item|deco)' | tr -s ' ' | sed 's/ $//' | sort; }
diff <(names gnu.def) <(names our.def) || fail "the .def files differ"
"$GOLD_GO" ld -m i386pep -shared d.o our.def -o again.dll -e alpha
diff <(exports our.dll) <(exports again.dll) || fail "the .def file makes other exports"

# The address of a DLL follows from its name.
base() { python3 "$SRC/tests/lib/pe-field.py" base "$1"; }
for name in one two; do "$GOLD_GO" ld -m i386pep -shared d.o -o $name.dll -e alpha --enable-auto-image-base; done
[ "$(base one.dll)" != "$(base two.dll)" ] || fail "both DLLs have one address"
checked one.dll two.dll
"$GOLD_GO" ld -m i386pep -shared d.o -o one.dll -e alpha --enable-auto-image-base --image-base 0x20000000
run 0x20000000 base one.dll

# A time on demand only.
stamp() { $MINGW-objdump -p "$1" | sed -n 's,^Time/Date[[:space:]]*,,p' | head -n 1; }
"$GOLD_GO" ld -m i386pep -shared d.o -o time.dll -e alpha --insert-timestamp
now=$(date +%s) then=$(LC_ALL=C TZ=UTC date -d "$(TZ=UTC stamp time.dll)" +%s)
[ $((now - then)) -lt 100 ] || fail "the time is $then, not $now"
"$GOLD_GO" ld -m i386pep -shared d.o -o a.dll -e alpha --no-insert-timestamp
run 0x2022 python3 - <<< 'import struct; b = open("a.dll", "rb").read(); print(hex(struct.unpack_from("<H", b, struct.unpack_from("<I", b, 60)[0] + 22)[0] & ~4))'
"$GOLD_GO" ld -m i386pep -shared d.o -o a.dll -e alpha --disable-large-address-aware
run 0x2002 python3 - <<< 'import struct; b = open("a.dll", "rb").read(); print(hex(struct.unpack_from("<H", b, struct.unpack_from("<I", b, 60)[0] + 22)[0] & ~4))'
# What only ELF images have is refused.
for option in --gdb-index --emit-relocs "-z rewrite-endbr" --pack-dyn-relocs=relr; do
  # shellcheck disable=SC2086
  fails_with 'ELF images alone have that' "$GOLD_GO" ld -m i386pep $option -shared d.o -o refused.dll
done
