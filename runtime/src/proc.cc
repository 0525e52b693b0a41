// proc.cc - goroutines, threads and processors: spawn, park, ready, switch, exit.
//
// The fast paths run on the goroutines' own stacks: a parking goroutine picks its successor from
// the local queue and switches straight to it; an exiting goroutine whose successor has not run
// yet hands over its stack without switching at all. Only when the local queue is empty does the
// thread change to its scheduler stack (g0) and search; that part is in find.cc.
#include "rt.h"

extern "C" __thread gort::M *go_rt_tls_m __attribute__((tls_model("local-exec")));
__thread gort::M *go_rt_tls_m;

namespace gort {

Sched sched;

[[gnu::noinline]] void setm(M *m) {
#if defined(GO_RT_MODEL)
  go_model_set_self(m);
#else
  go_rt_tls_m = m;
#endif
}

void SpinLock::lock_slow() {
  for (unsigned i = 0;; i++) {
    for (unsigned k = 0; k < (sched.ncpu.load(relaxed) > 1 ? 60u : 1u); k++) {
      if (v.load(relaxed) == 0 && v.exchange(1, acquire) == 0)
        return;
      cpu_pause();
    }
    if (i < 10)
      sys::sched_yield();
    else
      sys::nanosleep(20000);
  }
}

uint64_t next_rand(uint64_t &s) {
  s ^= s << 13;
  s ^= s >> 7;
  s ^= s << 17;
  return s;
}

int64_t real_now() {
  sys::timespec64 ts;
  clock_gettime(1, &ts);
  return ts.sec * 1000000000 + ts.nsec;
}

int64_t now() {
  if (GO_UNLIKELY(sched.virtual_clock.load(relaxed)))
    return sched.virtual_now.load();
  return real_now();
}

void *map_pages(size_t n) {
  void *p = sys::map(nullptr, n, sys::prot_rw, sys::map_private_anon | sys::map_noreserve);
  if (sys::map_failed(p))
    fatal("out of memory");
  return p;
}

// ---- blocks ------------------------------------------------------------------------------------

static SpinLock block_lock;
static Block *block_free;

Block *block_get() {
  Locked l(block_lock);
  if (!block_free) {
    Block *b = static_cast<Block *>(map_pages(64 * sizeof(Block)));
    for (int i = 0; i < 64; i++) {
      b[i].next = block_free;
      block_free = &b[i];
    }
  }
  Block *b = block_free;
  block_free = b->next;
  b->next = nullptr;
  b->head = b->tail = 0;
  return b;
}

void block_put(Block *b) {
  Locked l(block_lock);
  b->next = block_free;
  block_free = b;
}

constexpr uint32_t block_cap = sizeof(Block::item) / sizeof(void *);

// ---- G allocation ------------------------------------------------------------------------------

constexpr uint32_t g_chunk = g_chunk_size;
G *g_chunks[max_g_chunks];
atomic<uint32_t> g_n_chunks;
static uint32_t g_chunk_used = g_chunk;

G *g_alloc(M *m) {
  P *p = m->foreign ? nullptr : m->p;
  if (p && p->free_g) {
    G *g = p->free_g;
    p->free_g = g->next;
    p->nfree_g--;
    return g;
  }
  Locked l(sched.g_lock);
  if (Block *b = sched.free_gs) {
    G *g = static_cast<G *>(b->item[--b->tail]);
    while (p && b->tail) {
      G *x = static_cast<G *>(b->item[--b->tail]);
      x->next = p->free_g;
      p->free_g = x;
      p->nfree_g++;
    }
    if (b->tail == 0) {
      sched.free_gs = b->next;
      block_put(b);
    }
    return g;
  }
  G *first = nullptr;
  for (unsigned i = 0; i < (p ? 32u : 1u); i++) {
    if (g_chunk_used == g_chunk) {
      uint32_t c = g_n_chunks.load(relaxed);
      if (c == max_g_chunks)
        fatal("too many goroutines");
      g_chunks[c] = static_cast<G *>(map_pages(g_chunk * sizeof(G)));
      g_n_chunks.store(c + 1);
      g_chunk_used = 0;
    }
    G *g = &g_chunks[g_n_chunks.load(relaxed) - 1][g_chunk_used++];
    if (!first) {
      first = g;
    } else {
      g->next = p->free_g;
      p->free_g = g;
      p->nfree_g++;
    }
  }
  return first;
}

void g_free(M *m, G *g) {
  P *p = m->p;
  g->next = p->free_g;
  p->free_g = g;
  if (++p->nfree_g < 512)
    return;
  Locked l(sched.g_lock);
  while (p->nfree_g > 256) {
    Block *b = sched.free_gs;
    if (!b || b->tail == block_cap) {
      b = block_get();
      b->next = sched.free_gs;
      sched.free_gs = b;
    }
    G *x = p->free_g;
    p->free_g = x->next;
    p->nfree_g--;
    b->item[b->tail++] = x;
  }
}

uint32_t g_count() {
  return g_n_chunks.load() * g_chunk;
}
G *g_at(uint32_t i) {
  return &g_chunks[i / g_chunk][i % g_chunk];
}

void g_each(void (*fn)(G *, void *), void *arg) {
  uint32_t n = g_n_chunks.load();
  for (uint32_t c = 0; c < n; c++)
    for (uint32_t i = 0; i < g_chunk; i++)
      if (g_chunks[c][i].state.load(relaxed) != g_dead)
        fn(&g_chunks[c][i], arg);
}

// ---- run queues --------------------------------------------------------------------------------

void global_put_block(Block *b) {
  Locked l(sched.lock);
  b->next = nullptr;
  if (sched.gq_tail)
    sched.gq_tail->next = b;
  else
    sched.gq_head = b;
  sched.gq_tail = b;
  sched.gq_n.add(b->tail - b->head, relaxed);
}

void global_put(G *g) {
  Locked l(sched.lock);
  Block *b = sched.gq_tail;
  if (!b || b->tail == block_cap) {
    b = block_get();
    if (sched.gq_tail)
      sched.gq_tail->next = b;
    else
      sched.gq_head = b;
    sched.gq_tail = b;
  }
  b->item[b->tail++] = g;
  sched.gq_n.add(1u, relaxed);
}

// Puts g at the tail of p's ring; when the ring is full, half of it goes to the global queue.
void ring_put(M *, P *p, G *g) {
  for (;;) {
    uint32_t h = p->head.load(acquire), t = p->tail.load(relaxed);
    if (GO_LIKELY(t - h < ring_size)) {
      p->ring[t % ring_size].store(g, relaxed);
      p->tail.store(t + 1, release);
      return;
    }
    Block *b = block_get();
    constexpr uint32_t half = ring_size / 2 < block_cap ? ring_size / 2 : block_cap;
    uint32_t n = 0;
    for (; n < half; n++)
      b->item[n] = p->ring[(h + n) % ring_size].load(relaxed);
    if (!p->head.cas(h, h + n)) {
      block_put(b);
      continue;
    }
    b->tail = n;
    global_put_block(b);
  }
}

// The lines that will be missed next. A thief may run those goroutines already; a hint may be wrong.
GO_RACY static inline void prefetch_later(P *p, uint32_t h) {
  __builtin_prefetch(p->ring[(h + 8) % ring_size].load(relaxed));
  if (G *x = p->ring[(h + 4) % ring_size].load(relaxed))
    __builtin_prefetch(*reinterpret_cast<void *volatile *>(&x->sp));
}

static inline G *ring_get(P *p) {
  for (;;) {
    uint32_t h = p->head.load(acquire), t = p->tail.load(relaxed);
    if (h == t)
      return nullptr;
    G *g = p->ring[h % ring_size].load(relaxed);
    if (t - h > 4)
      prefetch_later(p, h);
    if (p->head.cas(h, h + 1))
      return g;
  }
}

// The deque of fresh goroutines (Chase and Lev's, of fixed size).
static inline bool fresh_put(P *p, G *g) {
  int32_t t = p->fresh_tail.load(relaxed);
  if (GO_UNLIKELY(t - p->fresh_head.load(acquire) >= int32_t(ring_size)))
    return false;
  p->fresh[uint32_t(t) % ring_size].store(g, relaxed);
  p->fresh_tail.store(t + 1, release);
  return true;
}

static inline G *fresh_pop(P *p) {
  int32_t t = p->fresh_tail.load(relaxed), h = p->fresh_head.load(relaxed);
  if (t - h <= 0)
    return nullptr;
  // Both stores release what fresh_put stored: a thief may read the tail from here.
  p->fresh_tail.store(--t, release);
  fence();
  h = p->fresh_head.load(relaxed);
  if (t - h > 0)
    return p->fresh[uint32_t(t) % ring_size].load(relaxed);
  G *g = nullptr;
  if (t == h) { // the last one: thieves may be after it
    g = p->fresh[uint32_t(t) % ring_size].load(relaxed);
    if (!p->fresh_head.cas(h, h + 1, seq_cst))
      g = nullptr;
  }
  p->fresh_tail.store(t + 1, release);
  return g;
}

static G *fresh_steal(P *v) {
  int32_t h = v->fresh_head.load(acquire);
  fence();
  int32_t t = v->fresh_tail.load(acquire);
  if (t - h <= 0)
    return nullptr;
  G *g = v->fresh[uint32_t(h) % ring_size].load(relaxed);
  return v->fresh_head.cas(h, h + 1, seq_cst) ? g : nullptr;
}

bool p_has_queued(P *p) {
  return p->head.load() != p->tail.load() || p->fresh_tail.load() - p->fresh_head.load() > 0;
}

GO_RACY bool p_empty(P *p) {
  return !p_has_queued(p) && !p->runnext && !p->yblock;
}

// Empties p's private and local queues into the global queue. Caller owns p.
void p_drain(P *p) {
  if (G *g = p->runnext) {
    p->runnext = nullptr;
    global_put(g);
  }
  while (G *g = ring_get(p))
    global_put(g);
  while (G *g = fresh_pop(p))
    global_put(g);
  if (Block *b = p->yblock) {
    p->yblock = nullptr;
    global_put_block(b);
  }
}

// Takes a batch off the global queue: the first for the caller, the others to p's ring.
static G *global_get(P *p, uint32_t max) {
  Block *spare = nullptr;
  G *g = nullptr;
  {
    Locked l(sched.lock);
    Block *b = sched.gq_head;
    if (!b)
      return nullptr;
    uint32_t total = sched.gq_n.load(relaxed), n = total / sched.n_procs.load(relaxed) + 1;
    if (n > max)
      n = max;
    if (n > b->tail - b->head)
      n = b->tail - b->head;
    uint32_t room = ring_size - (p->tail.load(relaxed) - p->head.load(acquire));
    if (n > room + 1)
      n = room + 1;
    g = static_cast<G *>(b->item[b->head]);
    uint32_t t = p->tail.load(relaxed);
    for (uint32_t i = 1; i < n; i++)
      p->ring[(t + i - 1) % ring_size].store(static_cast<G *>(b->item[b->head + i]), relaxed);
    p->tail.store(t + n - 1, release);
    b->head += n;
    sched.gq_n.sub(n, release); // who sees the queue empty sees what came into the ring
    if (b->head == b->tail) {
      sched.gq_head = b->next;
      if (!b->next)
        sched.gq_tail = nullptr;
      spare = b;
    }
  }
  if (spare)
    block_put(spare);
  return g;
}

static void wake_thief(P *p);

// Every 61st decision is for those who might wait behind the others for ever: the global queue, and in turn
// with it the ring, which goroutines that wake each other by way of runnext never come to; each 17th time
// also who has not run yet, the oldest first, and those who yielded and wait until everything else is done.
static G *pick_overdue(P *p) {
  uint32_t turn = p->tick / 61;
  if (turn % 17 == 0) {
    if (Block *b = p->yblock) {
      p->yblock = nullptr;
      global_put_block(b);
      wake_thief(p);
    }
    if (G *g = fresh_steal(p))
      return g;
  }
  if (turn % 2)
    if (G *g = ring_get(p))
      return g;
  if (sched.gq_n.load(relaxed))
    if (G *g = global_get(p, 1))
      return g;
  return ring_get(p);
}

// The next goroutine for p without blocking, stealing or polling.
G *pick_local(M *m, P *p) {
  p->tick++;
  if (GO_UNLIKELY(sched.exiting.load(relaxed) | sched.frozen.load(relaxed)) ||
      GO_UNLIKELY(p->id >= sched.n_procs.load(relaxed)))
    return nullptr;
  if (GO_UNLIKELY(p->tick % 61 == 0)) {
    // Due timers run on g0 only: here the caller may hold the lock that its `post` releases.
    if (m->curg != m->g0 && p->timers.first.load(relaxed) != never && p->timers.first.load(relaxed) <= now())
      return nullptr;
    if (G *g = pick_overdue(p))
      return g;
  }
  if (GO_UNLIKELY(sched.unusual)) {
    if (sched.model != model_gpm) {
      if (sched.model == model_mn && m->curg != m->g0)
        return nullptr;
      p_drain(p);
      return global_get(p, 1);
    }
    // seeded choice
    if (G *g = p->runnext) {
      p->runnext = nullptr;
      ring_put(m, p, g);
    }
    uint32_t h = p->head.load(relaxed), n = p->tail.load(relaxed) - h;
    if (n > 1) {
      uint32_t k = next_rand(sched.seed_rng) % n;
      G *x = p->ring[h % ring_size].load(relaxed), *y = p->ring[(h + k) % ring_size].load(relaxed);
      p->ring[h % ring_size].store(y, relaxed);
      p->ring[(h + k) % ring_size].store(x, relaxed);
    }
  }
  if (G *g = p->runnext) {
    p->runnext = nullptr;
    return g;
  }
  if (G *g = ring_get(p))
    return g;
  if (G *g = fresh_pop(p))
    return g;
  if (sched.gq_n.load(relaxed))
    if (G *g = global_get(p, 128))
      return g;
  if (Block *b = p->yblock) {
    p->yblock = nullptr;
    while (b->head < b->tail)
      ring_put(m, p, static_cast<G *>(b->item[b->head++]));
    block_put(b);
    G *g = ring_get(p);
    if (p->head.load(relaxed) != p->tail.load(relaxed))
      wake_thief(p); // nobody could steal what was in the block
    return g;
  }
  return nullptr;
}

static void note_theft(P *p, P *v, uint32_t n) {
  p->n_steals.bump();
  p->robbed = v;
  p->n_booty = n;
  p->stole_at = real_now();
}

bool steal_into(P *p) {
  uint32_t n = sched.n_procs.load(); // what is below that is in all_p
  M *m = getm();
  bool possible = false;
  for (int round = 0; round < 4; round++) {
    uint32_t start = uint32_t(next_rand(m->rng) % n);
    for (uint32_t i = 0; i < n; i++) {
      P *v = sched.all_p[(start + i) % n];
      if (!v || v == p || v->mute.load(relaxed))
        continue;
      possible = true;
      for (;;) {
        uint32_t h = v->head.load(acquire), t = v->tail.load(acquire);
        uint32_t k = t - h;
        if (k > ring_size)
          continue; // head and tail read at different times
        k -= k / 2;
        if (k == 0)
          break;
        uint32_t pt = p->tail.load(relaxed);
        for (uint32_t j = 0; j < k; j++)
          p->ring[(pt + j) % ring_size].store(v->ring[(h + j) % ring_size].load(relaxed), relaxed);
        if (!v->head.cas(h, h + k))
          continue;
        p->tail.store(pt + k, release);
        note_theft(p, v, k);
        return true;
      }
      int32_t most = (v->fresh_tail.load(relaxed) - v->fresh_head.load(relaxed) + 1) / 2;
      uint32_t got = 0;
      for (int32_t j = 0; j < most && j < 64; j++) {
        G *g = fresh_steal(v);
        if (!g)
          break;
        got++;
        if (!fresh_put(p, g)) {
          ring_put(m, p, g);
          break;
        }
      }
      if (got) {
        note_theft(p, v, got);
        return true;
      }
    }
    if (!possible)
      break;
  }
  return possible;
}

// ---- the switch --------------------------------------------------------------------------------

#if defined(__SANITIZE_ADDRESS__)
static const void *main_stack_bottom;
static size_t main_stack_size;
#endif

static inline void finish_switch(M *m) {
#if defined(__SANITIZE_ADDRESS__)
  G *me = m->curg;
  const void *bottom;
  size_t size;
  __sanitizer_finish_switch_fiber(me->fiber, &bottom, &size);
  if (m->prev == m->g0 && !m->g0_size) { // now known: the extent of stacks that we did not make
    m->g0_bottom = bottom;
    m->g0_size = size;
  } else if (m->prev && (m->prev->flags & gf_main) && !main_stack_size) {
    main_stack_bottom = bottom;
    main_stack_size = size;
  }
#endif
  if (PostFn f = m->post) {
    m->post = nullptr;
    f(m, m->post_arg);
  }
}

static inline void switch_g(M *m, G *from, G *to, [[maybe_unused]] bool dying = false) {
  from->saved_errno = *m->errno_p;
  if (m->eh) {
    if (GO_UNLIKELY(uintptr_t(m->eh[0]) | uintptr_t(m->eh[1]))) {
      from->eh_caught = m->eh[0];
      from->eh_uncaught = uintptr_t(m->eh[1]);
      m->eh[0] = m->eh[1] = nullptr;
    }
  }
  to->m = m;
  m->curg = to;
  to->state.store(g_running, relaxed);
#if defined(__SANITIZE_THREAD__)
  if (!from->fiber)
    from->fiber = __tsan_get_current_fiber();
  if (!to->fiber)
    to->fiber = __tsan_create_fiber(0);
  __tsan_switch_to_fiber(to->fiber, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
  {
    const void *bottom = m->g0_bottom;
    size_t size = m->g0_size;
    if (to->stack_hi) {
      size = stack_size(to->stack_class);
      bottom = to->stack_hi - size;
    } else if (to->flags & gf_main) {
      bottom = main_stack_bottom;
      size = main_stack_size;
    }
    m->prev = from;
    __sanitizer_start_switch_fiber(dying ? nullptr : &from->fiber, bottom, size);
  }
#endif
  go_rt_switch(&from->sp, to->sp);
  M *now_m = getm();
  if (GO_UNLIKELY(from->eh_caught != nullptr || from->eh_uncaught)) {
    now_m->eh[0] = from->eh_caught;
    now_m->eh[1] = reinterpret_cast<void *>(from->eh_uncaught);
    from->eh_caught = nullptr;
    from->eh_uncaught = 0;
  }
  *now_m->errno_p = from->saved_errno;
  finish_switch(now_m);
}

static void go_entry(void *);

static void bind_stack(M *m, G *g) {
  char *hi = stack_get(m->p, g->stack_class);
  g->stack_hi = hi;
  // Colouring: frames of different goroutines must not fall in the same cache sets.
  size_t colour = ((g->id * 7) % 16) * 64;
  g->sp = go_rt_init_stack(hi - colour - 16, go_entry, g);
}

// Leaves the running context for `next`, or for the scheduler when there is none.
static inline void switch_away(M *m, G *g, G *next) {
  if (GO_UNLIKELY(stack_checks.load(relaxed)))
    stack_check(g);
  if (GO_LIKELY(next && !(next->flags & gf_locked))) {
    if (next->state.load(relaxed) == g_fresh)
      bind_stack(m, next);
    switch_g(m, g, next);
  } else {
    if (next) { // wired to another thread: let the scheduler sort it out
      G *old = m->p->runnext;
      m->p->runnext = next;
      if (old) {
        ring_put(m, m->p, old);
        wake_p();
      }
    }
    switch_g(m, g, m->g0);
  }
}

static void futex_park(M *m, PostFn post, void *arg) {
  if (post)
    post(m, arg);
  m->in_rt.store(0);
  while (m->park.exchange(0, acquire) == 0)
    sys::futex_wait(&m->park, 0);
}

M *park(M *m, WaitReason why, PostFn post, void *arg) {
  G *g = m->curg;
  g->wait_reason = why;
  g->state.store(g_waiting, relaxed);
  if (GO_UNLIKELY(g->flags & gf_foreign)) {
    futex_park(m, post, arg);
    g->state.store(g_running, relaxed);
    return enter();
  }
  m->post = post;
  m->post_arg = arg;
  P *p = m->p;
  p->n_switches.bump();
  G *next = (g->flags & gf_locked) ? nullptr : pick_local(m, p);
  switch_away(m, g, next);
  return getm();
}

void post_unlock(M *, void *lock) {
  static_cast<SpinLock *>(lock)->unlock();
}

void switch_to_g0(M *m, PostFn post, void *arg) {
  m->post = post;
  m->post_arg = arg;
  switch_g(m, m->curg, m->g0);
}

static void post_ring(M *m, void *gp) {
  G *g = static_cast<G *>(gp);
  P *p = m->p;
  if (GO_UNLIKELY(!p)) {
    global_put(g);
    return;
  }
  Block *b = p->yblock;
  if (GO_LIKELY(!b && sched.gq_n.load(relaxed) == 0 &&
                p->tail.load(relaxed) - p->head.load(relaxed) < ring_size)) {
    ring_put(m, p, g);
    return;
  }
  if (!b)
    b = p->yblock = block_get();
  b->item[b->tail++] = g;
  if (b->tail == block_cap) {
    p->yblock = nullptr;
    global_put_block(b);
  }
}

static void post_global(M *, void *g) {
  global_put(static_cast<G *>(g));
}

// Behind everything else that this P has queued.
static M *yield_last(M *m) {
  G *g = m->curg;
  G *next = pick_local(m, m->p);
  if (!next)
    return m;
  m->p->n_switches.bump();
  g->state.store(g_runnable, relaxed);
  m->post = post_global;
  m->post_arg = g;
  switch_away(m, g, next);
  return getm();
}

M *yield(M *m) {
  G *g = m->curg;
  if (GO_UNLIKELY(g->flags & gf_foreign)) {
    leave(m);
    sys::sched_yield();
    return enter();
  }
  P *p = m->p;
  p->n_switches.bump();
  if (p->n_switches.load(relaxed) % 1024 == 0 && poll_ready() && sched.n_poll_wait.load(relaxed))
    inject_polled(m, poll_net(0));
  m = getm();
  G *next = (g->flags & gf_locked) ? nullptr : pick_local(m, p);
  if (!next && runs_exit_handlers(m))
    return m;
  if (!next && sched.model != model_mn && !(g->flags & gf_locked) && !m->preempt.load(relaxed) &&
      !sched.exiting.load() && !sched.frozen.load() && p->id < sched.n_procs.load()) {
    if (int64_t due = p->timers.first.load(relaxed); due == never || due > now())
      return m; // nobody else; due timers run on g0
  }
  m->preempt.store(0, relaxed);
  g->state.store(g_runnable, relaxed);
  m->post = post_ring;
  m->post_arg = g;
  switch_away(m, g, next);
  return getm();
}

M *yield_to_ready(M *m) {
  if (m->curg->flags & (gf_foreign | gf_locked))
    return m;
  P *p = m->p;
  G *next = p->runnext;
  if (!next)
    return m;
  p->runnext = nullptr;
  p->tick++;
  G *g = m->curg;
  g->state.store(g_runnable, relaxed);
  m->post = post_ring;
  m->post_arg = g;
  switch_away(m, g, next);
  return getm();
}

// ---- ready -------------------------------------------------------------------------------------

static void wake_thread(M *m) {
  m->park.store(1);
  sys::futex_wake(&m->park, 1);
}

// A goroutine went to runnext of a P that has nothing else. Its waker will probably park at once
// and run it; waking another thread for it would only cost. So such wake-ups are limited in rate, and
// need no fence: nobody can steal from runnext, so there is nothing that a thread about to sleep could
// have overlooked. If the waker computes on, the monitor sees to it (revoke.cc).
static void soft_wake(P *p) {
  p->mon_look.store(1, relaxed);
  if (sched.n_idle_p.load(relaxed) == 0 || sched.n_spinning.load(relaxed))
    return;
  if (p->soft_skip) { // the clock is the dearest part of it
    p->soft_skip--;
    return;
  }
  uint64_t c = cycles();
  if (c - p->last_soft_wake < p->soft_interval) {
    p->soft_skip = 7;
    return;
  }
  p->last_soft_wake = c;
  if (p->soft_interval < 1000000)
    p->soft_interval = p->soft_interval * 2 + 20000;
  wake_p();
}

// What went into a queue is for others, too, unless they have just shown that they can do nothing with it.
static void wake_thief(P *p) {
  if (uint32_t left = p->mute.load(relaxed); GO_UNLIKELY(left != 0))
    p->mute.store(left - 1, relaxed);
  else
    wake_p();
}

void ready(M *m, G *g) {
  if (GO_UNLIKELY(g->flags & gf_foreign)) {
    wake_thread(g->m);
    return;
  }
  g->state.store(g_runnable, relaxed);
  P *p = m->p;
  if (GO_UNLIKELY(!p)) {
    global_put(g);
    fence();
    wake_p();
    return;
  }
  __builtin_prefetch(g->sp); // where its registers are
  G *old = p->runnext;
  p->runnext = g;
  if (old) {
    if (old->state.load(relaxed) != g_fresh || sched.deterministic || !fresh_put(p, old))
      ring_put(m, p, old);
    wake_thief(p);
  } else {
    soft_wake(p);
  }
}

void ready_tail(M *m, G *g) {
  if (GO_UNLIKELY(g->flags & gf_foreign)) {
    wake_thread(g->m);
    return;
  }
  g->state.store(g_runnable, relaxed);
  if (GO_UNLIKELY(!m || !m->p)) {
    global_put(g);
    fence();
  } else {
    ring_put(m, m->p, g);
  }
  wake_p();
}

void wake_p() {
  fence();
  if (sched.n_idle_p.load(relaxed) == 0 || sched.n_spinning.load(relaxed) != 0)
    return;
  if (!sched.n_spinning.cas(0, 1))
    return;
  start_m(nullptr, true);
}

// ---- spawn and exit ----------------------------------------------------------------------------

static void post_free(M *m, void *gp) {
  G *g = static_cast<G *>(gp);
  char *hi = g->stack_hi;
  g->stack_hi = nullptr;
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(g->fiber);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(hi - stack_size(g->stack_class) + 4096, stack_size(g->stack_class) - 4096);
#endif
  g->fiber = nullptr;
  stack_put(m->p, g->stack_class, hi);
  g_free(m, g);
}

extern "C" void go_rt_free_locals(G *g);

// Body of every goroutine. After one has ended its successor, when fresh, runs right here.
static void go_entry(void *arg) {
  G *g = static_cast<G *>(arg);
  finish_switch(getm());
  for (;;) {
    M *m = getm();
    leave(m);
    g->fn(g->closure);
    m = enter();
    if (GO_UNLIKELY(g->locals != nullptr)) {
      leave(m);
      go_rt_free_locals(g);
      m = enter();
    }
    if (GO_UNLIKELY(g->flags & gf_locked)) { // ends its wiring with it
      g->flags &= ~uint32_t(gf_locked);
      g->lockedm->lockedg = nullptr;
      g->lockedm = nullptr;
    }
    P *p = m->p;
    p->n_exited.bump();
    p->n_switches.bump();
    g->state.store(g_dead, relaxed);
    if (GO_UNLIKELY(g->eh_caught != nullptr))
      g->eh_caught = nullptr;
    G *next = pick_local(m, p);
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    if (next && next->state.load(relaxed) == g_fresh && !next->stack_hi &&
        next->stack_class == g->stack_class) {
      next->stack_hi = g->stack_hi;
      g->stack_hi = nullptr;
      g_free(m, g);
      next->m = m;
      m->curg = next;
      next->state.store(g_running, relaxed);
      g = next;
      continue;
    }
#endif
    m->post = post_free;
    m->post_arg = g;
    switch_away(m, g, next);
    __builtin_trap();
  }
}

static void new_ids(P *p) {
  p->next_id = sched.ids.add(16u, relaxed) + 1;
  p->last_id = p->next_id + 16;
}

// Called by the API: g has its entry and closure; make it run.
extern "C" GO_HIDDEN void go_rt_spawn(M *m, G *g) {
  P *p = m->p;
  g->flags = 0;
  g->lockedm = nullptr;
  g->lock_depth = 0;
  g->state.store(g_fresh, relaxed);
  if (GO_UNLIKELY(!p)) {
    g->id = sched.ids.add(1u, relaxed) + 1;
    sched.n_spawned.add(1u, relaxed);
    global_put(g);
    wake_p();
    leave(m);
    return;
  }
  if (GO_UNLIKELY(p->next_id == p->last_id))
    new_ids(p);
  g->id = p->next_id++;
  p->n_spawned.bump();
  G *old = p->runnext;
  p->runnext = g;
  if (old && (sched.deterministic || old->state.load(relaxed) != g_fresh || !fresh_put(p, old))) {
    ring_put(m, p, old);
    if (GO_UNLIKELY(p->fresh_tail.load(relaxed) - p->fresh_head.load(relaxed) >= int32_t(ring_size)) &&
        !(m->curg->flags & gf_g0) && m->curg->lock_depth == 0) {
      // The queue is full: rather than pile up goroutines in the global queue, let them run. The
      // spawner goes to the back of the line, as after its time slice.
      wake_p();
      leave(yield_last(m));
      return;
    }
  }
  // One that is alone in runnext can't be stolen, and its spawner will probably park at once. What went
  // into a queue is announced: wake_p has the fence between the queue's tail and the look for idle Ps
  // that a thread about to sleep has between making its P idle and its second look at the queues.
  if (!old)
    soft_wake(p);
  else if (sched.n_procs.load(relaxed) > 1 || !sched.membarrier) // go_set_procs sees to the rest
    wake_thief(p);
  leave(m);
}

// ---- attaching threads -------------------------------------------------------------------------

static SpinLock start_lock;
static M *free_foreign; // under start_lock
static P *make_p(uint32_t id) {
  P *p = static_cast<P *>(map_pages((sizeof(P) + 4095) & ~size_t(4095)));
  p->id = id;
  p->rng = 0x9e3779b97f4a7c15u * (id + 1);
  p->timers.first.store(never);
  return p;
}

extern "C" P *go_rt_new_p(uint32_t id) {
  return make_p(id);
}

static M *make_m(Own own) {
  M *m = static_cast<M *>(map_pages((sizeof(M) + 2 * sizeof(G) + 4095) & ~size_t(4095)));
  m->g0 = reinterpret_cast<G *>(reinterpret_cast<char *>(m) + ((sizeof(M) + 63) & ~size_t(63)));
  m->g0->flags = gf_g0;
  m->g0->m = m;
  m->rng = uint64_t(reinterpret_cast<uintptr_t>(m)) * 0x9e3779b97f4a7c15u | 1;
  m->own.store(own);
  Locked l(sched.lock);
  m->all_next = sched.all_m.load(relaxed);
  sched.all_m.store(m, release);
  return m;
}

static void thread_init(M *m) {
  m->tid = sys::gettid();
  m->errno_p = __errno_location();
  if (__cxa_get_globals)
    m->eh = static_cast<void **>(__cxa_get_globals());
  setm(m);
}

[[gnu::noinline]] static void schedule_loop(M *m) {
  for (;;) {
    m->in_rt.store(1, relaxed);
    G *g = find_runnable(m);
    if (g->state.load(relaxed) == g_fresh && !g->stack_hi)
      bind_stack(m, g);
    switch_g(m, m->g0, g);
    m->curg = m->g0;
  }
}

static void g0_main(void *arg) {
  finish_switch(static_cast<M *>(arg));
  schedule_loop(static_cast<M *>(arg));
}

static void *thread_main(void *arg) {
  M *m = static_cast<M *>(arg);
  thread_init(m);
  stack_signals_thread(m);
  uint64_t mask = sched.sigmask;
  sys::call(__NR_rt_sigprocmask, 2, sys::arg(&mask), 0, 8);
  m->curg = m->g0;
  m->in_rt.store(1, relaxed);
  P *p = m->nextp;
  m->nextp = nullptr;
  if (p)
    acquire_p(m, p);
  schedule_loop(m);
  return nullptr;
}

int thread_create(void *(*fn)(void *), void *arg, size_t stack) {
  uint64_t all = ~uint64_t(0), old = 0;
  sys::call(__NR_rt_sigprocmask, 2, sys::arg(&all), sys::arg(&old), 8);
  alignas(16) char attr[256];
  pthread_attr_init(attr);
  pthread_attr_setstacksize(attr, stack);
  pthread_attr_setdetachstate(attr, 1);
  unsigned long t;
  int e = 0;
  for (int i = 0; i < 50; i++) {
    e = pthread_create(&t, attr, fn, arg);
    if (e != sys::eagain)
      break;
    sys::nanosleep(1000000);
  }
  pthread_attr_destroy(attr);
  sys::call(__NR_rt_sigprocmask, 2, sys::arg(&old), 0, 8);
  return e;
}

// Starts or wakes an M for p (null: an idle one). With `spinning`, the caller counted it.
void start_m(P *p, bool spinning) {
  M *m;
  {
    Locked l(sched.lock);
    if (!p) {
      p = sched.idle_p;
      if (!p || sched.exiting.load()) {
        if (spinning)
          sched.n_spinning.sub(1u);
        return;
      }
      sched.idle_p = p->idle_next;
      p->idle = false;
      sched.n_idle_p.sub(1u);
    }
    m = sched.idle_m;
    if (m) {
      sched.idle_m = m->idle_next;
      sched.n_idle_m--;
    }
  }
  if (m) {
    m->nextp = p;
    m->spinning = spinning;
    wake_thread(m);
    return;
  }
  if (sched.n_m.load() >= sched.max_m)
    fatal("thread limit exceeded");
  sched.n_m.add(1u);
  sched.n_threads_made.add(1u, relaxed);
  m = make_m(own_owned);
  m->nextp = p;
  m->spinning = spinning;
  if (thread_create(thread_main, m, 256 * 1024))
    fatal("cannot create a thread");
}

bool debug_option(const char *name, uint32_t *value) {
  const char *s = getenv("GO_DEBUG");
  size_t n = strlen(name);
  for (; s && *s; s = *s ? s + 1 : s) {
    size_t same = 0;
    while (same < n && s[same] == name[same])
      same++;
    if (same == n && s[n] == '=') {
      uint32_t v = 0;
      for (s += n + 1; *s >= '0' && *s <= '9' && v < 100000000; s++)
        v = v * 10 + uint32_t(*s - '0');
      *value = v;
      return true;
    }
    while (*s && *s != ',')
      s++;
  }
  return false;
}

#if !defined(GO_RT_MODEL)
static unsigned detach_key;
static bool have_detach_key;

// A thread that the runtime did not make ends: what it was here serves the next one.
static void detach(void *arg) {
  M *m = static_cast<M *>(arg);
  G *g = m->g0 + 1;
  go_rt_free_locals(g);
  setm(nullptr);
  g->state.store(g_dead, relaxed);
  g->name = nullptr;
  sched.n_foreign.sub(1u);
  Locked l(start_lock);
  m->idle_next = free_foreign;
  free_foreign = m;
}

// In the child, where this thread alone goes on: its next call of the runtime is to find out.
static void after_fork() {
  sched.forked.store(1);
  if (M *m = getm())
    m->own.store(own_frozen);
}
#endif

[[noreturn]] void fatal_after_fork() {
  fatal("goroutines do not survive fork: the child may only call exec, or end");
}

static void start_runtime() {
  uint32_t procs = cpus_allowed();
  sched.ncpu.store(procs);
  if (uint32_t q = cpu_quota(); q && q < procs)
    procs = q;
  if (const char *e = getenv("GOMAXPROCS")) {
    uint32_t v = 0;
    while (*e >= '0' && *e <= '9' && v < 10000)
      v = v * 10 + uint32_t(*e++ - '0');
    if (v)
      procs = v < max_procs_limit ? v : max_procs_limit;
  }
  if (uint32_t v; debug_option("model", &v) && v <= model_mn) {
    sched.model = uint8_t(v);
    sched.unusual = v != model_gpm;
  }
  sched.page_size = uint32_t(getauxval(6));
  sched.max_m = 10000;
  if (uint32_t v; debug_option("threads", &v)) // for tests
    sched.max_m = v;
  sched.membarrier = sys::call(__NR_membarrier, 1 << 4, 0, 0) == 0;
  sched.n_procs.store(procs);
  sys::call(__NR_rt_sigprocmask, 0, 0, sys::arg(&sched.sigmask), 8);
  stack_init();
  for (uint32_t i = procs; i-- > 0;) {
    P *p = sched.all_p[i] = make_p(i);
    idle_p_put(p);
  }
  sched.n_p_made.store(procs);
  sched.last_poll.store(real_now());
  stack_signals_process();
  atexit(rt_exit_stop);
#if !defined(GO_RT_MODEL)
  pthread_atfork(nullptr, nullptr, after_fork);
  have_detach_key = pthread_key_create(&detach_key, detach) == 0;
#endif
}

[[gnu::noinline]] M *attach() {
  if (GO_UNLIKELY(sched.forked.load()))
    fatal_after_fork();
  bool is_main = false;
  M *m;
  {
    start_lock.lock();
    if (!sched.started) {
      start_runtime();
      is_main = sys::gettid() == sys::getpid();
      sched.started = true;
    } else {
      is_main = sys::gettid() == sys::getpid() && !sched.main_m;
    }
    m = is_main ? nullptr : free_foreign;
    if (m) {
      free_foreign = m->idle_next;
    } else if (is_main) { // as if it had lost its P: enter() gets it one, or makes it wait for one
      sched.n_detached.add(1u);
      m = make_m(own_taken);
    } else {
      m = make_m(own_owned);
    }
    if (is_main)
      sched.main_m = m;
    start_lock.unlock();
  }
  G *g = m->g0 + 1;
  thread_init(m);
  g->m = m;
  g->state.store(g_running);
  m->curg = g;
  if (is_main) {
    g = g_alloc(m);
    m->curg = g;
    g->m = m;
    g->flags = gf_main;
    g->id = sched.ids.add(1u) + 1;
    g->state.store(g_running);
    sched.n_spawned.add(1u);
    sched.n_m.add(1u);
    constexpr size_t n = 256 * 1024;
    m->g0_stack = static_cast<char *>(map_pages(n));
    sys::protect(m->g0_stack, sched.page_size, sys::prot_none);
    m->g0_bottom = m->g0_stack;
    m->g0_size = n;
    m->g0->sp = go_rt_init_stack(m->g0_stack + n - 64, g0_main, m);
    stack_signals_thread(m);
    mon_start();
  } else {
    m->foreign = true;
    g->flags = gf_foreign;
    g->id = sched.ids.add(1u) + 1;
    sched.n_foreign.add(1u);
#if !defined(GO_RT_MODEL)
    if (have_detach_key)
      pthread_setspecific(detach_key, m);
#endif
    mon_start();
  }
  return m;
}

} // namespace gort
