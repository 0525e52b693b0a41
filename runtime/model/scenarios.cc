// scenarios.cc - what the checker runs: the runtime's lock-free protocols, each with its mutations.
//
//   model_check [--deep] [scenario...]      all scenarios, then every mutation must be caught
//
// Threads of most scenarios are "foreign" threads, which park on their futex; those of idle/* and
// timer/poll run the whole scheduler loop with goroutines on stacks of their own.
#include "../include/go/go.h"
#include "../src/netpoll.h"
#include "engine.h"
#include "hook.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace gort;
using model::Bounds;
using model::Effect;
using model::expect;
using model::Mutation;
using model::Scenario;

extern "C" {
void go_rt_spawn(M *m, G *g);
}

// ---- common parts --------------------------------------------------------------------------------

// State of the running scenario; plain memory, sequentially consistent in the model.
static struct {
  int taken[16], done[8], result[8], ran[8], busy[8], in_callback, fired, value;
  int64_t at, other_at;
  bool flag;
  G *g[16];
  M *m[4];
  go_chan *a, *b;
  Timer *t;
  Fd *f;
  go_mutex mu;
  go_wait_group wg;
  go_case cases[4][4];
  int elem[4][4];
} S;

// A place where others may come between.
static atomic<uint32_t> some_word;
static void model_point() {
  some_word.load(relaxed);
}

static void base(uint32_t procs) {
  memset(&S, 0, sizeof S);
  sched.n_procs.store(procs);
  sched.n_p_made.store(procs);
  sched.ncpu.store(1);
  sched.page_size = 4096;
  sched.max_m = 100;
  sched.membarrier = true;
  sched.started = true;
  sched.n_mon.store(1);
  sched.main_m = reinterpret_cast<M *>(8);
  for (uint32_t i = 0; i < procs; i++)
    sched.all_p[i] = go_rt_new_p(i);
}

// Thread i is a thread that the runtime did not make.
static M *foreign(int i) {
  model::as_thread(i, [i] {
    S.m[i] = attach();
    S.m[i]->in_rt.store(0);
  });
  return S.m[i];
}
// Thread i holds P number i and is inside the runtime.
static M *with_p(int i) {
  M *m = foreign(i);
  m->foreign = false;
  m->curg->flags = 0;
  m->curg->lock_depth = 1; // never gives way by itself
  m->in_rt.store(1);
  acquire_p(m, sched.all_p[i]);
  m->p->tick = 1;
  return m;
}
static G *fresh_g(int i) {
  G *g = S.g[i] = static_cast<G *>(model::arena(sizeof(G)));
  return g;
}
static void spawn_on(int i, G *g) {
  S.m[i]->in_rt.store(1); // spawning leaves the runtime
  go_rt_spawn(S.m[i], g);
}
static void take(G *g) {
  for (int i = 0; i < 16; i++)
    if (S.g[i] == g)
      S.taken[i]++;
}
static void drain(int i) {
  while (G *g = pick_local(S.m[i], sched.all_p[i]))
    take(g);
}
static void all_taken_once(int n) {
  for (int i = 0; i < 2; i++)
    if (S.m[i])
      drain(i);
  for (int i = 0; i < n; i++) {
    expect(S.taken[i] != 0, "a goroutine was lost");
    expect(S.taken[i] == 1, "a goroutine was run twice");
  }
}
static const go_elem_ops int_ops{sizeof(int), nullptr, nullptr};

static std::vector<Scenario> scenarios;
static void add(const char *name, const char *about, std::function<void()> setup,
                std::vector<std::function<void()>> threads, std::function<void()> check, Bounds b = {}) {
  scenarios.push_back({name, about, std::move(setup), std::move(threads), std::move(check), b});
}

// ---- run queue -----------------------------------------------------------------------------------

static void run_queue() {
  auto two = [](int n) {
    return [n] {
      base(2);
      with_p(0), with_p(1);
      for (int i = 0; i < n; i++)
        fresh_g(i);
    };
  };
  auto thief = [] {
    steal_into(sched.all_p[1]);
    drain(1);
  };
  add("runq/steal", "owner puts and takes, a thief steals half", two(3),
      {[] {
         for (int i = 0; i < 3; i++)
           ring_put(S.m[0], sched.all_p[0], S.g[i]);
         drain(0);
       },
       thief},
      [] { all_taken_once(3); });
  add("runq/overflow", "a full ring spills half into the global queue while a thief is at work", two(6),
      {[] {
         for (int i = 0; i < 6; i++)
           ring_put(S.m[0], sched.all_p[0], S.g[i]);
       },
       thief},
      [] { all_taken_once(6); });
  add(
      "runq/two-thieves", "two thieves after one queue",
      [] {
        base(3);
        with_p(0), with_p(1), with_p(2);
        for (int i = 0; i < 3; i++)
          ring_put(S.m[0], sched.all_p[0], fresh_g(i));
      },
      {[] { drain(0); }, thief,
       [] {
         steal_into(sched.all_p[2]);
         drain(2);
       }},
      [] { all_taken_once(3); }, {2, 1});
  add("runq/fresh", "the deque of goroutines that have not run: newest for the owner, oldest for the thief",
      two(4),
      {[] {
         for (int i = 0; i < 4; i++)
           spawn_on(0, S.g[i]);
         drain(0);
       },
       thief},
      [] { all_taken_once(4); });
  auto four = scenarios.back().setup;
  add(
      "runq/fresh-alone", "the same when the owner knows of one processor only, and so announces nothing",
      [four] {
        four();
        sched.n_procs.store(1);
      },
      {scenarios.back().threads[0], [] { steal_into(sched.all_p[1]); }},
      [] {
        sched.n_procs.store(2);
        all_taken_once(4);
      });
  add(
      "runq/fresh-last", "owner and thief race for the last one",
      [] {
        base(2);
        with_p(0), with_p(1);
        spawn_on(0, fresh_g(0));
        spawn_on(0, fresh_g(1)); // displaces number 0 into the deque
      },
      {[] { drain(0); }, thief}, [] { all_taken_once(2); }, {3, 2});
  add(
      "runq/fresh-two", "two in the deque, a thief that comes twice",
      [] {
        base(2);
        with_p(0), with_p(1);
        for (int i = 0; i < 3; i++)
          spawn_on(0, fresh_g(i));
      },
      {[] { drain(0); },
       [] {
         steal_into(sched.all_p[1]);
         steal_into(sched.all_p[1]);
         drain(1);
       }},
      [] { all_taken_once(3); }, {2, 2});
}

