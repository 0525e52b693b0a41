// context.cc - contexts: trees, causes, deadlines.
#include "table.h"

using namespace table;

static std::string state(const go::context &c) {
  return why(c.err()) +
         (c.done().native_handle() && go::select(go::on_recv(c.done(), nothing), go::otherwise(nothing)) == 0
              ? "/done"
              : "/open");
}

CASE("context/background", "context: Background is never canceled, has no deadline", "alive/open true",
     always) {
  auto c = go::background();
  return Saw()(state(c))(c.deadline() == go::time_point::max());
}
CASE("context/background-done-nil", "context: Done may return nil if this context can never be canceled",
     "true", always) {
  return Saw()(go::background().done() == go::chan<std::monostate>(nullptr));
}
CASE("context/cancel",
     "context: the Done channel is closed when the cancel function is called; Err is Canceled",
     "alive/open canceled/done", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  Saw s;
  s(state(c));
  cancel();
  s(state(c));
  return s;
}
CASE("context/cancel-twice", "context: after the first call, subsequent calls to a CancelFunc do nothing",
     "canceled/done", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  cancel(), cancel(), cancel();
  return state(c);
}
CASE("context/cancel-concurrent", "context: a CancelFunc may be called by multiple goroutines simultaneously",
     "canceled/done", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  go::wait_group wg;
  for (int i = 0; i < 10; i++)
    wg.go([cancel = cancel] { cancel(); });
  wg.wait();
  return state(c);
}
CASE("context/parent-cancels-child", "context: when the parent's Done channel is closed, so is the child's",
     "canceled/done canceled/done", always) {
  auto [a, cancel] = go::with_cancel(go::background());
  auto [b, c2] = go::with_cancel(a);
  cancel();
  return Saw()(state(a))(state(b));
}
CASE("context/child-does-not-cancel-parent", "context: canceling a child does not cancel its parent",
     "alive/open canceled/done", always) {
  auto [a, c1] = go::with_cancel(go::background());
  auto [b, cancel] = go::with_cancel(a);
  cancel();
  return Saw()(state(a))(state(b));
}
CASE("context/siblings", "context: siblings are independent", "canceled/done alive/open", always) {
  auto [p, c0] = go::with_cancel(go::background());
  auto [a, c1] = go::with_cancel(p);
  auto [b, c2] = go::with_cancel(p);
  c1();
  return Saw()(state(a))(state(b));
}
CASE("context/grandchildren", "context: cancellation goes down the whole tree", "16", always) {
  auto [root, cancel] = go::with_cancel(go::background());
  std::vector<go::context> all{root};
  for (int i = 0; i < 15; i++)
    all.push_back(go::with_cancel(all[std::size_t(i / 2)]).first);
  cancel();
  int n = 0;
  for (auto &c : all)
    n += state(c) == "canceled/done";
  return Saw()(n);
}
CASE("context/child-of-canceled", "context: a child of a canceled parent is canceled already",
     "canceled/done", always) {
  auto [a, cancel] = go::with_cancel(go::background());
  cancel();
  return state(go::with_cancel(a).first);
}
CASE("context/wakes-waiters", "context: all that wait on Done go on", "3", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 3; i++)
    wg.go([&, c = c] {
      c.done().recv();
      n++;
    });
  settle();
  cancel();
  wg.wait();
  return Saw()(n.load());
}
CASE("context/deadline", "context: Done is closed when the deadline expires; Err is DeadlineExceeded",
     "10 timed_out/done", exact) {
  auto t0 = go::now();
  auto [c, cancel] = go::with_timeout(go::background(), 10ms);
  c.done().recv();
  return Saw()((go::now() - t0) / 1ms)(state(c));
}
CASE("context/deadline-value", "context: Deadline returns the time when work should be done", "20", exact) {
  auto t0 = go::now();
  auto [c, cancel] = go::with_timeout(go::background(), 20ms);
  return Saw()((c.deadline() - t0) / 1ms);
}
CASE("context/deadline-past", "context: a deadline that has passed cancels at once", "timed_out/done",
     exact) {
  auto [c, cancel] = go::with_deadline(go::background(), go::now() - 1s);
  settle();
  return state(c);
}
CASE("context/deadline-past-then-cancel",
     "context: a deadline that has passed cancels before WithDeadline returns", "timed_out/done", always) {
  auto [c, cancel] = go::with_timeout(go::background(), -1s);
  cancel();
  return state(c);
}
CASE("context/deadline-zero", "context: WithTimeout(0) is canceled at once", "timed_out/done", exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 0ms);
  settle();
  return state(c);
}
CASE("context/cancel-before-deadline", "context: Canceled when canceled first, also after the deadline",
     "canceled/done canceled/done", exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 10ms);
  cancel();
  Saw s;
  s(state(c));
  go::sleep_for(30ms);
  s(state(c));
  return s;
}
CASE("context/cancel-after-deadline", "context: DeadlineExceeded stays", "timed_out/done", exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 10ms);
  go::sleep_for(20ms);
  cancel();
  return state(c);
}
CASE("context/child-earlier-deadline", "context: a child may have an earlier deadline",
     "5 timed_out/done alive/open", exact) {
  auto t0 = go::now();
  auto [a, c1] = go::with_timeout(go::background(), 100ms);
  auto [b, c2] = go::with_timeout(a, 5ms);
  b.done().recv();
  return Saw()((go::now() - t0) / 1ms)(state(b))(state(a));
}
CASE("context/child-later-deadline", "context: the parent's deadline is kept if it is earlier",
     "5 5 timed_out/done", exact) {
  auto t0 = go::now();
  auto [a, c1] = go::with_timeout(go::background(), 5ms);
  auto [b, c2] = go::with_timeout(a, 100ms);
  auto d = (b.deadline() - t0) / 1ms;
  b.done().recv();
  return Saw()(d)((go::now() - t0) / 1ms)(state(b));
}
CASE("context/child-inherits-deadline", "context: WithCancel keeps the parent's deadline", "20", exact) {
  auto t0 = go::now();
  auto [a, c1] = go::with_timeout(go::background(), 20ms);
  auto [b, c2] = go::with_cancel(a);
  return Saw()((b.deadline() - t0) / 1ms);
}
CASE("context/cause-default", "context: Cause is the same as Err when no cause was given",
     "canceled canceled", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  cancel();
  return Saw()(why(c.err()))(why(c.cause()));
}
CASE("context/cause", "context, WithCancelCause: Err is Canceled, Cause is what was given",
     "canceled refused", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  cancel(std::make_error_code(std::errc::connection_refused));
  return Saw()(why(c.err()))(c.cause() == std::errc::connection_refused ? "refused" : "other");
}
CASE("context/cause-first", "context: the first cause stays", "refused", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  cancel(std::make_error_code(std::errc::connection_refused));
  cancel(std::make_error_code(std::errc::io_error));
  return c.cause() == std::errc::connection_refused ? "refused" : "other";
}
CASE("context/cause-inherited", "context: a child's cause is that of the context that was canceled",
     "canceled refused", always) {
  auto [a, cancel] = go::with_cancel(go::background());
  auto [b, c2] = go::with_cancel(a);
  cancel(std::make_error_code(std::errc::connection_refused));
  return Saw()(why(b.err()))(b.cause() == std::errc::connection_refused ? "refused" : "other");
}
CASE("context/cause-late-child", "context: also that of a child made afterwards", "canceled refused",
     always) {
  auto [a, cancel] = go::with_cancel(go::background());
  cancel(std::make_error_code(std::errc::connection_refused));
  auto [b, c2] = go::with_cancel(a);
  return Saw()(why(b.err()))(b.cause() == std::errc::connection_refused ? "refused" : "other");
}
CASE("context/cause-deadline", "context: after a deadline Cause is DeadlineExceeded", "timed_out timed_out",
     exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 5ms);
  c.done().recv();
  return Saw()(why(c.err()))(why(c.cause()));
}
CASE("context/cause-alive", "context: Cause returns nil if the context has not been canceled", "alive",
     always) {
  auto [c, cancel] = go::with_cancel(go::background());
  return why(c.cause());
}
CASE("context/copies", "header: copies share one state", "canceled/done", always) {
  auto [c, cancel] = go::with_cancel(go::background());
  go::context d = c;
  cancel();
  return state(d);
}
CASE("context/select", "the usual select between work and Done", "1 timed_out", exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 10ms);
  go::chan<int> work;
  int i = go::select(go::on_recv(work, nothing), go::on_recv(c.done(), nothing));
  return Saw()(i)(why(c.err()));
}
CASE("context/dropped", "header: dropping the last context and its cancel function frees the timer", "ok",
     exact) {
  for (int i = 0; i < 100; i++)
    go::with_timeout(go::background(), 1h);
  return "ok";
}
CASE("context/worker-pool", "context: workers end when their context does", "8", exact) {
  auto [c, cancel] = go::with_timeout(go::background(), 50ms);
  int n = 0;
  go::wait_group wg;
  for (int i = 0; i < 8; i++)
    wg.go([&, c = c] {
      while (go::select(go::on_recv(c.done(), nothing), go::after(7ms, nothing)) == 1) {
      }
      n++;
    });
  wg.wait();
  return Saw()(n);
}
