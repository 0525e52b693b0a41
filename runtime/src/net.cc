// net.cc - sockets and other descriptors over the poller.
//
// Every operation tries the system call first and parks on EAGAIN. One exception: after a short
// read from a stream socket the kernel's buffer is known to be empty, so the next read parks at
// once (unless a hang-up was seen, whose edge will not come again): one system call less.
#include "net.h"

#include "../include/go/go.h"
#include "netpoll.h"

namespace gort {

static Fd *in(go_fd *f) {
  return reinterpret_cast<Fd *>(f);
}
static go_fd *out(Fd *f) {
  return reinterpret_cast<go_fd *>(f);
}

static bool hold(Fd *f) {
  Locked l(f->lock);
  if (f->closing.load(relaxed))
    return false;
  f->refs++;
  return true;
}
static void drop(Fd *f) {
  f->lock.lock();
  fd_unref(f);
}

static uint16_t swap16(uint16_t x) {
  return uint16_t(x << 8 | x >> 8);
}

bool parse_ip(const char *s, Addr *a, uint16_t port) {
  memset(a, 0, sizeof *a);
  uint8_t v4[4];
  const char *p = s;
  int i = 0;
  for (; i < 4; i++) {
    unsigned v = 0, n = 0;
    while (*p >= '0' && *p <= '9' && n++ < 3)
      v = v * 10 + unsigned(*p++ - '0');
    if (!n || v > 255 || *p != (i < 3 ? '.' : 0))
      break;
    v4[i] = uint8_t(v);
    p++;
  }
  if (i == 4) {
    a->family = 2;
    uint16_t be = swap16(port);
    memcpy(a->raw, &be, 2);
    memcpy(a->raw + 2, v4, 4);
    a->len = 16;
    return true;
  }
  uint16_t w[8] = {};
  int n = 0, gap = -1;
  p = s;
  if (p[0] == ':' && p[1] == ':') {
    gap = 0;
    p += 2;
  }
  while (*p && n < 8) {
    unsigned v = 0, d = 0;
    for (; d < 4; d++, p++) {
      char c = *p;
      if (c >= '0' && c <= '9')
        v = v * 16 + unsigned(c - '0');
      else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        v = v * 16 + unsigned((c | 32) - 'a') + 10;
      else
        break;
    }
    if (!d)
      return false;
    w[n++] = uint16_t(v);
    if (!*p)
      break;
    if (*p != ':')
      return false;
    p++;
    if (*p == ':') {
      if (gap >= 0)
        return false;
      gap = n;
      p++;
    } else if (!*p) {
      return false;
    }
  }
  if (*p || (gap < 0 && n != 8))
    return false;
  if (gap >= 0) {
    int move = n - gap;
    for (int k = 0; k < move; k++) {
      w[7 - k] = w[n - 1 - k];
      if (n - 1 - k != 7 - k)
        w[n - 1 - k] = 0;
    }
  }
  a->family = 10;
  uint16_t be = swap16(port);
  memcpy(a->raw, &be, 2);
  for (int k = 0; k < 8; k++) {
    uint16_t x = swap16(w[k]);
    memcpy(a->raw + 6 + 2 * k, &x, 2);
  }
  a->len = 28;
  return true;
}

void print_addr(Line &t, const Addr &a, bool with_port) {
  uint16_t port;
  memcpy(&port, a.raw, 2);
  if (a.family == 2) {
    for (int i = 0; i < 4; i++) {
      if (i)
        t.c('.');
      t.u(uint8_t(a.raw[2 + i]));
    }
  } else if (a.family == 10) {
    int best = -1, len = 1;
    uint16_t w[8];
    for (int i = 0; i < 8; i++) {
      memcpy(&w[i], a.raw + 6 + 2 * i, 2);
      w[i] = swap16(w[i]);
    }
    for (int i = 0; i < 8; i++) {
      int k = i;
      while (k < 8 && !w[k])
        k++;
      if (k - i > len) {
        len = k - i;
        best = i;
      }
    }
    if (with_port)
      t.c('[');
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        t.s("::");
        i += len - 1;
        continue;
      }
      if (i && i != best + len)
        t.c(':');
      t.x(w[i]);
    }
    if (with_port)
      t.c(']');
  } else {
    if (a.raw[0] || a.len <= 2) { // a path
      t.s(a.raw);
      return;
    }
    t.c('@'); // abstract: the length counts
    for (uint32_t i = 3; i < a.len && a.raw[i - 2]; i++)
      t.c(a.raw[i - 2]);
    return;
  }
  if (with_port)
    t.c(':').u(swap16(port));
}

