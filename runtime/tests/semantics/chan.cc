// chan.cc - channels: nil, closed, unbuffered, buffered, range, order, ownership.
#include "table.h"

#include <thread>

using namespace table;
using ch = go::chan<int>;

// ---- nil channels ------------------------------------------------------------------------------

CASE("chan/nil-len-cap", "spec, Length and capacity: len and cap of a nil channel are 0", "0 0", always) {
  ch c(nullptr);
  return Saw()(c.len())(c.cap());
}
CASE("chan/nil-send-blocks", "spec, Send statements: a send on a nil channel blocks forever", "blocked",
     always) {
  bool sent = false;
  ch c(nullptr);
  go::chan<int> quit;
  go::go(
      [&sent, c, quit] { go::select(go::on_send(c, 1, [&] { sent = true; }), go::on_recv(quit, nothing)); });
  settle();
  std::string r = sent ? "sent" : "blocked";
  quit.close();
  settle();
  return r;
}
CASE("chan/nil-recv-blocks", "spec, Receive operator: receiving from a nil channel blocks forever", "blocked",
     always) {
  bool got = false;
  ch c(nullptr);
  go::chan<int> quit;
  go::go(
      [&got, c, quit] { go::select(go::on_recv(c, [&](auto) { got = true; }), go::on_recv(quit, nothing)); });
  settle();
  std::string r = got ? "received" : "blocked";
  quit.close();
  settle();
  return r;
}
CASE("chan/nil-try", "a send or receive with a default on a nil channel takes the default", "false closed",
     always) {
  ch c(nullptr);
  bool sent = c.try_send(1);
  return Saw()(sent)(show(c.try_recv()));
}
CASE("chan/nil-equality",
     "spec, Comparison operators: channels are equal if made by the same call to make or both nil",
     "true false true", always) {
  ch a(nullptr), b(nullptr), c, d = c;
  return Saw()(a == b)(a == c)(c == d);
}
CASE("chan/different-not-equal", "spec, Comparison operators: two calls to make give different channels",
     "false", always) {
  return Saw()(ch() == ch());
}

// ---- closed channels ---------------------------------------------------------------------------

CASE("chan/closed-recv",
     "spec, Close: receiving from a closed channel returns the zero value without blocking",
     "closed closed closed", always) {
  ch c;
  c.close();
  return Saw()(show(c.recv()))(show(c.recv()))(show(c.recv()));
}
CASE("chan/closed-drains-first",
     "spec, Close: after any previously sent values have been received, receives return the zero value",
     "1 2 closed", always) {
  ch c(4);
  c.send(1), c.send(2);
  c.close();
  Saw s;
  s(show(c.recv()))(show(c.recv()))(show(c.recv()));
  return s;
}
CASE("chan/closed-send", "spec, Send statements: a send on a closed channel causes a run-time panic",
     "closed_error", always) {
  ch c(1);
  c.close();
  return thrown([&] { c.send(1); });
}
CASE("chan/closed-send-full", "spec, Send statements: the panic comes although the buffer is full",
     "closed_error", always) {
  ch c(1);
  c.send(1);
  c.close();
  return thrown([&] { c.send(1); });
}
CASE("chan/closed-try-send",
     "spec, Select statements: a send case on a closed channel panics, it does not take the default",
     "closed_error", always) {
  ch c;
  c.close();
  return thrown([&] { c.try_send(1); });
}
CASE("chan/close-twice", "spec, Close: closing a closed channel causes a run-time panic", "none closed_error",
     always) {
  ch c;
  Saw s;
  s(thrown([&] { c.close(); }))(thrown([&] { c.close(); }));
  return s;
}
CASE("chan/close-keeps-len", "len counts what is still to be received after close", "2 2", always) {
  ch c(4);
  c.send(1), c.send(2);
  auto before = c.len();
  c.close();
  return Saw()(before)(c.len());
}
CASE("chan/close-wakes-receivers", "spec, Close: receivers blocked at the close return the zero value", "5",
     always) {
  ch c;
  int woken = 0;
  go::wait_group wg;
  go::mutex m;
  for (int i = 0; i < 5; i++)
    wg.go([&] {
      if (!c.recv()) {
        std::lock_guard l(m);
        woken++;
      }
    });
  settle();
  c.close();
  wg.wait();
  return Saw()(woken);
}
CASE("chan/close-wakes-senders", "spec, Send statements: senders blocked at the close panic", "4 0", always) {
  ch c;
  std::atomic<int> failed{0}, fine{0};
  go::wait_group wg;
  for (int i = 0; i < 4; i++)
    wg.go([&] { (thrown([&] { c.send(1); }) == "closed_error" ? failed : fine)++; });
  settle();
  c.close();
  wg.wait();
  return Saw()(failed.load())(fine.load());
}
CASE("chan/close-blocked-sender-full",
     "spec, Close: a sender blocked on a full buffer panics at the close, the buffered value remains",
     "closed_error 7 closed", always) {
  ch c(1);
  c.send(7);
  std::string e;
  go::wait_group wg;
  wg.go([&] { e = thrown([&] { c.send(8); }); });
  settle();
  c.close();
  wg.wait();
  Saw s;
  s(e)(show(c.recv()))(show(c.recv()));
  return s;
}
CASE("chan/close-order",
     "memory model: the closing of a channel is synchronized before a receive that returns because it is "
     "closed",
     "42", always) {
  ch c;
  int x = 0;
  go::go([&x, c] {
    x = 42;
    c.close();
  });
  c.recv();
  return Saw()(x);
}

