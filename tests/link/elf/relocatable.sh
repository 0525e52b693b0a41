#!/usr/bin/env bash
# -r joins objects into one: groups stay groups, common symbols common, other linkers read the result.
. "$SRC/tests/lib/common.sh"
cxx a -ffunction-sections -g <<'S'
#include <cstdio>
#include <string>
inline int counter() { static int n = 0; return ++n; }
static int helper(int x) { return x * 3; }
const char *message() { return "text"; }
__attribute__((constructor(200))) static void ctor() { std::printf("ctor "); }
int f() { try { throw std::string("x"); } catch (std::string &s) { return counter() + helper(int(s.size())); } }
S
cxx b -ffunction-sections -g <<'S'
#include <cstdio>
inline int counter() { static int n = 0; return ++n; }
int f(); const char *message();
extern "C" int common[];
thread_local int t = 9;
int main() { int a = f(); std::printf("%d %d %s %d %d\n", a, counter(), message(), t, common[3]); }
S
c c -fcommon <<< 'int common[4];'
c d -fcommon <<< 'int common[2];'
for flags in "" -x "-S -x"; do
  "$GOLD_GO_B/ld" -r $flags a.o b.o c.o d.o -o all.o
  readelf -sgW all.o > out
  has 'COMDAT group section .* \[_ZZ7countervE1n\]' out
  has '^ *[0-9]+: .* 16 OBJECT .* COM common' out
  "$GOLD_GO_B/ld" -r all.o -o again.o
  for object in all.o again.o; do
    g++ $object -o other
    run "ctor 4 2 text 9 0" ./other
    g++ -B"$GOLD_GO_B" $object -o app
    run "ctor 4 2 text 9 0" ./app
  done
done
