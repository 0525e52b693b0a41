#!/usr/bin/env bash
# Eight threads from the first byte on, through the parallel passes of ELF: collection of garbage, folding, merging,
# unwind and debug information, symbol tables, relocatable output. The bytes are those of one thread.
# labels: threads
. "$SRC/tests/lib/common.sh"
for i in 1 2 3 4 5 6 7 8; do
  cxx f$i -g -fPIC -ffunction-sections -fdata-sections << S
#include <stdexcept>
#include <string>
struct Base$((i % 3)) { virtual ~Base$((i % 3))() = default; virtual int get() const { return 1; } };
template <class T> int same(T t) { return t.get() * 3; }
int equal$i(int x) { return x * 7 + 1; }
static int unused$i(int x) { return x - $i; }
int (*table${i}[])(int) = {equal$i, unused$i};
thread_local int per_thread$i = $i;
int caught$i(int x) {
  try {
    if (x > 3) throw std::runtime_error("text of $((i % 2))");
    return same(Base$((i % 3))()) + per_thread$i;
  } catch (const std::exception &e) {
    return static_cast<int>(std::string(e.what()).size());
  }
}
S
done
cxx main -g -fPIC << 'S'
#include <cstdio>
int caught1(int), caught8(int), equal2(int), equal3(int);
int main() { std::printf("%d %d %d\n", caught1(9), caught8(1), equal2(1) + equal3(1)); }
S
# twice NAME OPTION...: with one thread and with eight.
twice() {
  local name=$1
  shift
  g++ -B"$GOLD_GO_B" "$@" -o "$name" -Wl,--threads=1
  g++ -B"$GOLD_GO_B" "$@" -o "$name.8" -Wl,--threads=8,--parallel-from=0
  same "$name" "$name.8"
}
twice static -static main.o f?.o -Wl,--gc-sections,--icf=all,--build-id=sha1
run '9 11 16' ./static.8
twice dynamic -pie main.o f?.o -Wl,--gc-sections,--icf=safe,-Map=map,-z,pack-relative-relocs
run '9 11 16' ./dynamic.8
twice lib.so -shared f?.o -Wl,--compress-debug-sections=zlib,--hash-style=both,-O2
twice all.o -r f?.o
twice app main.o all.o -Wl,--emit-relocs
run '9 11 16' ./app.8
# Messages, too, have one order.
fails_with 'undefined symbol' "$GOLD_GO" ld --threads=8 --parallel-from=0 -o x main.o f?.o
