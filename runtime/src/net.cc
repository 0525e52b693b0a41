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

static const char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, char(0xff), char(0xff)};

static bool is_mapped(const Addr &a) {
  return memcmp(a.raw + 6, mapped_prefix, 12) == 0;
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
  } else if (a.family == 10 &&
             is_mapped(a)) { // IPv4 through a socket of both kinds: as IPv4 (RFC 4291, 2.5.5.2)
    Addr v4;
    memset(&v4, 0, sizeof v4);
    v4.family = 2;
    memcpy(v4.raw + 2, a.raw + 18, 4);
    print_addr(t, v4, false);
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

// Where a call may go: a socket type and the addresses of a name, those of the first family first.
struct Target {
  int type;
  unsigned n;
  Addr a[8];
};

static int resolve_unix(const char *network, const char *address, Target *t) {
  Addr &a = t->a[0];
  t->type = begins(network, "unixgram") ? 2 : 1;
  t->n = 1;
  memset(&a, 0, sizeof a);
  a.family = 1;
  size_t n = strlen(address);
  if (n >= 108)
    return -36;
  memcpy(a.raw, address, n);
  if (a.raw[0] == '@')
    a.raw[0] = 0; // abstract
  a.len = uint32_t(2 + n + (address[0] != '@'));
  return 0;
}

// The port at the end of host:port, and where the colon is; -1 if there is none.
static int parse_port(const char *address, size_t *colon) {
  size_t n = strlen(address);
  while (n && address[n - 1] != ':')
    n--;
  if (!n)
    return -1;
  *colon = n - 1;
  int port = 0;
  for (const char *p = address + n; *p; p++) {
    if (*p < '0' || *p > '9')
      return -1;
    port = port * 10 + (*p - '0');
    if (port > 65535)
      return -1;
  }
  return port;
}

// network and address to a Target; 0 or -errno.
static int resolve(const char *network, const char *address, bool passive, Target *t) {
  if (begins(network, "unix"))
    return resolve_unix(network, address, t);
  bool udp = begins(network, "udp");
  if (!udp && !begins(network, "tcp"))
    return -93;
  t->type = udp ? 2 : 1;
  t->n = 1;
  int want = network[3] == '4' ? 2 : network[3] == '6' ? 10 : 0;
  size_t h;
  int p = parse_port(address, &h);
  if (p < 0)
    return -sys::einval;
  uint16_t port = uint16_t(p);
  char host[256];
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
    const char *any = want == 2 ? "0.0.0.0" : "::", *here = want == 10 ? "::1" : "127.0.0.1";
    parse_ip(passive ? any : here, &t->a[0], port);
    return 0;
  }
  if (parse_ip(host, &t->a[0], port))
    return want && int(t->a[0].family) != want ? -97 : 0;
  char list[2048];
  int r = go_net_lookup(host, list, sizeof list);
  if (r < 0)
    return r;
  t->n = 0;
  for (char *q = list; *q && t->n < sizeof t->a / sizeof *t->a;) {
    char *e = q;
    while (*e && *e != '\n')
      e++;
    bool last = !*e;
    *e = 0;
    if (parse_ip(q, &t->a[t->n], port) && (!want || int(t->a[t->n].family) == want))
      t->n++;
    q = last ? e : e + 1;
  }
  if (passive) // a listener has one address: IPv4 if there is one, which both kinds of peers can reach
    for (unsigned i = 0; i < t->n; i++)
      if (t->a[i].family == 2) {
        t->a[0] = t->a[i];
        break;
      }
  return t->n ? 0 : -113;
}

static int open_socket(const Addr &a, int type) {
  return int(sys::call(__NR_socket, a.family, type | 02000000 | 04000, 0));
}
static bool set_option(int fd, int level, int what) {
  int one = 1;
  return sys::call(__NR_setsockopt, fd, level, what, sys::arg(&one), 4) == 0;
}

static long own_address(int fd, bool peer, Addr *a) {
  memset(a, 0, sizeof *a);
  int len = 2 + int(sizeof a->raw) - 1;
  long r = sys::call(peer ? __NR_getpeername : __NR_getsockname, fd, sys::arg(a), sys::arg(&len));
  a->len = uint32_t(len);
  return r;
}