// ---- channels: park, ready, close, select --------------------------------------------------------

static void send(int i, go_chan *c, int v) {
  S.elem[i][0] = v;
  S.result[i] = go_chan_send(c, &S.elem[i][0], 1);
  S.done[i] = 1;
}
static void recv(int i, go_chan *c) {
  S.result[i] = go_chan_recv(c, &S.elem[i][0], 1);
  S.done[i] = 1;
}
static void select_two(int i, go_chan *a, int dir_a, go_chan *b, int dir_b) {
  go_case *k = S.cases[i];
  k[0].c = a, k[0].dir = dir_a, k[0].elem = &S.elem[i][0];
  k[1].c = b, k[1].dir = dir_b, k[1].elem = &S.elem[i][1];
  S.value = 0;
  S.result[i] = go_select(k, 2, INT64_MAX);
  S.done[i] = 1;
}

static void channels() {
  auto setup = [](int n) {
    return [n] {
      base(1);
      for (int i = 0; i < n; i++)
        foreign(i);
      S.a = go_chan_make(&int_ops, 0);
      S.b = go_chan_make(&int_ops, 0);
      for (int i = 0; i < 4; i++)
        S.elem[i][0] = S.elem[i][1] = 10 * i + 1;
    };
  };
  add("park/ready", "a sender and a receiver on an unbuffered channel: whoever comes first parks", setup(2),
      {[] { send(0, S.a, 7); }, [] { recv(1, S.a); }},
      [] {
        expect(S.done[0] && S.done[1], "a thread was not woken");
        expect(S.elem[1][0] == 7, "the value was lost");
      },
      {3, 2});
  add("park/two-senders", "two senders, one receiver of both", setup(3),
      {[] { send(0, S.a, 5); }, [] { send(1, S.a, 6); },
       [] {
         recv(2, S.a);
         S.value = S.elem[2][0];
         recv(2, S.a);
         S.value += S.elem[2][0];
       }},
      [] {
        expect(S.done[0] && S.done[1] && S.done[2], "a thread was not woken");
        expect(S.value == 11, "a value was lost or doubled");
      });
  add("close/receivers", "a close wakes both receivers", setup(3),
      {[] { recv(0, S.a); }, [] { recv(1, S.a); }, [] { go_chan_close(S.a); }},
      [] { expect(S.done[0] && S.done[1], "a receiver was not woken by the close"); });
  add("close/sender", "a close against a blocking sender", setup(2),
      {[] { send(0, S.a, 1); }, [] { go_chan_close(S.a); }},
      [] { expect(S.done[0] && S.result[0] == GO_CLOSED, "the sender did not learn of the close"); }, {3, 2});
  add("close/select", "a close and a send against a select on both channels", setup(3),
      {[] { select_two(0, S.a, 0, S.b, 0); }, [] { go_chan_close(S.a); },
       [] {
         S.elem[2][0] = 7;
         S.result[2] = go_chan_send(S.b, &S.elem[2][0], 0);
       }},
      [] {
        expect(S.done[0], "the select was not woken");
        bool sent = S.result[2] == GO_OK;
        expect(S.result[0] == (sent ? 1 : 0), "the select took a case that did not happen");
        expect(S.cases[0][S.result[0]].result == (sent ? GO_OK : GO_CLOSED), "wrong result of the case");
        expect(!sent || S.elem[0][1] == 7, "the value was lost");
      });
  add("close/select-meet", "two selects over the same channels, opposite directions", setup(2),
      {[] { select_two(0, S.a, 1, S.b, 0); }, [] { select_two(1, S.b, 1, S.a, 0); }}, [] {
        expect(S.done[0] && S.done[1], "a select was not woken");
        expect(S.result[0] != S.result[1], "the selects do not agree on the channel");
      });
  add("close/select-two-wakers", "two senders against one select: one wins, the other stays", setup(3),
      {[] { select_two(0, S.a, 0, S.b, 0); }, [] { S.result[1] = go_chan_send(S.a, &S.elem[1][0], 0); },
       [] { S.result[2] = go_chan_send(S.b, &S.elem[2][0], 0); }},
      [] {
        int sent = (S.result[1] == GO_OK) + (S.result[2] == GO_OK);
        expect(sent == S.done[0], "sends and receives differ in number");
        expect(!S.done[0] || S.result[S.result[0] + 1] == GO_OK, "the select took the wrong case");
      });
  add(
      "close/select-timeout", "a select's time-out against a sender",
      [setup] {
        setup(3)();
        M *m = S.m[2]; // runs the timers of P 0
        m->foreign = false;
        m->curg->flags = 0;
        m->curg->lock_depth = 1;
        m->in_rt.store(1);
        acquire_p(m, sched.all_p[0]);
      },
      {[] {
         go_case *k = S.cases[0];
         k[0].c = S.a, k[0].elem = &S.elem[0][0];
         S.result[0] = go_select(k, 1, 2000000);
         S.done[0] = 1;
       },
       [] { S.result[1] = go_chan_send(S.a, &S.elem[1][0], 0); },
       [] {
         while (!S.done[0] && !timers_run(S.m[2], sched.all_p[0], 3000000))
           cpu_pause();
       }},
      [] {
        expect(S.done[0], "the select was not woken");
        expect((S.result[0] == 0) == (S.result[1] == GO_OK), "time-out and sender both won, or neither");
      },
      {1, 1});
  add(
      "mutex/exclusion", "two threads lock twice", [setup] { setup(2)(); },
      {[] {
         for (int i = 0; i < 2; i++) {
           go_mutex_lock(&S.mu);
           expect(S.busy[0]++ == 0, "two threads hold the mutex");
           compiler_barrier();
           model_point();
           S.busy[0]--;
           go_mutex_unlock(&S.mu);
         }
         S.done[0] = 1;
       },
       [] {
         go_mutex_lock(&S.mu);
         expect(S.busy[0]++ == 0, "two threads hold the mutex");
         model_point();
         S.busy[0]--;
         go_mutex_unlock(&S.mu);
         S.done[1] = 1;
       }},
      [] { expect(S.done[0] && S.done[1], "a waiter was not woken"); }, {3, 1});
  add("waitgroup/wake", "done against wait", setup(2),
      {[] {
         go_wg_wait(&S.wg);
         S.done[0] = 1;
       },
       [] { go_wg_add(&S.wg, -1); }},
      [] { expect(S.done[0], "the waiter was not woken"); }, {3, 2});
  auto with_one = scenarios.back().setup;
  scenarios.back().setup = [with_one] {
    with_one();
    go_wg_add(&S.wg, 1);
  };
}

