// dns.cc - name look-up that blocks no processor.
//
// In a dynamic program getaddrinfo runs on a helper thread. A static one cannot rely on it (glibc's
// loads NSS modules at run time): there /etc/hosts and then the servers of /etc/resolv.conf are asked
// (resolv.conf(5): nameserver, search, domain, ndots, timeout, attempts), over UDP, and over TCP when an
// answer is truncated, with the runtime's own sockets. RFC 1035.
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

// The result: whole addresses, one a line, as many as the caller's buffer holds.
struct Answers {
  Line out;
  bool any = false;
  Answers(char *b, size_t n) : out(b, n) {}
  void add(const Addr &a) {
    char text[64];
    Line one(text, sizeof text);
    print_addr(one, a, false);
    if (size_t(one.p - text) + 2 > size_t(out.end - out.p))
      return;
    if (any)
      out.c('\n');
    out.s(text);
    any = true;
  }
};

// ---- getaddrinfo on a thread of its own ----------------------------------------------------------

struct Query {
  const char *host;
  char *buf;
  size_t n;
  int result;
  go_sema done;
};

// EAI_*: glibc and musl agree on the numbers.
static int look_up_error(int e) {
  switch (e) {
  case 0:
    return 0;
  case -3:
    return -sys::eagain; // EAI_AGAIN
  case -10:
    return -12; // EAI_MEMORY: ENOMEM
  case -11: {   // EAI_SYSTEM
    int own = *__errno_location();
    return own > 0 ? -own : -sys::enoent;
  }
  default:
    return -sys::enoent;
  }
}

static void *helper(void *arg) {
  Query *q = static_cast<Query *>(arg);
  addrinfo hints = {}, *list = nullptr;
  hints.type = 1;
  int e = getaddrinfo(q->host, nullptr, &hints, &list);
  q->result = look_up_error(e);
  Answers answers(q->buf, q->n);
  for (addrinfo *a = e ? nullptr : list; a; a = a->next) {
    Addr x;
    memset(&x, 0, sizeof x);
    memcpy(&x, a->addr, a->addrlen < 128 ? a->addrlen : 128);
    answers.add(x);
  }
  if (list && freeaddrinfo)
    freeaddrinfo(list);
  go_sema_release(&q->done, 1);
  sched.n_helpers.sub(1u);
  return nullptr;
}

static int by_getaddrinfo(const char *host, char *buf, size_t n) {
  static go_sema slots = {{0, 64, nullptr, nullptr}}; // so many threads at a time
  Query q = {host, buf, n, 0, {}};
  go_sema_acquire(&slots, INT64_MAX);
  sched.n_helpers.add(1u);
  if (thread_create(helper, &q, 512 * 1024) == 0) {
    go_sema_acquire(&q.done, INT64_MAX);
  } else {
    sched.n_helpers.sub(1u);
    q.result = -sys::eagain;
  }
  go_sema_release(&slots, 1);
  return q.result;
}

// ---- the files -----------------------------------------------------------------------------------

// The words of a text file, line by line; empty when it can't be read.
class Words {
public:
  explicit Words(const char *path) {
    long fd = sys::openat(path, 02000000);
    if (fd < 0)
      return;
    long n = sys::call(__NR_lseek, fd, 0, 2);
    if (n > 0) {
      long a = sys::call(__NR_mmap, 0, n, 1, 2, fd, 0); // PROT_READ, MAP_PRIVATE
      if (!sys::map_failed(reinterpret_cast<void *>(a))) {
        text = p = reinterpret_cast<char *>(a);
        end = p + n;
      }
    }
    sys::close(int(fd));
  }
  ~Words() {
    if (text)
      sys::unmap(const_cast<char *>(text), size_t(end - text));
  }
  Words(const Words &) = delete;
  Words &operator=(const Words &) = delete;

  bool line() { // to the beginning of the next line; first the first
    if (begun)
      while (p < end && *p++ != '\n') {
      }
    begun = true;
    return p < end;
  }
  bool word() { // the next one of this line, into `w`
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
      p++;
    w = p;
    while (p < end && !(*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '#' || *p == ';'))
      p++;
    n = size_t(p - w);
    return n != 0;
  }
  bool is(const char *s) const { // names don't care about case
    size_t i = 0;
    for (; i < n && s[i]; i++)
      if ((w[i] | 32) != (s[i] | 32))
        return false;
    return i == n && !s[i];
  }
  template <size_t size> bool copy(char (&to)[size]) const {
    if (n >= size)
      return false;
    memcpy(to, w, n);
    to[n] = 0;
    return true;
  }
  // The number behind `name:` in this word.
  bool option(const char *name, unsigned *value) const {
    size_t k = strlen(name);
    if (n <= k + 1 || memcmp(w, name, k) || w[k] != ':')
      return false;
    unsigned v = 0;
    for (size_t i = k + 1; i < n && w[i] >= '0' && w[i] <= '9' && v < 1000; i++)
      v = v * 10 + unsigned(w[i] - '0');
    *value = v;
    return true;
  }

private:
  const char *text = nullptr, *p = nullptr, *end = nullptr, *w = nullptr;
  size_t n = 0;
  bool begun = false;
};