// ---- unbuffered --------------------------------------------------------------------------------

CASE("chan/unbuffered-rendezvous",
     "spec, Channel types: without a buffer communication succeeds only when both sides are ready",
     "false true", always) {
  ch c;
  std::atomic<bool> sent{false};
  go::wait_group wg;
  wg.go([&] {
    c.send(1);
    sent = true;
  });
  settle();
  bool before = sent;
  c.recv();
  wg.wait();
  return Saw()(before)(sent.load());
}
CASE("chan/unbuffered-len-cap", "spec, Channel types: capacity zero or absent is unbuffered", "0 0", always) {
  ch c;
  return Saw()(c.len())(c.cap());
}
CASE("chan/unbuffered-len-with-sender",
     "spec, Length: len is the number of elements queued in the buffer, not of waiting senders", "0",
     always) {
  ch c;
  go::go([c] { c.send(1); });
  settle();
  auto n = c.len();
  c.recv();
  return Saw()(n);
}
CASE("chan/unbuffered-try-send", "spec, Select statements: no receiver, so the default is taken", "false",
     always) {
  return Saw()(ch().try_send(1));
}
CASE("chan/unbuffered-try-send-receiver", "a non-blocking send succeeds when a receiver waits", "true 5",
     always) {
  ch c, r(1);
  go::go([c, r] { r.send(*c.recv()); });
  settle();
  bool ok = c.try_send(5);
  return Saw()(ok)(*r.recv());
}
CASE("chan/unbuffered-try-recv-sender", "a non-blocking receive succeeds when a sender waits", "5", always) {
  ch c;
  go::go([c] { c.send(5); });
  settle();
  return show(c.try_recv());
}
CASE("chan/unbuffered-senders-fifo", "runtime: blocked senders are served in the order in which they came",
     "0 1 2 3 4", exact) {
  ch c;
  for (int i = 0; i < 5; i++) {
    go::go([c, i] { c.send(i); });
    settle();
  }
  Saw s;
  for (int i = 0; i < 5; i++)
    s(*c.recv());
  return s;
}
CASE("chan/unbuffered-receivers-fifo",
     "runtime: blocked receivers are served in the order in which they came", "0:10 1:11 2:12", exact) {
  ch c;
  std::vector<std::string> got(3);
  for (int i = 0; i < 3; i++) {
    go::go([&got, c, i] { got[std::size_t(i)] = std::to_string(i) + ":" + std::to_string(*c.recv()); });
    settle();
  }
  for (int i = 0; i < 3; i++)
    c.send(10 + i);
  settle();
  return Saw()(got[0])(got[1])(got[2]);
}
CASE("chan/unbuffered-recv-before-send-done",
     "memory model: a receive from an unbuffered channel is synchronized before the completion of the send",
     "42", always) {
  ch c;
  int x = 0;
  go::go([&x, c] {
    x = 42;
    c.recv();
  });
  c.send(0);
  return Saw()(x);
}
CASE("chan/send-before-recv",
     "memory model: a send is synchronized before the completion of the corresponding receive", "42",
     always) {
  ch c(1);
  int x = 0;
  go::go([&x, c] {
    x = 42;
    c.send(0);
  });
  c.recv();
  return Saw()(x);
}
CASE("chan/pingpong", "alternation over two unbuffered channels", "1000", always) {
  ch a, b;
  go::go([a, b] {
    for (int v : a)
      b.send(v + 1);
  });
  int v = 0;
  for (int i = 0; i < 1000; i++) {
    a.send(v);
    v = *b.recv();
  }
  a.close();
  return Saw()(v);
}

