// engine.cc - see engine.h.
#include "engine.h"

#include "../src/atomic.h"
#include "hook.h"

#include <asm/unistd.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void go_rt_switch(void **save_sp, void *new_sp);
void *go_rt_init_stack(void *top, void (*fn)(void *), void *arg);
extern char __start_model_bss[], __stop_model_bss[], __start_model_data[], __stop_model_data[];
}

namespace model {

constexpr int max_threads = 6, max_locations = 1024, kept = 8;

struct View {
  uint32_t n = 0;
  uint32_t t[max_locations];
  uint32_t at(uint32_t i) const { return i < n ? t[i] : 0; }
  void set(uint32_t i, uint32_t v) {
    for (; n <= i; n++)
      t[n] = 0;
    if (t[i] < v)
      t[i] = v;
  }
  void join(const View &o) {
    uint32_t both = n < o.n ? n : o.n;
    for (uint32_t i = 0; i < both; i++)
      if (t[i] < o.t[i])
        t[i] = o.t[i];
    if (o.n > n) {
      memcpy(t + n, o.t + n, (o.n - n) * sizeof *t);
      n = o.n;
    }
  }
  void assign(const View &o) {
    n = o.n;
    memcpy(t, o.t, n * sizeof *t);
  }
};

struct Message {
  uint64_t value;
  View view;
};
struct Location {
  const void *a;
  uint32_t size, last, floor; // number of the newest store; nothing older than `floor` is readable
  Message m[kept];            // a ring, by number
};

enum State { ready, blocked, paused, finished };
struct Thread {
  State state;
  void *sp, *self;
  const void *wait_on; // futex word, or the poller
  int64_t until;       // when it wakes up by itself; -1: never
  bool timed_out;
  std::function<void()> body;
  View cur, acquired, fenced;
};

struct Choice {
  uint8_t n, taken;
};

static std::vector<Choice> path; // decisions of this execution; a prefix is replayed
static size_t depth;
static Location *locations;
static uint32_t n_locations;
static uint32_t table[4096];
static Thread threads[max_threads];
static int n_threads, cur = -1;
static bool quiet; // no scheduling points: setup and check
static View sc;
static int preemptions, stale;
static Bounds bounds;
static Mutation mutation;
static void *main_sp;
static std::string failure;
static bool stop;
static uint64_t steps, own_steps; // of all executions, of this one
static int64_t now;
static unsigned idle_rounds;
static bool tracing;
static std::vector<std::string> trace;
static char *stacks, *arena_base, *big_base;
static size_t arena_used, big_used;
constexpr size_t stack_size = 128 << 10, arena_size = 64 << 20, big_size = size_t(8) << 30;

static void note(const char *op, const char *fn, int line, uint64_t v) {
  char b[200];
  std::snprintf(b, sizeof b, "thread %d  %-8s %s:%d  %#llx", cur, op, fn, line, (unsigned long long)v);
  trace.push_back(b);
}

int choose(int n) {
  if (n <= 1)
    return 0;
  if (depth == path.size())
    path.push_back({uint8_t(n), 0});
  return path[depth++].taken;
}

// ---- memory --------------------------------------------------------------------------------------

void *arena(size_t n) {
  n = (n + 127) & ~size_t(127);
  if (n >= 1 << 20) { // stacks: their contents need not be clean
    void *p = big_base + big_used;
    big_used += n;
    if (big_used > big_size)
      std::abort();
    return p;
  }
  void *p = arena_base + arena_used;
  arena_used += n;
  if (arena_used > arena_size)
    std::abort();
  return p;
}

static uint64_t read_memory(const void *a, unsigned size) {
  uint64_t v = 0;
  memcpy(&v, a, size);
  return v;
}

static Location &locate(const void *a, unsigned size) {
  uint32_t h = uint32_t((reinterpret_cast<uintptr_t>(a) >> 2) * 0x9e3779b1u) >> 20;
  while (table[h] && locations[table[h] - 1].a != a)
    h = (h + 1) % 4096;
  if (!table[h]) {
    if (n_locations == max_locations)
      std::abort();
    table[h] = ++n_locations;
    Location &l = locations[n_locations - 1];
    l.a = a;
    l.size = size;
    l.last = l.floor = 1;
    l.m[1 % kept].value = read_memory(a, size);
    l.m[1 % kept].view.n = 0;
  }
  Location &l = locations[table[h] - 1];
  uint64_t real = read_memory(a, size);
  if (real != l.m[l.last % kept].value) { // a plain initialization: nothing before it counts
    l.last++;
    l.floor = l.last;
    l.m[l.last % kept].value = real;
    l.m[l.last % kept].view.n = 0;
  }
  return l;
}

static bool acquires(int o) {
  return o == __ATOMIC_ACQUIRE || o == __ATOMIC_ACQ_REL || o == __ATOMIC_SEQ_CST;
}
static bool releases(int o) {
  return o == __ATOMIC_RELEASE || o == __ATOMIC_ACQ_REL || o == __ATOMIC_SEQ_CST;
}

static void fence_of(Thread &t) {
  t.cur.join(t.acquired);
  sc.join(t.cur);
  t.cur.assign(sc);
  t.fenced.assign(t.cur);
}

static void take(Thread &t, uint32_t loc, uint32_t number, const Message &m, int order) {
  t.cur.set(loc, number);
  t.acquired.join(m.view);
  if (acquires(order))
    t.cur.join(m.view);
}

static void put(Thread &t, Location &l, uint64_t v, int order, const View *chain) {
  uint32_t loc = uint32_t(&l - locations);
  l.last++;
  if (l.last >= l.floor + kept)
    l.floor = l.last - kept + 1;
  t.cur.set(loc, l.last);
  Message &m = l.m[l.last % kept];
  m.value = v;
  if (chain && chain != &m.view)
    m.view.assign(*chain);
  else if (!chain)
    m.view.n = 0;
  m.view.join(releases(order) ? t.cur : t.fenced);
  m.view.set(loc, l.last);
  memcpy(const_cast<void *>(l.a), &v, l.size);
}

// ---- scheduling ----------------------------------------------------------------------------------

static void to_main() {
  void *dead;
  go_rt_switch(cur >= 0 ? &threads[cur].sp : &dead, main_sp);
}

void fail(const std::string &what) {
  failure = what;
  stop = true;
  if (cur < 0 || quiet)
    throw 1;
  to_main();
  std::abort();
}

static void switch_to(int t) {
  if (t == cur)
    return;
  int from = cur;
  cur = t;
  go_rt_switch(&threads[from].sp, threads[t].sp);
}

// Others may have been waiting for what was just written.
static void progress() {
  for (int i = 0; i < n_threads; i++)
    if (threads[i].state == paused && i != cur)
      threads[i].state = ready;
  idle_rounds = 0;
}

// The current thread can't go on: somebody else does.
static void resched() {
  for (;;) {
    int can[max_threads], n = 0;
    for (int i = 0; i < n_threads; i++)
      if (threads[i].state == ready)
        can[n++] = i;
    if (n) {
      switch_to(can[choose(n)]);
      return;
    }
    // Only paused ones: they look again. When that leads nowhere, time goes on.
    if (idle_rounds++ < 200) {
      int next = -1;
      for (int k = 1; k <= n_threads; k++)
        if (int i = (cur + k) % n_threads; threads[i].state == paused) {
          threads[i].state = ready;
          if (next < 0)
            next = i;
          for (uint32_t j = 0; j < n_locations; j++) // in the end every store is seen
            threads[i].cur.set(j, locations[j].last);
        }
      if (next >= 0) { // in turn: who looks first makes no difference that a choice would be worth
        switch_to(next);
        return;
      }
    }
    int64_t first = -1;
    for (int i = 0; i < n_threads; i++)
      if (threads[i].state == blocked && threads[i].until >= 0 && (first < 0 || threads[i].until < first))
        first = threads[i].until;
    if (first < 0) {
      bool spins = false;
      for (int i = 0; i < n_threads; i++)
        spins |= threads[i].state == paused;
      if (spins)
        fail("a thread spins for ever");
      to_main(); // quiescent
    }
    if (now < first)
      now = first;
    idle_rounds = 0;
    for (int i = 0; i < n_threads; i++) {
      if (threads[i].state == paused)
        threads[i].state = ready;
      if (threads[i].state == blocked && threads[i].until >= 0 && threads[i].until <= now) {
        threads[i].state = ready;
        threads[i].timed_out = true;
      }
    }
  }
}

static void point() {
  if (quiet)
    return;
  steps++;
  if (++own_steps > 50000)
    fail("the execution does not end");
  if (preemptions >= bounds.preemptions)
    return;
  int can[max_threads], n = 0;
  can[n++] = cur;
  for (int i = 0; i < n_threads; i++)
    if (i != cur && threads[i].state == ready)
      can[n++] = i;
  int k = choose(n);
  if (k) {
    preemptions++;
    switch_to(can[k]);
  }
}

static void block(const void *on, int64_t until) {
  Thread &t = threads[cur];
  t.state = blocked;
  t.wait_on = on;
  t.until = until;
  t.timed_out = false;
  resched();
}

static void thread_start(void *arg) {
  Thread &t = *static_cast<Thread *>(arg);
  t.body();
  t.state = finished;
  progress();
  resched();
}

static int add_thread(std::function<void()> body) {
  if (n_threads == max_threads)
    fail("too many threads");
  Thread &t = threads[n_threads];
  t.state = ready;
  t.body = std::move(body);
  t.self = nullptr;
  t.until = -1;
  t.cur.n = t.acquired.n = t.fenced.n = 0;
  char *top = stacks + size_t(n_threads + 1) * stack_size - 64;
  t.sp = go_rt_init_stack(top, thread_start, &t);
  return n_threads++;
}

void as_thread(int i, const std::function<void()> &f) {
  while (n_threads <= i)
    add_thread([] {});
  int was = cur;
  cur = i;
  f();
  cur = was;
}

int64_t clock() {
  return now;
}

static bool mutated(const char *fn, int line, char op) {
  return mutation.fn && mutation.op == op && !quiet && !strcmp(fn, mutation.fn) &&
         (!mutation.line || mutation.line == line);
}

// ---- the poller's kernel side --------------------------------------------------------------------

struct Watched {
  uint64_t data;
  unsigned pending;
  bool on;
};
static Watched watched[16];
static uint64_t eventfd_count;
constexpr int ep_fd = 100, wake_fd = 101;

static bool poll_pending() {
  if (eventfd_count)
    return true;
  for (Watched &w : watched)
    if (w.on && w.pending)
      return true;
  return false;
}
static void poll_wake() {
  for (int i = 0; i < n_threads; i++)
    if (threads[i].state == blocked && threads[i].wait_on == watched)
      threads[i].state = ready;
}
void kernel_ready(int fd, unsigned events) {
  point();
  fence_of(threads[cur]);
  watched[fd].pending |= events;
  poll_wake();
  progress();
}

struct
#if defined(__x86_64__)
    [[gnu::packed]]
#endif
    Event {
  uint32_t events;
  uint64_t data;
};

static long poll_wait(Event *ev, long max, int64_t delay) {
  point();
  fence_of(threads[cur]);
  if (!poll_pending() && delay != 0) {
    block(watched, delay < 0 ? -1 : now + delay);
    fence_of(threads[cur]);
  }
  long n = 0;
  if (eventfd_count && n < max)
    ev[n++] = {1, 0};
  for (Watched &w : watched)
    if (w.on && w.pending && n < max) {
      ev[n++] = {w.pending, w.data};
      w.pending = 0;
    }
  return n;
}

// ---- executions ----------------------------------------------------------------------------------

static std::vector<char> data_image;

static void reset() {
  memset(arena_base, 0, arena_used);
  arena_used = big_used = 0;
  memset(__start_model_bss, 0, size_t(__stop_model_bss - __start_model_bss));
  memcpy(__start_model_data, data_image.data(), data_image.size());
  memset(table, 0, sizeof table);
  n_locations = 0;
  n_threads = 0;
  sc.n = 0;
  preemptions = stale = 0;
  depth = 0;
  own_steps = 0;
  failure.clear();
  stop = false;
  now = 1000000;
  idle_rounds = 0;
  eventfd_count = 0;
  memset(watched, 0, sizeof watched);
  trace.clear();
}

static void once(const Scenario &s) {
  reset();
  quiet = true;
  cur = -1;
  try {
    for (size_t i = 0; i < s.threads.size(); i++)
      add_thread(s.threads[i]);
    cur = 0;
    s.setup();
    // What was set up is known to all.
    View all;
    all.n = 0;
    for (int i = 0; i < n_threads; i++)
      all.join(threads[i].cur);
    for (uint32_t i = 0; i < n_locations; i++)
      all.set(i, locations[i].last);
    for (int i = 0; i < n_threads; i++)
      threads[i].cur.assign(all), threads[i].fenced.assign(all), threads[i].acquired.assign(all);
    quiet = false;
    cur = choose(n_threads);
    go_rt_switch(&main_sp, threads[cur].sp);
    quiet = true;
    cur = 0;
    if (!stop) {
      fence_of(threads[0]);
      s.check();
    }
  } catch (int) {
  }
  cur = -1;
}

Result run(const Scenario &s, const Mutation &m, const Bounds &b) {
  if (!arena_base) {
    auto get = [](size_t n) {
      void *p = mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (p == MAP_FAILED)
        std::abort();
      return static_cast<char *>(p);
    };
    arena_base = get(arena_size);
    big_base = get(big_size);
    stacks = get(stack_size * max_threads);
    locations = new Location[max_locations];
    data_image.assign(__start_model_data, __stop_model_data);
  }
  Result r;
  bounds = b;
  mutation = m;
  path.clear();
  steps = 0;
  for (;;) {
    once(s);
    r.executions++;
    if (stop) {
      r.failure = failure;
      tracing = true;
      once(s); // the same decisions again, noted down
      tracing = false;
      r.trace = trace;
      break;
    }
    path.resize(depth); // in case the last execution was shorter
    while (!path.empty() && path.back().taken + 1 == path.back().n)
      path.pop_back();
    if (path.empty()) {
      r.exhausted = true;
      break;
    }
    path.back().taken++;
    if (r.executions == b.executions)
      break;
  }
  r.steps = steps;
  return r;
}

} // namespace model

