// stress_test.cc - random programs over channels, select, locks, timers, with conserved sums.
#include "check.h"

#include <go/go.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

using namespace std::chrono_literals;

static void round_of(unsigned seed) {
  std::mt19937 rnd(seed);
  int n_chan = 1 + int(rnd() % 4), senders = 1 + int(rnd() % 30), receivers = 1 + int(rnd() % 30);
  std::vector<go::chan<long>> c;
  for (int i = 0; i < n_chan; i++)
    c.emplace_back(rnd() % 3 ? rnd() % 8 : 0);
  std::atomic<long> sent{0}, got{0};
  go::chan<int> quit;
  go::mutex mu;
  long guarded = 0;
  go::wait_group s, r;
  auto disturb = [](std::mt19937 &g) {
    switch (g() % 24) {
    case 0:
      go::yield();
      break;
    case 1:
      go::sleep_for(std::chrono::microseconds(g() % 50));
      break;
    case 2:
      go::blocking([] { std::this_thread::yield(); });
      break;
    }
  };
  for (int i = 0; i < senders; i++)
    s.go([&, seed = rnd()] {
      std::mt19937 g{unsigned(seed)};
      for (int k = 0; k < 60; k++) {
        long v = long(g() % 1000);
        auto &a = c[g() % c.size()], &b = c[g() % c.size()];
        disturb(g);
        if (g() % 3 == 0)
          a.send(v), sent += v;
        else if (go::select(go::on_send(a, v, [] {}), go::on_send(b, v, [] {}),
                            go::after(std::chrono::microseconds(g() % 3000), [] {})) < 2)
          sent += v;
        std::lock_guard l(mu);
        guarded++;
      }
    });
  for (int i = 0; i < receivers; i++)
    r.go([&, seed = rnd()] {
      std::mt19937 g{unsigned(seed)};
      std::vector<bool> open(c.size(), true);
      auto take = [&](std::size_t k) {
        return [&, k](std::optional<long> v) {
          if (v)
            got += *v;
          else
            open[k] = false;
        };
      };
      for (std::size_t left = 1; left;) {
        disturb(g);
        std::size_t a = g() % c.size(), b = g() % c.size();
        go::select(go::on_recv(open[a] ? c[a] : go::chan<long>(nullptr), take(a)),
                   go::on_recv(open[b] ? c[b] : go::chan<long>(nullptr), take(b)), go::after(300us, [] {}));
        left = 0;
        for (bool o : open)
          left += o;
      }
    });
  // A thread that the runtime did not make takes part.
  std::thread foreign([&] {
    for (int k = 0; k < 30; k++) {
      c[0].send(1);
      sent += 1;
      std::lock_guard l(mu);
      guarded++;
    }
  });
  s.wait();
  foreign.join();
  for (auto &x : c)
    x.close();
  r.wait();
  CHECK(sent == got);
  CHECK(guarded == senders * 60 + 30);
}

// Two who read one stream: whoever is woken by the last event, the other sees the end, too.
static void readers() {
  auto l = go::net::listen("tcp", "127.0.0.1:0");
  for (int k = 0; k < 100; k++) {
    auto b = go::net::dial("tcp", l.address());
    auto a = l.accept();
    std::atomic<int> n{0};
    go::wait_group wg;
    for (int i = 0; i < 2; i++)
      wg.go([&] {
        for (char c; a.read(&c, 1);)
          n++;
      });
    for (int i = 0; i < 3; i++)
      b.write("x", 1);
    b.close_write();
    wg.wait();
    CHECK(n == 3);
  }
}

int main(int argc, char **argv) {
  unsigned seed = argc > 1 ? unsigned(std::atoi(argv[1])) : 1, rounds = argc > 2 ? 1 : 30;
  for (unsigned p : {1u, 2u, 7u})
    for (unsigned i = 0; i < rounds; i++) {
      go::set_max_procs(p);
      std::fprintf(stderr, "P=%u seed %u\n", p, seed);
      round_of(seed++);
      if (i % 10 == 0)
        readers();
    }
  return 0;
}
