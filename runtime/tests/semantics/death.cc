// death.cc - what ends a process: deadlocks, uncaught exceptions, misuse; main's return.
#include "table.h"

#include <thread>

using namespace table;

#define ASLEEP "2: all goroutines are asleep - deadlock!"

CASE("deadlock/recv", "Go: all goroutines are asleep (a receive that nobody answers)",
     ASLEEP " ... goroutine 1 [chan receive]", death) {
  go::chan<int>().recv();
  return "";
}
CASE("deadlock/send", "Go: all goroutines are asleep (send)", ASLEEP " ... goroutine 1 [chan send]", death) {
  go::chan<int>().send(1);
  return "";
}
CASE("deadlock/nil-recv", "Go: all goroutines are asleep (nil channel)", ASLEEP " ... [chan (nil chan)]",
     death) {
  go::chan<int>(nullptr).recv();
  return "";
}
CASE("deadlock/nil-send", "Go: all goroutines are asleep (nil channel)", ASLEEP " ... [chan (nil chan)]",
     death) {
  go::chan<int>(nullptr).send(1);
  return "";
}
CASE("deadlock/empty-select", "spec, Select statements: a select without cases blocks forever",
     ASLEEP " ... [select (no cases)]", death) {
  go::select();
  return "";
}
CASE("deadlock/select", "Go: all goroutines are asleep (select)", ASLEEP " ... [select]", death) {
  go::chan<int> a, b;
  go::select(go::on_recv(a, nothing), go::on_send(b, 1));
  return "";
}
CASE("deadlock/range", "Go: ranging over a channel that nobody closes", ASLEEP, death) {
  go::chan<int> c(1);
  c.send(1);
  for (int v : c)
    (void)v;
  return "";
}
CASE("deadlock/mutex", "sync: locking a mutex twice", ASLEEP " ... [mutex lock]", death) {
  go::mutex m;
  m.lock(), m.lock();
  return "";
}
CASE("deadlock/rwmutex-recursive", "sync: recursive read locking with a writer in between",
     ASLEEP " ... [rwmutex lock]", death) {
  go::shared_mutex m;
  m.lock_shared();
  go::go([&] { m.lock(); });
  settle();
  m.lock_shared();
  return "";
}
CASE("deadlock/waitgroup", "Go: waiting for a done that never comes", ASLEEP " ... [wait_group wait]",
     death) {
  go::wait_group wg;
  wg.add(1);
  wg.wait();
  return "";
}
CASE("deadlock/semaphore", "Go: all goroutines are asleep (semaphore)", ASLEEP " ... [semacquire]", death) {
  go::counting_semaphore<> s(0);
  s.acquire();
  return "";
}
CASE("deadlock/cond", "Go: all goroutines are asleep (condition)", ASLEEP, death) {
  go::mutex m;
  go::condition_variable cv;
  std::unique_lock l(m);
  cv.wait(l);
  return "";
}
CASE("deadlock/once-recursive", "sync: if f calls Do, it will deadlock", ASLEEP, death) {
  go::once_flag o;
  go::call_once(o, [&] { go::call_once(o, [] {}); });
  return "";
}
CASE("deadlock/two-mutexes", "Go: two goroutines that wait for each other",
     ASLEEP " ... [mutex lock] ... [mutex lock]", death) {
  go::mutex a, b;
  go::wait_group wg;
  wg.go([&] {
    a.lock();
    settle();
    b.lock();
  });
  wg.go([&] {
    b.lock();
    settle();
    a.lock();
  });
  wg.wait();
  return "";
}
CASE("deadlock/after-timers", "a deadlock is found when the last timer has fired", ASLEEP, death) {
  go::chan<int> c;
  go::go([] { go::sleep_for(5ms); });
  c.recv();
  return "";
}
CASE("deadlock/other-procs", "a deadlock is found with several processors", ASLEEP, death) {
  go::set_max_procs(4);
  go::chan<int> c;
  for (int i = 0; i < 10; i++)
    go::go([c] { c.recv(); });
  c.recv();
  return "";
}
CASE("deadlock/locked-thread", "a deadlock is found although main is wired to its thread", ASLEEP, death) {
  go::lock_os_thread();
  go::chan<int>().recv();
  return "";
}
CASE("deadlock/virtual", "a deadlock is found on the virtual clock", ASLEEP, death) {
  go_test_mode(1);
  go::go([] { go::sleep_for(1h); });
  go::chan<int>().recv();
  return "";
}
CASE("deadlock/lists-all", "the report has the stacks of all goroutines and where they were started",
     ASLEEP " ... goroutine 1 ... goroutine ... created by", death) {
  go::chan<int> c;
  go::go([c] { c.recv(); });
  c.recv();
  return "";
}
CASE("deadlock/not-with-timer", "a goroutine that sleeps is no deadlock", "0: ", death) {
  go::chan<int> c;
  go::go([c] {
    go::sleep_for(20ms);
    c.send(1);
  });
  c.recv();
  return "";
}
CASE("deadlock/not-with-thread", "a foreign thread may still wake somebody", "0: ", death) {
  go::chan<int> c;
  std::thread t([c] {
    std::this_thread::sleep_for(20ms);
    c.send(1);
  });
  c.recv();
  t.join();
  return "";
}
CASE("deadlock/not-with-socket", "a goroutine that waits for a descriptor is no deadlock", "0: ", death) {
  auto l = go::net::listen("tcp", "127.0.0.1:0");
  l.set_deadline(go::now() + 20ms);
  thrown([&] { l.accept(); });
  return "";
}

