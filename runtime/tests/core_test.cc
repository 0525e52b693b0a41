// core_test.cc - spawn, join, channels, select, locks, timers, context on 1, 2 and 7 processors.
#include "check.h"

#include <go/go.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace std::chrono_literals;

static void basics() {
  go::wait_group wg;
  go::mutex mu;
  long sum = 0;
  for (int i = 0; i < 1000; ++i) {
    wg.add(1);
    go::go([&, i] {
      {
        std::lock_guard l(mu);
        sum += i;
      }
      wg.done();
    });
  }
  wg.wait();
  CHECK(sum == 499500);
  CHECK(go::spawn([](int a, int b) { return a + b; }, 40, 2).join() == 42);
  bool thrown = false;
  try {
    go::spawn([]() -> int { throw std::runtime_error("x"); }).join();
  } catch (const std::runtime_error &e) {
    thrown = !std::strcmp(e.what(), "x");
  }
  CHECK(thrown);
  auto h = go::spawn([] { return std::make_unique<int>(7); });
  CHECK(*h.join() == 7);
}

static void channels() {
  go::chan<int> c, d(16);
  go::go([c]() mutable {
    for (int i = 0; i < 3; ++i)
      c.send(i);
    c.close();
  });
  int sum = 0;
  for (int v : c)
    sum += v;
  CHECK(sum == 3);
  CHECK(!c.recv());
  CHECK(d.try_send(1) && d.len() == 1 && d.cap() == 16);
  CHECK(d.try_recv() == 1 && !d.try_recv());
  go::chan<std::unique_ptr<std::string>> m(1);
  m.send(std::make_unique<std::string>("hello"));
  go::go([m] { m.send(std::make_unique<std::string>("world")); });
  CHECK(**m.recv() == "hello" && **m.recv() == "world");
  m.send(std::make_unique<std::string>("left behind"));
  bool closed = false;
  try {
    go::chan<int> x;
    x.close();
    x.send(1);
  } catch (const go::closed_error &) {
    closed = true;
  }
  CHECK(closed);
  // A blocked sender throws when the channel is closed.
  go::chan<int> y;
  auto h = go::spawn([y] { y.send(1); });
  go::sleep_for(1ms);
  y.close();
  try {
    h.join();
    CHECK(false);
  } catch (const go::closed_error &) {
  }
  // Many to many, sums conserved.
  go::chan<long> in(8), out;
  go::wait_group wg;
  for (int i = 0; i < 8; i++)
    wg.go([=] {
      for (long k = 0; k < 2000; k++)
        in.send(k);
    });
  for (int i = 0; i < 4; i++)
    go::go([=] {
      long s = 0;
      for (long v : in)
        s += v;
      out.send(s);
    });
  wg.wait();
  in.close();
  long total = 0;
  for (int i = 0; i < 4; i++)
    total += *out.recv();
  CHECK(total == 8 * 1999000L);
}

static void selects() {
  go::chan<int> c, d(1);
  c.close();
  int which = go::select(go::on_recv(c, [](std::optional<int> v) { CHECK(!v); }),
                         go::on_recv(go::chan<int>(nullptr), [](std::optional<int>) {}));
  CHECK(which == 0);
  CHECK(go::select(go::on_send(d, 7, [] {}), go::after(1h, [] {})) == 0);
  CHECK(go::select(go::on_send(d, 8, [] {}), go::otherwise([] {})) == 1);
  CHECK(go::select(go::on_recv(go::chan<int>(), [](std::optional<int>) {}), go::after(2ms, [] {})) == 1);
  int hits[2] = {};
  go::chan<int> a(1), b(1);
  for (int i = 0; i < 2000; i++) {
    a.try_send(1);
    b.try_send(1);
    hits[go::select(go::on_recv(a, [](std::optional<int>) {}), go::on_recv(b, [](std::optional<int>) {}))]++;
  }
  CHECK(hits[0] > 700 && hits[1] > 700);
  // Ping-pong through selects on both sides, with a time-out armed each time.
  go::chan<int> p, q;
  go::go([=] {
    for (int i = 0; i < 5000; i++)
      go::select(go::on_recv(p, [&](std::optional<int> v) { q.send(*v + 1); }), go::after(10s, [] {}));
  });
  int v = 0;
  for (int i = 0; i < 5000; i++) {
    go::select(go::on_send(p, v, [] {}), go::after(10s, [] {}));
    v = *q.recv();
  }
  CHECK(v == 5000);
}

