// sync.cc - mutex, rwmutex, wait group, once, condition, semaphore, errgroup.
#include "table.h"

#include <thread>

using namespace table;

// ---- mutex ---------------------------------------------------------------------------------------

CASE("mutex/zero-value", "sync: the zero value for a Mutex is an unlocked mutex", "true false", always) {
  go::mutex m;
  Saw s;
  s(m.try_lock())(m.try_lock());
  m.unlock();
  return s;
}
CASE("mutex/excludes", "sync: Lock blocks until the mutex is available", "10000", always) {
  go::mutex m;
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 20; i++)
    wg.go([&] {
      for (int k = 0; k < 500; k++) {
        std::lock_guard l(m);
        n++;
      }
    });
  wg.wait();
  return Saw()(n);
}
CASE("mutex/blocks", "sync: Lock blocks until the mutex is available", "false true", always) {
  go::mutex m;
  std::atomic<bool> in{false};
  m.lock();
  go::wait_group wg;
  wg.go([&] {
    m.lock();
    in = true;
    m.unlock();
  });
  settle();
  bool before = in;
  m.unlock();
  wg.wait();
  return Saw()(before)(in.load());
}
CASE("mutex/unlock-by-other",
     "sync: it is allowed for one goroutine to lock a Mutex and another to unlock it", "true", always) {
  go::mutex m;
  m.lock();
  go::wait_group wg;
  wg.go([&] { m.unlock(); });
  wg.wait();
  return Saw()(m.try_lock());
}
CASE("mutex/trylock-held", "sync: TryLock reports whether it succeeded", "false true", always) {
  go::mutex m;
  m.lock();
  bool a = m.try_lock();
  m.unlock();
  return Saw()(a)(m.try_lock());
}
CASE("mutex/order", "memory model: the n-th Unlock is synchronized before the m-th Lock for n < m", "42",
     always) {
  go::mutex m;
  int x = 0;
  m.lock();
  go::go([&] {
    x = 42;
    m.unlock();
  });
  m.lock();
  int v = x;
  m.unlock();
  return Saw()(v);
}
CASE("mutex/across-park", "a mutex may be held while its holder blocks", "1 2 3", exact) {
  go::mutex m;
  Saw s;
  go::wait_group wg;
  for (int i = 1; i <= 3; i++) {
    wg.go([&, i] {
      std::lock_guard l(m);
      go::sleep_for(10ms);
      s(i);
    });
    settle();
  }
  wg.wait();
  return s;
}
CASE("mutex/fifo-when-waiting", "sync: waiters are queued in FIFO order", "0 1 2 3 4", exact) {
  go::mutex m;
  Saw s;
  m.lock();
  go::wait_group wg;
  for (int i = 0; i < 5; i++) {
    wg.go([&, i] {
      std::lock_guard l(m);
      s(i);
    });
    settle();
  }
  m.unlock();
  wg.wait();
  return s;
}
CASE("mutex/no-starvation", "sync, Mutex fairness: a waiter of more than 1 ms gets the mutex handed over",
     "got it", always) {
  go::mutex m;
  std::atomic<bool> stop{false};
  go::wait_group wg;
  wg.go([&] { // takes it again and again, keeping it for most of the time
    while (!stop) {
      m.lock();
      go::sleep_for(200us);
      m.unlock();
    }
  });
  settle();
  for (int i = 0; i < 10; i++) {
    go::sleep_for(100us);
    m.lock();
    m.unlock();
  }
  stop = true;
  wg.wait();
  return "got it";
}
CASE("mutex/starving-newcomer-queues",
     "sync, Mutex fairness: in starvation mode new arrivals don't try to acquire the mutex even if it "
     "appears unlocked",
     "waiter", real) {
  go::mutex m;
  std::string who;
  m.lock();
  go::wait_group wg;
  wg.go([&] { // waits for more than 1 ms, is woken, loses against us, waits again, and gets it
    m.lock();
    if (who.empty())
      who = "waiter";
    m.unlock();
  });
  go::sleep_for(3ms);
  for (int i = 0; i < 1000 && who.empty(); i++) {
    m.unlock();
    m.lock(); // barging is allowed until the waiter has seen that it starves
    go::sleep_for(1ms);
  }
  m.unlock();
  wg.wait();
  return who;
}
CASE("mutex/thousand", "a thousand waiters", "1000", always) {
  go::mutex m;
  int n = 0;
  go::wait_group wg;
  m.lock();
  for (int i = 0; i < 1000; i++)
    wg.go([&] {
      std::lock_guard l(m);
      n++;
    });
  settle();
  m.unlock();
  wg.wait();
  return Saw()(n);
}
CASE("mutex/lock-guard-unwinds", "header: Lockable; an exception releases it", "true", always) {
  go::mutex m;
  thrown([&] {
    std::lock_guard l(m);
    throw 1;
  });
  return Saw()(m.try_lock());
}
CASE("mutex/std-lock-two", "header: Lockable, so std::scoped_lock takes two without deadlock", "2000",
     always) {
  go::mutex a, b;
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 2; i++)
    wg.go([&, i] {
      for (int k = 0; k < 1000; k++) {
        std::scoped_lock l(i ? a : b, i ? b : a);
        n++;
      }
    });
  wg.wait();
  return Saw()(n);
}
CASE("mutex/thread", "header: lock calls from a foreign thread block that thread", "3000", real) {
  go::mutex m;
  int n = 0;
  auto work = [&] {
    for (int k = 0; k < 1000; k++) {
      std::lock_guard l(m);
      n++;
    }
  };
  std::thread t(work), u(work);
  go::wait_group wg;
  wg.go(work);
  wg.wait();
  t.join(), u.join();
  return Saw()(n);
}

