// netpoll.h - descriptors known to the poller.
//
// An Fd is type-stable: its generation is part of the epoll data, so an event that was on its way
// when a descriptor was closed and its Fd used again is recognised as stale. Per direction there is
// one waiting goroutine, a ready bit set by edges, and a deadline whose timer is moved lazily. Everything
// is written under the lock; the flags that are atomic are also looked at without it.
#pragma once
#include "rt.h"

namespace gort {

struct alignas(64) Fd {
  SpinLock lock;
  int fd;
  uint32_t gen, refs;
  atomic<uint32_t> edges; // events for readers so far
  atomic<bool> closing, hup;
  atomic<bool> drained; // a read found less than it asked for, and no event has come since
  bool polled, stream;
  struct Side {
    G *g;
    bool ready;
    atomic<bool> timeout;
    int64_t deadline, armed;
    Timer *timer;
  } side[2];
  Fd *next;
};

Fd *fd_new(int fd, bool stream);
void fd_unref(Fd *f); // with the lock held
int fd_wait(M *&m, Fd *f, int side);
int fd_deadline(M *m, Fd *f, int which, int64_t t);
int fd_close(M *m, Fd *f);

} // namespace gort
