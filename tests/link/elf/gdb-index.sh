#!/usr/bin/env bash
# --gdb-index: gdb finds by .gdb_index what it finds without one, whichever compiler and version of DWARF; names come
# from .debug_gnu_pubnames or from the debug information itself.
. "$SRC/tests/lib/common.sh"
need gdb
cat > a.cc <<'C'
extern "C" int other(int);
namespace ns {
namespace { int hidden(int x) { return x + 1; } }
struct A {
  int f(int);
  static int count;
  template <class T> T t(T v) { return v; }
  enum class E { one, two };
  enum P { p1 };
  E e; P p;
  struct In { int q; } in;
};
int A::f(int x) { return hidden(x) + t(3); }
int A::count = 3;
inline int inl(int a) { return a * 2; }
typedef A Alias;
}
ns::Alias global;
static int local = 2;
int unused(int x) { return x; }
int main() { return global.f(local) + ns::inl(other(3)) + int(ns::A::E::one) - 18; }
C
cat > b.c <<'C'
struct S { int a; };
struct S s;
enum color { red, green } c;
static int twice(int x) { return 2 * x; }
int other(int x) { return twice(x) + s.a; }
C
ask() {
  gdb -nx -batch -ex 'break ns::A::f' -ex 'break hidden' -ex 'info functions hidden' -ex 'ptype ns::A' \
    -ex 'info line twice' -ex 'info line ns::inl' -ex 'print ns::A::count' -ex 'print local' -ex 'info types Alias' \
    -ex 'ptype struct S' -ex 'print red' -ex 'print ns::A::E::two' -ex 'ptype ns::A::In' -ex "info symbol main" \
    -ex 'list unused' -ex 'break b.c:5' -ex run -ex bt -ex c -ex bt -ex c -ex bt "$1" < /dev/null 2>&1 |
    sed 's/0x[0-9a-f]*/ADDRESS/g; s/process [0-9]*/process N/'
}
compare() { # COMPILER-OF-C++ COMPILER-OF-C FLAG...
  "$1" "${@:3}" -ffunction-sections -c a.cc -o a.o
  "$2" "${@:3}" -ffunction-sections -c b.c -o b.o
  g++ -B"$GOLD_GO_B" a.o b.o -o app -Wl,--gdb-index "${link[@]}"
  ./app
  readelf -SW app | grep ' \.gdb_index ' > /dev/null || fail "$*: no .gdb_index"
  objcopy --remove-section .gdb_index app plain
  ask ./app | sed 's,/app,/plain,g' > with
  ask ./plain > without
  has 'at b.c:5' with
  has 'hidden' with
  diff without with || fail "$*: gdb sees something else with the index"
}
link=()
for pub in -g -ggnu-pubnames; do
  compare g++ gcc -gdwarf-4 $pub
  compare g++ gcc -gdwarf-5 $pub
  compare g++ gcc -gdwarf-4 -fdebug-types-section $pub
done
if command -v clang-19 > /dev/null; then
  compare clang++-19 clang-19 -gdwarf-4
  compare clang++-19 clang-19 -gdwarf-5
  compare clang++-19 clang-19 -gdwarf-5 -gsplit-dwarf
  compare g++ clang-19 -gdwarf-5 -ggnu-pubnames # one unit by the tables, the other ...
  compare clang++-19 gcc -gdwarf-4 -ggnu-pubnames
fi
link=(-Wl,--gc-sections)
compare g++ gcc -gdwarf-5
link=(-Wl,--compress-debug-sections=zlib)
compare g++ gcc -gdwarf-4

# The same units and addresses as lld's; the same names when both take them from the tables.
if command -v ld.lld-19 > /dev/null && command -v llvm-dwarfdump-19 > /dev/null; then
  g++ -gdwarf-4 -ggnu-pubnames -c a.cc
  gcc -gdwarf-4 -ggnu-pubnames -c b.c
  for linker in "$GOLD_GO ld" ld.lld-19; do
    $linker -e main --gdb-index -Ttext=0x500000 a.o b.o -o out
    llvm-dwarfdump-19 --gdb-index out | sed '1d; s/offset = 0x[0-9a-f]*, has/has/; s/Symbol table offset.*/Symbol table/; s/size = [0-9]*, has.*//; s/filled slots.*//' > index
    sed -n '/CU list/,/Symbol table/p' index
    sed -n 's/.*String name: \(.*\), CU vector.*/\1/p' index | sort
  done > both
  half=$(($(wc -l < both) / 2))
  sed -n "1,${half}p" both > ours
  sed "1,${half}d" both > theirs
  diff theirs ours || fail "lld writes another index"
  has 'ns::A::f' ours
fi
# Nothing to make an index of; an object has none.
"$GOLD_GO" ld -e main --gdb-index -S a.o b.o -o out
readelf -SW out > sections
lacks 'gdb_index' sections
fails_with 'for images' "$GOLD_GO" ld -r --gdb-index a.o -o out.o
# Broken debug information: no index, and a word about it.
objcopy --dump-section .debug_info=info a.o && printf '\377\377\377\177' | dd of=info conv=notrunc status=none
objcopy --update-section .debug_info=info a.o broken.o
"$GOLD_GO" ld -e main --gdb-index broken.o b.o -o out 2> said
has 'warning: no .gdb_index is made' said
