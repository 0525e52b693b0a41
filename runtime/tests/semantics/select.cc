// select.cc - select: default, nil and closed cases, fairness, several cases on one channel.
#include "table.h"

#include <array>
#include <thread>

using namespace table;
using ch = go::chan<int>;

static ch full() {
  ch c(1);
  c.send(0);
  return c;
}
static ch holding(int v) {
  ch c(1);
  c.send(v);
  return c;
}
static ch closed() {
  ch c;
  c.close();
  return c;
}

CASE("select/default-taken",
     "spec, Select statements: if no communication can proceed the default case is chosen", "2", always) {
  return Saw()(go::select(go::on_recv(ch(), nothing), go::on_send(full(), 1), go::otherwise(nothing)));
}
CASE("select/default-not-taken",
     "spec, Select statements: the default is chosen only if no other can proceed", "0 5", always) {
  int v = 0;
  int i = go::select(go::on_recv(holding(5), [&](auto x) { v = *x; }), go::otherwise(nothing));
  return Saw()(i)(v);
}
CASE("select/default-first", "the place of the default does not matter", "1", always) {
  return Saw()(go::select(go::otherwise(nothing), go::on_recv(holding(1), nothing)));
}
CASE("select/only-default", "spec, Select statements: only a default is a select that does not block", "0",
     always) {
  return Saw()(go::select(go::otherwise(nothing)));
}
CASE("select/blocks-until-ready",
     "spec, Select statements: without a default it blocks until one can proceed", "false 0 7", always) {
  ch c;
  std::atomic<bool> done{false};
  int idx = -1, v = 0;
  go::wait_group wg;
  wg.go([&] {
    idx = go::select(go::on_recv(c, [&](auto x) { v = *x; }), go::on_recv(ch(), nothing));
    done = true;
  });
  settle();
  bool before = done;
  c.send(7);
  wg.wait();
  return Saw()(before)(idx)(v);
}
CASE("select/nil-recv-never", "spec, Select statements: a nil channel's case is never ready", "1", always) {
  return Saw()(go::select(go::on_recv(ch(nullptr), nothing), go::on_recv(holding(1), nothing)));
}
CASE("select/nil-send-never", "spec, Select statements: a nil channel's case is never ready", "1", always) {
  return Saw()(go::select(go::on_send(ch(nullptr), 1), go::on_recv(holding(1), nothing)));
}
CASE("select/all-nil-default", "all channels nil: the default", "2", always) {
  return Saw()(
      go::select(go::on_recv(ch(nullptr), nothing), go::on_send(ch(nullptr), 1), go::otherwise(nothing)));
}
CASE("select/all-nil-timeout", "all channels nil: the time-out", "1", always) {
  return Saw()(go::select(go::on_recv(ch(nullptr), nothing), go::after(1ms, nothing)));
}
CASE("select/nil-disables", "setting a channel to nil disables its case", "3 3", always) {
  ch a(3), b(3);
  for (int i = 0; i < 3; i++)
    a.send(i), b.send(i);
  a.close(), b.close();
  int n[2] = {};
  while (a || b) {
    ch x = a, y = b;
    go::select(go::on_recv(x, [&](auto v) { v ? void(n[0]++) : void(a = ch(nullptr)); }),
               go::on_recv(y, [&](auto v) { v ? void(n[1]++) : void(b = ch(nullptr)); }));
  }
  return Saw()(n[0])(n[1]);
}
CASE("select/closed-recv-ready", "spec: a receive from a closed channel can always proceed", "0 closed",
     always) {
  std::string v;
  int i = go::select(go::on_recv(closed(), [&](auto x) { v = show(x); }), go::on_recv(ch(), nothing));
  return Saw()(i)(v);
}
CASE("select/closed-beats-default", "a closed channel is ready, so the default is not chosen", "0", always) {
  return Saw()(go::select(go::on_recv(closed(), nothing), go::otherwise(nothing)));
}
CASE("select/closed-send-panics", "spec: selecting a send on a closed channel panics", "closed_error",
     always) {
  return thrown([] { go::select(go::on_send(closed(), 1), go::on_recv(ch(), nothing)); });
}
CASE("select/closed-send-default-panics", "spec: also with a default", "closed_error", always) {
  return thrown([] { go::select(go::on_send(closed(), 1), go::otherwise(nothing)); });
}
CASE("select/close-wakes-recv", "a close wakes a selecting receiver", "1 closed", always) {
  ch c;
  int idx = -1;
  std::string v;
  go::wait_group wg;
  wg.go([&] { idx = go::select(go::on_recv(ch(), nothing), go::on_recv(c, [&](auto x) { v = show(x); })); });
  settle();
  c.close();
  wg.wait();
  return Saw()(idx)(v);
}
CASE("select/close-wakes-send", "a close wakes a selecting sender, which panics", "closed_error", always) {
  ch c;
  std::string e;
  go::wait_group wg;
  wg.go([&] { e = thrown([&] { go::select(go::on_recv(ch(), nothing), go::on_send(c, 1)); }); });
  settle();
  c.close();
  wg.wait();
  return e;
}

