// chan.cc - channels and select.
//
// One short lock per channel, a ring, and two FIFOs of waiters whose records live on the waiting
// goroutines' stacks. A value goes straight from a sender's stack to a receiver's. Select locks
// its channels in address order, starts at a random case, and takes part in several queues; the
// waker that wins a CAS on `done` has it.
#include "../include/go/go.h"
#include "rt.h"

namespace gort {

constexpr int max_cases = 65536; // Go's limit
constexpr int few_cases = 64;    // so many are sorted on the stack

struct Sel {
  atomic<uint32_t> done;
  int fired;
  SpinLock lock; // keeps a time-out away until the selecting goroutine is parked
  go_case **order;
  int n_order;
};

struct ChanWaiter {
  G *g;
  void *elem;
  ChanWaiter *next, *prev;
  Sel *sel;
  uint32_t ok, queued;
  int index;
};
static_assert(sizeof(ChanWaiter) <= sizeof(go_case::priv));

struct ChanQueue {
  ChanWaiter *head, *tail;
};

} // namespace gort

struct go_chan {
  gort::SpinLock lock;
  gort::atomic<uint32_t> refs;
  uint32_t closed;
  size_t count, cap, rd, wr;
  go_elem_ops ops;
  gort::ChanQueue recvq, sendq;
  char *buf;
};

namespace gort {

static void enqueue(ChanQueue &q, ChanWaiter *w) {
  w->next = nullptr;
  w->prev = q.tail;
  (q.tail ? q.tail->next : q.head) = w;
  q.tail = w;
  w->queued = 1;
}

static void unlink(ChanQueue &q, ChanWaiter *w) {
  (w->prev ? w->prev->next : q.head) = w->next;
  (w->next ? w->next->prev : q.tail) = w->prev;
  w->queued = 0;
}

static ChanWaiter *dequeue(ChanQueue &q) {
  while (ChanWaiter *w = q.head) {
    unlink(q, w);
    if (w->sel) {
      if (!w->sel->done.cas(0, 1))
        continue;
      w->sel->fired = w->index;
    }
    return w;
  }
  return nullptr;
}

static inline void move_elem(const go_chan *c, void *to, void *from) {
  if (GO_LIKELY(!c->ops.move)) {
    if (c->ops.size == 8)
      __builtin_memcpy(to, from, 8);
    else if (c->ops.size == 4)
      __builtin_memcpy(to, from, 4);
    else
      memcpy(to, from, c->ops.size);
  } else {
    c->ops.move(to, from);
  }
}

static inline char *slot(go_chan *c, size_t i) {
  return c->buf + i * c->ops.size;
}

// With c locked: tries to send. Unlocks and returns true when done or closed.
static inline bool try_send(M *m, go_chan *c, void *elem, int &result) {
  if (GO_UNLIKELY(c->closed)) {
    c->lock.unlock();
    result = GO_CLOSED;
    return true;
  }
  result = GO_OK;
  if (ChanWaiter *w = dequeue(c->recvq)) {
    move_elem(c, w->elem, elem);
    w->ok = 1;
    G *g = w->g;
    c->lock.unlock();
    ready(m, g);
    return true;
  }
  if (c->count < c->cap) {
    move_elem(c, slot(c, c->wr), elem);
    if (++c->wr == c->cap)
      c->wr = 0;
    c->count++;
    c->lock.unlock();
    return true;
  }
  return false;
}

static inline bool try_recv(M *m, go_chan *c, void *elem, int &result) {
  result = GO_OK;
  if (c->count) {
    move_elem(c, elem, slot(c, c->rd));
    if (++c->rd == c->cap)
      c->rd = 0;
    G *g = nullptr;
    if (ChanWaiter *w = dequeue(c->sendq)) {
      move_elem(c, slot(c, c->wr), w->elem);
      if (++c->wr == c->cap)
        c->wr = 0;
      w->ok = 1;
      g = w->g;
    } else {
      c->count--;
    }
    c->lock.unlock();
    if (g)
      ready(m, g);
    return true;
  }
  if (ChanWaiter *w = dequeue(c->sendq)) {
    move_elem(c, elem, w->elem);
    w->ok = 1;
    G *g = w->g;
    c->lock.unlock();
    ready(m, g);
    return true;
  }
  if (GO_UNLIKELY(c->closed)) {
    c->lock.unlock();
    result = GO_CLOSED;
    return true;
  }
  return false;
}

static void on_select_timeout(Timer *t, int64_t) {
  Sel *s = static_cast<Sel *>(t->arg);
  s->lock.lock();
  G *g = static_cast<G *>(t->arg2);
  bool won = s->done.cas(0, 1);
  if (won)
    s->fired = -1;
  s->lock.unlock();
  if (won)
    ready_tail(getm(), g);
}

// Highest address first: the goroutine, should it be woken, must get the lowest lock again.
static void post_select(M *, void *p) {
  Sel *s = static_cast<Sel *>(p);
  go_case **order = s->order;
  int n = s->n_order;
  s->lock.unlock();
  for (int i = n; i-- > 0;) {
    go_chan *c = order[i]->c;
    if (i == 0 || order[i - 1]->c != c)
      c->lock.unlock();
  }
}

// By the channels' addresses: insertion for the usual few, a heap for many.
static void sort_cases(go_case **a, int n) {
  if (n <= few_cases) {
    for (int i = 1; i < n; i++) {
      go_case *x = a[i];
      int j = i;
      for (; j && a[j - 1]->c > x->c; j--)
        a[j] = a[j - 1];
      a[j] = x;
    }
    return;
  }
  auto sift = [&](int i, int end) {
    go_case *x = a[i];
    for (int k; (k = 2 * i + 1) < end; i = k) {
      if (k + 1 < end && a[k + 1]->c > a[k]->c)
        k++;
      if (a[k]->c <= x->c)
        break;
      a[i] = a[k];
    }
    a[i] = x;
  };
  for (int i = n / 2; i-- > 0;)
    sift(i, n);
  for (int end = n - 1; end > 0; end--) {
    go_case *x = a[0];
    a[0] = a[end];
    a[end] = x;
    sift(0, end);
  }
}

static void lock_all(go_case **order, int n) {
  for (int i = 0; i < n; i++)
    if (i == 0 || order[i]->c != order[i - 1]->c)
      order[i]->c->lock.lock();
}
static void unlock_others(go_case **order, int n, go_chan *but) {
  for (int i = n; i-- > 0;)
    if (order[i]->c != but && (i == 0 || order[i]->c != order[i - 1]->c))
      order[i]->c->lock.unlock();
}

extern "C" {

go_chan *go_chan_make(const go_elem_ops *ops, size_t cap) noexcept {
  if (ops->size && cap > (size_t(1) << 46) / ops->size)
    fatal("channel too large");
  // An element's alignment divides its size.
  size_t align = ops->size ? ops->size & -ops->size : 1, bytes = cap * ops->size;
  align = align < 16 ? 16 : align > 4096 ? 4096 : align;
  go_chan *c = static_cast<go_chan *>(malloc(sizeof(go_chan) + (bytes ? bytes + align - 16 : 0)));
  if (!c)
    fatal("out of memory");
  memset(c, 0, sizeof *c);
  c->refs.store(1, relaxed);
  c->cap = cap;
  c->ops = *ops;
  c->buf = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(c + 1) + align - 1) & ~(align - 1));
  return c;
}