// The system may choose, as the source of a connection within the machine, just the port to which it goes:
// where nobody listens, the socket is then connected with itself.
static bool with_itself(int fd) {
  Addr a, b;
  return !own_address(fd, false, &a) && !own_address(fd, true, &b) && a.family != 1 && a.len == b.len &&
         memcmp(&a, &b, a.len) == 0;
}

static Fd *connect_to(M *&m, const Addr &a, int type, int64_t deadline, int *err) {
  int fd = open_socket(a, type);
  if (fd < 0) {
    *err = fd;
    return nullptr;
  }
  bool tcp = type == 1 && a.family != 1;
  if (tcp)
    set_option(fd, 6, 1); // TCP_NODELAY
  long r = sys::call(__NR_connect, fd, sys::arg(&a), a.len);
  *err = 0;
  Fd *f = fd_new(fd, tcp ? fd_tcp : type == 1 ? fd_socket : fd_other, err);
  if (!f) {
    sys::close(fd);
    return nullptr;
  }
  if (r == -115) { // EINPROGRESS
    if (deadline != never)
      fd_deadline(m, f, 2, deadline);
    for (uint32_t seen = 0;;) {
      r = fd_wait(m, f, 1, seen);
      if (r)
        break;
      seen = f->side[1].edges.load(acquire);
      int e = 0, len = 4;
      sys::call(__NR_getsockopt, fd, 1, 4, sys::arg(&e), sys::arg(&len));
      if (e) {
        r = -e;
        break;
      }
      Addr peer;
      if (own_address(fd, true, &peer) == 0)
        break;
    }
    if (!r && deadline != never)
      fd_deadline(m, f, 2, never);
  }
  if (!r && tcp && with_itself(fd))
    r = -111;
  if (r) {
    fd_free(m, f);
    f = nullptr;
  }
  *err = int(r);
  return f;
}

// A pipe without a reader would raise SIGPIPE: hold it back, and take it when it came.
static long write_without_signal(int fd, const void *p, size_t n) {
  uint64_t pipe_set = 1 << 12, old = 0;
  sys::call(__NR_rt_sigprocmask, 0, sys::arg(&pipe_set), sys::arg(&old), 8);
  long r = sys::write(fd, p, n);
  if (r == -sys::epipe && !(old & pipe_set)) {
    sys::timespec64 zero{0, 0};
    sys::call(__NR_rt_sigtimedwait, sys::arg(&pipe_set), 0, sys::arg(&zero), 8);
  }
  sys::call(__NR_rt_sigprocmask, 2, sys::arg(&old), 0, 8);
  return r;
}