// ---- rwmutex -------------------------------------------------------------------------------------

CASE("rwmutex/readers-together", "sync: an RWMutex can be held by an arbitrary number of readers", "4",
     exact) {
  go::shared_mutex m;
  int in = 0, most = 0;
  go::wait_group wg;
  for (int i = 0; i < 4; i++)
    wg.go([&] {
      std::shared_lock l(m);
      most = std::max(most, ++in);
      go::sleep_for(10ms);
      in--;
    });
  wg.wait();
  return Saw()(most);
}
CASE("rwmutex/writer-alone", "sync: or by a single writer", "ok 2000", always) {
  go::shared_mutex m;
  long x = 0, y = 0;
  bool ok = true;
  go::wait_group wg;
  for (int i = 0; i < 12; i++)
    wg.go([&, i] {
      for (int k = 0; k < 500; k++)
        if (i % 3 == 0) {
          std::lock_guard l(m);
          x++;
          if (k % 50 == 0)
            go::yield();
          y++;
        } else {
          std::shared_lock l(m);
          if (x != y)
            ok = false;
        }
    });
  wg.wait();
  return Saw()(ok ? "ok" : "torn")(x);
}
CASE("rwmutex/try", "sync: TryLock, TryRLock report success", "true true false false true true false false",
     always) {
  go::shared_mutex m;
  Saw s;
  s(m.try_lock_shared())(m.try_lock_shared())(m.try_lock());
  m.unlock_shared();
  s(m.try_lock());
  m.unlock_shared();
  s(m.try_lock());
  m.unlock();
  s(m.try_lock());
  s(m.try_lock_shared())(m.try_lock());
  m.unlock();
  return s;
}
CASE("rwmutex/writer-waits-for-readers", "sync: Lock blocks until all readers have left", "false false true",
     always) {
  go::shared_mutex m;
  std::atomic<bool> in{false};
  m.lock_shared(), m.lock_shared();
  go::wait_group wg;
  wg.go([&] {
    m.lock();
    in = true;
    m.unlock();
  });
  Saw s;
  settle();
  s(in.load());
  m.unlock_shared();
  settle();
  s(in.load());
  m.unlock_shared();
  wg.wait();
  s(in.load());
  return s;
}
CASE("rwmutex/writer-preference", "sync: a blocked Lock call excludes new readers from acquiring the lock",
     "false true", always) {
  go::shared_mutex m;
  m.lock_shared();
  go::wait_group wg;
  wg.go([&] {
    m.lock();
    m.unlock();
  });
  settle();
  bool reader = m.try_lock_shared();
  m.unlock_shared();
  wg.wait();
  return Saw()(reader)(m.try_lock_shared());
}
CASE("rwmutex/reader-behind-writer", "sync: the new reader goes after the waiting writer", "writer reader",
     exact) {
  go::shared_mutex m;
  Saw s;
  go::wait_group wg;
  m.lock_shared();
  wg.go([&] {
    std::lock_guard l(m);
    s("writer");
  });
  settle();
  wg.go([&] {
    std::shared_lock l(m);
    s("reader");
  });
  settle();
  m.unlock_shared();
  wg.wait();
  return s;
}
CASE("rwmutex/readers-before-next-writer", "sync: Unlock lets the waiting readers in before the next writer",
     "r r w", exact) {
  go::shared_mutex m;
  Saw s;
  go::wait_group wg;
  m.lock();
  for (int i = 0; i < 2; i++)
    wg.go([&] {
      std::shared_lock l(m);
      s("r");
    });
  settle();
  wg.go([&] {
    std::lock_guard l(m);
    s("w");
  });
  settle();
  m.unlock();
  wg.wait();
  return s;
}
CASE("rwmutex/two-writers", "writers exclude each other", "4000", always) {
  go::shared_mutex m;
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 4; i++)
    wg.go([&] {
      for (int k = 0; k < 1000; k++) {
        std::lock_guard l(m);
        n++;
      }
    });
  wg.wait();
  return Saw()(n);
}
CASE("rwmutex/writer-not-starved", "sync: readers that come and go do not keep a writer out", "in", always) {
  go::shared_mutex m;
  std::atomic<bool> stop{false};
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&] {
      while (!stop) {
        std::shared_lock l(m);
        go::sleep_for(300us);
      }
    });
  settle();
  m.lock();
  m.unlock();
  stop = true;
  wg.wait();
  return "in";
}
CASE("rwmutex/unlock-by-other", "sync: as with Mutexes, a locked RWMutex is not associated with a goroutine",
     "true", always) {
  go::shared_mutex m;
  m.lock();
  go::wait_group wg;
  wg.go([&] { m.unlock(); });
  wg.wait();
  m.lock_shared();
  wg.go([&] { m.unlock_shared(); });
  wg.wait();
  return Saw()(m.try_lock());
}