void go_chan_ref(go_chan *c) noexcept {
  if (c)
    c->refs.add(1u, relaxed);
}

void go_chan_unref(go_chan *c) noexcept {
  if (!c || c->refs.sub(1u) != 1)
    return;
  if (c->ops.destroy)
    for (; c->count; c->count--) {
      c->ops.destroy(slot(c, c->rd));
      if (++c->rd == c->cap)
        c->rd = 0;
    }
  free(c);
}

// Parks the goroutine in a queue of the channel, whose lock is held and released on the way, until a
// partner has moved the element or the channel is closed. `m` becomes the thread it wakes up on.
static int wait_in(M *&m, go_chan *c, ChanQueue &q, void *elem, WaitReason reason) {
  ChanWaiter w;
  w.g = m->curg;
  w.elem = elem;
  w.sel = nullptr;
  w.ok = 0;
  enqueue(q, &w);
  m = park(m, reason, post_unlock, &c->lock);
  return w.ok ? GO_OK : GO_CLOSED;
}

int go_chan_send(go_chan *c, void *elem, int block) noexcept {
  M *m = enter();
  int r = GO_WOULD_BLOCK;
  if (GO_UNLIKELY(!c)) {
    while (block)
      m = park(m, wr_chan_nil, nullptr, nullptr);
    leave(m);
    return r;
  }
  c->lock.lock();
  if (!try_send(m, c, elem, r)) {
    if (!block) {
      c->lock.unlock();
      r = GO_WOULD_BLOCK;
    } else {
      r = wait_in(m, c, c->sendq, elem, wr_chan_send);
    }
  }
  leave(m);
  return r;
}

