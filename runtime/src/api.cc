// api.cc - the rest of the C interface: spawn, sleep, timers, threads, locals, statistics.
#include "../include/go/go.h"
#include "rt.h"

namespace gort {

extern "C" GO_HIDDEN void go_rt_spawn(M *m, G *g);

struct Call {
  void (*fn)(void *);
  void *arg;
};
static void run_call(void *p) {
  Call c = *static_cast<Call *>(p);
  c.fn(c.arg);
}

static void on_sleep(Timer *t, int64_t) {
  ready_tail(getm(), static_cast<G *>(t->arg));
}

struct SleepArg {
  Timer *t;
  int64_t when;
};
static void post_sleep(M *m, void *p) {
  SleepArg a = *static_cast<SleepArg *>(p);
  timer_arm(m, a.t, a.when, 0);
}

static SpinLock key_lock;
static void (*key_destroy[1024])(void *);
static atomic<uint32_t> n_keys;

// A destructor may set values again, of other keys, too: they get a few rounds, as pthread_key_create has it.
extern "C" void go_rt_free_locals(G *g) {
  for (int round = 0; g->locals && round < 4; round++) {
    void **l = g->locals;
    g->locals = nullptr;
    size_t n = reinterpret_cast<size_t>(l[0]);
    for (size_t i = 1; i <= n; i++)
      if (l[i] && key_destroy[i])
        key_destroy[i](l[i]);
    free(l);
  }
  free(g->locals);
  g->locals = nullptr;
}

} // namespace gort

struct go_timer {
  gort::Timer *t;
  gort::Call call;
};