// ---- timers --------------------------------------------------------------------------------------

static void on_fire(Timer *, int64_t) {
  S.in_callback++;
  model_point(); // a point: others may look now
  S.fired++;
  S.in_callback--;
}

static void timers() {
  auto setup = [] {
    base(2);
    with_p(0), with_p(1);
    S.t = timer_new(S.m[0], on_fire, nullptr);
    timer_arm(S.m[0], S.t, 2000000, 0);
  };
  add("timer/stop-fire", "stop with sync against fire: exactly one of both, and none under way afterwards",
      setup,
      {[] {
         S.result[0] = timer_stop(S.t, true);
         expect(!S.in_callback, "the callback runs although stop has returned");
         S.value = S.fired;
         timer_release(S.m[0], S.t);
       },
       [] { timers_run(S.m[1], sched.all_p[0], 3000000); }},
      [] {
        expect(S.result[0] + S.fired == 1, "stopped and fired, or neither");
        expect(S.value == S.fired, "it fired after the stop");
      },
      {3, 2});
  add(
      "timer/rearm-fire",
      "re-armed while it fires, fired again by a second thread, then stopped and recycled once",
      [setup] {
        setup();
        foreign(2);
      },
      {[] {
         timer_arm(S.m[0], S.t, 2500000, 0);
         timer_stop(S.t, true);
         expect(!S.in_callback, "the callback runs although stop has returned");
         timer_release(S.m[0], S.t);
         S.value = S.fired;
       },
       [] { timers_run(S.m[1], sched.all_p[0], 3000000); },
       [] {
         M *m = S.m[2];
         m->in_rt.store(1);
         timers_run(m, sched.all_p[0], 3000000);
       }},
      [] {
        expect(S.value == S.fired, "it fired after the stop");
        Timer *x = timer_new(S.m[0], on_fire, nullptr), *y = timer_new(S.m[0], on_fire, nullptr);
        Timer *z = timer_new(S.m[1], on_fire, nullptr);
        expect(x != y && y != z && x != z, "the timer was recycled twice");
      });
  add(
      "timer/ticker-stop", "a periodic timer stopped while it fires does not go on",
      [setup] {
        setup();
        timer_stop(S.t, false);
        timer_arm(S.m[0], S.t, 2000000, 1000000);
      },
      {[] {
         timer_stop(S.t, true);
         S.value = S.fired;
       },
       [] {
         timers_run(S.m[1], sched.all_p[0], 2100000);
         timers_run(S.m[1], sched.all_p[0], 3100000);
       }},
      [] {
        timers_run(S.m[1], sched.all_p[0], 9000000);
        expect(S.value == S.fired, "it fired after the stop");
      },
      {3, 2});
}

