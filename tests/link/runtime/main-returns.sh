#!/usr/bin/env bash
# When main returns, goroutines stop at their next call of the runtime, before static destructors run: also
# before those of objects that were made after the first goroutine, and whoever links. (A thread that the
# system let wait may still be on its way to that call: it counts once.)
. "$SRC/tests/lib/common.sh"
need g++
include=$("$GOLD_GO" runtime include-dir)
cxx main -std=c++20 -fPIE -I"$include" <<'S'
#include <go/go.hpp>
#include <atomic>
#include <cstdio>
#include <unistd.h>
struct Counter {
  std::atomic<long> n{0};
  ~Counter() {
    long before = n;
    usleep(30000);
    std::puts(n - before < 10 ? "stopped" : "still running");
  }
};
Counter &counter() { static Counter c; return c; }
int main() {
  for (int i = 0; i < 3; ++i)
    go::go([] { for (;;) { counter().n++; go::yield(); } });
  go::sleep_for(std::chrono::milliseconds(5));
  return counter().n == 0;
}
S
for kind in --pie --static; do
  "$GOLD_GO" link main.o -o app $kind
  run stopped ./app
done
g++ -B "$GOLD_GO_B" main.o -o app
run stopped ./app
# A --wrap of the program's own stays in force.
cxx wrap <<'S'
#include <cstdio>
extern "C" int __real_main(int, char **);
extern "C" int __wrap_main(int c, char **v) { std::puts("wrapped"); std::fflush(stdout); return __real_main(c, v); }
S
"$GOLD_GO" link main.o wrap.o --wrap=main -o app
run "wrapped
stopped" ./app