static bool begins(const char *s, const char *p) {
  while (*p)
    if (*s++ != *p++)
      return false;
  return true;
}

// network and address to socket type and address; 0 or -errno.
static int resolve(const char *network, const char *address, bool passive, int *type, Addr *a) {
  bool udp = begins(network, "udp");
  if (begins(network, "unix")) {
    *type = begins(network, "unixgram") ? 2 : 1;
    memset(a, 0, sizeof *a);
    a->family = 1;
    size_t n = strlen(address);
    if (n >= 108)
      return -36;
    memcpy(a->raw, address, n);
    if (a->raw[0] == '@')
      a->raw[0] = 0; // abstract
    a->len = uint32_t(2 + n + (address[0] != '@'));
    return 0;
  }
  if (!udp && !begins(network, "tcp"))
    return -93;
  *type = udp ? 2 : 1;
  int want = network[3] == '4' ? 2 : network[3] == '6' ? 10 : 0;
  size_t n = strlen(address), colon = n;
  while (colon && address[colon - 1] != ':')
    colon--;
  if (!colon)
    return -sys::einval;
  uint32_t port = 0;
  for (const char *p = address + colon; *p; p++) {
    if (*p < '0' || *p > '9' || port > 65535)
      return -sys::einval;
    port = port * 10 + uint32_t(*p - '0');
  }
  if (port > 65535)
    return -sys::einval;
  char host[256];
  size_t h = colon - 1;
  const char *from = address;
  if (h >= 2 && from[0] == '[' && from[h - 1] == ']') {
    from++;
    h -= 2;
  }
  if (h >= sizeof host)
    return -sys::einval;
  memcpy(host, from, h);
  host[h] = 0;
  if (!h) {
    parse_ip(want == 10 || (passive && !want) ? "::" : "127.0.0.1", a, uint16_t(port));
    if (passive && want == 2)
      parse_ip("0.0.0.0", a, uint16_t(port));
    return 0;
  }
  if (parse_ip(host, a, uint16_t(port)))
    return want && int(a->family) != want ? -97 : 0;
  char list[2048];
  int r = go_net_lookup(host, list, sizeof list);
  if (r < 0)
    return r;
  for (char *p = list; *p;) {
    char *e = p;
    while (*e && *e != '\n')
      e++;
    bool last = !*e;
    *e = 0;
    if (parse_ip(p, a, uint16_t(port)) && (!want || int(a->family) == want))
      return 0;
    p = last ? e : e + 1;
  }
  return -113;
}

static int open_socket(const Addr &a, int type) {
  return int(sys::call(__NR_socket, a.family, type | 02000000 | 04000, 0));
}
static void set_option(int fd, int level, int what) {
  int one = 1;
  sys::call(__NR_setsockopt, fd, level, what, sys::arg(&one), 4);
}