static void timers_armed_twice() {
  add(
      "timer/arm-twice", "two threads arm one timer at once, whose heap is a third one's",
      [] {
        base(3);
        with_p(0), with_p(1), with_p(2);
        S.t = timer_new(S.m[0], on_fire, nullptr);
        if (model::choose(2)) { // it has fired before, on P 0
          timer_arm(S.m[0], S.t, 1000000, 0);
          timers_run(S.m[0], sched.all_p[0], 1500000);
        }
      },
      {[] { timer_arm(S.m[1], S.t, 2000000, 0); }, [] { timer_arm(S.m[2], S.t, 3000000, 0); }},
      [] {
        uint32_t own = 0, all = 0;
        for (int i = 0; i < 3; i++) {
          TimerHeap &h = sched.all_p[i]->timers;
          for (uint32_t k = 0; k < h.n; k++)
            own += sched.all_p[i] == S.t->p.load(relaxed), all++;
        }
        expect(all == 2 && own == 2 && S.t->entries == 2, "the timer is in a heap that is not its own");
        S.fired = 0;
        timers_run(S.m[0], S.t->p.load(relaxed), 4000000);
        expect(S.fired == 1, "armed twice before it was due, it has to fire once");
      },
      {2, 2});
}

// ---- poll descriptor -----------------------------------------------------------------------------

static void poller() {
  auto setup = [] {
    base(1);
    for (int i = 0; i < 3; i++)
      foreign(i);
    poll_init();
    int err;
    S.f = fd_new(3, fd_tcp, &err);
  };
  auto waiter = [] {
    M *m = enter();
    S.result[0] = fd_wait(m, S.f, 0, 0);
    S.done[0] = 1;
    leave(m);
  };
  auto poll = [] {
    M *m = enter();
    model::kernel_ready(3, 1);
    inject_polled(m, poll_net(0));
    leave(m);
  };
  add("poll/ready", "an edge against a goroutine that parks", setup, {waiter, poll},
      [] { expect(S.done[0] && S.result[0] == 0, "the edge was lost"); }, {3, 2});
  add("poll/close", "an edge, a close and a waiter", setup,
      {waiter, poll,
       [] {
         M *m = enter();
         fd_close(m, S.f);
         leave(m);
       }},
      [] {
        expect(S.done[0], "the waiter was not woken by the close");
        expect(sched.n_poll_wait.load() == 0, "the count of waiters is wrong");
      });
  add("poll/deadline", "an edge, a deadline in the past and a waiter", setup,
      {waiter, poll,
       [] {
         M *m = enter();
         fd_deadline(m, S.f, 1, 1);
         leave(m);
       }},
      [] {
        expect(S.done[0], "the waiter was not woken");
        expect(sched.n_poll_wait.load() == 0, "the count of waiters is wrong");
      });
  add("poll/reuse", "an event of a closed descriptor against its successor in the same Fd", setup,
      {[] {
         M *m = enter();
         fd_free(m, S.f);
         int err;
         Fd *next = fd_new(4, fd_tcp, &err);
         expect(next == S.f, "the Fd was to be reused");
         leave(m);
       },
       poll},
      [] { expect(S.f->side[0].edges.load() == 0, "the new descriptor got the old one's event"); }, {3, 2});
}

// ---- revocation ----------------------------------------------------------------------------------

static void use(P *p) {
  expect(p != nullptr, "inside the runtime without a P");
  expect(S.busy[p->id]++ == 0, "two threads use one P");
  model_point();
  S.busy[p->id]--;
}

static void revocation() {
  auto setup = [] {
    base(2);
    M *m = with_p(0);
    m->in_rt.store(0); // in user code
    foreign(1);
    idle_p_put(sched.all_p[1]);
  };
  auto user = [] {
    for (int i = 0; i < 2; i++) {
      M *m = enter();
      use(m->p);
      leave(m);
    }
    S.done[0] = 1;
  };
  auto monitor = [] {
    P *p = sched.all_p[0];
    if (take_p(S.m[0], p)) {
      S.fired = 1;
      use(p);
      idle_p_put(p);
    }
  };
  auto check = [] {
    expect(S.done[0], "the thread did not get on");
    bool out = S.m[0]->own.load() == own_taken; // taken after its last call
    expect(sched.n_detached.load() == out, "the count of detached threads is wrong");
  };
  add("revoke/enter", "a P is taken while its thread enters the runtime", setup, {user, monitor}, check,
      {3, 2});
  add("revoke/twice", "taken twice in a row", setup,
      {user,
       [monitor] {
         monitor();
         monitor();
       }},
      check, {3, 1});
  add("revoke/no-membarrier", "the same with a fence at entry where the kernel lacks membarrier",
      [setup] {
        setup();
        sched.membarrier = false;
      },
      {user, monitor}, check, {3, 2});
}

