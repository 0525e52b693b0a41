#!/usr/bin/env bash
# gcc -B<folder> finds gold-go there as ld, whatever it is asked to make.
. "$SRC/tests/lib/common.sh"
gold_gcc() { gcc -B"$GOLD_GO_B" "$@"; }
gold_gcc -Wl,--version > version 2> /dev/null
has '^gold-go .*compatible with GNU ld' version
gold_gcc -print-prog-name=ld > which
has "^$GOLD_GO_B/ld$" which

cat > twice.c <<'C'
int twice(int x) { return 2 * x; }
C
cat > main.c <<'C'
#include <stdio.h>
int twice(int);
int main(void) { printf("%d\n", twice(21)); return 0; }
C
gold_gcc -shared -fPIC -Wl,-soname,libtwice.so.1 -o libtwice.so.1 twice.c
ln -s libtwice.so.1 libtwice.so
gold_gcc main.c -o dynamic -L. -ltwice -Wl,-rpath,'$ORIGIN'
readelf -dW dynamic > out
has 'NEEDED.*libtwice\.so\.1' out
run 42 ./dynamic

# Objects that are one object: with the start files left out it stays linkable.
gold_gcc -nostdlib -r -o both.o main.c twice.c
readelf -hW both.o > out
has 'Type: *REL' out
gold_gcc both.o -o from_r
run 42 ./from_r

for kind in -pie -no-pie -static -static-pie; do
  gold_gcc "$kind" main.c twice.c -o "app$kind"
  run 42 "./app$kind"
done
# Fat objects have machine code beside what the compiler keeps for link-time optimization.
gcc -c -flto -ffat-lto-objects main.c twice.c
gold_gcc -fno-lto main.o twice.o -o fat
run 42 ./fat
gcc -g -c main.c twice.c
gold_gcc -Wl,--gc-sections -Wl,--as-needed -Wl,-O1 -Wl,--hash-style=gnu -Wl,-z,relro,-z,now -Wl,--build-id main.o twice.o -o usual
run 42 ./usual
by_gold_go libtwice.so.1 dynamic from_r app-pie app-no-pie app-static app-static-pie fat usual

cat > throws.cc <<'C'
#include <iostream>
#include <stdexcept>
int main() {
  try { throw std::runtime_error("caught"); }
  catch (const std::exception &e) { std::cout << e.what() << "\n"; }
}
C
for kind in -pie -static -static-pie; do
  g++ -B"$GOLD_GO_B" "$kind" throws.cc -o "throws$kind"
  run caught "./throws$kind"
done
by_gold_go throws-pie throws-static throws-static-pie
