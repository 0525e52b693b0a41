#!/usr/bin/env bash
# What a shared object lacks: an error for executables when all that it needs is linked (as in GNU ld), left to the
# loader for shared objects and with --allow-shlib-undefined. Archive members are pulled for it.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int lacking(void); int lib(void) { return lacking(); }'
c lacking -fPIC <<< 'int lacking(void) { return 3; }'
c main -g -fPIC <<< 'int lib(void); int _start(void) { return lib(); }'
gcc -shared -nostdlib -o liblib.so lib.o
ar rc libhelp.a lacking.o

says 1 "$GOLD_GO" ld -o app main.o liblib.so -L . <<'T'
gold-go: error: undefined symbol: lacking
>>> required by liblib.so
>>> defined in libhelp.a: link with -lhelp
>>> --allow-shlib-undefined leaves it to the loader
T
"$GOLD_GO" ld --allow-shlib-undefined -o app main.o liblib.so
"$GOLD_GO" ld -shared -o libtop.so main.o liblib.so
fails_with 'undefined symbol: lacking' "$GOLD_GO" ld -shared --no-allow-shlib-undefined -o libtop.so main.o liblib.so

# An archive member is taken for a shared object's sake, and exported to it.
"$GOLD_GO" ld -o app main.o liblib.so libhelp.a
nm -D app > names
has ' T lacking$' names

# Nobody can know when a library that it needs is missing.
gcc -shared -nostdlib -o libother.so lacking.o -Wl,-soname,libother.so
gcc -shared -nostdlib -o liblib.so lib.o libother.so
"$GOLD_GO" ld -o app main.o liblib.so

# Of a whole system: libc's own libraries have all that they need.
c hello <<< 'int puts(const char *); int main(void) { return puts("hello") < 0; }'
gcc -B"$GOLD_GO_B" -o hello hello.o -lm -lpthread -lz -lstdc++
run hello ./hello
