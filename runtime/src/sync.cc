// sync.cc - mutex, rwmutex, semaphore, condition, wait group.
//
// The algorithms are Go's: a mutex has a normal mode, in which a woken waiter competes with
// newcomers, and a starving mode (after a wait of 1 ms) in which unlock hands it over. Waiters sit
// in a FIFO inside the object; their records live on the waiting goroutines' stacks.
#include "../include/go/go.h"
#include "rt.h"

namespace gort {

static_assert(sizeof(WaitQueue) == sizeof(go_queue));
static WaitQueue *wq(go_queue *q) {
  return reinterpret_cast<WaitQueue *>(q);
}
template <typename T> static atomic<T> &at(T &x) {
  return reinterpret_cast<atomic<T> &>(x);
}

void queue_push(WaitQueue *q, Waiter *w, bool front) {
  w->queued = 1;
  w->next = w->prev = nullptr;
  if (!q->head) {
    q->head = q->tail = w;
  } else if (front) {
    w->next = q->head;
    q->head->prev = w;
    q->head = w;
  } else {
    w->prev = q->tail;
    q->tail->next = w;
    q->tail = w;
  }
}

void queue_remove(WaitQueue *q, Waiter *w) {
  (w->prev ? w->prev->next : q->head) = w->next;
  (w->next ? w->next->prev : q->tail) = w->prev;
  w->queued = 0;
}

Waiter *queue_pop(WaitQueue *q) {
  Waiter *w = q->head;
  if (w)
    queue_remove(q, w);
  return w;
}

static void on_timeout(Timer *t, int64_t) {
  Waiter *w = static_cast<Waiter *>(t->arg);
  WaitQueue *q = static_cast<WaitQueue *>(t->arg2);
  q->lock.lock();
  G *g = nullptr;
  if (w->queued) {
    queue_remove(q, w);
    w->timed_out = 1;
    g = w->g;
  }
  q->lock.unlock();
  if (g)
    ready_tail(getm(), g);
}

// Parks in q, whose lock is held, until popped (true) or the deadline (false).
static bool wait_in(M *&m, WaitQueue *q, Waiter &w, bool front, int64_t deadline, WaitReason why) {
  w.g = m->curg;
  w.timed_out = 0;
  queue_push(q, &w, front);
  Timer *t = nullptr;
  if (deadline != never) {
    // Armed before the lock is dropped: the callback waits for the lock.
    t = timer_new(m, on_timeout, &w);
    t->arg2 = q;
    timer_arm(m, t, deadline, 0);
  }
  m = park(m, why, post_unlock, &q->lock);
  if (t) {
    timer_stop(t, true);
    timer_release(m, t);
  }
  return !w.timed_out;
}

static void sema_wait(M *&m, WaitQueue *q, bool front, WaitReason why, int64_t since = 0) {
  q->lock.lock();
  if (q->count) {
    q->count--;
    q->lock.unlock();
    return;
  }
  Waiter w;
  w.since = since;
  wait_in(m, q, w, front, never, why);
}

// Who gets the lock handed over runs at once, in the waker's place, as does who has waited for longer than
// `patience` ns.
static void sema_wake(M *&m, WaitQueue *q, bool handoff, int64_t patience = never) {
  q->lock.lock();
  Waiter *w = queue_pop(q);
  G *g = w ? w->g : nullptr;
  if (!w)
    q->count++;
  else if (!handoff && patience != never)
    handoff = now() - w->since > patience;
  q->lock.unlock();
  if (g) {
    ready(m, g);
    if (handoff && m->p)
      m = yield_to_ready(m);
  }
}

enum : uint32_t { mu_locked = 1, mu_woken = 2, mu_starving = 4, mu_waiter = 8 };

// For how many ns a waiter competes before it gets precedence: Go's millisecond, but longer than handing the
// mutex to all who wait takes. Else each of thousands would again wait for too long, and it would never
// again change hands without a switch.
static int64_t patience(uint32_t state) {
  int64_t round = int64_t(state / mu_waiter) * 400;
  return 1000000 + (round < 3000000 ? round : 3000000);
}

[[gnu::noinline]] static void mutex_lock_slow(go_mutex *mu) {
  M *m = enter();
  atomic<uint32_t> &state = at(mu->state);
  int64_t since = 0;
  bool starving = false, awoke = false;
  unsigned spins = 0;
  uint32_t old = state.load(relaxed);
  for (;;) {
    if ((old & (mu_locked | mu_starving)) == mu_locked && spins < 4 && sched.ncpu.load(relaxed) > 1 &&
        sched.n_procs.load(relaxed) - sched.n_idle_p.load(relaxed) > 1 &&
        (old < mu_waiter || !m->p || p_empty(m->p))) {
      if (!awoke && !(old & mu_woken) && old >= mu_waiter && state.cas(old, old | mu_woken))
        awoke = true;
      for (int i = 0; i < 30; i++)
        cpu_pause();
      spins++;
      old = state.load(relaxed);
      continue;
    }
    uint32_t want = old;
    if (!(old & mu_starving))
      want |= mu_locked;
    if (old & (mu_locked | mu_starving))
      want += mu_waiter;
    if (starving && (old & mu_locked))
      want |= mu_starving;
    if (awoke)
      want &= ~uint32_t(mu_woken);
    if (!state.cas(old, want)) {
      old = state.load(relaxed);
      continue;
    }
    if (!(old & (mu_locked | mu_starving)))
      break;
    bool again = since != 0;
    if (!again)
      since = now();
    sema_wait(m, wq(&mu->q), again, wr_mutex, since);
    old = state.load(relaxed);
    starving = starving || now() - since > patience(old);
    if (old & mu_starving) { // handed over to us
      uint32_t delta = mu_locked - mu_waiter;
      if (!starving || old < 2 * mu_waiter)
        delta -= mu_starving;
      state.add(delta);
      break;
    }
    awoke = true;
    spins = 0;
  }
  leave(m);
}

[[gnu::noinline]] static void mutex_unlock_slow(go_mutex *mu, uint32_t now_state) {
  if ((now_state + mu_locked) % 2 == 0)
    fatal("unlock of unlocked mutex");
  M *m = enter(false); // those who wait for the mutex are not to wait for this one's P
  atomic<uint32_t> &state = at(mu->state);
  if (now_state & mu_starving) {
    sema_wake(m, wq(&mu->q), true);
  } else {
    uint32_t old = now_state;
    for (;;) {
      if (old < mu_waiter || (old & (mu_locked | mu_woken | mu_starving)))
        break;
      if (state.cas(old, (old - mu_waiter) | mu_woken)) {
        sema_wake(m, wq(&mu->q), false, patience(old));
        break;
      }
      old = state.load(relaxed);
    }
  }
  leave(m);
}

// Where a goroutine lets others run that has been asked to, or whose P was taken: between two critical
// sections, so that nobody waits for a mutex while the goroutine that holds it waits for a P.
static void unlocked() {
  if (M *m = getm(); m && GO_UNLIKELY(m->own.load(relaxed) | m->preempt.load(relaxed)))
    leave(enter());
}

extern "C" {

void go_mutex_lock(go_mutex *mu) noexcept {
  if (GO_UNLIKELY(!at(mu->state).cas(0, mu_locked, acquire)))
    mutex_lock_slow(mu);
}
int go_mutex_trylock(go_mutex *mu) noexcept {
  uint32_t old = at(mu->state).load(relaxed);
  return !(old & (mu_locked | mu_starving)) && at(mu->state).cas(old, old | mu_locked, acquire);
}
void go_mutex_unlock(go_mutex *mu) noexcept {
  uint32_t left = at(mu->state).sub(uint32_t(mu_locked), release) - mu_locked;
  if (GO_UNLIKELY(left))
    mutex_unlock_slow(mu, left);
  unlocked();
}

constexpr int32_t rw_max = 1 << 30;

void go_rwmutex_rlock(go_rwmutex *rw) noexcept {
  if (GO_UNLIKELY(at(rw->readers).add(1) + 1 < 0)) {
    M *m = enter();
    sema_wait(m, wq(&rw->reader), false, wr_rw);
    leave(m);
  }
}
int go_rwmutex_tryrlock(go_rwmutex *rw) noexcept {
  for (;;) {
    int32_t r = at(rw->readers).load(relaxed);
    if (r < 0)
      return 0;
    if (at(rw->readers).cas(r, r + 1))
      return 1;
  }
}
void go_rwmutex_runlock(go_rwmutex *rw) noexcept {
  int32_t r = at(rw->readers).sub(1) - 1;
  if (GO_LIKELY(r >= 0))
    return;
  if (r + 1 == 0 || r + 1 == -rw_max)
    fatal("runlock of unlocked rwmutex");
  if (at(rw->leaving).sub(1) - 1 == 0) {
    M *m = enter();
    sema_wake(m, wq(&rw->writer), false);
    leave(m);
  }
}
void go_rwmutex_lock(go_rwmutex *rw) noexcept {
  go_mutex_lock(&rw->w);
  int32_t r = at(rw->readers).sub(rw_max);
  if (r != 0 && at(rw->leaving).add(r) + r != 0) {
    M *m = enter();
    sema_wait(m, wq(&rw->writer), false, wr_rw);
    leave(m);
  }
}
int go_rwmutex_trylock(go_rwmutex *rw) noexcept {
  if (!go_mutex_trylock(&rw->w))
    return 0;
  if (at(rw->readers).cas(0, -rw_max))
    return 1;
  go_mutex_unlock(&rw->w);
  return 0;
}
void go_rwmutex_unlock(go_rwmutex *rw) noexcept {
  int32_t r = at(rw->readers).add(rw_max) + rw_max;
  if (r >= rw_max)
    fatal("unlock of unlocked rwmutex");
  M *m = enter();
  for (int32_t i = 0; i < r; i++)
    sema_wake(m, wq(&rw->reader), false);
  leave(m);
  go_mutex_unlock(&rw->w);
}

int go_sema_try(go_sema *s) noexcept {
  WaitQueue *q = wq(&s->q);
  M *m = enter();
  q->lock.lock();
  bool ok = q->count != 0;
  q->count -= ok;
  q->lock.unlock();
  leave(m);
  return ok;
}
int go_sema_acquire(go_sema *s, int64_t deadline) noexcept {
  WaitQueue *q = wq(&s->q);
  M *m = enter();
  q->lock.lock();
  int ok = 1;
  if (q->count) {
    q->count--;
    q->lock.unlock();
  } else {
    Waiter w;
    ok = wait_in(m, q, w, false, deadline, wr_sema);
  }
  leave(m);
  return ok;
}
void go_sema_release(go_sema *s, uint32_t n) noexcept {
  M *m = enter();
  while (n--)
    sema_wake(m, wq(&s->q), false);
  leave(m);
}

int go_cond_wait(go_cond *c, go_mutex *mu, int64_t deadline) noexcept {
  WaitQueue *q = wq(&c->q);
  M *m = enter();
  q->lock.lock();
  // Queued before the mutex is released, so that no signal is missed. The unlock may hand over
  // and park, hence a second step: queue, drop the queue's lock, unlock, then wait for the pop.
  Waiter w;
  w.g = m->curg;
  w.timed_out = 0;
  go_sema granted = {};
  w.owner = &granted;
  queue_push(q, &w, false);
  q->lock.unlock();
  leave(m);
  go_mutex_unlock(mu);
  int ok = go_sema_acquire(&granted, deadline);
  if (!ok) {
    m = enter();
    q->lock.lock();
    bool still = w.queued;
    if (still)
      queue_remove(q, &w);
    q->lock.unlock();
    leave(m);
    if (!still) { // a signal came between: it counts, and its release must be over
      go_sema_acquire(&granted, never);
      ok = 1;
    }
  }
  m = enter(); // the releaser may still hold the inner lock
  wq(&granted.q)->lock.lock();
  wq(&granted.q)->lock.unlock();
  leave(m);
  go_mutex_lock(mu);
  return ok;
}
void go_cond_signal(go_cond *c) noexcept {
  M *m = enter();
  WaitQueue *q = wq(&c->q);
  q->lock.lock();
  Waiter *w = queue_pop(q);
  go_sema *s = w ? static_cast<go_sema *>(w->owner) : nullptr;
  q->lock.unlock();
  if (s)
    sema_wake(m, wq(&s->q), false);
  leave(m);
}
void go_cond_broadcast(go_cond *c) noexcept {
  M *m = enter();
  WaitQueue *q = wq(&c->q);
  q->lock.lock();
  Waiter *list = q->head;
  for (Waiter *w = list; w; w = w->next)
    w->queued = 0;
  q->head = q->tail = nullptr;
  q->lock.unlock();
  while (list) {
    go_sema *s = static_cast<go_sema *>(list->owner);
    list = list->next; // its record is gone after the wake-up
    sema_wake(m, wq(&s->q), false);
  }
  leave(m);
}

void go_wg_add(go_wait_group *wg, int n) noexcept {
  // high half: counter, low half: waiters
  uint64_t s = at(wg->state).add(uint64_t(int64_t(n)) << 32) + (uint64_t(int64_t(n)) << 32);
  int32_t v = int32_t(s >> 32);
  if (GO_UNLIKELY(v < 0))
    fatal("negative wait_group counter");
  if (GO_LIKELY(v > 0 || uint32_t(s) == 0))
    return;
  at(wg->state).store(0);
  M *m = enter();
  WaitQueue *q = wq(&wg->q);
  for (uint32_t i = uint32_t(s); i-- > 0;)
    sema_wake(m, q, false); // the object may be gone after the last one
  leave(m);
}
void go_wg_wait(go_wait_group *wg) noexcept {
  for (;;) {
    uint64_t s = at(wg->state).load();
    if (int32_t(s >> 32) == 0)
      break;
    if (at(wg->state).cas(s, s + 1)) {
      M *m = enter();
      sema_wait(m, wq(&wg->q), false, wr_wait_group);
      leave(m);
      break;
    }
  }
}
}

} // namespace gort
