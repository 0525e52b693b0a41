// timer.cc - timers: a 4-ary heap per P with lazy deletion.
//
// An entry is {when, timer}. Stopping a timer only marks it; entries whose timer has been stopped
// or re-armed to another time are dropped when they surface, or all at once when they make up a
// quarter of the heap: when the next timer is armed, or the P looks for the next goroutine. The
// heap's lock guards its timers. Callbacks run on the scheduler stack or on a yielding goroutine,
// without the lock, and never block.
#include "rt.h"

namespace gort {

static SpinLock pool_lock;
static Timer *pool;

Timer *timer_new(M *m, void (*fn)(Timer *, int64_t), void *arg) {
  P *p = m->p;
  Timer *t = p ? p->free_timer : nullptr;
  if (t) {
    p->free_timer = reinterpret_cast<Timer *>(t->arg2);
  } else {
    Locked l(pool_lock);
    if (!pool) {
      Timer *a = static_cast<Timer *>(map_pages(256 * sizeof(Timer)));
      for (int i = 0; i < 256; i++) {
        a[i].arg2 = pool;
        pool = &a[i];
      }
    }
    t = pool;
    pool = static_cast<Timer *>(t->arg2);
  }
  t->state.store(t_idle, relaxed);
  t->entries = 0;
  t->period = 0;
  t->fn = fn;
  t->arg = arg;
  t->arg2 = nullptr;
  t->p.store(nullptr, relaxed);
  t->released = 0;
  t->running.store(0, relaxed);
  return t;
}

static void recycle(Timer *t) {
  Locked l(pool_lock);
  t->arg2 = pool;
  pool = t;
}

static void sift_up(TimerEntry *a, uint32_t i) {
  TimerEntry e = a[i];
  while (i) {
    uint32_t up = (i - 1) / 4;
    if (a[up].when <= e.when)
      break;
    a[i] = a[up];
    i = up;
  }
  a[i] = e;
}

static void sift_down(TimerEntry *a, uint32_t n, uint32_t i) {
  TimerEntry e = a[i];
  for (;;) {
    uint32_t c = i * 4 + 1;
    if (c >= n)
      break;
    uint32_t best = c, end = c + 4 < n ? c + 4 : n;
    for (uint32_t k = c + 1; k < end; k++)
      if (a[k].when < a[best].when)
        best = k;
    if (a[best].when >= e.when)
      break;
    a[i] = a[best];
    i = best;
  }
  a[i] = e;
}

static void push(TimerHeap &h, TimerEntry e) {
  if (h.n == h.cap) {
    uint32_t cap = h.cap ? h.cap * 2 : 256;
    TimerEntry *a = static_cast<TimerEntry *>(map_pages(cap * sizeof(TimerEntry)));
    if (h.cap) {
      memcpy(a, h.a, h.n * sizeof(TimerEntry));
      sys::unmap(h.a, h.cap * sizeof(TimerEntry));
    }
    h.a = a;
    h.cap = cap;
  }
  h.a[h.n] = e;
  sift_up(h.a, h.n++);
}

static void pop(TimerHeap &h) {
  h.a[0] = h.a[--h.n];
  if (h.n)
    sift_down(h.a, h.n, 0);
}

static bool live(const TimerEntry &e) {
  return e.t->state.load(relaxed) == t_armed && e.t->when == e.when;
}

static void drop(TimerHeap &h, Timer *t) {
  if (h.zombies)
    h.zombies--;
  if (--t->entries == 0) {
    if (t->state.load(relaxed) == t_zombie) {
      t->state.store(t_idle, release);
      if (t->released && t->running.load(relaxed) == 0)
        recycle(t);
    }
  }
}

static bool crowded(const TimerHeap &h) {
  return h.zombies > h.n / 4 + 64;
}

static void sweep(TimerHeap &h) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < h.n; i++) {
    if (live(h.a[i]))
      h.a[k++] = h.a[i];
    else
      drop(h, h.a[i].t);
  }
  h.n = k;
  h.zombies = 0;
  for (uint32_t i = k / 4 + 1; i-- > 0;)
    if (i < k)
      sift_down(h.a, k, i);
}

static void set_first(TimerHeap &h) {
  h.first.store(h.n ? h.a[0].when : never);
}

static P *lock_heap(Timer *t) {
  for (;;) {
    P *p = t->p.load();
    if (!p)
      return nullptr;
    p->timers.lock.lock();
    if (t->p.load() == p)
      return p;
    p->timers.lock.unlock();
  }
}

