// die.cc - programs that end badly, one per argument; death.cmake checks how.
#include "tracebacks.h"

#include <go/go.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>

[[gnu::noinline]] static int deep(int n) {
  volatile char b[512];
  b[0] = char(n);
  return n == 0 ? 0 : deep(n - 1) + b[0];
}

// Too deep, but at rest: only a look at the stack pointer can tell.
[[gnu::noinline]] static int deep_and_yield(int n) {
  volatile char b[512];
  b[0] = char(n);
  if (n == 0)
    go::yield();
  return n == 0 ? 0 : deep_and_yield(n - 1) + b[0];
}

// Goroutines whose stacks lie below those of others.
static void fill_slots(go::chan<int> c, int n) {
  for (int i = 0; i < n; ++i)
    go::go([c] { c.recv(); });
  go::sleep_for(std::chrono::milliseconds(20));
}

// Waits until goroutines rest in these ways, however busy the machine is.
static void until_traced(std::initializer_list<const char *> states) {
  for (std::string all;; go::sleep_for(std::chrono::milliseconds(1))) {
    all = tracebacks();
    if (std::ranges::all_of(states, [&](const char *s) { return all.find(s) != all.npos; }))
      return;
  }
}

int main(int, char **argv) {
  go::chan<int> c;
  if (!std::strcmp(argv[1], "deadlock")) {
    go::go([c] { c.send(*c.recv()); });
    c.recv();
  } else if (!std::strcmp(argv[1], "panic")) {
    go::go([] { throw std::runtime_error("boom"); });
    c.recv();
  } else if (!std::strcmp(argv[1], "overflow")) {
    go::go([] { std::printf("%d\n", deep(1000000)); });
    c.recv();
  } else if (!std::strcmp(argv[1], "overflow-name")) {
    go_spawn_opts([](void *) { std::printf("%d\n", deep(1000000)); }, nullptr, 1 << 20, "the deep one");
    c.recv();
  } else if (!std::strcmp(argv[1], "overflow-at-rest")) {
    go::set_max_procs(1); // the yield must switch: only then is the stack pointer looked at
    fill_slots(c, 10);
    go::go([] {
      for (;;)
        go::yield();
    });
    go::go([] { std::printf("%d\n", deep_and_yield(150)); });
    c.recv();
  } else if (!std::strcmp(argv[1], "overflow-sparse")) {
    fill_slots(c, 100);
    go::go([] { std::printf("%d\n", deep(1000000)); });
    c.recv();
  } else if (!std::strcmp(argv[1], "threads")) {
    for (int i = 0; i < 100; ++i)
      go::go([] { usleep(20000000); });
    go::sleep_for(std::chrono::seconds(20));
  } else if (!std::strcmp(argv[1], "traceback")) {
    go::go([c] {
      go_set_name("first");
      c.recv();
    });
    go::go([] { go::sleep_for(std::chrono::hours(1)); });
    go::go([] {
      for (;;) // computes; it is stopped at its next call, or shown as it runs
        go::yield();
    });
    until_traced({"[chan receive]", "[sleep]"});
    go::traceback(2);
    c.send(1); // and all goes on
    return 3;
  } else if (!std::strcmp(argv[1], "unlock")) {
    go::mutex m;
    m.unlock();
  } else if (!std::strcmp(argv[1], "exit")) {
    go::go([] {
      for (;;)
        go::yield();
    });
    go::yield();
    return 7; // with goroutines running
  }
  return 0;
}