// ---- buffered ----------------------------------------------------------------------------------

CASE("chan/literal-zero", "header: chan<T>(0) is an unbuffered channel, not a nil one", "true 0", always) {
  ch c(0);
  return Saw()(bool(c))(c.cap());
}
CASE("chan/buffered-len-cap", "spec, Length and capacity: elements queued, buffer size", "0 3 2 3", always) {
  ch c(3);
  Saw s;
  s(c.len())(c.cap());
  c.send(1), c.send(2);
  s(c.len())(c.cap());
  return s;
}
CASE("chan/buffered-no-block",
     "spec, Channel types: a send succeeds without blocking if the buffer is not full", "3", always) {
  ch c(3);
  c.send(1), c.send(2), c.send(3);
  return Saw()(c.len());
}
CASE("chan/buffered-full-blocks",
     "spec, Send statements: a send on a buffered channel proceeds when there is room", "false true",
     always) {
  ch c(1);
  c.send(1);
  std::atomic<bool> sent{false};
  go::wait_group wg;
  wg.go([&] {
    c.send(2);
    sent = true;
  });
  settle();
  bool before = sent;
  c.recv();
  wg.wait();
  return Saw()(before)(sent.load());
}
CASE("chan/buffered-try", "a full buffer and an empty buffer take the default", "true false 1 closed",
     always) {
  ch c(1);
  Saw s;
  s(c.try_send(1))(c.try_send(2))(show(c.try_recv()))(show(c.try_recv()));
  return s;
}
CASE("chan/buffered-fifo", "spec, Channel types: channels act as first-in-first-out queues", "1 2 3 4 5 6",
     always) {
  ch c(4);
  Saw s;
  for (int i = 1; i <= 4; i++)
    c.send(i);
  s (*c.recv())(*c.recv());
  c.send(5), c.send(6);
  for (int i = 0; i < 4; i++)
    s(*c.recv());
  return s;
}
CASE("chan/buffered-blocked-sender-last", "a blocked sender's value comes behind the buffered ones", "1 2 3",
     exact) {
  ch c(2);
  c.send(1), c.send(2);
  go::go([c] { c.send(3); });
  settle();
  Saw s;
  s (*c.recv()) (*c.recv())(*c.recv());
  return s;
}
CASE("chan/buffered-len-stays-full", "a receive that lets a blocked sender in leaves the buffer full",
     "2 2 1", exact) {
  ch c(2);
  c.send(1), c.send(2);
  go::go([c] { c.send(3); });
  settle();
  Saw s;
  s(c.len());
  c.recv();
  s(c.len());
  c.recv();
  s(c.len());
  return s;
}
CASE("chan/buffered-receiver-direct", "a value for a waiting receiver does not stay in the buffer", "0 9",
     always) {
  ch c(4), r(1);
  go::go([c, r] { r.send(*c.recv()); });
  settle();
  c.send(9);
  auto n = c.len();
  return Saw()(n)(*r.recv());
}
CASE("chan/buffered-semaphore",
     "memory model: the k-th receive is synchronized before the completion of the (k+C)-th send", "3",
     always) {
  ch c(3);
  std::atomic<int> in{0}, most{0};
  go::wait_group wg;
  for (int i = 0; i < 20; i++)
    wg.go([&] {
      c.send(1);
      int n = ++in, m = most;
      while (n > m && !most.compare_exchange_weak(m, n)) {
      }
      while (most < 3) // the first three wait for each other
        go::yield();
      go::sleep_for(100us);
      in--;
      c.recv();
    });
  wg.wait();
  return Saw()(most.load());
}
CASE("chan/cap-one-mutex", "a channel of capacity one is a lock", "4000", always) {
  ch c(1);
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 8; i++)
    wg.go([&] {
      for (int k = 0; k < 500; k++) {
        c.send(1);
        n++;
        c.recv();
      }
    });
  wg.wait();
  return Saw()(n);
}
CASE("chan/buffered-wraps", "the ring is used round and round", "49995000", always) {
  ch c(7);
  long sum = 0;
  go::go([c] {
    for (int i = 0; i < 10000; i++)
      c.send(i);
    c.close();
  });
  int last = -1;
  bool order = true;
  for (int v : c)
    sum += v, order &= v == last + 1, last = v;
  return Saw()(order ? sum : -1);
}

