// storm_test.cc - every kind of call at once, from goroutines and from threads that the runtime did not make,
// while the world is stopped for tracebacks again and again, the number of processors changes, and main
// returns in the midst of it. What counts is that nothing crashes, hangs, or is reported by a sanitizer; and
// that the stacks of parked goroutines are whole when they go on.
//
//   storm_test [MILLISECONDS [SEED]]
#include "check.h"

#include <fcntl.h>
#include <go/go.hpp>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

std::atomic<bool> over{false};
int null_fd;
go::mutex mu;
go::shared_mutex rw;
go::chan<int> buffered{3}, unbuffered;
go::condition_variable cond;
go::counting_semaphore<> sema{2};
long guarded = 0;

go::local<int> &mine() {
  static go::local<int> l;
  return l;
}

void compute(std::chrono::microseconds d) {
  auto end = std::chrono::steady_clock::now() + d;
  while (std::chrono::steady_clock::now() < end) {
  }
}

void nothing(std::optional<int>) {}

// What another goroutine's walk, or a stack given back too early, would spoil.
[[gnu::noinline]] void parked_below(int depth, std::mt19937 &rnd) {
  volatile unsigned word = unsigned(depth) * 2654435761u;
  if (depth)
    parked_below(depth - 1, rnd);
  else if (rnd() % 2)
    go::sleep_for(std::chrono::microseconds(rnd() % 500));
  else
    go::yield();
  CHECK(word == unsigned(depth) * 2654435761u);
}

// One end gives up, or is closed under the other's hands.
void break_connection(std::mt19937 &rnd) {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  auto dialled = go::spawn([&] { return go::net::dial("tcp", ln.address()); });
  auto s = ln.accept();
  auto other = dialled.join();
  unsigned how = rnd() % 3;
  auto reader = go::spawn([&] {
    char b = 0;
    return error_of([&] { s.read(&b, 1); });
  });
  if (how == 0)
    s.set_read_deadline(std::chrono::steady_clock::now() + std::chrono::microseconds(rnd() % 300));
  else if (how == 1)
    s.close();
  else
    other.close();
  std::error_code e = reader.join();
  if (how == 0)
    CHECK(e == std::errc::timed_out);
  else
    CHECK(how == 1 ? bool(e) : !e);
}

void throw_across_waits(std::mt19937 &rnd) {
  try {
    try {
      throw int(rnd() % 1000);
    } catch (int n) {
      parked_below(2, rnd);
      std::rethrow_exception(std::make_exception_ptr(long(n)));
    }
  } catch (long n) {
    go::yield();
    CHECK(n >= 0 && n < 1000);
  }
  bool thrown = false;
  try {
    go::spawn([]() -> int { throw std::logic_error("storm"); }).join();
  } catch (const std::logic_error &e) {
    thrown = std::string(e.what()) == "storm";
  }
  CHECK(thrown);
}

void connect_once() {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  go::wait_group wg;
  wg.go([&] { go::net::dial("tcp", ln.address()).write("x", 1); });
  auto s = ln.accept();
  char b = 0;
  CHECK(s.read(&b, 1) == 1 && b == 'x');
  wg.wait();
}

void synchronise(std::mt19937 &rnd) {
  switch (rnd() % 16) {
  case 0: {
    std::lock_guard l(mu);
    guarded++;
    cond.notify_one();
    go::yield();
    break;
  }
  case 1: {
    std::shared_lock l(rw);
    compute(5us);
    break;
  }
  case 2: {
    std::lock_guard l(rw);
    break;
  }
  case 3:
    buffered.try_send(1);
    break;
  case 4:
    (void)buffered.try_recv();
    break;
  case 5:
    go::select(go::on_recv(unbuffered, nothing), go::after(1ms, [] {}));
    break;
  case 6:
    go::select(go::on_send(unbuffered, 1, [] {}), go::after(1ms, [] {}));
    break;
  case 7: {
    auto [ctx, cancel] = go::with_timeout(go::background(), 2ms);
    if (rnd() % 2)
      ctx.done().recv();
    cancel();
    break;
  }
  case 8: {
    go_timer *t = go_timer_start(go_now() + 100000, 0, [](void *) {}, nullptr);
    go_timer_stop(t);
    go_timer_free(t);
    break;
  }
  case 9: {
    std::unique_lock l(mu);
    cond.wait_for(l, std::chrono::microseconds(rnd() % 400));
    break;
  }
  case 10:
    sema.acquire();
    parked_below(1, rnd);
    sema.release();
    break;
  case 11: {
    go::ticker t(200us);
    t.channel().recv();
    t.reset(100us);
    t.channel().recv();
    break;
  }
  case 12: {
    go::after_func f(std::chrono::microseconds(rnd() % 100), [] { go::yield(); });
    go::yield();
    f.stop();
    break;
  }
  case 13: {
    go::errgroup group(2);
    for (int i = 0; i < 4; i++)
      group.go([] { go::sleep_for(50us); });
    group.wait();
    break;
  }
  case 14: {
    int before = mine().get();
    mine().get() = int(rnd() % 100);
    int now = mine().get();
    go::yield();
    CHECK(mine().get() == now && before >= 0 && before < 100);
    break;
  }
  default: {
    go::wait_group wg;
    for (int i = 0; i < 3; i++)
      wg.go([] { go::yield(); });
    wg.wait();
  }
  }
}

void disturb(std::mt19937 &rnd) {
  switch (rnd() % 15) {
  case 0:
    go_traceback(null_fd, 1);
    break;
  case 1:
    go_traceback(null_fd, 0);
    break;
  case 2:
    go::set_max_procs(1 + rnd() % 6);
    break;
  case 3: {
    go_stats st{};
    go_get_stats(&st);
    CHECK(go_num() > 0);
    break;
  }
  case 4:
    go_set_name("stormy");
    break;
  case 5:
    go::blocking([] { usleep(300); });
    break;
  case 6:
    compute(15ms);
    break;
  case 7:
    go::lock_os_thread();
    go::yield();
    go::unlock_os_thread();
    break;
  case 8:
    usleep(200);
    break;
  case 9:
    std::thread([] {
      go::chan<int> d;
      go::go([d] { d.send(1); });
      CHECK(d.recv() == 1);
    }).detach();
    break;
  case 10:
    connect_once();
    break;
  case 11:
    break_connection(rnd);
    break;
  case 12:
    throw_across_waits(rnd);
    break;
  case 13:
    CHECK(!go::net::lookup_host("localhost").empty());
    break;
  default:
    parked_below(int(rnd() % 8), rnd);
  }
}

void storm(unsigned seed) {
  std::mt19937 rnd(seed);
  while (!over) {
    if (rnd() % 2)
      synchronise(rnd);
    else
      disturb(rnd);
    parked_below(2, rnd);
  }
}

} // namespace

int main(int argc, char **argv) {
  null_fd = open("/dev/null", O_WRONLY);
  int ms = argc > 1 ? std::atoi(argv[1]) : 3000;
  unsigned seed = argc > 2 ? unsigned(std::atoi(argv[2])) : 1;
  for (unsigned i = 0; i < 20; i++)
    go::go([=] { storm(seed * 100 + i); });
  for (unsigned i = 20; i < 22; i++)
    std::thread([=] { storm(seed * 100 + i); }).detach();
  go::sleep_for(std::chrono::milliseconds(ms));
  over = seed % 2; // main returns while they end, or go on
}