namespace gort {

static void on_timer_raw(Timer *t, int64_t) {
  Call *c = static_cast<Call *>(t->arg);
  c->fn(c->arg);
}
static void on_timer(Timer *t, int64_t) {
  M *m = getm();
  G *g = g_alloc(m);
  g->fn = run_call;
  g->creator_pc = nullptr;
  g->stack_class = 0;
  *reinterpret_cast<Call *>(g->closure) = *static_cast<Call *>(t->arg);
  // As go_rt_spawn, but onto the queue's tail and without leaving the runtime.
  g->flags = 0;
  g->lockedm = nullptr;
  g->lock_depth = 0;
  g->name = nullptr;
  g->id = sched.ids.add(1u, relaxed) + 1;
  sched.n_spawned.add(1u, relaxed);
  g->state.store(g_fresh, relaxed);
  if (m->p)
    ring_put(m, m->p, g);
  else
    global_put(g);
  wake_p();
}

static go_timer *timer_start(int64_t when, int64_t period, void (*fn)(void *), void *arg,
                             void (*cb)(Timer *, int64_t)) {
  go_timer *x = static_cast<go_timer *>(malloc(sizeof(go_timer)));
  if (!x)
    fatal("out of memory");
  M *m = enter();
  x->call = {fn, arg};
  x->t = timer_new(m, cb, &x->call);
  timer_arm(m, x->t, when, period);
  leave(m);
  return x;
}

extern "C" {

extern const char go_rt_abi_1[];
const char go_rt_abi_1[] = "gold-go goroutine runtime, ABI 1";

#if defined(__x86_64__) || defined(__aarch64__)
asm(".pushsection .note.go-rt, \"a\", %note\n"
    ".balign 4\n"
    ".long 3, 2f - 1f, 1\n"
    ".asciz \"go\"\n"
    ".balign 4\n"
    "1: .asciz \"abi=1 version=0.1 switch=direct stacks=arena poll=epoll\"\n"
    "2: .balign 4\n"
    ".popsection");
#endif

void *go_rt_prepare(void **gp, size_t stack, const char *name) noexcept {
  M *m = enter();
  G *g = g_alloc(m);
  leave(m);
  g->stack_class = uint8_t(stack ? stack_class_for(stack) : 0);
  g->creator_pc = __builtin_return_address(0);
  g->name = name;
  *gp = g;
  return g->closure;
}
void go_rt_launch(void *gp, void (*fn)(void *)) noexcept {
  G *g = static_cast<G *>(gp);
  g->fn = fn;
  M *m = enter();
  go_rt_spawn(m, g);
}

void go_spawn(void (*fn)(void *), void *arg) noexcept {
  M *m = enter();
  G *g = g_alloc(m);
  g->stack_class = 0;
  g->name = nullptr;
  g->creator_pc = __builtin_return_address(0);
  g->fn = run_call;
  *reinterpret_cast<Call *>(g->closure) = {fn, arg};
  go_rt_spawn(m, g);
}
void go_spawn_opts(void (*fn)(void *), void *arg, size_t stack, const char *name) noexcept {
  void *g;
  *static_cast<Call *>(go_rt_prepare(&g, stack, name)) = {fn, arg};
  static_cast<G *>(g)->creator_pc = __builtin_return_address(0);
  go_rt_launch(g, run_call);
}

void go_yield(void) noexcept {
  M *m = yield(enter());
  leave(m);
}

void go_sleep(int64_t ns) noexcept {
  if (ns <= 0) {
    go_yield();
    return;
  }
  M *m = enter();
  int64_t t = now();
  if (GO_UNLIKELY(runs_exit_handlers(m))) { // nobody runs timers any more
    sys::nanosleep(ns);
    leave(m);
    return;
  }
  SleepArg a{timer_new(m, on_sleep, m->curg), ns > never - 1 - t ? never - 1 : t + ns};
  // Armed in `post`: the timer may fire on another thread at once.
  m = park(m, wr_sleep, post_sleep, &a);
  timer_stop(a.t, true);
  timer_release(m, a.t);
  leave(m);
}

int64_t go_now(void) noexcept {
  return now();
}

uint64_t go_id(void) noexcept {
  M *m = enter();
  uint64_t id = m->curg->id;
  leave(m);
  return id;
}

size_t go_num(void) noexcept {
  M *m = enter();
  uint64_t s = sched.n_spawned.load(), e = sched.n_exited.load();
  for (uint32_t i = 0; i < sched.n_p_made.load(); i++) {
    e += sched.all_p[i]->n_exited.load(relaxed);
    s += sched.all_p[i]->n_spawned.load(relaxed);
  }
  leave(m);
  return s - e;
}

void go_get_stats(go_stats *st) noexcept {
  M *m = enter();
  *st = {};
  st->spawned = sched.n_spawned.load();
  for (uint32_t i = 0; i < sched.n_p_made.load(); i++) {
    P *p = sched.all_p[i];
    st->spawned += p->n_spawned.load(relaxed);
    st->exited += p->n_exited.load(relaxed);
    st->switches += p->n_switches.load(relaxed);
    st->steals += p->n_steals.load(relaxed);
  }
  st->revoked = sched.n_revoked.load();
  st->threads = sched.n_m.load();
  st->polls = sched.n_poll_calls.load();
  st->stack_bytes = stack_bytes_mapped();
  st->procs = sched.n_procs.load();
  st->idle_procs = sched.n_idle_p.load();
  leave(m);
}

unsigned go_set_procs(unsigned n) noexcept {
  M *m = enter();
  unsigned old = sched.n_procs.load();
  if (n == 0 || n == old) {
    leave(m);
    return old;
  }
  if (n > max_procs_limit)
    n = max_procs_limit;
  P *retired = nullptr;
  {
    Locked l(sched.lock);
    while (sched.n_p_made.load() < n) {
      uint32_t id = sched.n_p_made.load();
      P *p = sched.all_p[id] = go_rt_new_p(id);
      p->retired = true;
      sched.n_p_made.store(id + 1); // the monitor may look at it from here on
    }
    sched.n_procs.store(n);
    // Idle Ps that go. One that runs, or is being handed over, goes when its holder notices.
    P *list = sched.idle_p;
    sched.idle_p = nullptr;
    sched.n_idle_p.store(0);
    for (P *p = list, *next; p; p = next) {
      next = p->idle_next;
      P *&to = p->id < n ? sched.idle_p : retired;
      p->idle = p->id < n;
      p->idle_next = to;
      to = p;
      if (p->id < n)
        sched.n_idle_p.add(1u);
    }
    for (uint32_t i = 0; i < n; i++) { // those that come back
      P *p = sched.all_p[i];
      if (!p->retired)
        continue;
      p->retired = false;
      p->idle = true;
      p->idle_next = sched.idle_p;
      sched.idle_p = p;
      sched.n_idle_p.add(1u);
    }
  }
  for (P *p = retired, *next; p; p = next) {
    next = p->idle_next;
    retire_p(p);
  }
  barrier_all(); // a spawner that saw one P only has announced nothing, but its queue is visible now
  if (sched.mon_sleep.load(relaxed)) // it may have compared the counts while they changed
    mon_wake();
  wake_p();
  if (m->p && m->p->id >= n)
    m = yield(m);
  leave(m);
  return old;
}

void go_lock_os_thread(void) noexcept {
  M *m = enter();
  G *g = m->curg;
  if (!m->foreign && g->lock_depth++ == 0) {
    g->flags |= gf_locked;
    g->lockedm = m;
    m->lockedg = g;
  }
  leave(m);
}
void go_unlock_os_thread(void) noexcept {
  M *m = enter();
  G *g = m->curg;
  if (!m->foreign && g->lock_depth && --g->lock_depth == 0) {
    g->flags &= ~uint32_t(gf_locked);
    g->lockedm = nullptr;
    m->lockedg = nullptr;
  }
  leave(m);
}

void go_enter_blocking(void) noexcept {
  M *m = enter();
  m->blocking = 1;
  P *p = m->p;
  if (p && !(m->curg->flags & gf_foreign) && !sched.exiting.load() && (!p_empty(p) || sched.gq_n.load())) {
    // Somebody waits for this P: pass it on now instead of at the monitor's next tick.
    sched.n_detached.add(1u);
    m->own.store(own_taken);
    p->m = nullptr;
    m->p = nullptr;
    handoff_p(p);
  }
  m->in_rt.store(0, release);
}
void go_exit_blocking(void) noexcept {
  M *m = enter();
  m->blocking = 0;
  leave(m);
}

void go_set_name(const char *name) noexcept {
  M *m = enter();
  m->curg->name = name;
  leave(m);
}

void go_traceback(int fd, int all) noexcept {
  M *m = enter();
  Text t(fd);
  if (!all) {
    trace_g(t, m->curg, true);
  } else {
    Stop s;
    while ((s = freeze_world(1000000000)) == Stop::busy) { // who has stopped it waits for this thread, too
      leave(m);
      sys::sched_yield();
      m = enter();
    }
    trace_all(t, m->curg, s == Stop::still);
    thaw_world();
  }
  t.flush();
  leave(m);
}

void go_on_panic(void (*fn)(const char *)) noexcept {
  sched.on_panic = fn;
}

void go_panic(const char *text) noexcept {
  M *m = enter();
  if (sched.on_panic)
    sched.on_panic(text);
  {
    Text t;
    t.s("panic: ").s(text).s("\n\n");
    trace_g(t, m->curg, true);
  }
  sys::exit_group(2);
}

void go_test_mode(uint64_t seed) noexcept {
  M *m = enter();
  if (seed) {
    leave(m);
    go_set_procs(1);
    m = enter();
    sched.seed_rng = seed * 0x9e3779b97f4a7c15u | 1;
    sched.virtual_now.store(real_now());
    sched.deterministic = sched.unusual = true;
    sched.virtual_clock.store(1);
    m->p->tick = 0; // what came before is forgotten
  } else {
    sched.virtual_clock.store(0);
    sched.deterministic = false;
    sched.unusual = sched.model != model_gpm;
  }
  leave(m);
}

go_timer *go_timer_start(int64_t when, int64_t period, void (*fn)(void *), void *arg) noexcept {
  return timer_start(when, period, fn, arg, on_timer);
}
go_timer *go_timer_start_raw(int64_t when, int64_t period, void (*fn)(void *), void *arg) noexcept {
  return timer_start(when, period, fn, arg, on_timer_raw);
}
int go_timer_stop(go_timer *x) noexcept {
  M *m = enter();
  // A raw callback is over when this returns: nothing arrives on a timer's channel after a stop.
  int r = timer_stop(x->t, x->t->fn == on_timer_raw);
  leave(m);
  return r;
}
int go_timer_reset(go_timer *x, int64_t when, int64_t period) noexcept {
  M *m = enter();
  int r = timer_stop(x->t, x->t->fn == on_timer_raw);
  timer_arm(m, x->t, when, period);
  leave(m);
  return r;
}
void go_timer_free(go_timer *x) noexcept {
  M *m = enter();
  timer_stop(x->t, true);
  timer_release(m, x->t);
  leave(m);
  free(x);
}

unsigned go_local_key(void (*destroy)(void *)) noexcept {
  Locked l(key_lock);
  uint32_t k = n_keys.load() + 1;
  if (k >= sizeof key_destroy / sizeof *key_destroy)
    fatal("too many goroutine-local keys");
  key_destroy[k] = destroy;
  n_keys.store(k);
  return k;
}
void *go_local_get(unsigned key) noexcept {
  M *m = enter();
  void **l = m->curg->locals;
  void *v = l && key <= reinterpret_cast<size_t>(l[0]) ? l[key] : nullptr;
  leave(m);
  return v;
}
void go_local_set(unsigned key, void *value) noexcept {
  M *m = enter();
  G *g = m->curg;
  size_t have = g->locals ? reinterpret_cast<size_t>(g->locals[0]) : 0;
  if (key > have) {
    size_t n = n_keys.load();
    void **l = static_cast<void **>(malloc((n + 1) * sizeof(void *)));
    if (!l)
      fatal("out of memory");
    memset(l, 0, (n + 1) * sizeof(void *));
    if (have) {
      memcpy(l, g->locals, (have + 1) * sizeof(void *));
      free(g->locals);
    }
    l[0] = reinterpret_cast<void *>(n);
    g->locals = l;
  }
  g->locals[key] = value;
  leave(m);
}
}

} // namespace gort