// ---- range -------------------------------------------------------------------------------------

CASE("chan/range", "spec, For range: the values sent until the channel is closed", "0 1 2", always) {
  ch c;
  go::go([c] {
    for (int i = 0; i < 3; i++)
      c.send(i);
    c.close();
  });
  Saw s;
  for (int v : c)
    s(v);
  return s;
}
CASE("chan/range-closed-empty", "spec, For range: no iteration on a closed empty channel", "0", always) {
  ch c;
  c.close();
  int n = 0;
  for (int v : c)
    n += 1 + v;
  return Saw()(n);
}
CASE("chan/range-drains", "spec, For range: what is buffered at the close is still delivered", "1 2",
     always) {
  ch c(2);
  c.send(1), c.send(2);
  c.close();
  Saw s;
  for (int v : c)
    s(v);
  return s;
}
CASE("chan/range-break", "leaving the loop takes no further value", "1 1", always) {
  ch c(2);
  c.send(1), c.send(2);
  Saw s;
  for (int v : c) {
    s(v);
    break;
  }
  s(c.len());
  return s;
}
CASE("chan/range-two-receivers", "each value goes to exactly one receiver", "100 4950", always) {
  ch c;
  std::atomic<int> n{0}, sum{0};
  go::wait_group wg;
  for (int i = 0; i < 2; i++)
    wg.go([&] {
      for (int v : c)
        n++, sum += v;
    });
  for (int i = 0; i < 100; i++)
    c.send(i);
  c.close();
  wg.wait();
  return Saw()(n.load())(sum.load());
}

// ---- elements ----------------------------------------------------------------------------------

