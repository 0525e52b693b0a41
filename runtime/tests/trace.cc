// trace.cc - a program whose goroutines meet in channels, selects, a mutex, a condition and timers, in the
// deterministic mode with the seed of the command line. It prints who did what when, on the virtual clock.
#include <go/go.hpp>

#include <cstdio>
#include <cstdlib>

using namespace std::chrono_literals;

int main(int, char **argv) {
  go_test_mode(std::strtoull(argv[1], nullptr, 10));
  auto start = go::now();
  auto note = [&](int who, const char *what, long value) { // one goroutine runs at a time
    long us = long(std::chrono::duration_cast<std::chrono::microseconds>(go::now() - start).count());
    std::printf("%ld us, %d: %s %ld\n", us, who, what, value);
  };
  go::chan<long> a, b(3), quit;
  go::mutex mu;
  go::condition_variable cv;
  long shared = 0;
  go::wait_group producers, all;
  for (int i = 0; i < 6; i++)
    producers.go([&, i] {
      for (long k = 0; k < 8; k++) {
        int way = go::select(go::on_send(a, k, [] {}), go::on_send(b, k, [] {}), go::after(3ms, [] {}));
        note(i, way == 0 ? "sent to a" : way == 1 ? "sent to b" : "gave up", k);
        if (k % 3 == 0)
          go::sleep_for(std::chrono::microseconds(200 * (i % 2 + 1)));
        std::lock_guard l(mu);
        go::yield();
        note(i, "counts", ++shared);
        cv.notify_all();
      }
    });
  for (int i = 10; i < 13; i++)
    all.go([&, i] {
      for (bool on = true; on;)
        go::select(go::on_recv(a, [&](std::optional<long> v) { note(i, "from a", *v); }),
                   go::on_recv(b, [&](std::optional<long> v) { note(i, "from b", *v); }),
                   go::on_recv(quit, [&](std::optional<long>) { on = false; }));
      note(i, "ends", 0);
    });
  all.go([&] {
    std::unique_lock l(mu);
    cv.wait(l, [&] { return shared >= 24; });
    note(20, "half way", shared);
  });
  all.go([&] {
    go::ticker t(500us);
    for (int i = 0; i < 4; i++) {
      t.channel().recv();
      note(21, "tick", i);
    }
  });
  // Longer than a time slice: a goroutine keeps the processor all the same.
  all.go([&] {
    auto until = std::chrono::steady_clock::now() + 30ms;
    while (std::chrono::steady_clock::now() < until) {
    }
    note(22, "has computed", 0);
  });
  producers.wait();
  quit.close();
  all.wait();
  note(0, "total", shared);
  return shared == 48 ? 0 : 1;
}