CASE("panic/uncaught", "Go: an uncaught panic ends the program with code 2, the value and the goroutine",
     "2: panic: boom ... goroutine ... [running]", death) {
  go::go([] { throw std::runtime_error("boom"); });
  go::chan<int>().recv();
  return "";
}
CASE("panic/created-by", "Go: and where the goroutine was started", "2: panic: boom ... created by", death) {
  go::go([] { throw std::runtime_error("boom"); });
  go::chan<int>().recv();
  return "";
}
CASE("panic/not-std", "an exception of another type", "2: panic: exception of unknown type", death) {
  go::go([] { throw 5; });
  go::chan<int>().recv();
  return "";
}
CASE("panic/in-wait-group", "an exception leaves wait_group::go's function", "2: panic: boom", death) {
  go::wait_group wg;
  wg.go([] { throw std::runtime_error("boom"); });
  wg.wait();
  return "";
}
CASE("panic/send-on-closed", "Go: panic: send on closed channel", "2: panic: channel is closed", death) {
  go::chan<int> c;
  c.close();
  go::go([c] { c.send(1); });
  settle();
  go::chan<int>().recv();
  return "";
}
CASE("panic/handler", "header: on_panic is called with the text first", "2: handler: boom ... panic: boom",
     death) {
  go_on_panic([](const char *t) { std::fprintf(stderr, "handler: %s\n", t); });
  go::go([] { throw std::runtime_error("boom"); });
  go::chan<int>().recv();
  return "";
}
CASE("panic/others-die", "Go: the program dies although other goroutines run", "2: panic: boom", death) {
  for (int i = 0; i < 4; i++)
    go::go([] {
      for (;;)
        go::yield();
    });
  go::go([] { throw std::runtime_error("boom"); });
  for (;;)
    go::yield();
  return "";
}
CASE("misuse/close-nil", "spec, Close: closing a nil channel is an error", "2: close of nil channel", death) {
  go::chan<int>(nullptr).close();
  return "";
}
CASE("misuse/unlock", "sync: fatal error: unlock of unlocked mutex", "2: unlock of unlocked mutex", death) {
  go::mutex m;
  m.unlock();
  return "";
}
CASE("misuse/unlock-twice", "sync: fatal error: unlock of unlocked mutex", "2: unlock of unlocked mutex",
     death) {
  go::mutex m;
  m.lock(), m.unlock(), m.unlock();
  return "";
}
CASE("misuse/runlock", "sync: fatal error: RUnlock of unlocked RWMutex", "2: runlock of unlocked rwmutex",
     death) {
  go::shared_mutex m;
  m.unlock_shared();
  return "";
}
CASE("misuse/runlock-write-locked", "sync: RUnlock of a write-locked RWMutex",
     "2: runlock of unlocked rwmutex", death) {
  go::shared_mutex m;
  m.lock();
  m.unlock_shared();
  return "";
}
CASE("misuse/rw-unlock", "sync: fatal error: Unlock of unlocked RWMutex", "2: unlock of unlocked rwmutex",
     death) {
  go::shared_mutex m;
  m.unlock();
  return "";
}
CASE("misuse/waitgroup-negative", "sync: panic: negative WaitGroup counter", "2: negative wait_group counter",
     death) {
  go::wait_group wg;
  wg.done();
  return "";
}
CASE("misuse/waitgroup-negative-later", "sync: more dones than adds", "2: negative wait_group counter",
     death) {
  go::wait_group wg;
  wg.add(2);
  wg.done(), wg.done(), wg.done();
  return "";
}
CASE("exit/main-returns",
     "spec, Program execution: when main returns the program exits, it does not wait for other goroutines",
     "0: ", death) {
  for (int i = 0; i < 10; i++)
    go::go([] {
      for (;;)
        go::yield();
    });
  go::go([] { go::sleep_for(1h); });
  go::go([] { go::chan<int>().recv(); });
  settle();
  return "";
}
CASE("exit/hog", "also with a goroutine that computes", "0: ", death) {
  go::go([] {
    for (std::atomic<int> i{0};; i.fetch_add(1, std::memory_order_relaxed)) {
    }
  });
  settle();
  return "";
}
CASE("exit/code", "std::exit from a goroutine", "7: ", death) {
  go::go([] { std::exit(7); });
  go::chan<int>().recv();
  return "";
}
// Goroutines that end the process with code 3 if they go on after `gone`.
static void use_until(const std::atomic<bool> &gone) {
  for (int i = 0; i < 4; i++)
    go::go([&gone] {
      for (;;) {
        bool late = gone; // may be: a goroutine stops at its next call of the runtime
        go::yield();
        if (late)
          std::_Exit(3);
      }
    });
  settle();
}
CASE("exit/static-destructors", "header: goroutines stop before static destructors run", "0: destroyed",
     death) {
  static struct Shared {
    std::atomic<bool> gone{false};
    ~Shared() {
      gone = true;
      std::this_thread::sleep_for(5ms);
      std::fprintf(stderr, "destroyed\n");
    }
  } shared;
  use_until(shared.gone);
  return "";
}
// Computes without a call of the runtime, so that the processor goes to others.
static void compute(std::chrono::milliseconds d) {
  auto end = std::chrono::steady_clock::now() + d;
  while (std::chrono::steady_clock::now() < end) {
  }
}
// Goroutines that keep every processor.
static void occupy() {
  for (int i = 0; i < 8; i++)
    go::go([] {
      for (;;) {
        compute(3ms);
        go::yield();
      }
    });
  go::yield();
}
CASE("exit/destructor-calls",
     "C++: a destructor of static storage may use what lives; main had lost its P when it returned",
     "0: destroyed", death) {
  static struct Shared {
    go::mutex m;
    go::chan<int> c{1};
    ~Shared() {
      {
        std::lock_guard l(m);
        c.send(1);
      }
      go::yield();
      go::blocking([] { std::this_thread::sleep_for(1ms); });
      go::sleep_for(1ms);
      c.close();
      std::fprintf(stderr, "destroyed\n");
    }
  } shared;
  occupy();
  compute(60ms);
  return "";
}
CASE("exit/destructor-waits", "a destructor that waits for goroutines, which have stopped, is told so",
     "2: a destructor or exit handler waits, but goroutines stopped when main returned ... goroutine 1 [chan "
     "receive]",
     death) {
  static struct Shared {
    go::chan<int> c;
    ~Shared() { c.recv(); }
  } shared;
  go::go([] {
    for (;;)
      go::yield();
  });
  settle();
  return "";
}
CASE("exit/unknown-thread",
     "std::exit from a thread that never called the runtime: goroutines stop all the same", "5: destroyed",
     death) {
  static struct Shared {
    std::atomic<bool> gone{false};
    ~Shared() {
      gone = true;
      go::mutex().lock();
      std::this_thread::sleep_for(5ms);
      std::fprintf(stderr, "destroyed\n");
    }
  } shared;
  use_until(shared.gone);
  std::thread([] { std::exit(5); }).join();
  return "";
}
CASE("exit/late-main", "main calls the runtime when other threads' goroutines already keep all processors",
     "7: ", death) {
  std::thread([] {
    for (int i = 0; i < 64; i++)
      go::go([] {
        for (;;) {
          compute(3ms);
          go::yield();
        }
      });
    compute(20ms);
  }).join();
  for (int i = 0; i < 10; i++)
    go::yield();
  std::exit(7);
}
