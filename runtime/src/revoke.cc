// revoke.cc - the monitor thread and the revocation of Ps.
//
// The monitor looks at every busy P. One whose tick stands still belongs to a thread that is in
// user code: in a blocking call when its CPU clock stands still too, hogging the CPU otherwise.
// Neither is interrupted. Instead the P is taken away: own=revoking; membarrier; if the thread is
// not inside the runtime, own: revoking -> taken. The thread raises in_rt before it reads `own`, so
// exactly one side wins (an asymmetric Dekker handshake, and a CAS for the rest).
#include "rt.h"

namespace gort {

int thread_create(void *(*fn)(void *), void *arg, size_t stack);

// A full fence on every thread of the process; without membarrier(2) only on this one, and the others
// have fences of their own where they count on it.
void barrier_all() {
  if (sched.membarrier)
    sys::call(__NR_membarrier, 1 << 3, 0, 0);
  else
    fence();
}

GO_RACY bool take_p(M *m, P *p) {
  if (!m->own.cas(own_owned, own_revoking))
    return false;
  barrier_all();
  if (p->m != m || m->in_rt.load() || sched.deterministic) {
    m->preempt.store(1);
    m->own.cas(own_revoking, own_owned);
    return false;
  }
  sched.n_detached.add(1u);
  if (!m->own.cas(own_revoking, own_taken)) {
    m->preempt.store(1); // it has called the runtime since: it sees this when it leaves
    sched.n_detached.sub(1u);
    return false;
  }
  p->m = nullptr;
  sched.n_revoked.add(1u, relaxed);
  return true;
}

static void post_detached(M *m, void *gp) {
  m->p = nullptr;
  m->own.store(own_owned); // the goroutine is off its stack: see is_still
  stop_if_exiting(m);
  global_put(static_cast<G *>(gp));
  sched.n_detached.sub(1u);
  wake_p();
}

[[gnu::noinline]] M *enter_slow(M *m) {
  for (;;) {
    uint32_t o = m->own.load();
    if (o == own_owned)
      return m;
    if (sched.forked.load())
      fatal_after_fork();
    if (o == own_revoking) {
      m->own.cas(own_revoking, own_owned);
      continue;
    }
    if (m->in_rt.load(relaxed) > 1) // a timer's callback: whoever stops the world waits for the outer call
      return m;
    if (o == own_frozen) {
      m->in_rt.store(0);
      if (sched.exiting.load() && m != sched.exit_m.load())
        for (;;)
          sys::nanosleep(1000000000000);
      if (sched.frozen.load())
        sys::futex_wait(&sched.frozen, 1, 1000000);
      else
        cpu_pause(); // move_next has it in hand
      m->in_rt.store(1);
      fence();
      continue;
    }
    if (sched.frozen.load()) { // who froze the world looked for threads that run, not for this one
      m->in_rt.store(0);
      sys::futex_wait(&sched.frozen, 1, 1000000);
      m->in_rt.store(1);
      fence();
      continue;
    }
    // Taken: get another P, or queue up.
    m->blocking = 0;
    P *p = idle_p_get();
    if (!p && runs_exit_handlers(m)) // nobody gives his away any more
      p = go_rt_new_p(0);
    if (p) {
      acquire_p(m, p);
      sched.n_detached.sub(1u);
      continue;
    }
    G *g = m->curg;
    g->state.store(g_runnable);
    switch_to_g0(m, post_detached, g);
    return getm();
  }
}

[[gnu::noinline]] void leave_slow(M *m) {
  if (m->foreign || m->curg == m->g0 || m->curg->lock_depth || m->in_rt.load(relaxed))
    return;
  m = enter();
  m->preempt.store(0);
  if (!sched.deterministic) // the monitor asked before the mode began
    m = yield(m);
  compiler_barrier();
  m->in_rt.store(0, release);
}

// ---- stopping the world ------------------------------------------------------------------------

// To be called when `m` has become an owner: main may have returned meanwhile.
void stop_if_exiting(M *m) {
  if (sched.exiting.load() && m != sched.exit_m.load())
    m->own.store(own_frozen);
}

bool runs_exit_handlers(M *m) {
  return sched.exiting.load() && m == sched.exit_m.load();
}

// Not on its way from one goroutine to another, and it will not be before the world goes on. Threads without
// a P look at `frozen` when they have got one, those outside at `own` when they come in; a P that was taken
// is replaced before `own` says so.
GO_RACY static bool is_still(M *m) {
  if (!m->in_rt.load()) {
    uint32_t own = m->own.load();
    return own == own_frozen || own == own_taken;
  }
  return !m->p && m->own.load() != own_taken;
}

// Makes every other thread stop at its next runtime call. Waits for those inside the runtime, and for what
// the monitor has in hand.
Stop freeze_world(int64_t max_wait) {
  M *me = getm();
  if (sched.frozen.exchange(1))
    return Stop::busy;
  int64_t end = real_now() + max_wait;
  for (;;) {
    for (M *m = sched.all_m.load(); m; m = m->all_next)
      if (m != me)
        m->own.cas(own_owned, own_frozen);
    barrier_all();
    bool still = true;
    for (M *m = sched.all_m.load(); m; m = m->all_next)
      still &= m == me || is_still(m);
    if (still)
      return Stop::still;
    if (real_now() >= end)
      return Stop::moving;
    sys::nanosleep(20000);
  }
}

void thaw_world() {
  sched.frozen.store(0);
  for (M *m = sched.all_m.load(); m; m = m->all_next)
    if (m->own.cas(own_frozen, own_owned))
      stop_if_exiting(m);
  sys::futex_wake(&sched.frozen, 1 << 30);
  fence();
  wake_p();
}

// main has returned: nobody may run runtime code beside the static destructors. They may, on this thread.
GO_RACY void rt_exit_stop() {
  static atomic<uint32_t> begun;
  if (!sched.n_p_made.load() || sched.forked.load() || begun.exchange(1))
    return;
  M *me = getm();
  if (!me)
    me = attach();
  sched.exit_g = me->curg;
  sched.exit_m.store(me);
  sched.exiting.store(1);
  fence();
  for (M *m = sched.all_m.load(); m; m = m->all_next)
    if (m != me)
      m->own.store(own_frozen);
  barrier_all();
  int64_t end = real_now() + 20000000;
  for (M *m = sched.all_m.load(); m; m = m->all_next)
    while (m != me && (m->p || m->foreign) && m->in_rt.load() && m->curg != m->g0 && real_now() < end)
      sys::nanosleep(20000);
}

// ---- the monitor -------------------------------------------------------------------------------

static int64_t cpu_time(int tid) {
  sys::timespec64 ts;
  if (sys::call(__NR_clock_gettime, long(~unsigned(tid) << 3 | 6), sys::arg(&ts)))
    return -1;
  return ts.sec * 1000000000 + ts.nsec;
}

constexpr int64_t slice = 10000000;    // ns that a goroutine may keep a P that others want
constexpr int64_t ask_time = 100000;   // ns from the request to yield to the loss of the P
constexpr int64_t next_time = 700000;  // ns that a goroutine in runnext waits before the runner is asked
constexpr int64_t look_time = 1500000; // ns between two looks at Ps that put something into runnext

// A goroutine that was woken up and is next on this P waits for the slice's end; others may wait for it in
// turn, such as for a mutex. Its waker is asked to yield long before it would lose the P.
GO_RACY static void next_waits(P *p, int64_t t) {
  G *next = p->runnext;
  if (!next || p->mon_next != next || !p->mon_waited)
    p->mon_waited = next ? t : 0;
  else if (M *m = p->m; m && t - p->mon_waited >= next_time)
    m->preempt.store(1);
  p->mon_next = next;
}

// Takes what waits in runnext to the global queue, if the thread is in user code.
GO_RACY bool move_next(M *m, P *p) {
  if (!m->own.cas(own_owned, own_revoking))
    return false;
  barrier_all();
  if (p->m != m || m->in_rt.load() || !m->own.cas(own_revoking, own_frozen)) {
    m->own.cas(own_revoking, own_owned);
    return false;
  }
  G *g = p->runnext;
  if (g) {
    p->runnext = nullptr;
    global_put(g); // before the thread goes on: it may be the last one, and look for a deadlock
  }
  m->own.store(own_owned);
  fence();
  stop_if_exiting(m);
  return g;
}

GO_RACY static bool retake(P *p, int64_t t) {
  M *m = p->m;
  if (!m || p->idle || sched.deterministic) { // there a goroutine keeps the processor, however long it takes
    p->mon_since = p->mon_waited = 0;
    return false;
  }
  if (p->tick != p->mon_tick || !p->mon_since) {
    p->mon_tick = p->tick;
    p->mon_since = t;
    p->mon_asked = p->mon_waited = 0;
    p->mon_cpu = -1;
    next_waits(p, t);
    return false;
  }
  if (m->in_rt.load(relaxed))
    return false;
  int64_t held = t - p->mon_since;
  bool blocked = m->blocking;
  if (!blocked && held >= 50000) {
    int64_t c = cpu_time(m->tid);
    if (p->mon_cpu >= 0 && c >= 0 && t - p->mon_cpu_at > 20000)
      blocked = c - p->mon_cpu < 1000;
    p->mon_cpu = c;
    p->mon_cpu_at = t;
  }
  bool wanted = !p_empty(p) || sched.gq_n.load() || p->timers.first.load() <= now();
  if (!wanted && sched.n_idle_p.load() + sched.n_spinning.load() > 0 && held < slice)
    return false;
  if (!wanted && sched.n_idle_p.load() > 0 && !blocked)
    return false;
  if (!blocked && held < slice) {
    // A goroutine waits in runnext while its waker computes and another P is idle.
    if (p->runnext && sched.n_idle_p.load() && held >= 20000 && move_next(m, p))
      wake_p();
    next_waits(p, t);
    return false;
  }
  if (!blocked && !p->mon_asked) {
    p->mon_asked = t;
    m->preempt.store(1);
    return true;
  }
  if (!blocked && t - p->mon_asked < ask_time)
    return true;
  if (take_p(m, p)) {
    p->mon_since = 0;
    p_drain(p);
    sched.n_handoff.add(1u, relaxed);
    handoff_p(p);
    return true;
  }
  return false;
}

// Everything sleeps: so may the monitor. Who takes a P from the idle ones looks at mon_sleep behind a fence
// (acquire_p), the monitor at the number of idle Ps behind one: one of them sees the other.
bool mon_rest() {
  if (sched.n_idle_p.load() != sched.n_procs.load())
    return false;
  sched.mon_sleep.store(1);
  fence();
  if (sched.n_idle_p.load() == sched.n_procs.load())
    sys::futex_wait(&sched.mon_sleep, 1, 60000000000);
  sched.mon_sleep.store(0);
  return true;
}

// Ends the truces between thieves and Ps (find.cc) whose goroutines now run for longer than 5 us: such a P
// makes few decisions, so that its count of left-out wake-ups may stand still. True if there are truces at
// all.
GO_RACY bool mon_end_truces(int64_t elapsed) {
  bool any = false, ended = false;
  for (uint32_t i = 0; i < sched.n_p_made.load(); i++) {
    P *p = sched.all_p[i];
    if (!p->mute.load(relaxed))
      continue;
    any = true;
    if (int64_t(p->tick - p->mon_tick) * 1000 >= elapsed)
      continue;
    p->mute.store(0, relaxed);
    ended = true;
  }
  if (ended) {
    barrier_all(); // what they put into their queues meanwhile was announced by nobody
    wake_p();
  }
  return any;
}

// Its moments should come when they are due, also when all processors compute: with a slice of 0.1 ms the
// kernel lets it go first (Linux 6.12; older ones do not look at the field). struct sched_attr of
// linux/sched/types.h.
static void mon_short_slice() {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } a = {};
  if (sys::call(__NR_sched_getattr, 0, sys::arg(&a), sizeof a, 0) || a.policy)
    return;
  a.runtime = 100000;
  sys::call(__NR_sched_setattr, 0, sys::arg(&a), 0);
}

