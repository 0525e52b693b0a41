// goroutine.cc - spawn, join, yield, exceptions, goroutine-local storage, wired threads.
#include "table.h"

#include <unistd.h>

#include <array>
#include <cfenv>
#include <set>
#include <thread>

using namespace table;

CASE("go/runs", "spec, Go statements: the function runs in an independent goroutine", "1", always) {
  go::chan<int> c;
  go::go([c] { c.send(1); });
  return Saw()(*c.recv());
}
CASE("go/does-not-wait", "spec, Go statements: program execution does not wait for the invoked function",
     "before after", exact) {
  Saw s;
  go::go([&] { s("after"); });
  s("before");
  settle();
  return s;
}
CASE("go/arguments-evaluated",
     "spec, Go statements: function value and parameters are evaluated in the calling goroutine", "1",
     always) {
  int x = 1;
  auto h = go::spawn([](int v) { return v; }, x);
  x = 2;
  int r = h.join();
  return Saw()(r);
}
CASE("go/order-before", "memory model: the go statement is synchronized before the start of the goroutine",
     "42", always) {
  int x = 42;
  go::chan<int> c;
  go::go([&x, c] { c.send(x); });
  return Saw()(*c.recv());
}
CASE("go/many", "ten thousand goroutines", "10000", always) {
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 10000; i++)
    wg.go([&] { n++; });
  wg.wait();
  return Saw()(n.load());
}
CASE("go/tree", "goroutines that start goroutines", "1023", always) {
  std::atomic<int> n{0};
  go::wait_group wg;
  std::function<void(int)> grow = [&](int depth) {
    n++;
    if (depth)
      for (int i = 0; i < 2; i++)
        wg.go([&grow, depth] { grow(depth - 1); });
  };
  grow(9);
  wg.wait();
  return Saw()(n.load());
}
CASE("go/big-closure", "header: a closure of any size", "ok", always) {
  std::array<char, 1000> big;
  big.fill('x');
  auto h = go::spawn([big] { return std::string(big.begin(), big.end()); });
  return h.join() == std::string(1000, 'x') ? "ok" : "torn";
}
CASE("go/closure-destroyed", "header: the closure is destroyed when the function has returned", "1", always) {
  auto p = std::make_shared<int>(1);
  go::wait_group wg;
  wg.go([p] {});
  wg.wait();
  for (int i = 0; i < 1000 && p.use_count() != 1; i++)
    settle();
  return Saw()(p.use_count());
}
CASE("go/move-only-closure", "header: a closure that can only be moved", "7", always) {
  go::chan<int> c;
  go::go([c, p = std::make_unique<int>(7)] { c.send(*p); });
  return Saw()(*c.recv());
}
CASE("go/id-unique", "header: ids are never reused", "1000", always) {
  std::set<std::uint64_t> ids;
  go::mutex m;
  go::wait_group wg;
  for (int i = 0; i < 1000; i++)
    wg.go([&] {
      std::lock_guard l(m);
      ids.insert(go::id());
    });
  wg.wait();
  return Saw()(ids.size());
}
CASE("go/id-stable", "header: the id stays over parks", "true", always) {
  auto a = go::id();
  settle();
  return Saw()(go::id() == a);
}
CASE("go/count", "runtime.NumGoroutine: the goroutines that exist", "5 0", exact) {
  auto n0 = go::goroutine_count();
  go::chan<int> quit;
  for (int i = 0; i < 5; i++)
    go::go([quit] { quit.recv(); });
  auto n1 = go::goroutine_count();
  quit.close();
  settle();
  return Saw()(n1 - n0)(go::goroutine_count() - n0);
}
CASE("go/yield", "runtime.Gosched: yields the processor, allowing other goroutines to run", "1", exact) {
  int n = 0;
  go::go([&] { n = 1; });
  for (int i = 0; i < 100 && !n; i++)
    go::yield();
  return Saw()(n);
}
CASE("go/yield-alone", "runtime.Gosched without others returns", "ok", always) {
  for (int i = 0; i < 100; i++)
    go::yield();
  return "ok";
}
CASE("go/yield-fair", "runtime.Gosched: everybody gets a turn", "fair", always) {
  std::array<long, 10> n{};
  std::atomic<bool> stop{false};
  go::wait_group wg;
  for (std::size_t i = 0; i < n.size(); i++)
    wg.go([&, i] {
      while (!stop) {
        __atomic_fetch_add(&n[i], 1, __ATOMIC_RELAXED);
        go::yield();
      }
    });
  // Until each has had some turns: starvation would never end.
  for (bool all = false; !all; go::yield()) {
    all = true;
    for (auto &x : n)
      all &= __atomic_load_n(&x, __ATOMIC_RELAXED) > 50;
  }
  stop = true;
  wg.wait();
  return "fair";
}
CASE("go/partners-do-not-starve-others", "runtime: two goroutines that wake each other share one time slice",
     "a turn", real) {
  unsigned old = go::set_max_procs(1);
  go::chan<int> ping(0), pong(0);
  std::atomic<long> others{0};
  std::atomic<bool> stop{false};
  go::wait_group wg;
  wg.go([&] {
    while (ping.recv())
      pong.send(0);
  });
  wg.go([&] {
    while (others < 100) {
      ping.send(0);
      pong.recv();
    }
    ping.close();
  });
  for (int i = 0; i < 3; i++)
    wg.go([&] {
      while (!stop) {
        others++;
        go::yield();
      }
    });
  while (others < 100)
    go::yield();
  stop = true;
  wg.wait();
  go::set_max_procs(old);
  return "a turn";
}
CASE("go/yield-behind-many",
     "runtime.Gosched: everybody gets a turn, also when more yield than a P's queue holds", "fair", always) {
  std::vector<std::atomic<int>> n(700);
  std::atomic<std::size_t> done{0};
  go::wait_group wg;
  for (auto &x : n)
    wg.go([&] {
      while (done != n.size()) {
        if (++x == 20)
          done++;
        go::yield();
      }
    });
  wg.wait();
  return "fair";
}
CASE("go/max-procs", "runtime.GOMAXPROCS: sets the number and returns the previous setting", "true 3 3",
     real) {
  unsigned old = go::set_max_procs(3);
  Saw s;
  s(old >= 1)(go::max_procs())(go::set_max_procs(old));
  return s;
}
CASE("go/max-procs-query", "runtime.GOMAXPROCS(0) does not change the current setting", "true", always) {
  return Saw()(go::set_max_procs(0) == go::max_procs());
}
CASE("go/max-procs-shrink-running", "runtime.GOMAXPROCS: shrinking while goroutines run loses none", "5000",
     real) {
  unsigned old = go::set_max_procs(4);
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 50; i++)
    wg.go([&] {
      for (int k = 0; k < 100; k++) {
        n++;
        go::yield();
      }
    });
  for (unsigned p : {1u, 3u, 2u, 6u}) {
    go::set_max_procs(p);
    go::yield();
  }
  wg.wait();
  go::set_max_procs(old);
  return Saw()(n.load());
}
CASE("go/max-procs-shrink-no-deadlock",
     "main alone, on a processor that goes: while that is being emptied nothing runs and nothing is queued",
     "300", real) {
  unsigned old = go::max_procs();
  int n = 0;
  for (unsigned i = 0; i < 300; i++, n++) {
    go::set_max_procs(1 + i * 7 % 5);
    go::yield();
  }
  go::set_max_procs(old);
  return Saw()(n);
}
CASE("go/stack-size", "header: a larger stack on request", "5000050000", always) {
  go::chan<long> c;
  struct deep {
    static long sum(int n) {
      volatile char pad[64] = {};
      return n == 0 ? pad[0] : sum(n - 1) + n + pad[1];
    }
  };
  go::go(64 << 20, [c] { c.send(deep::sum(100000)); });
  return Saw()(*c.recv());
}
CASE("go/stack-reuse", "a stack that is used again starts clean for its new goroutine", "ok", always) {
  for (int i = 0; i < 200; i++) {
    go::wait_group wg;
    wg.go([i] {
      volatile char b[8000];
      for (char volatile &x : b)
        x = char(i);
    });
    wg.wait();
  }
  return "ok";
}