// ---- wait group ------------------------------------------------------------------------------------

CASE("waitgroup/zero", "sync: Wait returns at once when the counter is zero", "ok", always) {
  go::wait_group wg;
  wg.wait();
  return "ok";
}
CASE("waitgroup/waits", "sync: Wait blocks until the counter is zero", "false true", always) {
  go::wait_group wg;
  std::atomic<bool> over{false};
  wg.add(2);
  go::wait_group w2;
  w2.go([&] {
    wg.wait();
    over = true;
  });
  settle();
  wg.done();
  settle();
  bool before = over;
  wg.done();
  w2.wait();
  return Saw()(before)(over.load());
}
CASE("waitgroup/several-waiters", "sync: all goroutines blocked on Wait are released", "6", always) {
  go::wait_group wg, over;
  std::atomic<int> n{0};
  wg.add(1);
  for (int i = 0; i < 6; i++)
    over.go([&] {
      wg.wait();
      n++;
    });
  settle();
  wg.done();
  over.wait();
  return Saw()(n.load());
}
CASE("waitgroup/add-n", "sync: Add adds delta, which may be negative", "ok", always) {
  go::wait_group wg;
  wg.add(5), wg.add(-3), wg.done(), wg.done();
  wg.wait();
  return "ok";
}
CASE("waitgroup/reuse", "sync: it may be reused after all Wait calls have returned", "30", always) {
  go::wait_group wg;
  std::atomic<int> n{0};
  for (int r = 0; r < 3; r++) {
    for (int i = 0; i < 10; i++)
      wg.go([&] { n++; });
    wg.wait();
  }
  return Saw()(n.load());
}
CASE("waitgroup/add-inside", "sync: an Add while the counter is greater than zero may happen at any time",
     "15", always) {
  go::wait_group wg;
  std::atomic<int> n{0};
  for (int i = 0; i < 5; i++)
    wg.go([&] {
      n++;
      for (int k = 0; k < 2; k++)
        wg.go([&] { n++; });
    });
  wg.wait();
  return Saw()(n.load());
}
CASE("waitgroup/order", "memory model: Done is synchronized before the return of the Wait that it unblocks",
     "42", always) {
  go::wait_group wg;
  int x = 0;
  wg.add(1);
  go::go([&] {
    x = 42;
    wg.done();
  });
  wg.wait();
  return Saw()(x);
}
CASE("waitgroup/local-object", "header: the waiter may destroy it as soon as wait returns", "500", always) {
  int n = 0;
  for (int i = 0; i < 500; i++) {
    auto wg = std::make_unique<go::wait_group>();
    wg->add(1);
    go::go([w = wg.get()] { w->done(); });
    wg->wait();
    wg.reset();
    n++;
  }
  return Saw()(n);
}
CASE("waitgroup/thread", "header: a foreign thread waits", "ok", real) {
  go::wait_group wg;
  wg.go([] { go::sleep_for(1ms); });
  std::thread t([&] { wg.wait(); });
  t.join();
  return "ok";
}