static void *monitor(void *) {
  mon_short_slice();
  int64_t delay = 20000, last_scavenge = 0, last = real_now();
  unsigned idle = 0;
  bool was_busy = true; // since the last look at the stacks
  bool at_rest = false; // nothing ran between two looks, and there is nothing to give back
  for (;;) {
    sys::nanosleep(delay);
    if (sched.exiting.load())
      return nullptr;
    if (sched.frozen.load())
      continue;
    sched.n_sysmon.add(1u, relaxed);
    int64_t t = real_now();
    bool acted = false, truces = mon_end_truces(t - last);
    last = t;
    int64_t most = 5000000;
    for (uint32_t i = 0; i < sched.n_p_made.load(); i++) { // those to be retired, too
      P *p = sched.all_p[i];
      acted |= retake(p, t);
      if (p->mon_waited)
        most = next_time;
      else if (p->mon_look.load(relaxed) && most > look_time)
        most = look_time;
      p->mon_look.store(0, relaxed);
    }
    if (poll_ready() && sched.n_poll_wait.load() && !sched.poll_blocked.load() &&
        t - sched.last_poll.load() > 10000000) {
      sched.last_poll.store(t);
      G *list = poll_net(0);
      inject_polled(nullptr, list);
      acted |= list != nullptr;
    }
    if (t - last_scavenge > 500000000) {
      last_scavenge = t;
      bool more = stack_scavenge(false);
      stack_reclaim();
      at_rest = !more && !was_busy;
      was_busy = false;
    }
    idle = acted ? 0 : idle + 1;
    if (idle == 0)
      delay = 20000;
    else if (idle > 50)
      delay *= 2;
    if (truces)
      most = 500000;
    if (delay > most)
      delay = most;
    was_busy |= sched.n_idle_p.load() != sched.n_procs.load();
    if (idle > 1200 && at_rest && !was_busy && mon_rest()) {
      idle = 0;
      delay = 20000;
    }
  }
}

void mon_wake() {
  if (sched.mon_sleep.exchange(0))
    sys::futex_wake(&sched.mon_sleep, 1);
}

void mon_start() {
  if (sched.n_mon.exchange(1))
    return;
  if (thread_create(monitor, nullptr, 128 * 1024))
    fatal("cannot create a thread");
}

} // namespace gort