// ---- spawn and join --------------------------------------------------------------------------------

CASE("join/value", "header: join gives the value", "42", always) {
  auto h = go::spawn([](int a, int b) { return a + b; }, 40, 2);
  return Saw()(h.join());
}
CASE("join/void", "header: join of a function without a value", "1", always) {
  int n = 0;
  go::spawn([&] { n++; }).join();
  return Saw()(n);
}
CASE("join/exception", "header: join rethrows what the goroutine threw", "boom", always) {
  auto h = go::spawn([]() -> int { throw std::runtime_error("boom"); });
  return thrown([&] { h.join(); });
}
CASE("join/move-only", "header: a result that can only be moved", "7", always) {
  return Saw()(*go::spawn([] { return std::make_unique<int>(7); }).join());
}
CASE("join/detach", "header: detach lets it run unobserved", "1", always) {
  go::chan<int> c;
  go::spawn([c] { c.send(1); }).detach();
  return Saw()(*c.recv());
}
CASE("join/order", "header: what the goroutine did is visible after join", "42", always) {
  int x = 0;
  go::spawn([&] { x = 42; }).join();
  return Saw()(x);
}
CASE("join/joinable", "header: joinable until joined", "true false", always) {
  auto h = go::spawn([] {});
  bool a = h.joinable();
  h.join();
  return Saw()(a)(h.joinable());
}
CASE("join/many", "a thousand joins", "499500", always) {
  std::vector<go::handle<int>> v;
  for (int i = 0; i < 1000; i++)
    v.push_back(go::spawn([i] { return i; }));
  int s = 0;
  for (auto &h : v)
    s += h.join();
  return Saw()(s);
}