// ---- fairness ----------------------------------------------------------------------------------

template <std::size_t N, typename F> static std::string fair(F once) {
  std::array<int, N> n{};
  constexpr int rounds = 4000;
  for (int i = 0; i < rounds; i++)
    n[std::size_t(once())]++;
  for (int x : n) // 6 standard deviations or more
    if (x < rounds / int(N) / 2 || x > rounds / int(N) * 3 / 2)
      return Saw()("unfair:")(n[0])(n[1]);
  return "fair";
}
CASE("select/fair-two", "spec, Select statements: one is chosen by a uniform pseudo-random selection", "fair",
     always) {
  ch a = closed(), b = closed();
  return fair<2>([&] { return go::select(go::on_recv(a, nothing), go::on_recv(b, nothing)); });
}
CASE("select/fair-four", "spec, Select statements: uniform pseudo-random selection", "fair", always) {
  ch a = closed();
  return fair<4>([&] {
    return go::select(go::on_recv(a, nothing), go::on_recv(a, nothing), go::on_recv(a, nothing),
                      go::on_recv(a, nothing));
  });
}
CASE("select/fair-send-recv", "spec, Select statements: sends and receives are equal", "fair", always) {
  ch in(1), out(1);
  return fair<2>([&] {
    in.try_send(1);
    out.try_recv();
    return go::select(go::on_recv(in, nothing), go::on_send(out, 1));
  });
}
CASE("select/fair-same-channel", "the same channel in two cases: both are chosen", "fair", always) {
  ch c(1);
  return fair<2>([&] {
    c.try_send(1);
    return go::select(go::on_recv(c, nothing), go::on_recv(c, nothing));
  });
}
CASE("select/fair-with-nil", "spec, Select statements: uniform among those that can proceed", "fair",
     always) {
  ch a = closed(), none(nullptr);
  return fair<2>([&] {
    int i = go::select(go::on_recv(none, nothing), go::on_recv(a, nothing), go::on_recv(none, nothing),
                       go::on_recv(none, nothing), go::on_recv(a, nothing));
    return i == 1 ? 0 : 1;
  });
}

// ---- one channel in several cases --------------------------------------------------------------

CASE("select/same-channel-send-recv",
     "an unbuffered channel's send and receive in one select never meet each other", "2 0", always) {
  ch c;
  return Saw()(go::select(go::on_recv(c, nothing), go::on_send(c, 1), go::otherwise(nothing)))(c.len());
}
CASE("select/same-channel-blocked",
     "blocked on both directions of one channel, another goroutine's send arrives", "0 9", always) {
  ch c;
  int idx = -1, v = 0;
  go::wait_group wg;
  wg.go([&] { idx = go::select(go::on_recv(c, [&](auto x) { v = *x; }), go::on_send(c, 1)); });
  settle();
  c.send(9);
  wg.wait();
  return Saw()(idx)(v);
}
CASE("select/same-channel-buffered", "a buffered channel with room and content: one of both happens",
     "2 or 0", always) {
  ch c(2);
  c.send(1);
  go::select(go::on_recv(c, nothing), go::on_send(c, 2));
  return c.len() == 2 || c.len() == 0 ? "2 or 0" : "?";
}
CASE("select/same-channel-many-waiters",
     "one channel in five cases of a blocked select: one value wakes it once", "1 0", always) {
  ch c;
  std::atomic<int> n{0};
  go::wait_group wg;
  wg.go([&] {
    auto f = [&](auto) { n++; };
    go::select(go::on_recv(c, f), go::on_recv(c, f), go::on_recv(c, f), go::on_recv(c, f), go::on_recv(c, f));
  });
  settle();
  c.send(1);
  wg.wait();
  bool left = c.try_send(2);
  return Saw()(n.load())(int(left));
}
CASE("select/two-selects-meet", "a selecting sender and a selecting receiver find each other", "0 0 3",
     always) {
  ch c;
  int s = -1, r = -1, v = 0;
  go::wait_group wg;
  wg.go([&] { s = go::select(go::on_send(c, 3), go::on_recv(ch(), nothing)); });
  wg.go([&] { r = go::select(go::on_recv(c, [&](auto x) { v = *x; }), go::on_recv(ch(), nothing)); });
  wg.wait();
  return Saw()(s)(r)(v);
}
CASE("select/two-selects-crossed", "two selects over the same two channels, opposite directions", "200",
     always) {
  ch a, b;
  std::atomic<int> n{0};
  go::wait_group wg;
  wg.go([&] {
    for (int i = 0; i < 100; i++)
      go::select(go::on_send(a, 1, [&] { n++; }), go::on_send(b, 1, [&] { n++; }));
  });
  wg.go([&] {
    for (int i = 0; i < 100; i++)
      go::select(go::on_recv(b, [&](auto) { n++; }), go::on_recv(a, [&](auto) { n++; }));
  });
  wg.wait();
  return Saw()(n.load());
}

