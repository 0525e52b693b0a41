#!/usr/bin/env bash
# The debug map: dsymutil finds the objects by it and puts functions where the image has them; -S leaves it out.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need dsymutil-22 llvm-dwarfdump-22 llvm-ar-19
for arch in x86_64 arm64; do
  for version in 4 5; do
    mc "$arch" part -g -gdwarf-$version <<< 'int part(int x) { return x * 3; }'
    rm -f libpart.a
    llvm-ar-19 --format=darwin rcs libpart.a part.o
    mc "$arch" main -g -gdwarf-$version <<'S'
int part(int);
static int counter;
int global = 3;
__attribute__((noinline)) static int helper(int x) { return x + counter; }
int main(int argc, char **argv) {
  counter = argc;
  return helper(part(global));
}
S
    ld64 "$arch" main.o libpart.a -lSystem -o app
    expect_run "$arch" 10 "" ./app
    dsymutil-22 app -o app.dSYM 2> warnings
    lacks . warnings
    llvm-dwarfdump-22 --verify app.dSYM > out || fail "the collected DWARF is broken: $(cat out)"
    for f in main helper part; do
      address=$(llvm-nm-19 app | awk -v f=_$f '$3 == f { print $1 }')
      llvm-dwarfdump-22 --lookup="0x$address" app.dSYM > out
      has "DW_AT_name.*\"$f\"" out
    done
    rm -rf app.dSYM
    ld64 "$arch" main.o libpart.a -lSystem -o app -S
    llvm-nm-19 -ap app > out
    lacks ' (OSO|FUN) ' out
    has ' _helper$' out
  done
done