void timer_arm(M *m, Timer *t, int64_t when, int64_t period) {
  if (when < 0)
    when = 0; // past
  P *mine = m->p ? m->p : sched.all_p[0], *p;
  while (!(p = lock_heap(t))) {
    p = mine;
    p->timers.lock.lock();
    if (t->p.cas(nullptr, p))
      break;
    p->timers.lock.unlock(); // another goroutine arms it as well
  }
  // To this P's heap, if nothing of it is left in the other. With both locks, or two who arm it at once might
  // each hold the lock of another heap.
  if (p != mine && t->entries == 0 && t->running.load(relaxed) == 0 && mine->timers.lock.try_lock()) {
    t->p.store(mine);
    p->timers.lock.unlock();
    p = mine;
  }
  TimerHeap &h = p->timers;
  bool swept = crowded(h);
  if (swept)
    sweep(h);
  if (t->state.load(relaxed) == t_armed)
    h.zombies++;
  t->when = when;
  t->period = period;
  t->state.store(t_armed, release);
  t->entries++;
  push(h, {when, t});
  bool earliest = h.a[0].when == when;
  if (earliest || swept)
    set_first(h);
  h.lock.unlock();
  if (earliest) {
    if (GO_UNLIKELY(!m->p)) { // a foreign thread: somebody must see to it
      fence();
      wake_p();
    }
    fence();
    if (int64_t until = sched.poll_until.load(relaxed); until > when)
      poll_break();
  }
}

bool timer_stop(Timer *t, bool sync) {
  bool was = false;
  if (P *p = lock_heap(t)) {
    TimerHeap &h = p->timers;
    if (t->state.load(relaxed) == t_armed) {
      was = true;
      if (h.n && h.a[h.n - 1].t == t && h.a[h.n - 1].when == t->when && t->entries == 1) {
        h.n--;
        t->entries = 0;
        t->state.store(t_idle, relaxed);
        set_first(h);
      } else {
        t->state.store(t_zombie, relaxed);
        h.zombies++;
        if (crowded(h))
          h.first.store(0); // so that timers_run has a look
      }
    }
    h.lock.unlock();
  }
  if (sync)
    for (unsigned i = 1; t->running.load(); i++) {
      cpu_pause();
      if (i % 1000 == 0) // the thread that runs it does not get the processor
        sys::sched_yield();
    }
  return was;
}

void timer_release(M *m, Timer *t) {
  timer_stop(t, false);
  P *p = lock_heap(t);
  bool free_now = false;
  if (p) {
    if (t->entries == 0 && t->running.load(relaxed) == 0)
      free_now = true;
    else
      t->released = 1;
    p->timers.lock.unlock();
  } else {
    free_now = true;
  }
  if (!free_now)
    return;
  if (m->p) {
    t->arg2 = m->p->free_timer;
    m->p->free_timer = t;
  } else {
    recycle(t);
  }
}

bool timers_run(M *, P *p, int64_t t) {
  TimerHeap &h = p->timers;
  if (h.first.load() > t)
    return false;
  bool any = false;
  h.lock.lock();
  if (crowded(h))
    sweep(h);
  while (h.n && h.a[0].when <= t) {
    TimerEntry e = h.a[0];
    if (!live(e)) {
      pop(h);
      drop(h, e.t);
      continue;
    }
    any = true;
    Timer *x = e.t;
    pop(h);
    x->entries--;
    if (x->period) { // before the callback, so that a stop from now on finds it armed
      x->when += x->period * (1 + (t - x->when) / x->period);
      x->entries++;
      push(h, {x->when, x});
    } else {
      x->state.store(t_idle, relaxed);
    }
    x->running.add(1u, relaxed);
    set_first(h);
    h.lock.unlock();
    x->fn(x, t);
    P *q = lock_heap(x); // it may have moved to another heap with its P's retirement
    if (x->running.sub(1u) == 1 && x->released && x->entries == 0)
      recycle(x);
    if (q != p) {
      q->timers.lock.unlock();
      h.lock.lock();
    }
  }
  set_first(h);
  h.lock.unlock();
  return any;
}

int64_t timers_next() {
  int64_t best = never;
  uint32_t n = sched.n_procs.load();
  for (uint32_t i = 0; i < n; i++) {
    int64_t w = sched.all_p[i]->timers.first.load();
    if (w < best)
      best = w;
  }
  return best;
}

void timers_move(P *from, P *to) {
  if (from == to)
    return;
  from->timers.lock.lock();
  to->timers.lock.lock();
  for (uint32_t i = 0; i < from->timers.n; i++) {
    from->timers.a[i].t->p.store(to);
    push(to->timers, from->timers.a[i]);
  }
  to->timers.zombies += from->timers.zombies;
  from->timers.n = from->timers.zombies = 0;
  set_first(from->timers);
  set_first(to->timers);
  to->timers.lock.unlock();
  from->timers.lock.unlock();
  fence();
  poll_break();
}

} // namespace gort