// ---- what the losers do ------------------------------------------------------------------------

CASE("select/loser-dequeued", "a select that went on waits nowhere any more", "false", always) {
  ch a, b;
  go::wait_group wg;
  wg.go([&] { go::select(go::on_recv(a, nothing), go::on_recv(b, nothing)); });
  settle();
  a.send(1);
  wg.wait();
  return Saw()(b.try_send(1));
}
CASE("select/loser-send-not-sent", "the value of a send that was not chosen is not sent", "0 closed",
     always) {
  ch a = holding(1), b(1);
  int i = -1;
  for (int k = 0; k < 1; k++) {
    ch full_b = full();
    i = go::select(go::on_recv(a, nothing), go::on_send(full_b, 2));
  }
  return Saw()(i)(show(b.try_recv()));
}
static std::atomic<int> alive{0};
struct Alive {
  Alive() { alive++; }
  Alive(Alive &&) noexcept { alive++; }
  ~Alive() { alive--; }
};
CASE("select/loser-value-destroyed", "header: a value that was not sent is destroyed", "0", always) {
  alive = 0;
  {
    go::chan<Alive> c;
    go::select(go::on_send(c, Alive()), go::otherwise(nothing));
  }
  return Saw()(alive.load());
}
CASE("select/received-value-moves", "header: move-only values through select", "5", always) {
  go::chan<std::unique_ptr<int>> c(1);
  c.send(std::make_unique<int>(5));
  int v = 0;
  go::select(go::on_recv(c, [&](auto x) { v = **x; }));
  return Saw()(v);
}
CASE("select/one-send-many-selects", "one value wakes one of several selects", "1 4", always) {
  ch c, quit;
  std::atomic<int> got{0}, left{0};
  go::wait_group wg;
  for (int i = 0; i < 5; i++)
    wg.go(
        [&] { go::select(go::on_recv(c, [&](auto) { got++; }), go::on_recv(quit, [&](auto) { left++; })); });
  settle();
  c.send(1);
  settle();
  quit.close();
  wg.wait();
  return Saw()(got.load())(left.load());
}
CASE("select/fifo-with-plain", "a plain receiver that came first gets the value before a select", "plain",
     exact) {
  ch c, quit;
  std::string who;
  go::go([&] {
    if (c.recv() && who.empty())
      who = "plain";
  });
  settle();
  go::go([&] { go::select(go::on_recv(c, [&](auto) { who = "select"; }), go::on_recv(quit, nothing)); });
  settle();
  c.send(1);
  settle();
  quit.close();
  settle();
  return who;
}

// ---- time ----------------------------------------------------------------------------------------

