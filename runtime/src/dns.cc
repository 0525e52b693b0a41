// dns.cc - name look-up that blocks no processor.
//
// In a dynamic program getaddrinfo runs on a helper thread. A static one cannot rely on it (glibc's
// loads NSS modules at run time): there /etc/hosts and then the servers of /etc/resolv.conf are
// asked over UDP, and over TCP when an answer is truncated, with the runtime's own sockets.
#include "../include/go/go.h"
#include "net.h"

struct addrinfo { // the layout that glibc and musl share
  int flags, family, type, protocol;
  uint32_t addrlen;
  void *addr;
  char *canonname;
  struct addrinfo *next;
};

namespace gort {

struct Query {
  const char *host;
  char *buf;
  size_t n;
  int result;
  go_sema done;
};

static void *helper(void *arg) {
  Query *q = static_cast<Query *>(arg);
  addrinfo hints = {}, *list = nullptr;
  hints.type = 1;
  int e = getaddrinfo(q->host, nullptr, &hints, &list);
  Line t(q->buf, q->n);
  q->result = e ? -sys::enoent : 0;
  for (addrinfo *a = e ? nullptr : list; a; a = a->next) {
    if (a != list)
      t.c('\n');
    Addr x;
    memset(&x, 0, sizeof x);
    memcpy(&x, a->addr, a->addrlen < 128 ? a->addrlen : 128);
    print_addr(t, x, false);
  }
  if (list && freeaddrinfo)
    freeaddrinfo(list);
  go_sema_release(&q->done, 1);
  sched.n_helpers.sub(1u);
  return nullptr;
}

static size_t read_file(const char *path, char *b, size_t n) {
  long fd = sys::openat(path, 02000000);
  if (fd < 0)
    return 0;
  size_t k = 0;
  for (long r; k + 1 < n && (r = sys::read(int(fd), b + k, n - 1 - k)) > 0;)
    k += size_t(r);
  sys::close(int(fd));
  b[k] = 0;
  return k;
}

static bool space(char c) {
  return c == ' ' || c == '\t';
}

// The next word of a line; null at its end. Words are cut out of the buffer in place.
static char *word(char *&p) {
  while (space(*p))
    p++;
  if (!*p || *p == '\n' || *p == '#')
    return nullptr;
  char *w = p;
  while (*p && !space(*p) && *p != '\n' && *p != '#')
    p++;
  return w;
}

static bool same(const char *w, const char *end, const char *s) {
  for (; w < end && *s; w++, s++)
    if ((*w | 32) != (*s | 32))
      return false;
  return w == end && !*s;
}

static bool in_hosts(const char *host, Line &t) {
  char b[16384];
  bool any = false;
  read_file("/etc/hosts", b, sizeof b);
  for (char *p = b; *p; p++) {
    char *ip = word(p), *ip_end = p;
    while (ip) {
      char *w = word(p);
      if (!w)
        break;
      if (same(w, p, host)) {
        char save = *ip_end;
        *ip_end = 0;
        if (any)
          t.c('\n');
        t.s(ip);
        any = true;
        *ip_end = save;
        break;
      }
    }
    while (*p && *p != '\n')
      p++;
    if (!*p)
      break;
  }
  return any;
}

static bool add_answers(const uint8_t *r, size_t n, Line &t, bool &any) {
  size_t o = 12;
  auto skip = [&] {
    while (o < n && r[o]) {
      if (r[o] >= 192) {
        o += 2;
        return;
      }
      o += r[o] + 1u;
    }
    o++;
  };
  skip();
  o += 4;
  unsigned count = unsigned(r[6] << 8 | r[7]);
  for (unsigned i = 0; i < count && o < n; i++) {
    skip();
    if (o + 10 > n)
      return false;
    unsigned type = unsigned(r[o] << 8 | r[o + 1]), len = unsigned(r[o + 8] << 8 | r[o + 9]);
    o += 10;
    if (o + len > n)
      return false;
    Addr a;
    memset(&a, 0, sizeof a);
    if ((type == 1 && len == 4) || (type == 28 && len == 16)) {
      a.family = type == 1 ? 2 : 10;
      memcpy(a.raw + (type == 1 ? 2 : 6), r + o, len);
      if (any)
        t.c('\n');
      print_addr(t, a, false);
      any = true;
    }
    o += len;
  }
  return true;
}

static int ask(const char *server, const char *host, unsigned type, Line &t, bool &any) {
  uint8_t q[300], r[4096];
  size_t n = 12;
  memset(q, 0, sizeof q);
  uint64_t seed = cycles() | 1;
  uint16_t id = uint16_t(next_rand(seed) >> 20);
  q[0] = uint8_t(id >> 8), q[1] = uint8_t(id), q[2] = 1, q[5] = 1;
  for (const char *p = host; *p;) {
    const char *e = p;
    while (*e && *e != '.')
      e++;
    size_t len = size_t(e - p);
    if (!len || len > 63 || n + len + 6 > 280)
      return -sys::einval;
    q[n++] = uint8_t(len);
    memcpy(q + n, p, len);
    n += len;
    p = *e ? e + 1 : e;
  }
  q[n++] = 0;
  q[n++] = 0, q[n++] = uint8_t(type), q[n++] = 0, q[n++] = 1;
  for (int tcp = 0; tcp < 2; tcp++) {
    int e;
    int64_t until = now() + 3000000000;
    go_fd *f = go_net_dial(tcp ? "tcp" : "udp", server, until, &e);
    if (!f)
      return e;
    go_fd_set_deadline(f, 3, until);
    long k;
    if (tcp) {
      uint8_t len[2] = {uint8_t(n >> 8), uint8_t(n)};
      go_fd_write(f, len, 2);
      k = go_fd_write(f, q, n);
      size_t have = 0, want = 2;
      while (k >= 0 && have < want && want <= sizeof r) {
        k = go_fd_read(f, r + have, want - have);
        if (k <= 0)
          break;
        have += size_t(k);
        if (have == 2 && want == 2)
          want = 2 + size_t(r[0] << 8 | r[1]);
      }
      k = have == want && have > 14 ? long(have - 2) : -110;
      if (k > 0)
        memmove(r, r + 2, size_t(k));
    } else {
      k = go_fd_write(f, q, n);
      do
        k = k < 0 ? k : go_net_recv_from(f, r, sizeof r, nullptr, 0);
      while (k >= 12 && (r[0] != q[0] || r[1] != q[1]));
    }
    go_fd_free(f);
    if (k < 12)
      return k < 0 ? int(k) : -110;
    if ((r[2] & 2) && !tcp)
      continue;
    if ((r[3] & 15) == 3)
      return -sys::enoent;
    add_answers(r, size_t(k), t, any);
    return 0;
  }
  return 0;
}

extern "C" int go_net_lookup(const char *host, char *buf, size_t n) noexcept {
  Line t(buf, n);
  if (getaddrinfo && getauxval(7) != 0) { // AT_BASE: there is a dynamic loader
    Query q = {host, buf, n, 0, {}};
    sched.n_helpers.add(1u);
    thread_create(helper, &q, 512 * 1024);
    go_sema_acquire(&q.done, INT64_MAX);
    return q.result;
  }
  if (in_hosts(host, t))
    return 0;
  if (same(host, host + strlen(host), "localhost")) {
    t.s("127.0.0.1");
    return 0;
  }
  char b[4096];
  read_file("/etc/resolv.conf", b, sizeof b);
  bool any = false;
  int r = -sys::enoent;
  for (char *p = b; *p && !any; p++) {
    char *w = word(p), *e = p;
    if (w && same(w, e, "nameserver"))
      if (char *ip = word(p)) {
        char server[80];
        Line s(server, sizeof server);
        bool v6 = false;
        for (char *x = ip; x < p; x++)
          v6 |= *x == ':';
        if (v6)
          s.c('[');
        for (char *x = ip; x < p; x++)
          s.c(*x);
        s.s(v6 ? "]:53" : ":53");
        r = ask(server, host, 1, t, any);
        if (r == 0 || r == -sys::enoent)
          r = ask(server, host, 28, t, any);
        if (r == -sys::enoent)
          break;
      }
    while (*p && *p != '\n')
      p++;
    if (!*p)
      break;
  }
  return any ? 0 : r ? r : -sys::enoent;
}

} // namespace gort
