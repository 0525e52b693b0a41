// netpoll.cc - the poller: edge-triggered epoll, one eventfd to interrupt a sleeping poll.
#include "netpoll.h"

extern "C" void go_sleep(int64_t ns) noexcept;

namespace gort {

constexpr uint32_t gen_mask = (1u << 22) - 1;

static int ep = -1, wake_fd = -1;
static atomic<uint32_t> up, break_pending;
static bool have_pwait2;
static SpinLock init_lock;

struct
#if defined(__x86_64__)
    [[gnu::packed]]
#endif
    Event {
  uint32_t events;
  uint64_t data;
};

bool poll_ready() {
  return up.load() != 0;
}

void poll_init() {
  Locked l(init_lock);
  if (up.load())
    return;
  ep = int(sys::call(__NR_epoll_create1, 02000000));
  wake_fd = int(sys::call(__NR_eventfd2, 0, 02000000 | 04000));
  if (ep < 0 || wake_fd < 0)
    fatal("cannot create the poller's descriptors");
  Event e{1, 0};
  sys::call(__NR_epoll_ctl, ep, 1, wake_fd, sys::arg(&e));
  // Some emulators accept epoll_pwait2 and ignore it: a bad time-out must answer EFAULT.
  Event ev[1];
  long r = sys::call(441, ep, sys::arg(ev), 1, 8, 0, 8);
  have_pwait2 = r == -sys::efault;
  up.store(1);
}

void poll_break() {
  if (!up.load() || !sched.poll_blocked.load() || break_pending.exchange(1))
    return;
  uint64_t one = 1;
  sys::write(wake_fd, &one, 8);
}

static void fire(Fd *f, int side, G *&list) {
  Fd::Side &s = f->side[side];
  if (side == 0)
    f->drained.store(false, relaxed);
  s.edges.store(s.edges.load(relaxed) + 1, release); // last: who sees it tries the system call
  if (G *g = s.g) {
    s.g = nullptr;
    g->next = list;
    list = g;
  }
}

G *poll_net(int64_t delay) {
  if (!up.load())
    return nullptr;
  sched.n_poll_calls.add(1u, relaxed);
  Event ev[128];
  long n;
  if (have_pwait2 || delay == 0) {
    sys::timespec64 ts{delay / 1000000000, delay % 1000000000};
    n = delay == 0 ? sys::call(__NR_epoll_pwait, ep, sys::arg(ev), 128, 0, 0, 8)
                   : sys::call(441, ep, sys::arg(ev), 128, delay < 0 ? 0 : sys::arg(&ts), 0, 8);
  } else {
    int64_t ms = delay < 0 ? -1 : (delay + 999999) / 1000000;
    if (ms > 1000000000)
      ms = 1000000000;
    n = sys::call(__NR_epoll_pwait, ep, sys::arg(ev), 128, ms, 0, 8);
  }
  G *list = nullptr;
  for (long i = 0; i < n; i++) {
    if (ev[i].data == 0) {
      if (delay != 0) {
        uint64_t v;
        sys::read(wake_fd, &v, 8);
        break_pending.store(0);
      }
      continue;
    }
    Fd *f = reinterpret_cast<Fd *>((ev[i].data & ((uint64_t(1) << 42) - 1)) << 6);
    uint32_t gen = uint32_t(ev[i].data >> 42);
    uint32_t e = ev[i].events;
    f->lock.lock();
    if ((f->gen & gen_mask) == gen) {
      // ERR, HUP, RDHUP: no further edge will come. PRI: a read stops at the urgent byte, with more behind
      // it.
      if (e & (8 | 16 | 0x2000 | 2))
        f->hup.store(true);
      if (e & (1 | 2 | 8 | 16 | 0x2000))
        fire(f, 0, list);
      if (e & (4 | 8 | 16))
        fire(f, 1, list);
    }
    f->lock.unlock();
  }
  return list;
}

// ---- waiting on descriptors --------------------------------------------------------------------

static void on_deadline(Timer *t, int64_t at) {
  Fd *f = static_cast<Fd *>(t->arg);
  int side = t == f->side[1].timer;
  Fd::Side &s = f->side[side];
  f->lock.lock();
  G *g = nullptr;
  bool again = false;
  int64_t until = s.deadline;
  if (until != never) {
    if (until > at) {
      again = true; // it was moved: lazily, here
    } else {
      s.timeout.store(true);
      g = s.g;
      s.g = nullptr;
    }
  }
  s.armed = again ? until : never;
  if (again)
    timer_arm(getm(), t, until, 0);
  f->lock.unlock();
  if (g) {
    sched.n_poll_wait.sub(1u);
    ready_tail(getm(), g);
  }
}

static SpinLock pool_lock;
static Fd *pool;

static void recycle(Fd *f) {
  Locked l(pool_lock);
  f->next = pool;
  pool = f;
}

Fd *fd_new(int fd, FdKind kind, int *err) {
  if (!up.load())
    poll_init();
  Fd *f;
  {
    Locked l(pool_lock);
    if (!pool) {
      constexpr int k = 64;
      Fd *a = static_cast<Fd *>(map_pages(k * sizeof(Fd)));
      for (int i = 0; i < k; i++) {
        a[i].next = pool;
        pool = &a[i];
      }
    }
    f = pool;
    pool = f->next;
  }
  f->lock.lock();
  f->fd = fd;
  f->gen++;
  if ((f->gen & gen_mask) == 0)
    f->gen++;
  f->uses = 0;
  f->owned = true;
  f->closing.store(false);
  f->hup.store(false);
  f->drained.store(false);
  f->kind = kind;
  for (Fd::Side &s : f->side) {
    s.g = nullptr;
    s.edges.store(0);
    s.timeout.store(false);
    s.deadline = never;
  }
  f->lock.unlock();
  // Both ends, hang-up, urgent data; edge-triggered.
  Event e{1u | 4u | 2u | 0x2000u | (1u << 31),
          (reinterpret_cast<uint64_t>(f) >> 6) | uint64_t(f->gen & gen_mask) << 42};
  long r = sys::call(__NR_epoll_ctl, ep, 1, fd, sys::arg(&e));
  f->polled = r == 0;
  if (r && r != -sys::eperm) { // EPERM: a regular file, which is always ready
    f->gen++;
    recycle(f);
    *err = int(r);
    return nullptr;
  }
  return f;
}

// With the lock held, which it releases: gives back what nobody uses any more.
static void settle(Fd *f) {
  int fd = -1;
  bool dead = false;
  if (f->uses == 0 && f->closing.load(relaxed)) {
    fd = f->fd;
    f->fd = -1;
    dead = !f->owned;
    if (dead)
      f->gen++;
  }
  f->lock.unlock();
  if (fd >= 0)
    sys::close(fd);
  if (dead)
    recycle(f);
}

bool fd_hold(Fd *f) {
  Locked l(f->lock);
  if (f->closing.load(relaxed))
    return false;
  f->uses++;
  return true;
}

void fd_drop(Fd *f) {
  f->lock.lock();
  f->uses--;
  settle(f);
}

void fd_free(M *m, Fd *f) {
  fd_close(m, f);
  f->lock.lock();
  f->owned = false;
  settle(f);
}

int fd_wait(M *&m, Fd *f, int side, uint32_t seen) {
  Fd::Side &s = f->side[side];
  f->lock.lock();
  for (;;) {
    int r = f->closing.load(relaxed) ? -sys::ebadf : s.timeout.load(relaxed) ? -110 : 0;
    if (r || s.edges.load(relaxed) != seen) {
      f->lock.unlock();
      return r;
    }
    if (!f->polled || s.g) { // not pollable, or two readers at once: look again in a while
      f->lock.unlock();
      leave(m);
      if (!f->polled)
        return 0;
      go_sleep(200000);
      m = enter();
      return 0; // to the system call: the other may have consumed the last edge
    }
    s.g = m->curg;
    sched.n_poll_wait.add(1u);
    m = park(m, wr_io, post_unlock, &f->lock);
    f->lock.lock();
  }
}

int fd_deadline(M *m, Fd *f, int which, int64_t t) {
  G *wake[2] = {};
  f->lock.lock();
  if (f->closing.load(relaxed)) {
    f->lock.unlock();
    return -sys::ebadf;
  }
  for (int i = 0; i < 2; i++) {
    if (!(which & (1 << i)))
      continue;
    Fd::Side &s = f->side[i];
    s.deadline = t;
    bool late = t != never && t <= now();
    s.timeout.store(late);
    if (late) {
      wake[i] = s.g;
      s.g = nullptr;
    } else if (t != never) {
      if (!s.timer) {
        s.timer = timer_new(m, on_deadline, f);
        s.armed = never;
      }
      if (t < s.armed) { // a later one is only noted
        s.armed = t;
        timer_arm(m, s.timer, t, 0);
      }
    }
  }
  f->lock.unlock();
  for (G *g : wake)
    if (g) {
      sched.n_poll_wait.sub(1u);
      ready_tail(m, g);
    }
  return 0;
}

int fd_close(M *m, Fd *f) {
  f->lock.lock();
  if (f->closing.load(relaxed)) {
    f->lock.unlock();
    return -sys::ebadf;
  }
  f->closing.store(true);
  if (f->polled) {
    Event e{};
    sys::call(__NR_epoll_ctl, ep, 2, f->fd, sys::arg(&e));
  }
  G *wake[2] = {f->side[0].g, f->side[1].g};
  for (Fd::Side &s : f->side) {
    s.g = nullptr;
    s.deadline = never;
    if (s.timer && s.armed != never && timer_stop(s.timer, false))
      s.armed = never;
  }
  settle(f); // the number stays reserved until the calls that are woken here have left
  for (G *g : wake)
    if (g) {
      sched.n_poll_wait.sub(1u);
      ready_tail(m, g);
    }
  return 0;
}

} // namespace gort
