#!/usr/bin/env bash
# -reexported_symbols_list: a library exports symbols of another, which its users then find there.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
trie() { llvm-objdump-19 --macho --exports-trie "$1"; }
for arch in x86_64 arm64; do
  for chains in -fixup_chains -no_fixup_chains; do
    mc "$arch" low <<< 'int first(void) { return 1; } int second(void) { return 2; } int other(void) { return 3; } int value = 40;'
    mc "$arch" high <<< 'int second(void), other(void); extern int value; int *where = &value; int own(void) { return second() * 100 + other(); }'
    mc "$arch" main <<< 'int first(void), second(void), own(void); extern int value; int main(void) { return own() == 203 ? first() + second() + value : 1; }'
    ld64 "$arch" $chains -dylib low.o -lSystem -o liblow.dylib -install_name "$PWD/liblow.dylib"
    printf '# what liblow has\n_first\n_sec*\n_value\n_own\n' > list
    ld64 "$arch" $chains -dylib high.o liblow.dylib -lSystem -o libhigh.dylib -install_name "$PWD/libhigh.dylib" \
      -reexported_symbols_list list -dead_strip_dylibs
    check_macho libhigh.dylib
    trie libhigh.dylib > out
    for name in _first _second _value; do has "re-export. $name \(from liblow\)|$name .*re-export" out; done
    has ' _own$' out
    lacks _other out
    llvm-nm-19 libhigh.dylib > out
    has ' I _first ' out
    has ' U _second$' out
    # Nothing else names liblow.
    ld64 "$arch" $chains main.o libhigh.dylib -lSystem -o app
    lacks liblow <(llvm-objdump-19 --macho --dylibs-used app)
    expect_run "$arch" 43 "" "$PWD/app"
  done
  echo _nowhere > list
  fails_with 'undefined symbol: _nowhere' ld64 "$arch" -dylib high.o liblow.dylib -lSystem -o x.dylib -reexported_symbols_list list
  fails_with 'none' ld64 "$arch" -dylib high.o liblow.dylib -lSystem -o x.dylib -reexported_symbols_list none
done