// ---- exceptions ------------------------------------------------------------------------------------

CASE("exception/caught-inside", "an exception caught in its goroutine does nothing else", "caught", always) {
  go::chan<int> c(1);
  std::string s;
  go::go([&, c] {
    s = thrown([] { throw std::runtime_error("x"); }) == "x" ? "caught" : "?";
    c.send(1);
  });
  c.recv();
  return s;
}
CASE("exception/park-in-handler", "parking inside a handler: each goroutine keeps its own current exception",
     "ok", always) {
  go::wait_group wg;
  std::atomic<int> bad{0};
  for (int i = 0; i < 20; i++)
    wg.go([&, i] {
      for (int k = 0; k < 20; k++)
        try {
          throw i * 100 + k;
        } catch (int v) {
          go::yield();
          try {
            throw;
          } catch (int w) {
            bad += w != v || v != i * 100 + k;
          }
        }
    });
  wg.wait();
  return bad ? "mixed up" : "ok";
}
CASE("exception/uncaught-count", "std::uncaught_exceptions belongs to the goroutine", "0 1", always) {
  struct park {
    int &n;
    ~park() {
      go::chan<int> c;
      go::go([c] { c.send(std::uncaught_exceptions()); });
      n = *c.recv() * 10 + std::uncaught_exceptions();
    }
  };
  int n = -1;
  thrown([&] {
    park p{n};
    throw 1;
  });
  return Saw()(n / 10)(n % 10);
}
CASE("exception/current-exception-pointer", "an exception_ptr goes to another goroutine", "boom", always) {
  go::chan<std::exception_ptr> c(1);
  go::go([c] {
    try {
      throw std::runtime_error("boom");
    } catch (...) {
      c.send(std::current_exception());
    }
  });
  auto e = *c.recv();
  return thrown([&] { std::rethrow_exception(e); });
}
CASE("exception/through-lock", "an exception unlocks on its way out", "true", always) {
  go::mutex m;
  go::wait_group wg;
  wg.go([&] {
    thrown([&] {
      std::lock_guard l(m);
      throw 1;
    });
  });
  wg.wait();
  return Saw()(m.try_lock());
}
CASE("exception/destructors", "unwinding runs the destructors of the goroutine's frames", "3", always) {
  struct count {
    int &n;
    ~count() { n++; }
  };
  int n = 0;
  go::wait_group wg;
  wg.go([&] {
    thrown([&] {
      count a{n}, b{n};
      [&] {
        count c{n};
        go::yield();
        throw 1;
      }();
    });
  });
  wg.wait();
  return Saw()(n);
}
// Compilers keep the address of errno in a register; a goroutine that migrates must ask anew.
[[gnu::noinline]] static int get_errno() {
  asm volatile("" ::: "memory");
  return errno;
}
[[gnu::noinline]] static void set_errno(int v) {
  errno = v;
  asm volatile("" ::: "memory");
}
CASE("exception/errno", "errno belongs to the goroutine across a park", "ok", always) {
  std::atomic<int> bad{0};
  go::wait_group wg;
  for (int i = 1; i <= 10; i++)
    wg.go([&, i] {
      for (int k = 0; k < 50; k++) {
        set_errno(i);
        go::yield();
        bad += get_errno() != i;
      }
    });
  wg.wait();
  return bad ? "mixed up" : "ok";
}