static bool in_hosts(const char *host, Answers &answers) {
  Words f("/etc/hosts");
  while (f.line()) {
    char ip[64];
    Addr a;
    if (!f.word() || !f.copy(ip) || !parse_ip(ip, &a, 0))
      continue;
    while (f.word())
      if (f.is(host)) {
        answers.add(a);
        break;
      }
  }
  return answers.any;
}

struct Config {
  char server[3][80];  // host:port
  char search[6][200]; // domains
  unsigned servers = 0, searches = 0, ndots = 1, timeout = 5, attempts = 2;

  Config() {
    Words f("/etc/resolv.conf");
    while (f.line()) {
      if (!f.word())
        continue;
      if (f.is("nameserver")) {
        char ip[64];
        Addr a;
        if (servers < 3 && f.word() && f.copy(ip) && parse_ip(ip, &a, 53)) {
          Line s(server[servers++], sizeof *server);
          print_addr(s, a, true);
        }
      } else if (f.is("search") || f.is("domain")) { // the last line counts
        searches = 0;
        while (searches < 6 && f.word())
          searches += f.copy(search[searches]);
      } else if (f.is("options")) {
        while (f.word())
          f.option("ndots", &ndots) || f.option("timeout", &timeout) || f.option("attempts", &attempts);
      }
    }
    if (!servers) { // as resolv.conf(5) has it
      Line s(server[servers++], sizeof *server);
      s.s("127.0.0.1:53");
    }
    timeout = timeout < 1 ? 1 : timeout > 30 ? 30 : timeout;
    attempts = attempts < 1 ? 1 : attempts > 5 ? 5 : attempts;
  }
};

// ---- questions -----------------------------------------------------------------------------------

struct Question {
  uint8_t q[300];
  size_t n = 0; // 0: no name that could be asked for

  Question(const char *host, unsigned type) {
    memset(q, 0, 12);
    uint16_t id = 0;
    sys::call(__NR_getrandom, sys::arg(&id), sizeof id, 1); // GRND_NONBLOCK
    memcpy(q, &id, 2);
    q[2] = 1; // recursion desired
    q[5] = 1; // one question
    size_t k = 12;
    for (const char *p = host; *p;) {
      const char *e = p;
      while (*e && *e != '.')
        e++;
      size_t len = size_t(e - p);
      if (!len || len > 63 || k + len + 6 > 12 + 255)
        return;
      q[k++] = uint8_t(len);
      memcpy(q + k, p, len);
      k += len;
      p = *e ? e + 1 : e;
    }
    if (k == 12)
      return;
    const uint8_t rest[] = {0, 0, uint8_t(type), 0, 1};
    memcpy(q + k, rest, sizeof rest);
    n = k + sizeof rest;
  }
  // Is this an answer to it? A forged one has to guess the number and to repeat the question.
  bool answered_by(const uint8_t *r, size_t size) const {
    if (size < n || r[0] != q[0] || r[1] != q[1] || !(r[2] & 0x80) || r[4] != 0 || r[5] != 1)
      return false;
    for (size_t i = 12; i < n; i++)
      if (r[i] != q[i] && !((r[i] | 32) == (q[i] | 32) && (q[i] | 32) >= 'a' && (q[i] | 32) <= 'z'))
        return false;
    return true;
  }
};

static void add_answers(const uint8_t *r, size_t n, size_t o, Answers &answers) {
  unsigned count = unsigned(r[6] << 8 | r[7]);
  for (unsigned i = 0; i < count && o < n; i++) {
    while (o < n && r[o] && r[o] < 192)
      o += r[o] + 1u;
    o += o < n && r[o] ? 2 : 1; // a pointer, or the root
    if (o + 10 > n)
      return;
    unsigned type = unsigned(r[o] << 8 | r[o + 1]), len = unsigned(r[o + 8] << 8 | r[o + 9]);
    o += 10;
    if (o + len > n)
      return;
    if ((type == 1 && len == 4) || (type == 28 && len == 16)) {
      Addr a;
      memset(&a, 0, sizeof a);
      a.family = type == 1 ? 2 : 10;
      memcpy(a.raw + (type == 1 ? 2 : 6), r + o, len);
      answers.add(a);
    }
    o += len;
  }
}

// Reads exactly n bytes; 0 or -errno.
static int read_all(go_fd *f, uint8_t *b, size_t n) {
  for (size_t k = 0; k < n;) {
    long r = go_fd_read(f, b + k, n - k);
    if (r <= 0)
      return r ? int(r) : -104; // ECONNRESET
    k += size_t(r);
  }
  return 0;
}