static void locks() {
  go::mutex mu;
  long n = 0;
  go::wait_group wg;
  for (int i = 0; i < 50; i++)
    wg.go([&] {
      for (int k = 0; k < 200; k++) {
        std::lock_guard l(mu);
        n++;
        if (k % 16 == 0)
          go::yield();
      }
    });
  wg.wait();
  CHECK(n == 10000);
  go::shared_mutex rw;
  long x = 0, y = 0;
  for (int i = 0; i < 20; i++)
    wg.go([&, i] {
      for (int k = 0; k < 100; k++)
        if (i % 4 == 0) {
          std::unique_lock l(rw);
          x++;
          go::yield();
          y++;
        } else {
          std::shared_lock l(rw);
          CHECK(x == y);
        }
    });
  wg.wait();
  CHECK(x == 500);
  go::condition_variable cv;
  int turn = 0;
  for (int i = 0; i < 10; i++)
    wg.go([&, i] {
      std::unique_lock l(mu);
      cv.wait(l, [&] { return turn == i; });
      turn++;
      cv.notify_all();
    });
  wg.wait();
  CHECK(turn == 10);
  std::unique_lock l(mu);
  CHECK(cv.wait_for(l, 1ms) == go::cv_status::timeout);
  l.unlock();
  go::counting_semaphore<> s(2);
  s.acquire();
  s.acquire();
  CHECK(!s.try_acquire() && !s.try_acquire_for(1ms));
  go::go([&] { s.release(2); });
  s.acquire();
  s.acquire();
  go::once_flag once;
  int times = 0;
  for (int i = 0; i < 10; i++)
    wg.go([&] { go::call_once(once, [&] { times++; }); });
  wg.wait();
  CHECK(times == 1);
}

static void timers() {
  auto t0 = std::chrono::steady_clock::now();
  go::sleep_for(5ms);
  CHECK(std::chrono::steady_clock::now() - t0 >= 5ms);
  go::wait_group wg;
  for (int i = 0; i < 200; i++)
    wg.go([i] { go::sleep_for(std::chrono::microseconds(i * 37 % 5000)); });
  wg.wait();
  go::timer t(1ms);
  CHECK(t.channel().recv());
  t.reset(1h);
  CHECK(t.stop() && !t.stop());
  go::ticker k(1ms);
  for (int i = 0; i < 3; i++)
    k.channel().recv();
  go::chan<int> c;
  {
    go::after_func f(1ms, [c] { c.send(1); });
    c.recv();
  }
  go::after_func g(1h, [] { std::abort(); });
  CHECK(g.stop());
  CHECK(go::after(1ms).recv());
}

static void contexts() {
  auto [ctx, cancel] = go::with_timeout(go::background(), 2ms);
  ctx.done().recv();
  CHECK(ctx.err() == std::errc::timed_out);
  cancel();
  auto [a, stop] = go::with_cancel(go::background());
  auto [b, stop2] = go::with_timeout(a, 1h);
  CHECK(!a.err());
  stop();
  b.done().recv();
  CHECK(a.err() == std::errc::operation_canceled && b.err() == std::errc::operation_canceled);
  go::errgroup eg(2);
  for (int i = 0; i < 10; i++)
    eg.go([i] {
      if (i == 5)
        throw std::runtime_error("five");
    });
  bool thrown = false;
  try {
    eg.wait();
  } catch (const std::runtime_error &) {
    thrown = true;
  }
  CHECK(thrown);
  static go::local<int> var;
  go::wait_group wg;
  for (int i = 0; i < 10; i++)
    wg.go([i] {
      *var = i;
      go::yield();
      CHECK(*var == i);
    });
  wg.wait();
}

static void exceptions() {
  go::wait_group wg;
  for (int i = 0; i < 20; i++)
    wg.go([i] {
      for (int k = 0; k < 20; k++)
        try {
          throw i * 100 + k;
        } catch (int v) {
          go::yield();
          CHECK(v == i * 100 + k);
          try {
            throw std::string("inner");
          } catch (std::string &s) {
            go::yield();
            CHECK(s == "inner");
          }
        }
    });
  wg.wait();
}

static void threads() {
  go::wait_group wg;
  for (int i = 0; i < 4; i++)
    wg.go([] {
      go::lock_os_thread();
      for (int k = 0; k < 20; k++)
        go::yield();
      go::sleep_for(100us);
      go::unlock_os_thread();
    });
  wg.go([] { go::blocking([] { go_now(); }); });
  wg.wait();
}

int main() {
  for (unsigned p : {1u, 2u, 7u, 2u}) {
    go::set_max_procs(p);
    for (int round = 0; round < 3; round++) {
      std::fprintf(stderr, "P=%u round %d:", p, round);
#define RUN(f) (std::fprintf(stderr, " " #f), f())
      RUN(basics), RUN(channels), RUN(selects), RUN(locks), RUN(timers), RUN(contexts);
      RUN(exceptions), RUN(threads);
      std::fprintf(stderr, "\n");
    }
  }
  CHECK(go::goroutine_count() >= 1);
  return 0;
}
