#!/usr/bin/env bash
# Undefined symbols: readable names, the source lines that refer to them (at most three), the library that
# would define them. The whole text counts.
. "$SRC/tests/lib/common.sh"

cat > program.s <<'S'
  .globl _start
_start:
S
gcc -c -o program.o program.s

cxx one -g -O0 -fno-pic <<'C'
namespace n { int f(int); extern int table[]; }
int other();
int *p = n::table;

int main() {
  return n::f(1) +
    other() + other() +
    other() + other();
}
C
says 1 "$GOLD_GO" ld -o app program.o one.o <<'T'
gold-go: error: undefined symbol: n::f(int)
>>> referenced by one.cc:6 in function `main'
>>>               one.o:(.text+0xf)
gold-go: error: undefined symbol: other()
>>> referenced by one.cc:7 in function `main'
>>>               one.o:(.text+0x16)
>>> referenced by one.cc:7 in function `main'
>>>               one.o:(.text+0x1d)
>>> referenced by one.cc:8 in function `main'
>>>               one.o:(.text+0x24)
>>> referenced 1 more time
gold-go: error: undefined symbol: n::table
>>> referenced by one.cc:3
>>>               one.o:(.data+0x0)
T

# Without debug information the function is still known; --no-demangle shows names as they are.
c lib -O1 <<< 'int sought(int x) { return x; }'
mkdir libs
ar rc libs/libhelp.a lib.o
c two -O1 -fno-pic <<< 'int sought(int); int user(void) { return sought(1) + 1; }'
says 1 "$GOLD_GO" ld -o app program.o two.o -L libs <<'T'
gold-go: error: undefined symbol: sought
>>> referenced by two.o:(.text+0xa) in function `user'
>>> defined in libs/libhelp.a: link with -lhelp
T
"$GOLD_GO" ld -o app program.o two.o -L libs -lhelp

# The same of a shared object, through a script that stands for it, and with a mangled name.
cxx three -fPIC <<< 'namespace n { int f(int x) { return x; } }'
gcc -shared -nostdlib -o libs/libreal.so.1 three.o
echo "GROUP ( $PWD/libs/libreal.so.1 )" > libs/libthrough.so
says 1 "$GOLD_GO" ld --no-demangle -o app program.o one.o -L libs <<'T'
gold-go: error: undefined symbol: _ZN1n1fEi
>>> referenced by one.cc:6 in function `main'
>>>               one.o:(.text+0xf)
>>> defined in <dir>/libs/libreal.so.1: link with -lthrough
gold-go: error: undefined symbol: _Z5otherv
>>> referenced by one.cc:7 in function `main'
>>>               one.o:(.text+0x16)
>>> referenced by one.cc:7 in function `main'
>>>               one.o:(.text+0x1d)
>>> referenced by one.cc:8 in function `main'
>>>               one.o:(.text+0x24)
>>> referenced 1 more time
gold-go: error: undefined symbol: _ZN1n5tableE
>>> referenced by one.cc:3
>>>               one.o:(.data+0x0)
T

# A vtable that nobody makes.
cxx four -g -O1 -fno-pic -fno-exceptions <<'C'
struct V { virtual void key(); V(); };
V::V() {}
C
says 1 "$GOLD_GO" ld -o app program.o four.o <<'T'
gold-go: error: undefined symbol: vtable for V
>>> referenced by four.cc:2 in function `V::V()'
>>>               four.o:(.text+0x3)
>>> a vtable is made where the first virtual function of its class that is neither inline nor pure is defined: is that definition missing?
T

# In colour on demand only: the output here is no terminal.
lacks $'\033' "$WORK/.out"
"$GOLD_GO" ld --color-diagnostics -o app program.o two.o > out 2>&1 || true
has $'^gold-go: \033\\[1;31merror: \033\\[0mundefined symbol: sought' out

# extern "C" is missing on one side; a program has no main; an object is for another machine.
c clib -fno-pic <<< 'int helper(int x) { return x; } void c_user(void); int use(void) { c_user(); return 0; }'
cxx user -fno-pic -O0 <<< 'int helper(int); void c_user() {} int f() { return helper(3); }'
fails_with 'undefined symbol: helper\(int\)' "$GOLD_GO" ld -o app program.o user.o clib.o
has '>>> clib.o defines helper as C does: is its declaration to be extern "C"\?' .out
has '>>> user.o defines c_user\(\) as C\+\+ does: is it to be extern "C"\?' .out
fails_with 'undefined symbol: main' gcc -B"$GOLD_GO_B" -no-pie clib.o user.o -o app
has 'no input defines main' .out
