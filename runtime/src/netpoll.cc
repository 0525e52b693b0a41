// netpoll.cc - the poller: edge-triggered epoll, one eventfd to interrupt a sleeping poll.
#include "rt.h"

namespace gort {

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

bool poll_ready() { return up.load() != 0; }

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
  }
  return list;
}

} // namespace gort