// ---- goroutine-local storage -----------------------------------------------------------------------

static go::local<int> var;
static std::atomic<int> locals_alive{0};
struct LocalObject {
  int v = 5;
  LocalObject() { locals_alive++; }
  ~LocalObject() { locals_alive--; }
};
static go::local<LocalObject> object;

CASE("go/floating-point",
     "header: a goroutine begins with the default rounding, and each keeps its own over switches",
     "0 0 up up 0", always) {
  volatile double one = 1, three = 3;
  auto rounding = [&] {
    return std::fegetround() == FE_UPWARD ? "up" : std::fegetround() == FE_TONEAREST ? "0" : "?";
  };
  double nearest = one / three;
  std::fesetround(FE_UPWARD);
  auto h = go::spawn([&] {
    std::string s = rounding();
    for (int i = 0; i < 3; i++)
      go::yield();
    return Saw()(s)(one / three == nearest ? "0" : "?");
  });
  for (int i = 0; i < 3; i++)
    go::yield();
  std::string s = h.join();
  std::string mine = rounding(), result = one / three > nearest ? "up" : "?";
  std::fesetround(FE_TONEAREST);
  return Saw()(s)(mine)(result)(rounding());
}
CASE("local/initial", "header: every goroutine has its own, value-initialized", "0", always) {
  return Saw()(go::spawn([] { return *var; }).join());
}
CASE("local/separate", "header: every goroutine has its own", "ok", always) {
  std::atomic<int> bad{0};
  go::wait_group wg;
  for (int i = 1; i <= 50; i++)
    wg.go([&, i] {
      *var = i;
      for (int k = 0; k < 10; k++) {
        go::yield();
        bad += *var != i;
      }
    });
  wg.wait();
  return bad ? "mixed up" : "ok";
}
CASE("local/destroyed", "header: it is destroyed when the goroutine ends", "1 0", exact) {
  auto n0 = locals_alive.load();
  int during = 0;
  go::wait_group wg;
  wg.go([&] { during = object->v == 5 ? locals_alive - n0 : -1; });
  wg.wait();
  settle();
  return Saw()(during)(locals_alive - n0);
}
CASE("local/not-inherited", "header: a new goroutine does not inherit it", "0", always) {
  return Saw()(go::spawn([] {
                 *var = 9;
                 return go::spawn([] { return *var; }).join();
               }).join());
}
CASE("local/two-keys", "header: variables are independent", "1 5", always) {
  return go::spawn([] {
           *var = 1;
           return std::string(Saw()(*var)(object->v));
         })
      .join();
}
CASE("local/recycled", "a goroutine that reuses another's memory does not see its values", "0", always) {
  int bad = 0;
  for (int i = 0; i < 100; i++)
    go::spawn([&] {
      bad += *var != 0;
      *var = 77;
    }).join();
  return Saw()(bad);
}
CASE("local/thread", "header: a foreign thread has its own, too", "0 3", real) {
  int a = -1, b = -1;
  std::thread([&] {
    a = *var;
    *var = 3;
    b = *var;
  }).join();
  return Saw()(a)(b);
}

// ---- wired threads, blocking sections ----------------------------------------------------------------

