// find.cc - the search for work: what a thread does on its scheduler stack.
//
// Order: global queue (now and then), due timers, local queue, global queue, a look at the
// poller, stealing; then the P is given up, everything is checked once more, and the thread
// sleeps: one of them in the poller until the next timer, the others on their futexes.
#include "rt.h"

namespace gort {

P *idle_p_get() {
  Locked l(sched.lock);
  P *p = sched.idle_p;
  if (p) {
    sched.idle_p = p->idle_next;
    p->idle = false;
    sched.n_idle_p.sub(1u);
  }
  return p;
}

static bool idle_p_put_locked(P *p) {
  if (p->id >= sched.n_procs.load())
    return false;
  p->idle = true;
  p->idle_next = sched.idle_p;
  sched.idle_p = p;
  sched.n_idle_p.add(1u);
  return true;
}

bool idle_p_put(P *p) {
  Locked l(sched.lock);
  return idle_p_put_locked(p);
}

// The caller holds p, which is on no list. Until `retired` is set nobody else may bring it back, so
// a set_max_procs that grows again meanwhile leaves it to us to make it idle.
void retire_p(P *p) {
  p_drain(p);
  if (p != sched.all_p[0])
    timers_move(p, sched.all_p[0]);
  {
    Locked l(sched.lock);
    if (!idle_p_put_locked(p))
      p->retired = true;
  }
  wake_p();
}

void acquire_p(M *m, P *p) {
  m->p = p;
  p->m = m;
  p->tick++;
  m->own.store(own_owned);
  fence(); // against the monitor's last look at the number of idle Ps, and against rt_exit_stop
  if (sched.mon_sleep.load(relaxed))
    mon_wake();
  stop_if_exiting(m);
}

P *release_p(M *m) {
  P *p = m->p;
  m->p = nullptr;
  p->m = nullptr;
  return p;
}

// Sleeps until somebody hands this M a P.
void stop_m(M *m) {
  {
    Locked l(sched.lock);
    m->idle_next = sched.idle_m;
    sched.idle_m = m;
    sched.n_idle_m++;
  }
  while (m->park.exchange(0, acquire) == 0)
    sys::futex_wait(&m->park, 0);
  P *p = m->nextp;
  m->nextp = nullptr;
  acquire_p(m, p);
}

[[noreturn]] static void sleep_forever() {
  for (;;)
    sys::nanosleep(1000000000000);
}

// No goroutine runs any more, so nobody would ever wake the one that runs the exit handlers.
[[noreturn]] static void exiting_for_good(M *m) {
  if (runs_exit_handlers(m)) {
    {
      Text t;
      t.s("fatal error: a destructor or exit handler waits, but goroutines stopped when main returned\n\n");
      trace_g(t, sched.exit_g, false);
    }
    sys::exit_group(2);
  }
  sleep_forever();
}

GO_RACY static bool work_anywhere(int64_t t) {
  if (sched.gq_n.load())
    return true;
  uint32_t n = sched.n_procs.load();
  for (uint32_t i = 0; i < n; i++) {
    P *p = sched.all_p[i];
    if ((p_has_queued(p) && !p->mute.load(relaxed)) || p->timers.first.load() <= t)
      return true;
  }
  return false;
}

GO_RACY void handoff_p(P *p) {
  if (p->id >= sched.n_procs.load()) {
    retire_p(p);
    return;
  }
  if (!p_empty(p) || sched.gq_n.load() || p->timers.first.load() <= now()) {
    start_m(p, false);
    return;
  }
  if (sched.n_spinning.load() == 0 && sched.n_idle_p.load() == 0 && sched.n_spinning.cas(0, 1)) {
    start_m(p, true);
    return;
  }
  if (!idle_p_put(p)) {
    retire_p(p);
    return;
  }
  fence();
  if (work_anywhere(0)) // it came while this P was neither idle nor anybody's
    wake_p();
  else if (sched.poll_blocked.load())
    poll_break(); // it computes its time-out anew
  else if (p->timers.first.load() != never || sched.n_poll_wait.load())
    wake_p(); // somebody has to sleep in the poller
  else
    check_dead();
}

// Readies the goroutines of a poll; m may be without a P, or null.
void inject(M *m, G *list) {
  while (list) {
    G *g = list;
    list = g->next;
    g->next = nullptr;
    ready_tail(m, g);
  }
}

static void polled(uint32_t n) {
  if (!n)
    return;
  sched.n_poll_wait.sub(n);
  // They may have run meanwhile, and it may be a deadlock: somebody has to look.
  if (sched.n_idle_p.load() == sched.n_procs.load())
    wake_p();
}

void inject_polled(M *m, G *list) {
  uint32_t n = 0;
  for (G *g = list; g; g = g->next)
    n++;
  inject(m, list);
  polled(n);
}

// A theft moves cache lines between processors, some for each goroutine: that pays when they run for longer.
// If they did not, the thief lets the victim alone, for longer each time. The victim counts the wake-ups that
// it leaves out; should it stop to make any, the monitor ends the truce.
static void judge_theft(P *p) {
  uint32_t n = p->n_booty;
  if (!n)
    return;
  p->n_booty = 0;
  if (real_now() - p->stole_at >= 1000 + int64_t(n) * 300) {
    p->crumbs = 0;
    return;
  }
  p->crumbs = !p->crumbs ? 32 : p->crumbs < 512 ? p->crumbs * 2 : p->crumbs;
  p->robbed->mute.store(p->crumbs, relaxed);
}

static bool steal_timers(M *m, P *p, int64_t t) {
  bool any = false;
  uint32_t n = sched.n_procs.load();
  for (uint32_t i = 0; i < n; i++)
    if (sched.all_p[i]->timers.first.load() <= t)
      any |= timers_run(m, sched.all_p[i], t);
  (void)p;
  return any;
}

static void stop_spinning(M *m, bool found) {
  if (!m->spinning)
    return;
  m->spinning = false;
  uint32_t was = sched.n_spinning.sub(1u);
  if (found && was == 1)
    wake_p();
}

// Outside of the runtime until the world goes on. The monitor may take the P meanwhile.
static void wait_frozen(M *m) {
  stop_spinning(m, false);
  do {
    m->in_rt.store(0);
    while (sched.frozen.load())
      sys::futex_wait(&sched.frozen, 1, 1000000);
    m->in_rt.store(1);
    fence();
    while (!sched.frozen.load() && (m->own.load() == own_frozen || m->own.cas(own_revoking, own_owned))) {
      if (sched.exiting.load()) // else thaw_world is under way
        sleep_forever();
      cpu_pause();
    }
  } while (sched.frozen.load());
  if (m->own.load() == own_taken) {
    m->p = nullptr;
    m->own.store(own_owned);
    sched.n_detached.sub(1u);
  }
}

// This thread is wired to a goroutine: passes the P on and sleeps until that one is due. False if it has to
// go back into a queue.
static bool locked_wait(M *m) {
  if (m->p) {
    P *p = release_p(m);
    handoff_p(p);
  }
  while (m->park.exchange(0, acquire) == 0)
    sys::futex_wait(&m->park, 0);
  P *p = m->nextp;
  m->nextp = nullptr;
  acquire_p(m, p);
  if (GO_UNLIKELY(sched.exiting.load()))
    sleep_forever();
  if (GO_UNLIKELY(sched.frozen.load())) {
    sched.n_detached.add(1u); // the goroutine is in no queue meanwhile: see check_dead
    wait_frozen(m);
    bool lost = !m->p;
    if (lost)
      global_put(m->lockedg);
    sched.n_detached.sub(1u);
    if (lost) {
      wake_p();
      return false;
    }
  }
  return true;
}

G *find_runnable(M *m) {
  for (;;) {
    if (GO_UNLIKELY(sched.exiting.load()))
      exiting_for_good(m);
    if (GO_UNLIKELY(sched.frozen.load()) && m->p)
      wait_frozen(m);
    if (GO_UNLIKELY(m->lockedg != nullptr)) {
      stop_spinning(m, false);
      if (G *g = m->lockedg; locked_wait(m))
        return g;
      continue;
    }
    if (GO_UNLIKELY(!m->p)) {
      stop_m(m);
      continue;
    }
    P *p = m->p;
    if (GO_UNLIKELY(p->id >= sched.n_procs.load())) {
      stop_spinning(m, false);
      release_p(m);
      handoff_p(p);
      continue;
    }
    m->preempt.store(0, relaxed);
    int64_t t = 0;
    if (p->timers.first.load(relaxed) != never) {
      t = now();
      timers_run(m, p, t);
    }
    G *g = pick_local(m, p);
    if (!g && poll_ready() && sched.n_poll_wait.load(relaxed) && !sched.poll_blocked.load()) {
      if (G *list = poll_net(0)) {
        inject_polled(m, list);
        g = pick_local(m, p);
      }
    }
    if (!g && sched.n_procs.load() > 1) {
      judge_theft(p);
      uint32_t busy = sched.n_procs.load() - sched.n_idle_p.load();
      if (m->spinning || 2 * sched.n_spinning.load() < busy) {
        if (!m->spinning) {
          m->spinning = true;
          sched.n_spinning.add(1u);
        }
        for (int i = 0; i < (sched.ncpu.load(relaxed) > 1 ? 20 : 1) && !g; i++) {
          bool possible = steal_into(p);
          g = pick_local(m, p);
          if (!g && !possible)
            break;
          if (!g && sched.gq_n.load() == 0)
            for (int k = 0; k < 30; k++)
              cpu_pause();
          if (g)
            p->soft_interval = 0;
        }
        if (!g) {
          t = now();
          if (steal_timers(m, p, t))
            g = pick_local(m, p);
        }
      }
    }
    if (g) {
      stop_spinning(m, true);
      if (GO_UNLIKELY(g->flags & gf_locked)) {
        if (g->lockedm == m)
          return g;
        // Hand the P to the thread that this goroutine is wired to.
        M *lm = g->lockedm;
        P *mine = release_p(m);
        lm->nextp = mine;
        lm->park.store(1);
        sys::futex_wake(&lm->park, 1);
        stop_m(m);
        continue;
      }
      return g;
    }
    // Virtual clock: nothing can run, so time may jump to the next timer.
    if (GO_UNLIKELY(sched.virtual_clock.load())) {
      int64_t next = timers_next();
      if (next != never && sched.n_poll_wait.load() == 0) {
        if (next > sched.virtual_now.load())
          sched.virtual_now.store(next);
        continue;
      }
    }
    // Give up the P.
    {
      Locked l(sched.lock);
      if (sched.gq_n.load() || sched.frozen.load() || p->id >= sched.n_procs.load())
        continue;
      release_p(m);
      idle_p_put_locked(p);
    }
    bool was_spinning = m->spinning;
    if (was_spinning) {
      m->spinning = false;
      sched.n_spinning.sub(1u);
    }
    fence();
    int64_t next = timers_next();
    if (work_anywhere(next == never ? 0 : now()) && !sched.frozen.load()) {
      if (P *q = idle_p_get()) {
        acquire_p(m, q);
        if (was_spinning) {
          m->spinning = true;
          sched.n_spinning.add(1u);
        }
        continue;
      }
    }
    bool virt = sched.virtual_clock.load();
    if ((next != never && !virt) || sched.n_poll_wait.load()) {
      if (!sched.poll_blocked.exchange(1)) {
        if (!poll_ready())
          poll_init();
        sched.poll_until.store(never); // a timer armed from here on interrupts the poll
        fence();
        next = timers_next();
        sched.poll_until.store(next);
        fence();
        int64_t delay = -1;
        if (next != never && !virt) {
          delay = next - now();
          if (delay < 0)
            delay = 0;
        }
        if (work_anywhere(0))
          delay = 0;
        G *list = poll_net(delay);
        sched.poll_until.store(0);
        sched.poll_blocked.store(0);
        sched.last_poll.store(real_now(), relaxed);
        P *q = idle_p_get();
        if (q) {
          acquire_p(m, q);
          inject_polled(m, list);
          if (list) {
            m->spinning = true;
            sched.n_spinning.add(1u);
          }
          continue;
        }
        inject_polled(m, list);
        stop_m(m);
        continue;
      }
    } else {
      check_dead();
    }
    stop_m(m);
  }
}

static atomic<uint32_t> dead_seen;
#if defined(__SANITIZE_THREAD__)
constexpr uint32_t strange_threads = 1; // the sanitizer's own, which wakes nobody
#else
constexpr uint32_t strange_threads = 0;
#endif

// Nothing runs, nothing is queued, no timer, no descriptor. Adds to `ran` what changes when something runs.
GO_RACY static bool all_still(uint64_t &ran) {
  if (sched.n_foreign.load() || sched.n_detached.load() || sched.n_helpers.load() ||
      sched.n_poll_wait.load() || sched.exiting.load() || sched.frozen.load())
    return false;
  Locked l(sched.lock);
  if (sched.n_idle_p.load() != sched.n_procs.load() || sched.gq_n.load() || sched.n_spinning.load())
    return false;
  // Those of too high a number may still run, or be emptied.
  for (uint32_t i = 0; i < sched.n_p_made.load(); i++) {
    P *p = sched.all_p[i];
    if (!(p->idle || p->retired) || p->m || p_has_queued(p) || p->timers.first.load() != never)
      return false;
    ran += p->tick + p->n_switches.load(relaxed);
  }
  return true;
}

// Threads that the runtime does not know may wake goroutines later.
static bool strangers() {
  char b[2048];
  long fd = sys::openat("/proc/self/status", 0);
  if (fd < 0)
    return false;
  long n = sys::read(int(fd), b, sizeof b - 1);
  sys::close(int(fd));
  b[n > 0 ? n : 0] = 0;
  for (char *s = b; *s; s++)
    if (memcmp(s, "\nThreads:\t", 10) == 0) {
      uint32_t v = 0;
      for (s += 10; *s >= '0' && *s <= '9'; s++)
        v = v * 10 + uint32_t(*s - '0');
      return v > sched.n_m.load() + sched.n_mon.load() + strange_threads;
    }
  return false;
}

// Is there anything that could still wake a goroutine? A thread may come, wake one and end while this looks:
// so nothing may have run between the two looks before and after the count of threads. If something has, who
// ran it comes here later.
GO_RACY void check_dead() {
  uint64_t before = 0, after = 0;
  if (!all_still(before) || strangers() || !all_still(after) || before != after)
    return;
  if (!dead_seen.exchange(1))
    deadlock();
  sleep_forever();
}

} // namespace gort