extern "C" {

go_fd *go_fd_wrap(int fd, int *err) noexcept {
  long fl = sys::call(__NR_fcntl, fd, 3, 0);
  if (fl < 0) {
    *err = int(fl);
    return nullptr;
  }
  sys::call(__NR_fcntl, fd, 4, fl | 04000);
  *err = 0;
  M *m = enter();
  Fd *f = fd_new(fd, fd_other, err);
  leave(m);
  if (!f)
    sys::call(__NR_fcntl, fd, 4, fl);
  return out(f);
}

long go_fd_read(go_fd *ff, void *p, size_t n) noexcept {
  Fd *f = in(ff);
  if (!fd_hold(f))
    return -sys::ebadf;
  if (n == 0) { // nothing to wait for
    fd_drop(f);
    return 0;
  }
  M *m = enter();
  long r;
  for (;;) {
    if (f->side[0].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    uint32_t seen = f->side[0].edges.load(acquire);
    if (!f->drained.load(relaxed) || f->hup.load(relaxed)) { // else wait at once: nothing has come
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
        if (r > 0 && size_t(r) < n && f->kind == fd_tcp) {
          Locked l(f->lock);
          if (f->side[0].edges.load(relaxed) == seen) // else another reader may have left something
            f->drained.store(true, relaxed);
        }
        break;
      }
    }
    r = fd_wait(m, f, 0, seen);
    if (r)
      break;
  }
  if (r <= 0 && f->closing.load(relaxed)) // what has been read is the caller's
    r = -sys::ebadf;
  fd_drop(f);
  leave(m);
  return r;
}

long go_fd_write(go_fd *ff, const void *p, size_t n) noexcept {
  Fd *f = in(ff);
  if (!fd_hold(f))
    return -sys::ebadf;
  M *m = enter();
  size_t done = 0;
  long r = 0;
  do {
    if (f->side[1].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    uint32_t seen = f->side[1].edges.load(acquire);
    const char *b = static_cast<const char *>(p) + done;
    if (f->kind != fd_other) {
      r = sys::call(__NR_sendto, f->fd, sys::arg(b), long(n - done), 0x4000, 0, 0); // NOSIGNAL
    } else {
      if (!f->polled) { // a file: the disk may take its time
        leave(m);
        go_enter_blocking();
      }
      r = write_without_signal(f->fd, b, n - done);
      if (!f->polled) {
        go_exit_blocking();
        m = enter();
      }
    }
    if (r >= 0) {
      done += size_t(r);
    } else if (r == -sys::eagain) {
      r = fd_wait(m, f, 1, seen);
      if (r)
        break;
    } else if (r != -sys::eintr) {
      break;
    }
  } while (done < n);
  if (r < 0 && f->closing.load(relaxed))
    r = -sys::ebadf;
  fd_drop(f);
  leave(m);
  return r < 0 ? r : long(done);
}

int go_fd_set_deadline(go_fd *f, int which, int64_t t) noexcept {
  M *m = enter();
  int r = fd_deadline(m, in(f), which, t);
  leave(m);
  return r;
}

int go_fd_wait(go_fd *ff, int which) noexcept {
  Fd *f = in(ff);
  if (which != 1 && which != 2)
    return -sys::einval;
  if (!fd_hold(f))
    return -sys::ebadf;
  M *m = enter();
  int r;
  for (;;) { // the poller knows of edges only: the state is asked for
    if (f->side[which - 1].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    uint32_t seen = f->side[which - 1].edges.load(acquire);
    struct {
      int fd;
      short events, revents;
    } p = {f->fd, short(which == 1 ? 1 : 4), 0};
    sys::timespec64 zero{0, 0};
    if (!f->polled || sys::call(__NR_ppoll, sys::arg(&p), 1, sys::arg(&zero), 0, 8) > 0) {
      r = 0;
      break;
    }
    r = fd_wait(m, f, which - 1, seen);
    if (r)
      break;
  }
  fd_drop(f);
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
  fd_free(m, in(f));
  leave(m);
}

int go_fd_number(go_fd *f) noexcept {
  return in(f)->fd;
}
int go_fd_shutdown(go_fd *f, int how) noexcept {
  if (!fd_hold(in(f)))
    return -sys::ebadf;
  int r = int(sys::call(__NR_shutdown, in(f)->fd, how));
  fd_drop(in(f));
  return r;
}

go_fd *go_net_listen(const char *network, const char *address, int *err) noexcept {
  Target t;
  *err = resolve(network, address, true, &t);
  if (*err)
    return nullptr;
  Addr &a = t.a[0];
  int fd = open_socket(a, t.type);
  if (fd < 0) {
    *err = fd;
    return nullptr;
  }
  if (t.type == 1 && a.family != 1)
    set_option(fd, 1, 2); // SO_REUSEADDR
  long r = sys::call(__NR_bind, fd, sys::arg(&a), a.len);
  if (!r && t.type == 1)
    r = sys::call(__NR_listen, fd, 4096);
  *err = int(r);
  Fd *f = nullptr;
  if (!r) {
    M *m = enter();
    f = fd_new(fd, fd_other, err);
    leave(m);
  }
  if (!f)
    sys::close(fd);
  return out(f);
}

go_fd *go_net_accept(go_fd *l, int *err) noexcept {
  Fd *f = in(l);
  *err = -sys::ebadf;
  if (!fd_hold(f))
    return nullptr;
  M *m = enter();
  long r;
  for (;;) {
    if (f->side[0].timeout.load(relaxed)) {
      r = -110;
      break;
    }
    uint32_t seen = f->side[0].edges.load(acquire);
    r = sys::call(__NR_accept4, f->fd, 0, 0, 02000000 | 04000);
    if (r == -sys::eintr || r == -103) // ECONNABORTED: that one is gone, take the next
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 0, seen);
    if (r)
      break;
  }
  if (r < 0 && f->closing.load(relaxed))
    r = -sys::ebadf;
  fd_drop(f);
  Fd *c = nullptr;
  if (r >= 0) {
    int fd = int(r), e = 0;
    bool tcp = set_option(fd, 6, 1); // TCP_NODELAY
    c = fd_new(fd, tcp ? fd_tcp : fd_socket, &e);
    if (!c)
      sys::close(fd);
    r = e;
  }
  leave(m);
  *err = int(r);
  return out(c);
}

go_fd *go_net_dial(const char *network, const char *address, int64_t deadline, int *err) noexcept {
  Target t;
  *err = resolve(network, address, false, &t);
  if (*err)
    return nullptr;
  M *m = enter();
  Fd *f = nullptr;
  for (unsigned i = 0; i < t.n && !f; i++) {
    // Each address has its share of the time, so that one that doesn't answer leaves some for the others.
    int64_t until = deadline, left = int64_t(t.n - i), share = 2000000000;
    if (int64_t at = now(); deadline != never && left > 1 && deadline - at > share) {
      if ((deadline - at) / left > share)
        share = (deadline - at) / left;
      until = at + share;
    }
    int e;
    f = connect_to(m, t.a[i], t.type, until, &e);
    if (f || i == 0)
      *err = e; // the first failure tells most
  }
  leave(m);
  return out(f);
}

int go_net_address(go_fd *f, int peer, char *buf, size_t n) noexcept {
  if (!fd_hold(in(f)))
    return -sys::ebadf;
  Addr a;
  long r = own_address(in(f)->fd, peer, &a);
  fd_drop(in(f));
  if (r)
    return int(r);
  Line t(buf, n);
  print_addr(t, a, true);
  return 0;
}

long go_net_recv_from(go_fd *ff, void *p, size_t n, char *from, size_t from_size) noexcept {
  Fd *f = in(ff);
  if (!fd_hold(f))
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
    uint32_t seen = f->side[0].edges.load(acquire);
    memset(&a, 0, sizeof a);
    from_len = 2 + int(sizeof a.raw) - 1;
    r = sys::call(__NR_recvfrom, f->fd, sys::arg(p), long(n), 0, sys::arg(&a), sys::arg(&from_len));
    if (r == -sys::eintr)
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 0, seen);
    if (r)
      break;
  }
  if (r < 0 && f->closing.load(relaxed))
    r = -sys::ebadf;
  fd_drop(f);
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
  if (!fd_hold(f))
    return -sys::ebadf;
  Addr own;
  Target t;
  long e = own_address(f->fd, false, &own);
  // Names and addresses of the socket's own family only.
  const char *network = own.family == 1 ? "unixgram" : own.family == 2 ? "udp4" : "udp";
  if (!e)
    e = resolve(network, to, false, &t);
  if (e) {
    fd_drop(f);
    return e;
  }
  Addr &a = t.a[0];
  if (own.family == 10 && a.family == 2) { // a socket of both kinds
    char v4[4];
    memcpy(v4, a.raw + 2, 4);
    a.family = 10;
    a.len = 28;
    memset(a.raw + 2, 0, 4);
    memcpy(a.raw + 6, mapped_prefix, 12);
    memcpy(a.raw + 18, v4, 4);
    memset(a.raw + 22, 0, 4);
  }
  M *m = enter();
  long r;
  for (;;) {
    uint32_t seen = f->side[1].edges.load(acquire);
    r = sys::call(__NR_sendto, f->fd, sys::arg(p), long(n), 0x4000, sys::arg(&a), a.len);
    if (r == -sys::eintr)
      continue;
    if (r != -sys::eagain)
      break;
    r = fd_wait(m, f, 1, seen);
    if (r)
      break;
  }
  fd_drop(f);
  leave(m);
  return r;
}
}

} // namespace gort
