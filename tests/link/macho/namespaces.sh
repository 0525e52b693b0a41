#!/usr/bin/env bash
# Who defines a name: the library that was linked with, the first image of the process that has it
# (-flat_namespace), or the latter for all libraries of the process (-force_flat_namespace).
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
flags() { llvm-readobj-19 --file-headers "$1" | sed -n 's/.*\(MH_[A-Z_]*\).*/\1/p' | sort | tr '\n' ' '; }
for arch in x86_64 arm64; do
  for chains in -fixup_chains -no_fixup_chains; do
    mc "$arch" a <<< 'int who(void) { return 1; }'
    mc "$arch" b <<< 'int who(void); int ask(void) { return who(); }'
    mc "$arch" main <<< 'int who(void) { return 2; } int ask(void); int main(void) { return ask(); }'
    ld64 "$arch" $chains -dylib a.o -lSystem -o liba.dylib -install_name "$PWD/liba.dylib"
    ld64 "$arch" $chains -dylib b.o liba.dylib -lSystem -o libb.dylib -install_name "$PWD/libb.dylib"
    ld64 "$arch" $chains main.o libb.dylib -lSystem -o app
    expect_run "$arch" 1 "" "$PWD/app"
    has 'MH_TWOLEVEL' <(flags app)
    ld64 "$arch" $chains main.o libb.dylib -lSystem -o app -force_flat_namespace
    expect_run "$arch" 2 "" "$PWD/app"
    has 'MH_FORCE_FLAT' <(flags app)
    lacks 'MH_TWOLEVEL' <(flags app)
    ld64 "$arch" $chains main.o libb.dylib -lSystem -o app -force_flat_namespace -twolevel_namespace
    expect_run "$arch" 1 "" "$PWD/app"
    # The library alone.
    ld64 "$arch" $chains -dylib b.o liba.dylib -lSystem -o libb.dylib -install_name "$PWD/libb.dylib" -flat_namespace
    lacks 'MH_TWOLEVEL|MH_FORCE_FLAT' <(flags libb.dylib)
    ld64 "$arch" $chains main.o libb.dylib -lSystem -o app
    expect_run "$arch" 2 "" "$PWD/app"
  done
done