static void revoked_between() {
  add(
      "revoke/next", "what waits in runnext is moved while its thread enters the runtime",
      [] {
        base(2);
        M *m = with_p(0);
        foreign(1);
        fresh_g(0)->state.store(g_runnable);
        m->p->runnext = S.g[0];
        m->in_rt.store(0);
      },
      {[] {
         M *m = enter();
         drain(0);
         expect(S.taken[0] == 1, "a goroutine that can run is in no queue");
         leave(m);
       },
       [] { move_next(S.m[0], sched.all_p[0]); }},
      [] { all_taken_once(1); }, {3, 2});
  add(
      "mutex/revoked",
      "the P of a thread that unlocks a mutex is taken, while a goroutine waits for the mutex",
      [] {
        base(2);
        with_p(0)->in_rt.store(0);
        foreign(1);
        idle_p_put(sched.all_p[1]);
        sched.n_spinning.store(1); // so that nobody need be started
        static Waiter w;
        w = {};
        w.g = fresh_g(0);
        w.since = now();
        w.g->state.store(g_waiting);
        S.mu = {};
        S.mu.state = 1 + 8; // locked, by thread 0, and one waits
        queue_push(reinterpret_cast<WaitQueue *>(&S.mu.q), &w, false);
      },
      {[] {
         go_mutex_unlock(&S.mu);
         S.done[0] = 1;
       },
       [] {
         if (take_p(S.m[0], sched.all_p[0]))
           S.fired = 1 + (sched.all_p[0]->runnext != nullptr);
       }},
      [] {
        expect(S.fired != 1 || !sched.all_p[0]->runnext, "a goroutine was given to a P that was taken");
        uint32_t n = sched.gq_n.load();
        for (int i = 0; i < 2; i++)
          n += sched.all_p[i]->runnext != nullptr;
        expect(S.done[0] && n == 1, "the waiter was not woken");
      },
      {3, 2});
}

// ---- the stopped world ---------------------------------------------------------------------------

// Thread 0 has a P, in user code; thread 1 stops the world; the monitor may take the P and free it.
static void stopped_world() {
  auto setup = [] {
    base(2);
    with_p(0)->in_rt.store(0);
    foreign(1), foreign(2);
    idle_p_put(sched.all_p[1]);
    sched.n_spinning.store(1); // so that nobody need be started
  };
  auto user = [] {
    for (int i = 0; i < 2; i++) {
      M *m = enter();
      for (int k = 0; k < 2; k++) {
        expect(m->p != nullptr, "inside the runtime without a P");
        expect(!S.flag, "a thread with a P is inside while the world is still");
        model_point();
      }
      leave(m);
    }
    S.done[0] = 1;
  };
  auto stop = [] {
    if (Stop s = freeze_world(1000000); s != Stop::busy) {
      S.flag = s == Stop::still;
      S.fired += S.flag;
      model_point();
      S.flag = false;
      thaw_world();
    }
    S.done[1] = 1;
  };
  auto monitor = [] {
    if (P *p = sched.all_p[0]; take_p(S.m[0], p))
      idle_p_put(p);
  };
  auto check = [] { expect(S.done[0] && S.done[1], "a thread did not get on"); };
  add("stop/enter", "the world is stopped while a thread enters the runtime", setup, {user, stop}, check,
      {3, 1});
  add("stop/taken", "the same when it had given its P away for a blocking call",
      [setup, monitor] {
        setup();
        monitor();
        S.m[0]->p = nullptr;
      },
      {user, stop}, check, {3, 1});
  add("stop/revoked", "the same while its P is taken", setup, {user, stop, monitor}, check, {2, 1});
  add("stop/no-membarrier", "the same with a fence at entry",
      [setup] {
        setup();
        sched.membarrier = false;
      },
      {user, stop}, check, {2, 2});
}

// A timer's callback that calls the runtime: when that call is over, the scheduler still holds its P.
static void callbacks() {
  add(
      "revoke/callback", "a P is taken while its scheduler runs a timer whose callback calls the runtime",
      [] {
        base(2);
        with_p(0), foreign(1);
        S.a = go_chan_make(&int_ops, 1);
        S.t = timer_new(
            S.m[0], [](Timer *, int64_t) { S.result[0] = go_chan_send(S.a, &S.elem[0][0], 0); }, nullptr);
        timer_arm(S.m[0], S.t, 500000, 0);
      },
      {[] {
         timers_run(S.m[0], sched.all_p[0], 1000000);
         use(sched.all_p[0]);
         S.done[0] = 1;
       },
       [] {
         if (take_p(S.m[0], sched.all_p[0]))
           use(sched.all_p[0]);
       }},
      [] { expect(S.done[0] && S.result[0] == GO_OK, "the callback did not run"); }, {2, 1});
}

// ---- idle and wake-up ----------------------------------------------------------------------------

static void mark(void *p) {
  ++*static_cast<int *>(p);
}

// Started by on_timer's way: into the ring, then wake_p. Its starter computes until it has run.
static G *prepared(void (*fn)(void *), void *arg, int i = 0) {
  G *g = fresh_g(i);
  g->fn = fn;
  memcpy(g->closure, &arg, sizeof arg);
  g->state.store(g_fresh, relaxed);
  return g;
}
static void run_ring(void *p) {
  void *arg;
  memcpy(&arg, p, sizeof arg);
  mark(arg);
}

