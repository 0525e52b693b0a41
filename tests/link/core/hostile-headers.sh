#!/usr/bin/env bash
# Objects and libraries of all formats, cut short or with a lying header field: each copy is linked or refused by
# name, and nothing worse happens.
. "$SRC/tests/lib/common.sh"
need python3
seeds=$SRC/tests/fuzz/corpus
broken() { python3 -B "$SRC/tests/lib/hostile.py" "$@" || worse=1; }
worse=0

elf=("$GOLD_GO" ld --unresolved-symbols=ignore-all -o "{out}")
broken elf "$seeds/elf_object/cxx" "${elf[@]}" -e 0 --gc-sections "{}"
broken elf "$seeds/elf_object/debug" "${elf[@]}" -r "{}"
c lib -shared -fPIC <<< 'int f(void) { return 1; } int d = 2;'
c user <<< 'int f(void); extern int d; int main(void) { return f() + d; }'
gcc -shared -nostdlib -o lib.so lib.o
broken elf lib.so "${elf[@]}" -e main user.o "{}"
ar rcs lib.a lib.o
broken ar lib.a "${elf[@]}" -e main user.o "{}"

pe=("$GOLD_GO" ld -m i386pep --unresolved-symbols=ignore-all -e 0 -o "{out}")
broken coff "$seeds/coff_object/gcc" "${pe[@]}" "{}"
broken coff "$seeds/coff_object/clang" "${pe[@]}" "{}"
broken import "$seeds/coff_object/import" "${pe[@]}" "$seeds/coff_object/gcc" "{}"

for arch in x86_64 arm64; do
  macho=("$GOLD_GO" ld64 -arch "$arch" -platform_version macos 13.0 13.0 -lSystem -undefined dynamic_lookup -dylib -o "{out}")
  broken macho "$seeds/macho_object/w.$arch.o" "${macho[@]}" "{}"
done
macho=("$GOLD_GO" ld64 -arch x86_64 -platform_version macos 13.0 13.0 -lSystem -undefined dynamic_lookup -dylib -o "{out}"
  "$seeds/macho_object/w.x86_64.o")
broken macho "$seeds/macho_shared/dylib.x86_64" "${macho[@]}" "{}"
cp "$seeds/macho_shared/v4.tbd" v4.tbd
broken text v4.tbd "${macho[@]}" "{}"

if [ -x "$(dirname "$GOLD_GO")/gold-go-inspect" ]; then
  broken go "$seeds/goobj/assembler" "$GOLD_GO" inspect "{}"
fi
[ "$worse" = 0 ] || fail "see above"