// ---- once ------------------------------------------------------------------------------------------

CASE("once/once", "sync: Do calls f if and only if it is called for the first time", "1", always) {
  go::once_flag o;
  int n = 0;
  for (int i = 0; i < 3; i++)
    go::call_once(o, [&] { n++; });
  return Saw()(n);
}
CASE("once/others-wait", "sync: no call to Do returns until the one call to f returns", "8", always) {
  go::once_flag o;
  bool done = false;
  std::atomic<int> saw{0};
  go::wait_group wg;
  for (int i = 0; i < 8; i++)
    wg.go([&] {
      go::call_once(o, [&] {
        go::sleep_for(2ms);
        done = true;
      });
      saw += done;
    });
  wg.wait();
  return Saw()(saw.load());
}
CASE("once/different-function",
     "sync: only the first call's function is invoked, even if f has a different value", "a", always) {
  go::once_flag o;
  std::string s;
  go::call_once(o, [&] { s += "a"; });
  go::call_once(o, [&] { s += "b"; });
  return s;
}
CASE("once/throwing",
     "std::call_once (as in the standard library, not as Go's panicking f): an exception leaves it to the "
     "next caller",
     "boom ran none", always) {
  go::once_flag o;
  bool ran = false;
  Saw s;
  s(thrown([&] { go::call_once(o, [] { throw std::runtime_error("boom"); }); }));
  go::call_once(o, [&] { ran = true; });
  s(ran ? "ran" : "skipped")(thrown([&] { go::call_once(o, [] { throw 1; }); }));
  return s;
}
CASE("once/throwing-while-others-wait",
     "std::call_once: one of the waiting callers runs it after an exception", "1 2", always) {
  go::once_flag o;
  std::atomic<int> threw{0}, ran{0};
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&] {
      try {
        go::call_once(o, [&] {
          go::sleep_for(1ms);
          if (ran++ == 0)
            throw 1;
        });
      } catch (int) {
        threw++;
      }
    });
  wg.wait();
  return Saw()(threw.load())(ran.load());
}
CASE("once/arguments", "std::call_once: arguments are passed on", "5", always) {
  go::once_flag o;
  int n = 0;
  go::call_once(o, [](int &a, int b) { a = b; }, n, 5);
  return Saw()(n);
}
CASE("once/independent", "two flags are independent, also nested", "ab", always) {
  go::once_flag o, p;
  std::string s;
  go::call_once(o, [&] {
    s += "a";
    go::call_once(p, [&] { s += "b"; });
  });
  return s;
}

// ---- condition -------------------------------------------------------------------------------------