struct Empty {};
CASE("chan/empty-struct", "elements of size zero are counted", "3 true true true false", always) {
  go::chan<Empty> c(3);
  c.send({}), c.send({}), c.send({});
  Saw s;
  s(c.len());
  c.close();
  for (int i = 0; i < 4; i++)
    s(c.recv().has_value());
  return s;
}
struct Big {
  char b[4096];
};
CASE("chan/large-element", "spec: a value is copied whole", "x y", always) {
  go::chan<Big> c;
  go::go([c] {
    Big b;
    std::memset(b.b, 'x', sizeof b.b);
    b.b[4095] = 'y';
    c.send(b);
  });
  Big b = *c.recv();
  return Saw()(b.b[0])(b.b[4095]);
}
CASE("chan/channel-of-channels", "spec, Channel types: the element may be a channel", "7", always) {
  go::chan<ch> cc;
  go::go([cc] {
    for (ch r : cc)
      r.send(7);
  });
  ch reply;
  cc.send(reply);
  int v = *reply.recv();
  cc.close();
  return Saw()(v);
}
CASE("chan/directional-copy", "copies of a channel share one queue", "1 2", always) {
  ch a(2), b = a;
  a.send(1), b.send(2);
  return Saw()(*b.recv())(*a.recv());
}
CASE("chan/move-only", "header: channels carry move-only types", "5", always) {
  go::chan<std::unique_ptr<int>> c;
  go::go([c] { c.send(std::make_unique<int>(5)); });
  return Saw()(**c.recv());
}
CASE("chan/strings", "header: an element is moved, not lost and not doubled", "30000", always) {
  go::chan<std::string> c(3);
  go::go([c] {
    for (int i = 0; i < 300; i++)
      c.send(std::string(100, 'a'));
    c.close();
  });
  std::size_t n = 0;
  for (std::string &s : c)
    n += s.size();
  return Saw()(n);
}
static std::atomic<int> tracked{0};
struct Tracked {
  Tracked() { tracked++; }
  Tracked(Tracked &&) noexcept { tracked++; }
  ~Tracked() { tracked--; }
};
CASE("chan/destroyed-with-channel", "header: the last reference destroys the elements still buffered", "3 0",
     always) {
  tracked = 0;
  Saw s;
  {
    go::chan<Tracked> c(3);
    c.send(Tracked()), c.send(Tracked()), c.send(Tracked());
    s(tracked.load());
  }
  s(tracked.load());
  return s;
}
CASE("chan/failed-send-destroys", "header: the element of a send that fails is destroyed once",
     "false 1 closed_error 0", always) {
  tracked = 0;
  Saw s;
  {
    go::chan<Tracked> c(1);
    c.send(Tracked());
    s(c.try_send(Tracked()));
    s(tracked.load());
    c.close();
    s(thrown([&] { c.send(Tracked()); }));
    c.recv();
    s(tracked.load());
  }
  return s;
}
CASE("chan/blocked-sender-element-at-close",
     "header: the element of a sender that a close wakes is destroyed once", "closed_error 0", always) {
  tracked = 0;
  go::chan<Tracked> c;
  std::string e;
  go::wait_group wg;
  wg.go([&] { e = thrown([&] { c.send(Tracked()); }); });
  settle();
  c.close();
  wg.wait();
  return Saw()(e)(tracked.load());
}
CASE("chan/many-to-many", "every value arrives exactly once", "800 319600", always) {
  ch c(5);
  std::atomic<long> n{0}, sum{0};
  go::wait_group s, r;
  for (int i = 0; i < 4; i++)
    s.go([&, i] {
      for (int k = 0; k < 200; k++)
        c.send(i * 200 + k);
    });
  for (int i = 0; i < 4; i++)
    r.go([&] {
      for (int v : c)
        n++, sum += v;
    });
  s.wait();
  c.close();
  r.wait();
  return Saw()(n.load())(sum.load());
}
CASE("chan/sieve", "a chain of goroutines over unbuffered channels", "2 3 5 7 11 13 17 19 23 29", always) {
  ch quit, first;
  go::go([first, quit] {
    for (int i = 2;; i++)
      if (go::select(go::on_send(first, i), go::on_recv(quit, nothing)) == 1)
        return;
  });
  Saw s;
  ch c = first;
  for (int i = 0; i < 10; i++) {
    int p = *c.recv();
    s(p);
    ch next;
    go::go([c, next, p, quit] {
      for (;;) {
        int v = 0;
        if (go::select(go::on_recv(c, [&](auto x) { v = *x; }), go::on_recv(quit, nothing)) == 1)
          return;
        if (v % p && go::select(go::on_send(next, v), go::on_recv(quit, nothing)) == 1)
          return;
      }
    });
    c = next;
  }
  quit.close();
  settle();
  return s;
}

// ---- threads that the runtime did not make -----------------------------------------------------

CASE("chan/thread-sends", "header: a channel call from a foreign thread blocks that thread", "4950", real) {
  ch c;
  std::thread t([c] {
    for (int i = 0; i < 100; i++)
      c.send(i);
    c.close();
  });
  int sum = 0;
  for (int v : c)
    sum += v;
  t.join();
  return Saw()(sum);
}
CASE("chan/thread-receives", "header: a foreign thread receives from goroutines", "4950", real) {
  ch c(2), r(1);
  std::thread t([c, r] {
    int sum = 0;
    for (int v : c)
      sum += v;
    r.send(sum);
  });
  for (int i = 0; i < 100; i++)
    c.send(i);
  c.close();
  int v = *r.recv();
  t.join();
  return Saw()(v);
}
CASE("chan/thread-to-thread", "header: two foreign threads over one unbuffered channel", "99", real) {
  ch c;
  int last = -1;
  std::thread a([c] {
    for (int i = 0; i < 100; i++)
      c.send(i);
    c.close();
  });
  std::thread b([c, &last] {
    for (int v : c)
      last = v;
  });
  a.join();
  b.join();
  return Saw()(last);
}
CASE("chan/thread-close", "header: a close by a foreign thread wakes goroutines", "3", real) {
  ch c;
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&] { n += !c.recv(); });
  settle();
  std::thread t([c] { c.close(); });
  t.join();
  wg.wait();
  return Saw()(n.load());
}
CASE("chan/thread-spawns", "header: a foreign thread may start goroutines", "10", real) {
  go::wait_group wg;
  std::atomic<int> n{0};
  std::thread t([&] {
    for (int i = 0; i < 10; i++)
      wg.go([&] { n++; });
    wg.wait();
  });
  t.join();
  return Saw()(n.load());
}
