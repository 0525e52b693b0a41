// time.cc - sleep, timers, tickers, after_func, with the channel semantics of Go 1.23 and later.
//
// One difference is deliberate: the channel of a timer has capacity 1 here and is not "synchronous"
// as seen by len and cap; stop and reset empty it, so that no stale value is ever received.
#include "table.h"

using namespace table;

static long ms_since(go::time_point t0) {
  return (go::now() - t0) / 1ms;
}

CASE("sleep/exact", "time: Sleep pauses for at least the duration (virtual clock: exactly)", "5 12", exact) {
  auto t0 = go::now();
  go::sleep_for(5ms);
  auto a = ms_since(t0);
  go::sleep_for(7ms);
  return Saw()(a)(ms_since(t0));
}
CASE("sleep/at-least", "time: Sleep pauses for at least the duration", "true", always) {
  auto t0 = go::now();
  go::sleep_for(2ms);
  return Saw()(go::now() - t0 >= 2ms);
}
CASE("sleep/zero", "time: a negative or zero duration returns immediately", "0", exact) {
  auto t0 = go::now();
  go::sleep_for(0ms), go::sleep_for(-5ms);
  return Saw()(ms_since(t0));
}
CASE("sleep/until", "header: sleep_until a point of the runtime's clock", "true", real) {
  auto t = std::chrono::steady_clock::now() + 3ms;
  go::sleep_until(t);
  return Saw()(std::chrono::steady_clock::now() >= t);
}
CASE("sleep/until-past", "header: sleep_until a past moment returns at once", "ok", real) {
  go::sleep_until(std::chrono::steady_clock::now() - 1h);
  return "ok";
}
CASE("sleep/order", "timers fire in the order of their times", "1 2 3 4 5", exact) {
  Saw s;
  go::wait_group wg;
  for (int i : {4, 2, 5, 1, 3})
    wg.go([&, i] {
      go::sleep_for(i * 10ms);
      s(i);
    });
  wg.wait();
  return s;
}
CASE("sleep/parallel", "sleeping goroutines do not add up", "10", exact) {
  auto t0 = go::now();
  go::wait_group wg;
  for (int i = 0; i < 1000; i++)
    wg.go([] { go::sleep_for(10ms); });
  wg.wait();
  return Saw()(ms_since(t0));
}
CASE("timer/fires-once", "time: a Timer sends the current time on its channel once", "10 closed", exact) {
  auto t0 = go::now();
  go::timer t(10ms);
  t.channel().recv();
  auto at = ms_since(t0);
  go::sleep_for(50ms);
  return Saw()(at)(t.channel().try_recv() ? "again" : "closed");
}
CASE("timer/value", "time: the value is the time at which it fired, not before it was due", "true", always) {
  auto t0 = go::now();
  go::timer t(2ms);
  return Saw()(*t.channel().recv() - t0 >= 2ms);
}
CASE("timer/negative", "time: a timer in the past fires at once", "0", exact) {
  auto t0 = go::now();
  go::timer t(-5ms);
  t.channel().recv();
  return Saw()(ms_since(t0));
}
CASE("timer/stop-active", "time: Stop returns true if the call stops the timer", "true false", exact) {
  go::timer t(10ms);
  bool r = t.stop();
  go::sleep_for(30ms);
  return Saw()(r)(t.channel().try_recv().has_value());
}
CASE("timer/stop-twice", "time: Stop returns false if the timer has already been stopped", "true false",
     always) {
  go::timer t(1h);
  Saw s;
  s(t.stop())(t.stop());
  return s;
}
CASE("timer/stop-received", "time: Stop returns false if the timer has expired and its value was received",
     "false", exact) {
  go::timer t(1ms);
  t.channel().recv();
  return Saw()(t.stop());
}
CASE("timer/stop-expired",
     "Go 1.23: Stop after the expiry and before the receive reports true, and no stale value is received",
     "true false", exact) {
  go::timer t(1ms);
  go::sleep_for(10ms);
  bool r = t.stop();
  return Saw()(r)(t.channel().try_recv().has_value());
}
CASE("timer/reset-active", "time: Reset returns true if the timer had been active", "true 30", exact) {
  auto t0 = go::now();
  go::timer t(10ms);
  bool r = t.reset(30ms);
  t.channel().recv();
  return Saw()(r)(ms_since(t0));
}
CASE("timer/reset-earlier", "time: Reset may bring the expiry forward", "true 5", exact) {
  auto t0 = go::now();
  go::timer t(1h);
  bool r = t.reset(5ms);
  t.channel().recv();
  return Saw()(r)(ms_since(t0));
}
CASE("timer/reset-stopped", "time: Reset re-arms a stopped timer and returns false", "true false 10", exact) {
  auto t0 = go::now();
  go::timer t(1h);
  Saw s;
  s(t.stop())(t.reset(10ms));
  t.channel().recv();
  s(ms_since(t0));
  return s;
}
CASE("timer/reset-expired", "Go 1.23: no value of the previous setting is received after Reset",
     "true 30 false", exact) {
  auto t0 = go::now();
  go::timer t(1ms);
  go::sleep_for(10ms);
  Saw s;
  s(t.reset(20ms));
  t.channel().recv();
  s(ms_since(t0))(t.channel().try_recv().has_value());
  return s;
}
CASE("timer/reset-received", "time: Reset returns false if the timer had expired", "false 11", exact) {
  auto t0 = go::now();
  go::timer t(1ms);
  t.channel().recv();
  bool r = t.reset(10ms);
  t.channel().recv();
  return Saw()(r)(ms_since(t0));
}
CASE("timer/destroyed", "header: destroying a timer stops it", "false", exact) {
  go::chan<go::time_point> c;
  {
    go::timer t(5ms);
    c = t.channel();
  }
  go::sleep_for(20ms);
  return Saw()(c.try_recv().has_value());
}
CASE("timer/blocked-receiver-reset", "a receiver blocked on the channel gets the value of the new setting",
     "50", exact) {
  auto t0 = go::now();
  go::timer t(10ms);
  long at = 0;
  go::wait_group wg;
  wg.go([&] {
    t.channel().recv();
    at = ms_since(t0);
  });
  settle();
  t.reset(47ms);
  wg.wait();
  return Saw()(at);
}
CASE("timer/many", "a thousand timers with different times", "1000 ordered", exact) {
  go::wait_group wg;
  long last = 0;
  int n = 0;
  bool ok = true;
  auto t0 = go::now();
  for (int i = 0; i < 1000; i++)
    wg.go([&, i] {
      go::sleep_for(std::chrono::milliseconds(i * 7919 % 1000 + 1));
      long now = ms_since(t0);
      ok &= now >= last;
      last = now;
      n++;
    });
  wg.wait();
  return Saw()(n)(ok ? "ordered" : "unordered");
}
CASE("timer/arm-stop-many", "stopped timers leave nothing behind", "0", exact) {
  int fired = 0;
  for (int i = 0; i < 3000; i++) {
    go::after_func f(std::chrono::milliseconds(1 + i % 7), [&] { fired++; });
    f.stop();
  }
  go::sleep_for(20ms);
  return Saw()(fired);
}
CASE("ticker/period", "time: a Ticker delivers ticks at intervals", "10 20 30", exact) {
  auto t0 = go::now();
  go::ticker t(10ms);
  Saw s;
  for (int i = 0; i < 3; i++) {
    t.channel().recv();
    s(ms_since(t0));
  }
  return s;
}
CASE("ticker/slow-receiver", "time: the ticker drops ticks to make up for slow receivers", "1", exact) {
  go::ticker t(10ms);
  go::sleep_for(55ms);
  int n = 0;
  while (t.channel().try_recv())
    n++;
  return Saw()(n);
}
CASE("ticker/no-drift", "time: ticks keep their phase when a receiver is late", "25 30 40", exact) {
  auto t0 = go::now();
  go::ticker t(10ms);
  go::sleep_for(25ms);
  Saw s;
  for (int i = 0; i < 3; i++) {
    t.channel().recv();
    s(ms_since(t0));
  }
  return s;
}
CASE("ticker/stop", "time: after Stop no more ticks are sent; Stop does not close the channel", "false",
     exact) {
  go::ticker t(10ms);
  t.channel().recv();
  t.stop();
  go::sleep_for(50ms);
  return Saw()(t.channel().try_recv().has_value());
}
CASE("ticker/stop-pending", "Go 1.23: no stale tick is received after Stop", "false", exact) {
  go::ticker t(10ms);
  go::sleep_for(15ms);
  t.stop();
  return Saw()(t.channel().try_recv().has_value());
}
CASE("ticker/reset",
     "time: Reset stops the ticker and resets its period; the next tick comes after the new period",
     "10 35 60", exact) {
  auto t0 = go::now();
  go::ticker t(10ms);
  Saw s;
  t.channel().recv();
  s(ms_since(t0));
  t.reset(25ms);
  for (int i = 0; i < 2; i++) {
    t.channel().recv();
    s(ms_since(t0));
  }
  return s;
}
CASE("ticker/reset-stopped", "time: Reset re-arms a stopped ticker", "30", exact) {
  auto t0 = go::now();
  go::ticker t(10ms);
  t.stop();
  go::sleep_for(25ms);
  t.reset(5ms);
  t.channel().recv();
  return Saw()(ms_since(t0));
}
CASE("ticker/not-positive", "time: NewTicker panics if the duration is not greater than zero",
     "non-positive interval for ticker", always) {
  return thrown([] { go::ticker t(0ms); });
}
CASE("after/value", "time: After sends the time once", "10", exact) {
  auto t0 = go::now();
  go::after(10ms).recv();
  return Saw()(ms_since(t0));
}
CASE("after/unreceived", "time: After's value may be left unreceived", "ok", exact) {
  {
    auto c = go::after(5ms);
  }
  go::sleep_for(20ms);
  return "ok";
}
CASE("afterfunc/runs", "time: AfterFunc calls f in its own goroutine", "10 other", exact) {
  auto t0 = go::now();
  long at = 0;
  auto me = go::id(), who = me;
  go::chan<int> c;
  go::after_func f(10ms, [&] {
    at = ms_since(t0);
    who = go::id();
    c.close();
  });
  c.recv();
  return Saw()(at)(who == me ? "same" : "other");
}
CASE("afterfunc/stop", "time: Stop prevents f from being called and returns true", "true false 0", exact) {
  int n = 0;
  go::after_func f(10ms, [&] { n++; });
  Saw s;
  s(f.stop())(f.stop());
  go::sleep_for(30ms);
  s(n);
  return s;
}
CASE("afterfunc/stop-late", "time: Stop returns false when f has been started; it does not wait for it",
     "false", exact) {
  go::chan<int> quit;
  go::after_func f(1ms, [quit] { quit.recv(); });
  go::sleep_for(10ms);
  bool r = f.stop();
  quit.close();
  settle();
  return Saw()(r);
}
CASE("afterfunc/destroyed", "header: destroying it stops it", "0", exact) {
  int n = 0;
  {
    go::after_func f(5ms, [&] { n++; });
  }
  go::sleep_for(20ms);
  return Saw()(n);
}
CASE("afterfunc/blocks", "time: f may block, it has a goroutine of its own", "15", exact) {
  auto t0 = go::now();
  go::chan<int> c;
  go::after_func f(5ms, [c] {
    go::sleep_for(10ms);
    c.close();
  });
  c.recv();
  return Saw()(ms_since(t0));
}
CASE("clock/monotonic", "the runtime's clock does not go back", "true", always) {
  auto a = go::now();
  go::yield();
  return Saw()(go::now() >= a);
}
CASE("clock/virtual-jumps", "virtual clock: an hour takes no time", "60", exact) {
  auto t0 = go::now();
  go::sleep_for(1h);
  return Saw()((go::now() - t0) / 1min);
}