CASE("cond/signal-one", "sync: Signal wakes one goroutine waiting on c, if there is any", "1 2 3", exact) {
  go::mutex m;
  go::condition_variable cv;
  int woken = 0;
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&] {
      std::unique_lock l(m);
      cv.wait(l);
      woken++;
    });
  Saw s;
  settle();
  for (int i = 0; i < 3; i++) {
    cv.notify_one();
    settle();
    s(woken);
  }
  wg.wait();
  return s;
}
CASE("cond/signal-fifo", "sync (notifyList): waiters are woken in the order in which they came", "0 1 2 3",
     exact) {
  go::mutex m;
  go::condition_variable cv;
  Saw s;
  go::wait_group wg;
  for (int i = 0; i < 4; i++) {
    wg.go([&, i] {
      std::unique_lock l(m);
      cv.wait(l);
      s(i);
    });
    settle();
  }
  for (int i = 0; i < 4; i++) {
    cv.notify_one();
    settle();
  }
  wg.wait();
  return s;
}
CASE("cond/broadcast", "sync: Broadcast wakes all goroutines waiting on c", "5", always) {
  go::mutex m;
  go::condition_variable cv;
  int woken = 0, waiting = 0;
  go::wait_group wg;
  for (int i = 0; i < 5; i++)
    wg.go([&] {
      std::unique_lock l(m);
      waiting++;
      cv.wait(l);
      woken++;
    });
  for (bool all = false; !all; go::yield()) {
    std::lock_guard l(m);
    all = waiting == 5;
  }
  {
    std::lock_guard l(m); // all five have queued themselves before they let go of the mutex
    cv.notify_all();
  }
  wg.wait();
  return Saw()(woken);
}
CASE("cond/signal-nobody", "sync: a signal without a waiter is not remembered", "timeout", exact) {
  go::mutex m;
  go::condition_variable cv;
  cv.notify_one(), cv.notify_all();
  std::unique_lock l(m);
  return cv.wait_for(l, 5ms) == go::cv_status::timeout ? "timeout" : "woken";
}
CASE("cond/wait-unlocks", "sync: Wait atomically unlocks c.L and suspends", "true", always) {
  go::mutex m;
  go::condition_variable cv;
  bool go_on = false;
  go::wait_group wg;
  wg.go([&] {
    std::unique_lock l(m);
    cv.wait(l, [&] { return go_on; });
  });
  settle();
  bool free = m.try_lock();
  go_on = true;
  if (free)
    m.unlock();
  cv.notify_one();
  wg.wait();
  return Saw()(free);
}
CASE("cond/wait-relocks", "sync: after resuming, Wait locks c.L before returning", "false", always) {
  go::mutex m;
  go::condition_variable cv;
  bool go_on = false, could = true;
  go::wait_group wg;
  wg.go([&] {
    std::unique_lock l(m);
    cv.wait(l, [&] { return go_on; });
    could = m.try_lock();
  });
  {
    std::lock_guard l(m);
    go_on = true;
  }
  cv.notify_one();
  wg.wait();
  return Saw()(could);
}
CASE("cond/queue", "sync: the usual bounded queue with two conditions", "4950", always) {
  go::mutex m;
  go::condition_variable not_full, not_empty;
  std::vector<int> q;
  int sum = 0;
  go::wait_group wg;
  wg.go([&] {
    for (int i = 0; i < 100; i++) {
      std::unique_lock l(m);
      not_full.wait(l, [&] { return q.size() < 3; });
      q.push_back(i);
      not_empty.notify_one();
    }
  });
  wg.go([&] {
    for (int i = 0; i < 100; i++) {
      std::unique_lock l(m);
      not_empty.wait(l, [&] { return !q.empty(); });
      sum += q.front();
      q.erase(q.begin());
      not_full.notify_one();
    }
  });
  wg.wait();
  return Saw()(sum);
}
CASE("cond/wait-for-timeout",
     "std::condition_variable: wait_for with a predicate returns its value after the time-out", "false 10",
     exact) {
  go::mutex m;
  go::condition_variable cv;
  std::unique_lock l(m);
  auto t0 = go::now();
  bool r = cv.wait_for(l, 10ms, [] { return false; });
  return Saw()(r)((go::now() - t0) / 1ms);
}
CASE("cond/wait-for-signalled", "std::condition_variable: no_timeout when notified in time", "no_timeout 5",
     exact) {
  go::mutex m;
  go::condition_variable cv;
  go::go([&] {
    go::sleep_for(5ms);
    cv.notify_one();
  });
  std::unique_lock l(m);
  auto t0 = go::now();
  auto r = cv.wait_for(l, 50ms);
  return Saw()(r == go::cv_status::no_timeout ? "no_timeout" : "timeout")((go::now() - t0) / 1ms);
}
CASE("cond/timeout-leaves-queue", "a waiter that timed out does not swallow the next signal", "woken",
     exact) {
  go::mutex m;
  go::condition_variable cv;
  std::string r = "lost";
  go::wait_group wg;
  wg.go([&] {
    std::unique_lock l(m);
    cv.wait_for(l, 5ms);
  });
  settle();
  wg.go([&] {
    std::unique_lock l(m);
    if (cv.wait_for(l, 100ms) == go::cv_status::no_timeout)
      r = "woken";
  });
  go::sleep_for(20ms);
  cv.notify_one();
  wg.wait();
  return r;
}