extern "C" {

go_fd *go_fd_wrap(int fd, int *err) noexcept {
  long fl = sys::call(__NR_fcntl, fd, 3, 0);
  if (fl < 0) {
    *err = int(fl);
    return nullptr;
  }
  sys::call(__NR_fcntl, fd, 4, fl | 04000);
  M *m = enter();
  Fd *f = fd_new(fd, false);
  leave(m);
  *err = 0;
  return out(f);
}

long go_fd_read(go_fd *ff, void *p, size_t n) noexcept {
  Fd *f = in(ff);
  if (!hold(f))
    return -sys::ebadf;
  if (n == 0) { // nothing to wait for
    drop(f);
    return 0;
  }
  M *m = enter();
  long r;
  for (;;) {
    if (f->side[0].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    if (!f->drained.load(relaxed) || f->hup.load(relaxed)) { // else wait at once: nothing has come
      uint32_t seen = f->edges.load(relaxed);
      if (f->polled) {
        r = sys::read(f->fd, p, n);
      } else {
        leave(m);
        go_enter_blocking();
        r = sys::read(f->fd, p, n);
        go_exit_blocking();
        m = enter();
      }
      if (r == -sys::eintr)
        continue;
      if (r != -sys::eagain) {
        if (r > 0 && size_t(r) < n && f->stream) {
          Locked l(f->lock);
          if (f->edges.load(relaxed) == seen) // else another reader may have left something
            f->drained.store(true, relaxed);
        }
        break;
      }
    }
    r = fd_wait(m, f, 0);
    if (r)
      break;
  }
  if (r <= 0 && f->closing.load(relaxed)) // what has been read is the caller's
    r = -sys::ebadf;
  drop(f);
  leave(m);
  return r;
}

long go_fd_write(go_fd *ff, const void *p, size_t n) noexcept {
  Fd *f = in(ff);
  if (!hold(f))
    return -sys::ebadf;
  M *m = enter();
  size_t done = 0;
  long r = 0;
  do {
    if (f->side[1].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    const char *b = static_cast<const char *>(p) + done;
    if (f->stream) {
      r = sys::call(__NR_sendto, f->fd, sys::arg(b), long(n - done), 0x4000, 0, 0); // NOSIGNAL
    } else {
      // A pipe without a reader would raise SIGPIPE: hold it back, and take it when it came.
      uint64_t pipe_set = 1 << 12, old = 0;
      sys::call(__NR_rt_sigprocmask, 0, sys::arg(&pipe_set), sys::arg(&old), 8);
      r = sys::write(f->fd, b, n - done);
      if (r == -sys::epipe && !(old & pipe_set)) {
        sys::timespec64 zero{0, 0};
        sys::call(__NR_rt_sigtimedwait, sys::arg(&pipe_set), 0, sys::arg(&zero), 8);
      }
      sys::call(__NR_rt_sigprocmask, 2, sys::arg(&old), 0, 8);
    }
    if (r >= 0) {
      done += size_t(r);
    } else if (r == -sys::eagain) {
      r = fd_wait(m, f, 1);
      if (r)
        break;
    } else if (r != -sys::eintr) {
      break;
    }
  } while (done < n);
  if (r < 0 && f->closing.load(relaxed))
    r = -sys::ebadf;
  drop(f);
  leave(m);
  return r < 0 ? r : long(done);
}

int go_fd_set_deadline(go_fd *f, int which, int64_t t) noexcept {
  M *m = enter();
  int r = fd_deadline(m, in(f), which, t);
  leave(m);
  return r;
}

int go_fd_wait(go_fd *f, int which) noexcept {
  if (!hold(in(f)))
    return -sys::ebadf;
  M *m = enter();
  int r = fd_wait(m, in(f), which - 1);
  drop(in(f));
  leave(m);
  return r;
}

int go_fd_close(go_fd *f) noexcept {
  M *m = enter();
  int r = fd_close(m, in(f));
  leave(m);
  return r;
}

void go_fd_free(go_fd *f) noexcept {
  M *m = enter();
  fd_close(m, in(f));
  drop(in(f));
  leave(m);
}

int go_fd_number(go_fd *f) noexcept {
  return in(f)->fd;
}
int go_fd_shutdown(go_fd *f, int how) noexcept {
  return int(sys::call(__NR_shutdown, in(f)->fd, how));
}

go_fd *go_net_listen(const char *network, const char *address, int *err) noexcept {
  Addr a;
  int type;
  *err = resolve(network, address, true, &type, &a);
  if (*err)
    return nullptr;
  int fd = open_socket(a, type);
  if (fd < 0) {
    *err = fd;
    return nullptr;
  }
  if (type == 1 && a.family != 1)
    set_option(fd, 1, 2); // SO_REUSEADDR
  long r = sys::call(__NR_bind, fd, sys::arg(&a), a.len);
  if (!r && type == 1)
    r = sys::call(__NR_listen, fd, 4096);
  if (r) {
    sys::close(fd);
    *err = int(r);
    return nullptr;
  }
  M *m = enter();
  Fd *f = fd_new(fd, false);
  leave(m);
  return out(f);
}

go_fd *go_net_accept(go_fd *l, int *err) noexcept {
  Fd *f = in(l);
  *err = -sys::ebadf;
  if (!hold(f))
    return nullptr;
  M *m = enter();
  long r;
  for (;;) {
    if (f->side[0].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    r = sys::call(__NR_accept4, f->fd, 0, 0, 02000000 | 04000);
    if (r == -sys::eintr || r == -103) // ECONNABORTED: that one is gone, take the next
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 0);
    if (r)
      break;
  }
  if (r < 0 && f->closing.load(relaxed))
    r = -sys::ebadf;
  drop(f);
  Fd *c = nullptr;
  if (r >= 0) {
    set_option(int(r), 6, 1); // TCP_NODELAY; fails on unix sockets, which is fine
    c = fd_new(int(r), true);
    r = 0;
  }
  leave(m);
  *err = int(r);
  return out(c);
}

go_fd *go_net_dial(const char *network, const char *address, int64_t deadline, int *err) noexcept {
  Addr a;
  int type;
  *err = resolve(network, address, false, &type, &a);
  if (*err)
    return nullptr;
  int fd = open_socket(a, type);
  if (fd < 0) {
    *err = fd;
    return nullptr;
  }
  if (type == 1 && a.family != 1)
    set_option(fd, 6, 1);
  M *m = enter();
  long r = sys::call(__NR_connect, fd, sys::arg(&a), a.len);
  Fd *f = fd_new(fd, type == 1);
  if (r == -115) { // EINPROGRESS
    if (deadline != never)
      fd_deadline(m, f, 2, deadline);
    for (;;) {
      r = fd_wait(m, f, 1);
      if (r)
        break;
      int e = 0, len = 4;
      sys::call(__NR_getsockopt, fd, 1, 4, sys::arg(&e), sys::arg(&len));
      if (e) {
        r = -e;
        break;
      }
      Addr peer;
      len = sizeof peer.raw;
      if (sys::call(__NR_getpeername, fd, sys::arg(&peer), sys::arg(&len)) == 0)
        break;
    }
    if (!r)
      fd_deadline(m, f, 2, never);
  }
  if (r) {
    fd_close(m, f);
    drop(f);
    f = nullptr;
  }
  leave(m);
  *err = int(r);
  return out(f);
}

int go_net_address(go_fd *f, int peer, char *buf, size_t n) noexcept {
  Addr a;
  memset(&a, 0, sizeof a);
  int len = 2 + int(sizeof a.raw) - 1;
  long r = sys::call(peer ? __NR_getpeername : __NR_getsockname, in(f)->fd, sys::arg(&a), sys::arg(&len));
  if (r)
    return int(r);
  a.len = uint32_t(len);
  Line t(buf, n);
  print_addr(t, a, true);
  return 0;
}

long go_net_recv_from(go_fd *ff, void *p, size_t n, char *from, size_t from_size) noexcept {
  Fd *f = in(ff);
  if (!hold(f))
    return -sys::ebadf;
  M *m = enter();
  Addr a;
  long r;
  int from_len = 0;
  for (;;) {
    if (f->side[0].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    memset(&a, 0, sizeof a);
    from_len = 2 + int(sizeof a.raw) - 1;
    r = sys::call(__NR_recvfrom, f->fd, sys::arg(p), long(n), 0, sys::arg(&a), sys::arg(&from_len));
    if (r == -sys::eintr)
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 0);
    if (r)
      break;
  }
  drop(f);
  leave(m);
  if (r >= 0 && from_size) {
    a.len = uint32_t(from_len);
    Line t(from, from_size);
    print_addr(t, a, true);
  }
  return r;
}

long go_net_send_to(go_fd *ff, const void *p, size_t n, const char *to) noexcept {
  Fd *f = in(ff);
  Addr a;
  int type, len = 2 + int(sizeof a.raw) - 1;
  if (sys::call(__NR_getsockname, f->fd, sys::arg(&a), sys::arg(&len)))
    return -sys::ebadf;
  int e = resolve(a.family == 1 ? "unixgram" : "udp", to, false, &type, &a);
  if (e)
    return e;
  if (!hold(f))
    return -sys::ebadf;
  M *m = enter();
  long r;
  for (;;) {
    r = sys::call(__NR_sendto, f->fd, sys::arg(p), long(n), 0x4000, sys::arg(&a), a.len);
    if (r == -sys::eintr)
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 1);
    if (r)
      break;
  }
  drop(f);
  leave(m);
  return r;
}
}

} // namespace gort