static void idle() {
  add(
      "idle/foreign-spawn", "a foreign thread starts a goroutine while the only thread goes to sleep",
      [] {
        base(1);
        foreign(0);
        sched.n_m.store(1);
        start_m(sched.all_p[0], false);
      },
      {[] { go_spawn(mark, &S.ran[0]); }},
      [] { expect(S.ran[0] == 1, "the goroutine sleeps in the queue: lost wake-up"); });
  add(
      "idle/two-spawns", "two foreign threads, one processor",
      [] {
        base(1);
        foreign(0), foreign(1);
        start_m(sched.all_p[0], false);
      },
      {[] { go_spawn(mark, &S.ran[0]); }, [] { go_spawn(mark, &S.ran[1]); }},
      [] { expect(S.ran[0] == 1 && S.ran[1] == 1, "the goroutine sleeps in the queue: lost wake-up"); },
      {1, 1});
  add(
      "idle/local-work", "work appears in a running thread's queue while another thread goes to sleep",
      [] {
        base(2);
        with_p(0);
        start_m(sched.all_p[1], false);
        prepared(run_ring, &S.ran[0]);
      },
      {[] {
        M *m = S.m[0];
        ring_put(m, m->p, S.g[0]);
        wake_p();
        leave(m);
        while (!S.ran[0]) // computes; never looks at its queue
          cpu_pause();
      }},
      [] { expect(S.ran[0] == 1, "the goroutine was not run"); }, {2, 1});
  // The spawner computes and never looks at its queue again; the only other thread is about to give up.
  add(
      "idle/local-spawn", "a running thread starts two goroutines while the last spinning thread gives up",
      [] {
        base(2);
        with_p(0);
        start_m(sched.all_p[1], false);
        prepared(run_ring, &S.ran[0]); // displaced from runnext, and so for others
        prepared(run_ring, &S.ran[1], 1);
      },
      {[] {
        go_rt_spawn(S.m[0], S.g[0]);
        go_rt_spawn(enter(), S.g[1]);
        while (!S.ran[0])
          cpu_pause();
      }},
      [] { expect(S.ran[0] == 1, "the goroutine was not run"); }, {2, 1});
  add(
      "idle/grow", "the same while set_max_procs adds the second processor",
      [] {
        base(2);
        with_p(0), foreign(1);
        sched.n_procs.store(1);
        sched.all_p[1]->retired = true;
        prepared(run_ring, &S.ran[0]);
        prepared(run_ring, &S.ran[1], 1);
      },
      {[] {
         go_rt_spawn(S.m[0], S.g[0]);
         go_rt_spawn(enter(), S.g[1]);
         while (!S.ran[0])
           cpu_pause();
       },
       [] { go_set_procs(2); }},
      [] { expect(S.ran[0] == 1, "the goroutine was not run"); }, {1, 1});
  add(
      "idle/batch",
      "a running thread takes a batch off the global queue while the last spinning thread gives up",
      [] {
        base(2);
        with_p(0), foreign(1);
        start_m(sched.all_p[1], false);
        prepared(run_ring, &S.ran[0]);
        prepared(run_ring, &S.ran[1], 1);
      },
      {[] {
         G *g = nullptr;
         while (!S.ran[0] && !S.ran[1] && !(g = pick_local(S.m[0], sched.all_p[0])))
           cpu_pause();
         for (int other = g == S.g[0]; g && !S.ran[other];)
           cpu_pause();
         S.flag = g != nullptr;
       },
       [] {
         Block *b = block_get();
         b->item[0] = S.g[0], b->item[1] = S.g[1];
         b->tail = 2;
         global_put_block(b);
         wake_p();
       }},
      [] { expect(S.ran[0] + S.ran[1] + S.flag == 2, "a goroutine was not run"); }, {1, 2});
  add(
      "idle/handoff",
      "a P is handed off, empty, while work comes and the last spinning thread finds other work",
      [] {
        base(3);
        with_p(0), foreign(1);
        prepared(
            [](void *) {
              while (!S.ran[1])
                cpu_pause();
              S.ran[0]++;
            },
            nullptr);
        prepared(run_ring, &S.ran[1], 1);
        ring_put(S.m[0], sched.all_p[0], S.g[0]);
        sched.n_spinning.store(1);
        start_m(sched.all_p[2], true);
      },
      {[] {
         M *m = S.m[0];
         ring_put(m, m->p, S.g[1]);
         wake_p();
         leave(m);
         while (!S.ran[1])
           cpu_pause();
       },
       [] { handoff_p(sched.all_p[1]); }},
      [] { expect(S.ran[0] == 1 && S.ran[1] == 1, "a goroutine was not run"); }, {1, 1});
  // The owner leaves out its wake-up and computes, the thief looks the other way: the monitor brings them
  // together.
  add(
      "idle/truce", "work in the queue of a P that thieves let alone, while the monitor ends that",
      [] {
        base(2);
        with_p(0), foreign(1);
        sched.all_p[0]->mute.store(2);
        start_m(sched.all_p[1], false);
        prepared(run_ring, &S.ran[0]);
        prepared(run_ring, &S.ran[1], 1);
      },
      {[] {
         go_rt_spawn(S.m[0], S.g[0]);
         go_rt_spawn(enter(), S.g[1]); // displaces number 0
         S.flag = true;
         while (!S.ran[0])
           cpu_pause();
       },
       [] {
         while (!S.flag)
           cpu_pause();
         mon_end_truces(1000000000);
       }},
      [] { expect(S.ran[0] == 1, "the goroutine was not run"); }, {1, 1});
  add(
      "idle/monitor", "an idle P is taken and kept while the monitor goes to sleep because all Ps are idle",
      [] {
        base(2);
        foreign(0);
        idle_p_put(sched.all_p[0]);
        idle_p_put(sched.all_p[1]);
      },
      {[] {
         M *m = S.m[0];
         acquire_p(m, idle_p_get());
         while (!S.done[1]) // computes; only the monitor could take the P from it
           cpu_pause();
       },
       [] {
         mon_rest();
         S.done[1] = 1;
       }},
      [] { expect(S.done[1] && model::clock() < 30000000000, "the monitor slept although a P was in use"); },
      {2, 2});
  add(
      "idle/park-ready", "a goroutine parks on a channel while a foreign thread sends",
      [] {
        base(1);
        foreign(0);
        start_m(sched.all_p[0], false);
        S.a = go_chan_make(&int_ops, 0);
        model::as_thread(0, [] {
          go_spawn(
              [](void *) {
                go_chan_recv(S.a, &S.elem[1][0], 1);
                S.done[1] = 1;
              },
              nullptr);
        });
      },
      {[] { send(0, S.a, 7); }},
      [] { expect(S.done[0] && S.done[1] && S.elem[1][0] == 7, "goroutine and thread did not meet"); },
      {1, 1});
  add(
      "idle/timer-interrupts-poll",
      "a thread arms an earlier timer while the poller goes to sleep until a later one",
      [] {
        base(2);
        with_p(0);
        poll_init();
        Timer *late = timer_new(S.m[0], [](Timer *, int64_t) { S.other_at = model::clock(); }, nullptr);
        timer_arm(S.m[0], late, 900000000, 0);
        start_m(sched.all_p[1], false);
      },
      {[] {
        M *m = S.m[0];
        S.t = timer_new(m, [](Timer *, int64_t) { S.at = model::clock(); }, nullptr);
        timer_arm(m, S.t, 2000000, 0);
        leave(m);
      }},
      [] {
        expect(S.at == 2000000, "the earlier timer fired late: the poll was not interrupted");
        expect(S.other_at == 900000000, "the later timer did not fire");
      },
      {1, 1});
}