CASE("select/timeout", "time.After in a select: taken when nothing else was", "1", always) {
  return Saw()(go::select(go::on_recv(ch(), nothing), go::after(1ms, nothing)));
}
CASE("select/timeout-not-taken", "a ready case wins over a time-out to come", "0", always) {
  return Saw()(go::select(go::on_recv(holding(1), nothing), go::after(1h, nothing)));
}
CASE("select/timeout-smallest", "of several time-outs the earliest is taken", "2", always) {
  return Saw()(go::select(go::after(1h, nothing), go::on_recv(ch(), nothing), go::after(1ms, nothing),
                          go::after(30min, nothing)));
}
CASE("select/timeout-exact", "virtual clock: the time-out comes exactly when due", "25", exact) {
  auto t0 = go::now();
  go::select(go::on_recv(ch(), nothing), go::after(25ms, nothing));
  return Saw()((go::now() - t0) / 1ms);
}
CASE("select/timeout-leaves-queue", "after a time-out the channel has no receiver", "1 false", always) {
  ch c;
  int i = go::select(go::on_recv(c, nothing), go::after(1ms, nothing));
  return Saw()(i)(c.try_send(1));
}
CASE("select/value-before-timeout", "a value that comes in time is taken", "0", exact) {
  ch c;
  go::go([c] {
    go::sleep_for(5ms);
    c.send(1);
  });
  return Saw()(go::select(go::on_recv(c, nothing), go::after(10ms, nothing)));
}
CASE("select/timeout-only", "a select with only a time-out sleeps", "0 7", exact) {
  auto t0 = go::now();
  int i = go::select(go::after(7ms, nothing));
  return Saw()(i)((go::now() - t0) / 1ms);
}
CASE("select/ticker", "a select over a ticker and a quit channel", "3", exact) {
  go::ticker t(10ms);
  ch quit;
  go::go([quit] {
    go::sleep_for(35ms);
    quit.close();
  });
  int n = 0;
  for (bool on = true; on;)
    go::select(go::on_recv(t.channel(), [&](auto) { n++; }), go::on_recv(quit, [&](auto) { on = false; }));
  return Saw()(n);
}

// ---- shapes --------------------------------------------------------------------------------------

CASE("select/sixteen-cases", "many cases, one ready", "11", always) {
  ch c[16];
  c[11] = holding(1);
  auto r = [&](int i) { return go::on_recv(c[i], nothing); };
  return Saw()(go::select(r(0), r(1), r(2), r(3), r(4), r(5), r(6), r(7), r(8), r(9), r(10), r(11), r(12),
                          r(13), r(14), r(15)));
}
CASE("select/fan-in", "several senders, one selecting receiver", "300 44850", always) {
  ch a, b, c;
  int k = 0;
  for (ch x : {a, b, c}) {
    go::go([x, k] {
      for (int i = 0; i < 100; i++)
        x.send(k * 100 + i);
      x.close();
    });
    k++;
  }
  int n = 0, sum = 0, open = 3;
  while (open) {
    auto take = [&](ch &from) {
      return [&](std::optional<int> v) { v ? void((n++, sum += *v)) : void((from = ch(nullptr), open--)); };
    };
    go::select(go::on_recv(a, take(a)), go::on_recv(b, take(b)), go::on_recv(c, take(c)));
  }
  return Saw()(n)(sum);
}
CASE("select/throwing-body", "header: an exception of the chosen case's function leaves select", "boom 0",
     always) {
  ch c = holding(1);
  std::string e = thrown([&] { go::select(go::on_recv(c, [](auto) { throw std::runtime_error("boom"); })); });
  return Saw()(e)(c.len());
}
CASE("select/nested", "a select inside the function of a case", "2", always) {
  ch a = holding(1), b = holding(2);
  int v = 0;
  go::select(go::on_recv(a, [&](auto) { go::select(go::on_recv(b, [&](auto x) { v = *x; })); }));
  return Saw()(v);
}
CASE("select/keeps-channel", "header: select holds its own reference to each channel", "0", always) {
  auto c = std::make_unique<ch>();
  ch d = *c;
  int idx = -1;
  go::wait_group wg;
  go::chan<int> made;
  wg.go([&] {
    auto k = go::on_recv(*c, nothing);
    made.send(1);
    idx = go::select(k, go::after(1h, nothing));
  });
  made.recv();
  c.reset();
  settle();
  d.send(1);
  wg.wait();
  return Saw()(idx);
}
CASE("select/thread", "header: select from a foreign thread blocks that thread", "0 7", real) {
  ch c;
  int idx = -1, v = 0;
  std::thread t([&] { idx = go::select(go::on_recv(c, [&](auto x) { v = *x; }), go::after(1h, nothing)); });
  c.send(7);
  t.join();
  return Saw()(idx)(v);
}
CASE("select/thread-timeout", "header: a time-out in a foreign thread", "1", real) {
  int idx = -1;
  std::thread t([&] { idx = go::select(go::on_recv(ch(), nothing), go::after(2ms, nothing)); });
  t.join();
  return Saw()(idx);
}
