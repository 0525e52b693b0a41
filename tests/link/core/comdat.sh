#!/usr/bin/env bash
# Inline functions and static data members of two files are one.
. "$SRC/tests/lib/common.sh"
for f in a b; do
cxx $f <<S
struct S { static inline int counter = 0; };
inline int *address() { static int x; return &x; }
int *$f() { ++S::counter; return address(); }
S
done
cxx main <<'S'
#include <cstdio>
struct S { static inline int counter = 0; };
int *a(); int *b();
int main() { bool same = a() == b(); std::printf("%d %d\n", same, S::counter); }
S
g++ -B"$GOLD_GO_B" main.o a.o b.o -o app
run "1 2" ./app
