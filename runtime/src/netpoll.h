// netpoll.h - descriptors known to the poller.
//
// An Fd is type-stable: its generation is part of the epoll data, so an event that was on its way
// when a descriptor was closed and its Fd used again is recognised as stale. The number is given back to the
// system as soon as it is closed and no call uses it, the Fd when its handle is gone, too. Per direction
// there is one waiting goroutine, a count of edges, and a deadline whose timer is moved lazily.
// Everything is written under the lock; the flags that are atomic are also looked at without it.
#pragma once
#include "rt.h"

namespace gort {

enum FdKind : uint8_t {
  fd_other,
  fd_socket, // a stream; written with MSG_NOSIGNAL
  fd_tcp,    // of which a short read takes all there is (a unix socket's may end at passed descriptors)
};

struct alignas(64) Fd {
  SpinLock lock;
  int fd;             // -1 once it has been given back
  uint32_t gen, uses; // uses: calls under way
  bool owned;         // the handle is alive
  bool polled;
  FdKind kind;
  atomic<bool> closing;
  atomic<bool> hup;     // hang-up or urgent data was seen: a short read says nothing any more
  atomic<bool> drained; // a read found less than it asked for, and no event has come since
  struct Side {
    G *g;
    atomic<uint32_t> edges; // events so far
    atomic<bool> timeout;
    int64_t deadline, armed;
    Timer *timer;
  } side[2];
  Fd *next;
};

Fd *fd_new(int fd, FdKind kind, int *err); // null with *err = -errno; the descriptor stays the caller's
bool fd_hold(Fd *f);                       // one call more; false when closed
void fd_drop(Fd *f);                       // one call less
void fd_free(M *m, Fd *f);                 // closes, and gives up the handle
// Parks until an edge comes after the `seen` first ones, which were counted before the system call that
// said EAGAIN: so no edge is missed, also when another goroutine was woken by it. 0 or -errno.
int fd_wait(M *&m, Fd *f, int side, uint32_t seen);
int fd_deadline(M *m, Fd *f, int which, int64_t t);
int fd_close(M *m, Fd *f);

} // namespace gort