CASE("thread/locked-stays", "runtime.LockOSThread: the goroutine always executes in that thread", "1", real) {
  std::set<std::thread::id> ids;
  go::wait_group wg;
  wg.go([&] {
    go::lock_os_thread();
    for (int i = 0; i < 50; i++) {
      ids.insert(std::this_thread::get_id());
      if (i % 3)
        go::yield();
      else
        go::sleep_for(100us);
    }
    go::unlock_os_thread();
  });
  for (int i = 0; i < 4; i++)
    wg.go([] {
      for (int k = 0; k < 100; k++)
        go::yield();
    });
  wg.wait();
  return Saw()(ids.size());
}
CASE("thread/locked-exclusive", "runtime.LockOSThread: no other goroutine executes in that thread", "0",
     real) {
  std::atomic<int> intruders{0};
  go::wait_group wg;
  std::thread::id mine;
  std::atomic<bool> locked{false}, stop{false};
  wg.go([&] {
    go::lock_os_thread();
    mine = std::this_thread::get_id();
    locked = true;
    for (int i = 0; i < 30; i++)
      go::sleep_for(100us);
    stop = true;
    go::unlock_os_thread();
  });
  for (int i = 0; i < 4; i++)
    wg.go([&] {
      while (!stop) {
        if (locked && std::this_thread::get_id() == mine && !stop)
          intruders++;
        go::yield();
      }
    });
  wg.wait();
  return Saw()(intruders.load());
}
CASE("thread/locked-channels", "a wired goroutine uses channels", "4950", real) {
  go::chan<int> c;
  go::wait_group wg;
  int sum = 0;
  wg.go([&] {
    go::lock_os_thread();
    for (int v : c)
      sum += v;
    go::unlock_os_thread();
  });
  for (int i = 0; i < 100; i++)
    c.send(i);
  c.close();
  wg.wait();
  return Saw()(sum);
}
CASE("thread/locked-nests", "runtime.LockOSThread: as many calls to UnlockOSThread are needed", "1", real) {
  std::set<std::thread::id> ids;
  go::wait_group wg;
  wg.go([&] {
    go::lock_os_thread(), go::lock_os_thread();
    go::unlock_os_thread();
    for (int i = 0; i < 30; i++) {
      ids.insert(std::this_thread::get_id());
      go::sleep_for(50us);
    }
    go::unlock_os_thread();
  });
  wg.wait();
  return Saw()(ids.size());
}
CASE("thread/locked-exit", "header: a wired goroutine that ends lets its thread go on", "20", real) {
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 20; i++)
    wg.go([&] {
      go::lock_os_thread();
      go::yield();
      n++;
    });
  wg.wait();
  return Saw()(n.load());
}
CASE("thread/two-locked-pingpong", "two wired goroutines", "200", real) {
  go::chan<int> a, b;
  go::go([a, b] {
    go::lock_os_thread();
    for (int v : a)
      b.send(v + 1);
    b.close();
  });
  go::lock_os_thread();
  int v = 0;
  for (int i = 0; i < 200; i++) {
    a.send(v);
    v = *b.recv();
  }
  a.close();
  go::unlock_os_thread();
  return Saw()(v);
}
CASE("thread/blocking-section", "header: others run during a blocking section", "10", real) {
  std::atomic<int> n{0};
  go::wait_group wg;
  std::atomic<bool> over{false};
  for (int i = 0; i < 10; i++)
    wg.go([&] {
      while (!over)
        go::yield();
      n++;
    });
  go::blocking([] { usleep(3000); });
  over = true;
  wg.wait();
  return Saw()(n.load());
}
CASE("thread/blocking-all", "blocking sections on more goroutines than processors do not stop the world",
     "done", real) {
  go::wait_group wg;
  for (int i = 0; i < 8; i++)
    wg.go([] { go::blocking([] { usleep(5000); }); });
  go::sleep_for(1ms);
  wg.wait();
  return "done";
}
CASE("thread/unannounced-block", "header: a thread in a blocking call loses its processor", "woken", real) {
  go::wait_group wg;
  for (unsigned i = 0; i < go::max_procs() + 1; i++)
    wg.go([] { usleep(30000); });
  auto t0 = std::chrono::steady_clock::now();
  go::sleep_for(1ms);
  bool soon = std::chrono::steady_clock::now() - t0 < 10s;
  wg.wait();
  return soon ? "woken" : "late";
}
CASE("thread/hog", "Go 1.14: goroutines are asynchronously preemptible; here a hog loses its processor",
     "woken", real) {
  std::atomic<bool> stop{false};
  go::wait_group wg;
  for (unsigned i = 0; i < go::max_procs(); i++)
    wg.go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  go::sleep_for(1ms);
  stop = true;
  wg.wait();
  return "woken";
}
CASE("thread/foreign-locks", "header: mutex, wait group and sleep from foreign threads", "4", real) {
  go::mutex m;
  int n = 0;
  std::vector<std::thread> t;
  for (int i = 0; i < 4; i++)
    t.emplace_back([&] {
      go::sleep_for(1ms);
      std::lock_guard l(m);
      n++;
    });
  for (auto &x : t)
    x.join();
  return Saw()(n);
}
CASE("thread/foreign-come-and-go", "threads that use the runtime once and end", "200", real) {
  std::atomic<int> n{0};
  for (int i = 0; i < 50; i++) {
    std::vector<std::thread> t;
    for (int k = 0; k < 4; k++)
      t.emplace_back([&] { n += go::spawn([] { return 1; }).join(); });
    for (auto &x : t)
      x.join();
  }
  return Saw()(n.load());
}