// ---- mutations -----------------------------------------------------------------------------------

struct Mutant {
  const char *scenario, *what;
  Mutation m;
};

static const Mutant mutants[] = {
    {"runq/steal", "ring_get's CAS of head in two halves", {"ring_get", 'r', Effect::split}},
    {"runq/steal", "steal_into's CAS of head in two halves", {"steal_into", 'r', Effect::split}},
    {"runq/steal", "ring_put stores tail without release", {"ring_put", 's', Effect::relax}},
    {"runq/overflow", "ring_put's CAS of head in two halves", {"ring_put", 'r', Effect::split}},
    {"runq/fresh-two", "fresh_pop without its fence", {"fresh_pop", 'f', Effect::drop}},
    {"runq/fresh-last", "fresh_pop's CAS of head in two halves", {"fresh_pop", 'r', Effect::split}},
    {"runq/fresh-last", "fresh_steal's CAS of head in two halves", {"fresh_steal", 'r', Effect::split}},
    {"runq/fresh-alone", "fresh_put stores tail without release", {"fresh_put", 's', Effect::relax}},
    {"runq/fresh-alone", "fresh_pop stores tail without release", {"fresh_pop", 's', Effect::relax}},
    {"park/ready", "a channel's lock taken in two halves", {"lock", 'r', Effect::split}},
    {"park/ready", "wake_thread does not set the word it wakes", {"wake_thread", 's', Effect::drop}},
    {"close/select", "dequeue claims a select in two halves", {"dequeue", 'r', Effect::split}},
    {"close/select-two-wakers", "dequeue claims a select in two halves", {"dequeue", 'r', Effect::split}},
    {"close/select-timeout",
     "the time-out claims the select in two halves",
     {"on_select_timeout", 'r', Effect::split}},
    {"mutex/exclusion", "mutex_lock_slow's CAS in two halves", {"mutex_lock_slow", 'r', Effect::split}},
    {"waitgroup/wake", "wait's count of waiters in two halves", {"go_wg_wait", 'r', Effect::split}},
    {"timer/stop-fire", "stop does not wait for a callback under way", {"timer_stop", 'l', Effect::give, 0}},
    {"timer/arm-twice", "timer_arm's first claim of a heap in two halves", {"timer_arm", 'r', Effect::split}},
    {"timer/arm-twice",
     "lock_heap does not look again whose heap it is",
     {"lock_heap", 'l', Effect::give, 0}},
    {"timer/rearm-fire", "a heap's lock taken in two halves", {"lock", 'r', Effect::split}},
    {"poll/ready", "a descriptor's lock taken in two halves", {"lock", 'r', Effect::split}},
    {"revoke/enter", "no membarrier", {"barrier_all", 'm', Effect::drop}},
    {"revoke/enter", "take_p does not look at in_rt again", {"take_p", 'l', Effect::give, 0}},
    {"revoke/enter", "enter does not look at own", {"enter", 'l', Effect::give, own_owned}},
    {"revoke/enter", "take_p's CASes in two halves", {"take_p", 'r', Effect::split}},
    {"revoke/next", "move_next does not look at in_rt", {"move_next", 'l', Effect::give, 0}},
    {"revoke/next", "no membarrier", {"barrier_all", 'm', Effect::drop}},
    {"mutex/revoked", "a mutex' wake-up does not look at own", {"enter", 'l', Effect::give, own_owned}},
    {"stop/enter", "no membarrier", {"barrier_all", 'm', Effect::drop}},
    {"stop/enter", "enter does not look at own", {"enter", 'l', Effect::give, own_owned}},
    {"stop/no-membarrier", "enter without its fence", {"enter", 'f', Effect::drop}},
    {"revoke/callback", "a call within another ends both", {"leave", 's', Effect::give, 0}},
    {"revoke/no-membarrier", "enter without its fence", {"enter", 'f', Effect::drop}},
    {"revoke/no-membarrier", "barrier_all without its fence", {"barrier_all", 'f', Effect::drop}},
    {"idle/local-work", "wake_p without its fence", {"wake_p", 'f', Effect::drop}},
    {"idle/local-work",
     "no second look at the queues after giving up the P",
     {"work_anywhere", 'l', Effect::give, 0}},
    {"idle/local-work", "find_runnable without its fences", {"find_runnable", 'f', Effect::drop}},
    {"idle/local-spawn", "wake_p without its fence", {"wake_p", 'f', Effect::drop}},
    {"idle/local-spawn", "go_rt_spawn does not announce", {"go_rt_spawn", 'l', Effect::give, 1}},
    {"idle/local-spawn", "find_runnable without its fences", {"find_runnable", 'f', Effect::drop}},
    {"idle/grow", "go_set_procs without membarrier", {"barrier_all", 'm', Effect::drop}},
    {"idle/batch", "global_get counts down without release", {"global_get", 'r', Effect::relax}},
    {"idle/handoff", "handoff_p without its fence", {"handoff_p", 'f', Effect::drop}},
    {"idle/truce", "the monitor does not see the truce", {"mon_end_truces", 'l', Effect::give, 0}},
    {"idle/truce", "the truce is ended without membarrier", {"barrier_all", 'm', Effect::drop}},
    {"idle/monitor", "acquire_p without its fence", {"acquire_p", 'f', Effect::drop}},
    {"idle/monitor",
     "acquire_p does not look whether the monitor sleeps",
     {"acquire_p", 'l', Effect::give, 0}},
    {"idle/monitor", "the monitor without its fence", {"mon_rest", 'f', Effect::drop}},
    {"idle/monitor", "the monitor does not look again", {"mon_rest", 'l', Effect::give, 2}},
    {"idle/timer-interrupts-poll",
     "timer_arm does not interrupt the poller",
     {"poll_break", 'l', Effect::give, 0}},
    {"idle/timer-interrupts-poll",
     "timer_arm does not look at poll_until",
     {"timer_arm", 'l', Effect::give, 0}},
    {"idle/timer-interrupts-poll", "timer_arm without its fences", {"timer_arm", 'f', Effect::drop}},
};