int go_chan_recv(go_chan *c, void *elem, int block) noexcept {
  M *m = enter();
  int r = GO_WOULD_BLOCK;
  if (GO_UNLIKELY(!c)) {
    while (block)
      m = park(m, wr_chan_nil, nullptr, nullptr);
    leave(m);
    return r;
  }
  c->lock.lock();
  if (!try_recv(m, c, elem, r)) {
    if (!block) {
      c->lock.unlock();
      r = GO_WOULD_BLOCK;
    } else {
      r = wait_in(m, c, c->recvq, elem, wr_chan_recv);
    }
  }
  leave(m);
  return r;
}

int go_chan_close(go_chan *c) noexcept {
  if (!c)
    fatal("close of nil channel");
  M *m = enter();
  c->lock.lock();
  if (c->closed) {
    c->lock.unlock();
    leave(m);
    return GO_CLOSED;
  }
  c->closed = 1;
  G *list = nullptr, **end = &list; // a waiting G's link is free
  ChanQueue *both[] = {&c->recvq, &c->sendq};
  for (ChanQueue *q : both)
    while (ChanWaiter *w = dequeue(*q)) {
      w->ok = 0;
      w->g->next = nullptr;
      *end = w->g;
      end = &w->g->next;
    }
  c->lock.unlock();
  inject(m, list);
  leave(m);
  return GO_OK;
}

size_t go_chan_len(go_chan *c) noexcept {
  return c ? __atomic_load_n(&c->count, __ATOMIC_RELAXED) : 0;
}
size_t go_chan_cap(go_chan *c) noexcept {
  return c ? c->cap : 0;
}

static int select_in_order(M *m, go_case *cases, int n, go_case **order, int64_t deadline) {
  int k = 0;
  for (int i = 0; i < n; i++)
    if (cases[i].c)
      order[k++] = &cases[i];
  sort_cases(order, k);
  lock_all(order, k);
  uint64_t &seed = sched.deterministic ? sched.seed_rng : m->rng;
  unsigned start = n > 0 ? unsigned(next_rand(seed) >> 33) % unsigned(n) : 0;
  for (int i = 0; i < n; i++) {
    int x = int(start) + i < n ? int(start) + i : int(start) + i - n;
    go_case &cs = cases[x];
    go_chan *c = cs.c;
    if (!c)
      continue;
    bool can =
        cs.dir ? (c->closed || c->count < c->cap || c->recvq.head) : (c->closed || c->count || c->sendq.head);
    if (!can)
      continue;
    if (cs.dir ? try_send(m, c, cs.elem, cs.result) : try_recv(m, c, cs.elem, cs.result)) {
      unlock_others(order, k, c);
      leave(m);
      return x;
    }
  }
  if (deadline == INT64_MIN) {
    unlock_others(order, k, nullptr);
    leave(m);
    return -1;
  }
  Sel s = {};
  s.fired = -1;
  s.order = order;
  s.n_order = k;
  for (int i = 0; i < k; i++) {
    ChanWaiter *w = reinterpret_cast<ChanWaiter *>(order[i]->priv);
    w->g = m->curg;
    w->elem = order[i]->elem;
    w->sel = &s;
    w->ok = 0;
    w->index = int(order[i] - cases);
    enqueue(order[i]->dir ? order[i]->c->sendq : order[i]->c->recvq, w);
  }
  s.lock.lock();
  Timer *t = nullptr;
  if (deadline != never) {
    t = timer_new(m, on_select_timeout, &s);
    t->arg2 = m->curg;
    timer_arm(m, t, deadline, 0);
  }
  m = park(m, n ? wr_select : wr_select_empty, post_select, &s);
  lock_all(order, k);
  for (int i = 0; i < k; i++) {
    ChanWaiter *w = reinterpret_cast<ChanWaiter *>(order[i]->priv);
    if (w->queued)
      unlink(order[i]->dir ? order[i]->c->sendq : order[i]->c->recvq, w);
  }
  unlock_others(order, k, nullptr);
  if (t) {
    timer_stop(t, true);
    timer_release(m, t);
  }
  if (s.fired >= 0)
    cases[s.fired].result = reinterpret_cast<ChanWaiter *>(cases[s.fired].priv)->ok ? GO_OK : GO_CLOSED;
  leave(m);
  return s.fired;
}

int go_select(go_case *cases, int n, int64_t deadline) noexcept {
  if (n <= few_cases) {
    go_case *order[few_cases];
    return select_in_order(enter(), cases, n, order, deadline);
  }
  if (n > max_cases)
    fatal("too many select cases");
  go_case **order = static_cast<go_case **>(malloc(sizeof(go_case *) * size_t(n)));
  if (!order)
    fatal("out of memory");
  int hit = select_in_order(enter(), cases, n, order, deadline);
  free(order);
  return hit;
}
}

} // namespace gort
