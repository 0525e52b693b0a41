#!/usr/bin/env bash
# Archives of Darwin's kind, with and without an index; -force_load, -all_load, -load_hidden, universal files.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need llvm-ar-19 llvm-lipo-19
for arch in x86_64 arm64; do
  mc "$arch" a <<< 'int a(void) { return 1; }'
  mc "$arch" b <<< 'int b(void) { return 2; }'
  mc "$arch" main <<< 'int a(void); int main(void) { return a(); }'
  rm -f ./*.a
  llvm-ar-19 --format=darwin rcs "lib.$arch.a" a.o b.o
  llvm-ar-19 --format=bsd rcS noindex.a a.o b.o
  for lib in "lib.$arch.a" noindex.a; do
    ld64 "$arch" main.o "$lib" -lSystem -o app
    expect_run "$arch" 1 "" ./app
    llvm-nm-19 app > out
    has ' T _a$' out
    lacks '_b$' out
  done
  ld64 "$arch" main.o -force_load "lib.$arch.a" -lSystem -o app
  llvm-nm-19 app > out
  has ' T _b$' out
  ld64 "$arch" main.o "lib.$arch.a" -lSystem -o app -all_load
  llvm-nm-19 app > out
  has ' T _b$' out
  ld64 "$arch" -dylib -load_hidden "lib.$arch.a" main.o -lSystem -o lib.dylib
  llvm-objdump-19 --macho --exports-trie lib.dylib > out
  has '_main$' out
  lacks '_a$' out
  cp main.o "main.$arch.o"
  cp "lib.$arch.a" "keep.$arch"
done
llvm-lipo-19 -create main.x86_64.o main.arm64.o -output main.fat.o
mv keep.x86_64 x.a; mv keep.arm64 y.a
llvm-lipo-19 -create x.a y.a -output libfat.a
for arch in x86_64 arm64; do
  ld64 "$arch" main.fat.o -L. -lfat -lSystem -o app
  expect_run "$arch" 1 "" ./app
done