int main(int argc, char **argv) {
  bool deep = false, verbose = false;
  std::vector<std::string> only;
  for (int i = 1; i < argc; i++) {
    std::string a = argv[i];
    if (a == "--deep")
      deep = true;
    else if (a == "--trace")
      verbose = true;
    else
      only.push_back(a);
  }
  run_queue(), channels(), timers(), timers_armed_twice(), poller(), revocation(), revoked_between(),
      stopped_world(), callbacks(), idle();
  auto wanted = [&](const char *n) {
    return only.empty() ||
           std::any_of(only.begin(), only.end(), [&](auto &o) { return !strncmp(o.c_str(), n, o.size()); });
  };
  int bad = 0;
  for (Scenario &s : scenarios) {
    if (!wanted(s.name))
      continue;
    Bounds b = s.bounds;
    if (deep)
      b.preemptions++, b.stale++, b.executions = 100000000;
    model::Result r = model::run(s, {}, b);
    std::printf("%-30s %8llu executions, %d preemptions, %d stale reads%s%s\n", s.name,
                (unsigned long long)r.executions, b.preemptions, b.stale,
                r.exhausted         ? ""
                : r.failure.empty() ? ": NOT EXHAUSTED"
                                    : ": ",
                r.failure.c_str());
    std::fflush(stdout);
    if (!r.failure.empty() || (!r.exhausted && !deep)) {
      bad++;
      std::printf("  %s\n", s.about);
      for (auto &t : r.trace)
        std::printf("    %s\n", t.c_str());
    }
  }
  for (const Mutant &m : mutants) {
    if (!wanted(m.scenario))
      continue;
    for (Scenario &s : scenarios)
      if (!strcmp(s.name, m.scenario)) {
        model::Result r = model::run(s, m.m, s.bounds);
        std::printf("mutation of %-27s %s: %s after %llu executions\n", s.name, m.what,
                    r.failure.empty() ? "NOT CAUGHT" : r.failure.c_str(), (unsigned long long)r.executions);
        std::fflush(stdout);
        bad += r.failure.empty();
        if (verbose)
          for (auto &t : r.trace)
            std::printf("    %s\n", t.c_str());
      }
  }
  std::printf("%s\n", bad ? "FAILED" : "all scenarios hold, all mutations are caught");
  return bad ? 1 : 0;
}