// ---- hooks -----------------------------------------------------------------------------------------

using namespace model;

extern "C" {

uint64_t go_model_load(const void *a, unsigned size, int order, const char *fn, int line) {
  if (mutated(fn, line, 'l')) {
    if (mutation.effect == Effect::give)
      return mutation.value;
    if (mutation.effect == Effect::relax)
      order = __ATOMIC_RELAXED;
  }
  point();
  Location &l = locate(a, size);
  Thread &t = threads[cur < 0 ? 0 : cur];
  uint32_t loc = uint32_t(&l - locations), low = std::max(t.cur.at(loc), l.floor), pick = l.last;
  if (!quiet && low < l.last && stale < bounds.stale) {
    int k = choose(int(l.last - low + 1)); // 0: the newest
    if (k)
      stale++;
    pick = l.last - uint32_t(k);
  }
  Message &m = l.m[pick % kept];
  take(t, loc, pick, m, order);
  if (tracing && !quiet)
    note(pick == l.last ? "load" : "STALE", fn, line, m.value);
  return m.value;
}

void go_model_store(void *a, unsigned size, uint64_t v, int order, const char *fn, int line) {
  if (mutated(fn, line, 's')) {
    if (mutation.effect == Effect::drop)
      return;
    if (mutation.effect == Effect::relax)
      order = __ATOMIC_RELAXED;
    if (mutation.effect == Effect::give)
      v = mutation.value;
  }
  point();
  if (tracing && !quiet)
    note("store", fn, line, v);
  put(threads[cur], locate(a, size), v, order, nullptr);
  progress();
}

static int rmw_order;
uint64_t go_model_rmw(void *a, unsigned size, int order, const char *fn, int line) {
  bool split = false;
  if (mutated(fn, line, 'r')) {
    if (mutation.effect == Effect::relax)
      order = __ATOMIC_RELAXED;
    split = mutation.effect == Effect::split;
  }
  point();
  Location &l = locate(a, size);
  Thread &t = threads[cur];
  uint64_t v = l.m[l.last % kept].value;
  take(t, uint32_t(&l - locations), l.last, l.m[l.last % kept], order);
  if (tracing && !quiet)
    note("rmw", fn, line, v);
  if (split)
    point();
  rmw_order = order;
  return v;
}

void go_model_rmw_end(void *a, unsigned size, uint64_t v) {
  Location &l = locate(a, size);
  View chain; // a release sequence goes on through read-modify-writes
  chain.assign(l.m[l.last % kept].view);
  put(threads[cur], l, v, rmw_order, &chain);
  progress();
}

void go_model_fence(const char *fn, int line) {
  if (mutated(fn, line, 'f') && mutation.effect == Effect::drop)
    return;
  point();
  if (tracing && !quiet)
    note("fence", fn, line, 0);
  fence_of(threads[cur]);
}

void go_model_pause(const char *fn, int) {
  if (quiet || !strcmp(fn, "find_runnable")) // there it is a delay of a given length, not a wait
    return;
  threads[cur].state = paused;
  resched();
}

void *go_model_self() {
  return threads[cur < 0 ? 0 : cur].self;
}
void go_model_set_self(void *m) {
  threads[cur < 0 ? 0 : cur].self = m;
}

void *go_model_malloc(size_t n) {
  return arena(n);
}
void go_model_free(void *) {}
int go_model_atexit(void (*)()) {
  return 0;
}
int go_model_clock_gettime(int, void *ts) {
  int64_t v[2] = {now / 1000000000, now % 1000000000};
  memcpy(ts, v, sizeof v);
  return 0;
}
int go_model_pthread_create(unsigned long *, const void *, void *(*fn)(void *), void *arg) {
  if (!quiet)
    point();
  int i = add_thread([fn, arg] { fn(arg); });
  threads[i].cur.assign(threads[cur].cur);
  return 0;
}

long go_model_syscall(long n, long a, long b, long c, long d, long, long) {
  const int64_t *ts;
  switch (n) {
  case __NR_futex: {
    void *w = reinterpret_cast<void *>(a);
    if ((b & 127) == 0) {
      if (quiet)
        std::abort();
      point();
      fence_of(threads[cur]);
      Location &l = locate(w, 4);
      threads[cur].cur.set(uint32_t(&l - locations), l.last);
      if (tracing)
        note("wait", "futex", 0, uint64_t(uint32_t(read_memory(w, 4))));
      if (read_memory(w, 4) != uint64_t(uint32_t(c)))
        return -11;
      ts = reinterpret_cast<const int64_t *>(d);
      block(w, ts ? now + ts[0] * 1000000000 + ts[1] : -1);
      return threads[cur].timed_out ? -110 : 0;
    }
    point();
    if (tracing && !quiet)
      note("wake", "futex", 0, 0);
    fence_of(threads[cur]);
    long woken = 0;
    for (int i = 0; i < n_threads && woken < c; i++)
      if (threads[i].state == blocked && threads[i].wait_on == w) {
        threads[i].state = ready;
        woken++;
      }
    return woken;
  }
  case __NR_membarrier:
    if (mutated("barrier_all", 0, 'm'))
      return 0;
    point();
    if (tracing && !quiet)
      note("membarrier", "", 0, 0);
    for (int round = 0; round < 2; round++)
      for (int i = 0; i < n_threads; i++)
        fence_of(threads[i]);
    return 0;
  case __NR_nanosleep:
    if (quiet)
      return 0;
    ts = reinterpret_cast<const int64_t *>(a);
    fence_of(threads[cur]);
    block(nullptr, now + ts[0] * 1000000000 + ts[1]);
    return 0;
  case __NR_sched_yield:
    go_model_pause("sched_yield", 0);
    return 0;
  case __NR_mmap:
    return long(arena(size_t(b)));
  case __NR_epoll_create1:
    return ep_fd;
  case __NR_eventfd2:
    return wake_fd;
  case __NR_epoll_ctl:
    if (c < 16) {
      watched[c].on = b == 1;
      if (b == 1)
        memcpy(&watched[c].data, reinterpret_cast<char *>(d) + offsetof(Event, data), 8);
      if (watched[c].on && watched[c].pending)
        poll_wake();
    }
    return 0;
  case __NR_epoll_pwait:
    return poll_wait(reinterpret_cast<Event *>(b), c, d < 0 ? -1 : d * 1000000);
  case 441: // epoll_pwait2
    if (d == 8)
      return -14; // the runtime's probe
    ts = reinterpret_cast<const int64_t *>(d);
    return poll_wait(reinterpret_cast<Event *>(b), c, ts ? ts[0] * 1000000000 + ts[1] : -1);
  case __NR_write:
    if (a == wake_fd) {
      point();
      fence_of(threads[cur]);
      eventfd_count++;
      poll_wake();
      progress();
    }
    return c;
  case __NR_read:
    if (a == wake_fd) {
      point();
      fence_of(threads[cur]);
      eventfd_count = 0;
      return 8;
    }
    return -11;
  case __NR_gettid:
    return 1000 + cur;
  case __NR_getpid:
    return 1;
  case __NR_exit_group:
    fail("the process was ended (fatal error)");
  case __NR_openat:
    return -2;
  default:
    return 0;
  }
}
}