// What came back: 0, or -errno. Truncated: *tcp is set.
static int judge(const uint8_t *r, size_t n, const Question &q, Answers &answers, bool *tcp) {
  if ((r[2] & 2) && tcp) {
    *tcp = true;
    return 0;
  }
  unsigned code = r[3] & 15;
  if (code == 3)
    return -sys::enoent;
  if (code)
    return -sys::eagain; // the server can't or won't
  add_answers(r, n, q.n, answers);
  return 0;
}

static int ask_tcp(const char *server, const Question &q, int64_t until, Answers &answers) {
  int e;
  go_fd *f = go_net_dial("tcp", server, until, &e);
  if (!f)
    return e;
  go_fd_set_deadline(f, 3, until);
  uint8_t *r = static_cast<uint8_t *>(malloc(65536)), len[2] = {uint8_t(q.n >> 8), uint8_t(q.n)};
  e = r ? 0 : -12;
  if (long k; !e && ((k = go_fd_write(f, len, 2)) < 0 || (k = go_fd_write(f, q.q, q.n)) < 0))
    e = int(k);
  if (!e)
    e = read_all(f, len, 2);
  size_t n = size_t(len[0] << 8 | len[1]);
  if (!e)
    e = read_all(f, r, n);
  if (!e)
    e = q.answered_by(r, n) ? judge(r, n, q, answers, nullptr) : -sys::eagain;
  free(r);
  go_fd_free(f);
  return e;
}

// 0: the server answered, if only that there is no address of this type.
static int ask(const char *server, const Question &q, unsigned timeout, Answers &answers) {
  int64_t until = now() + int64_t(timeout) * 1000000000;
  uint8_t r[2048];
  int e;
  go_fd *f = go_net_dial("udp", server, until, &e);
  if (!f)
    return e;
  go_fd_set_deadline(f, 3, until);
  long k = go_fd_write(f, q.q, q.n);
  do
    k = k < 0 ? k : go_net_recv_from(f, r, sizeof r, nullptr, 0);
  while (k >= 0 && !q.answered_by(r, size_t(k)));
  go_fd_free(f);
  if (k < 0)
    return int(k);
  bool tcp = false;
  e = judge(r, size_t(k), q, answers, &tcp);
  return tcp ? ask_tcp(server, q, until, answers) : e;
}

// A complete name, at all servers: 0 (perhaps without an address), -ENOENT, or why nobody answered.
static int ask_all(const Config &c, const char *name, Answers &answers) {
  int result = -sys::enoent;
  const unsigned types[] = {1, 28}; // A, AAAA
  for (unsigned type : types) {
    Question q(name, type);
    if (!q.n)
      return -sys::enoent;
    bool answered = false;
    for (unsigned i = 0; i < c.attempts * c.servers && !answered; i++) {
      result = ask(c.server[i % c.servers], q, c.timeout, answers);
      answered = result == 0 || result == -sys::enoent;
    }
    if (result == -sys::enoent || !answered)
      break;
  }
  return answers.any ? 0 : result;
}

static int by_own_resolver(const char *host, char *buf, size_t n) {
  Answers answers(buf, n);
  size_t len = strlen(host), dots = 0;
  if (in_hosts(host, answers))
    return 0;
  constexpr char local[] = "localhost";
  size_t k = sizeof local - 1;
  bool ends = len >= k && (len == k || host[len - k - 1] == '.');
  for (size_t i = 0; ends && i < k; i++)
    ends = (host[len - k + i] | 32) == local[i];
  if (ends) { // RFC 6761
    Addr a;
    parse_ip("127.0.0.1", &a, 0);
    answers.add(a);
    return 0;
  }
  for (size_t i = 0; i < len; i++)
    dots += host[i] == '.';
  Config c;
  bool absolute = len && host[len - 1] == '.', first = absolute || dots >= c.ndots;
  int result = first ? ask_all(c, host, answers) : -sys::enoent;
  for (unsigned i = 0; i < c.searches && !absolute && !answers.any; i++) {
    char name[512];
    Line t(name, sizeof name);
    t.s(host).c('.').s(c.search[i]);
    int r = ask_all(c, name, answers);
    if (r != -sys::enoent)
      result = r;
  }
  if (!first && !answers.any)
    if (int r = ask_all(c, host, answers); r != -sys::enoent || !result)
      result = r;
  return answers.any ? 0 : result ? result : -sys::enoent;
}

extern "C" int go_net_lookup(const char *host, char *buf, size_t n) noexcept {
  Addr a;
  if (parse_ip(host, &a, 0)) {
    Answers(buf, n).add(a);
    return 0;
  }
  if (getaddrinfo && getauxval(7) != 0) // AT_BASE: there is a dynamic loader
    return by_getaddrinfo(host, buf, n);
  return by_own_resolver(host, buf, n);
}

} // namespace gort
