// die.cc - programs that end badly, one per argument; death.cmake checks how.
#include <cstdio>
#include <cstring>
#include <go/go.hpp>

[[gnu::noinline]] static int deep(int n) {
  volatile char b[512];
  b[0] = char(n);
  return n == 0 ? 0 : deep(n - 1) + b[0];
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