// ---- semaphore, errgroup ---------------------------------------------------------------------------

CASE("semaphore/counts", "std::counting_semaphore: acquire takes a unit, try_acquire does not block",
     "true true false", always) {
  go::counting_semaphore<> s(2);
  Saw w;
  w(s.try_acquire())(s.try_acquire())(s.try_acquire());
  return w;
}
CASE("semaphore/release-wakes", "std::counting_semaphore: release(n) wakes up to n waiters", "2 3", exact) {
  go::counting_semaphore<> s(0);
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&] {
      s.acquire();
      n++;
    });
  settle();
  s.release(2);
  settle();
  Saw w;
  w(n);
  s.release();
  wg.wait();
  w(n);
  return w;
}
CASE("semaphore/fifo", "header: FIFO", "0 1 2", exact) {
  go::counting_semaphore<> s(0);
  Saw w;
  go::wait_group wg;
  for (int i = 0; i < 3; i++) {
    wg.go([&, i] {
      s.acquire();
      w(i);
    });
    settle();
  }
  for (int i = 0; i < 3; i++) {
    s.release();
    settle();
  }
  wg.wait();
  return w;
}
CASE("semaphore/timeout", "std::counting_semaphore: try_acquire_for gives up", "false 10 true", exact) {
  go::counting_semaphore<> s(0);
  auto t0 = go::now();
  Saw w;
  w(s.try_acquire_for(10ms))((go::now() - t0) / 1ms);
  s.release();
  w(s.try_acquire_for(10ms));
  return w;
}
CASE("semaphore/timeout-keeps-units", "a waiter that timed out takes no unit later", "true", exact) {
  go::counting_semaphore<> s(0);
  s.try_acquire_for(1ms);
  s.release();
  return Saw()(s.try_acquire());
}
CASE("semaphore/limits", "at most n inside", "2", exact) {
  go::counting_semaphore<> s(2);
  int in = 0, most = 0;
  go::wait_group wg;
  for (int i = 0; i < 10; i++)
    wg.go([&] {
      s.acquire();
      most = std::max(most, ++in);
      go::sleep_for(1ms);
      in--;
      s.release();
    });
  wg.wait();
  return Saw()(most);
}
CASE("errgroup/no-error", "errgroup: Wait returns nil when all functions did", "none 10", always) {
  go::errgroup g;
  std::atomic<int> n{0};
  for (int i = 0; i < 10; i++)
    g.go([&] { n++; });
  std::string e = thrown([&] { g.wait(); });
  return Saw()(e)(n.load());
}
CASE("errgroup/first-error", "errgroup: Wait returns the first non-nil error", "first", exact) {
  go::errgroup g;
  for (int i = 3; i >= 1; i--)
    g.go([i] {
      go::sleep_for(i * 10ms);
      throw std::runtime_error(i == 1 ? "first" : "later");
    });
  return thrown([&] { g.wait(); });
}
CASE("errgroup/waits-for-all", "errgroup: Wait blocks until all function calls have returned", "boom 5",
     exact) {
  go::errgroup g;
  std::atomic<int> n{0};
  g.go([] { throw std::runtime_error("boom"); });
  for (int i = 0; i < 5; i++)
    g.go([&] {
      go::sleep_for(10ms);
      n++;
    });
  std::string e = thrown([&] { g.wait(); });
  return Saw()(e)(n.load());
}
CASE("errgroup/limit",
     "errgroup, SetLimit: Go blocks until a goroutine can be added without exceeding the limit", "3", exact) {
  go::errgroup g(3);
  int in = 0, most = 0;
  for (int i = 0; i < 12; i++)
    g.go([&] {
      most = std::max(most, ++in);
      go::sleep_for(1ms);
      in--;
    });
  g.wait();
  return Saw()(most);
}
CASE("errgroup/empty", "errgroup: Wait on a zero Group returns at once", "none", always) {
  go::errgroup g;
  return thrown([&] { g.wait(); });
}
