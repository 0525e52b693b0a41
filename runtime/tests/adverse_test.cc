// adverse_test.cc - what the world does to programs: signals, exhausted descriptors, urgent bytes, forks,
// threads that come and go, limits on memory and processors, types that are large or strictly aligned.
#include "check.h"

#include <fcntl.h>
#include <go/go.hpp>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace std::chrono_literals;

// ---- signals -------------------------------------------------------------------------------------

static std::atomic<int> signals{0};

// Handlers without SA_RESTART, in all threads, while goroutines read pipes and sleep, and a foreign thread
// waits.
static void interrupted() {
  struct sigaction a = {};
  a.sa_handler = [](int) { signals++; };
  a.sa_flags = SA_ONSTACK;
  sigaction(SIGCHLD, &a, nullptr);
  sigaction(SIGUSR1, &a, nullptr);
  int p[2];
  CHECK(pipe(p) == 0);
  go::net::conn r(p[0]), w(p[1]);
  std::atomic<bool> stop{false};
  pthread_t self = pthread_self();
  std::thread storm([&] {
    while (!stop) {
      kill(getpid(), SIGCHLD);
      pthread_kill(self, SIGUSR1);
      usleep(100);
    }
  });
  auto sum = go::spawn([r]() mutable {
    long n = 0;
    for (char b[64]; std::size_t k = r.read(b, sizeof b);)
      n += long(k);
    return n;
  });
  for (int i = 0; i < 200; i++) {
    w.write("0123456789");
    auto t = go::now();
    go::sleep_for(100us);
    CHECK(go::now() - t >= 100us);
  }
  w.close(); // the handle lives on, the descriptor doesn't
  CHECK(sum.join() == 2000);
  go::chan<int> c;
  std::thread waits([c] { CHECK(c.recv() == 7); });
  go::sleep_for(5ms);
  c.send(7);
  waits.join();
  stop = true;
  storm.join();
  CHECK(signals > 10);
  // A child's end wakes nobody wrongly, and waitpid in a section of its own blocks no processor.
  pid_t child = fork();
  if (child == 0) {
    usleep(2000);
    _exit(3);
  }
  int status = 0;
  CHECK(go::blocking([&] {
          pid_t got;
          while ((got = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
          }
          return got;
        }) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
  signal(SIGCHLD, SIG_DFL);
}

// ---- descriptors ---------------------------------------------------------------------------------

// The limit is reached while connections are accepted: an error, after which the others can still be
// accepted.
[[maybe_unused]] static void no_descriptors_left() {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  struct rlimit old;
  CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
  std::vector<go::net::conn> clients, served;
  for (int i = 0; i < 30; i++)
    clients.push_back(go::net::dial("tcp", ln.address()));
  int next = dup(0); // the lowest that is free
  close(next);
  struct rlimit low = {rlim_t(next + 10), old.rlim_max};
  CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
  std::error_code e;
  for (int i = 0; i < 30 && !e; i++)
    e = error_of([&] { served.push_back(ln.accept()); });
  CHECK(e == std::errc::too_many_files_open && served.size() == 10);
  CHECK(error_of([&] { go::net::dial("tcp", ln.address()); }) == std::errc::too_many_files_open);
  for (auto &c : served)
    c.close(); // gives the numbers back although the handles live
  for (int i = 0; i < 10; i++)
    served.push_back(ln.accept());
  CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
  while (served.size() < 30)
    served.push_back(ln.accept());
  CHECK(served.size() == 30);
}

// A short read does not mean that nothing is left: behind an urgent byte, and behind passed descriptors.
static void short_reads() {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  auto a = go::net::dial("tcp", ln.address()), b = ln.accept();
  b.set_read_deadline(go::now() + 5s);
  for (int round = 0; round < 20; round++) {
    CHECK(send(a.native_handle(), "abc", 3, 0) == 3);
    CHECK(send(a.native_handle(), "!", 1, MSG_OOB) == 1);
    CHECK(send(a.native_handle(), "def", 3, 0) == 3);
    char c[64], all[7] = {};
    if (round % 2)
      go::sleep_for(1ms); // all of it is there
    for (std::size_t n = 0; n < 6;)
      n += b.read(all + n, 6 - n), (void)c;
    CHECK(!std::memcmp(all, "abcdef", 6));
  }
  auto ul = go::net::listen("unix", "@go-rt-adverse-" + std::to_string(getpid()));
  auto u = go::net::dial("unix", ul.address()), v = ul.accept();
  v.set_read_deadline(go::now() + 5s);
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < 3; i++) { // each with a descriptor: no read crosses them
      char byte = char('a' + i);
      iovec io = {&byte, 1};
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
      msghdr m = {};
      m.msg_iov = &io, m.msg_iovlen = 1, m.msg_control = control, m.msg_controllen = sizeof control;
      cmsghdr *h = CMSG_FIRSTHDR(&m);
      h->cmsg_level = SOL_SOCKET, h->cmsg_type = SCM_RIGHTS, h->cmsg_len = CMSG_LEN(sizeof(int));
      int fd = 1;
      std::memcpy(CMSG_DATA(h), &fd, sizeof fd);
      CHECK(sendmsg(u.native_handle(), &m, 0) == 1);
    }
    char all[4] = {}, big[64];
    std::size_t n = 0;
    while (n < 3) {
      std::size_t k = v.read(big, sizeof big);
      std::memcpy(all + n, big, k);
      n += k;
    }
    CHECK(!std::strcmp(all, "abc"));
  }
}

static void closing() {
  int p[2];
  CHECK(pipe(p) == 0);
  go::net::conn r(p[0]), w(p[1]);
  int number = w.native_handle();
  w.close();
  CHECK(fcntl(number, F_GETFD) < 0 && w.native_handle() == -1);
  char c;
  CHECK(r.read(&c, 1) == 0);
  CHECK(error_of([&] { w.set_deadline(go::now()); }) == std::errc::bad_file_descriptor);
  CHECK(error_of([&] { w.local_address(); }) == std::errc::bad_file_descriptor);
  // A connection that was handed to another process survives the handle here.
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  auto a = go::net::dial("tcp", ln.address()), b = ln.accept();
  int other = dup(b.native_handle());
  b.close();
  CHECK(send(other, "still", 5, 0) == 5);
  char five[5];
  a.read_full(five, 5);
  close(other);
  // Readiness is a state, however often one asks.
  int fd[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
  int e;
  go_fd *x = go_fd_wrap(fd[0], &e);
  CHECK(x && write(fd[1], "x", 1) == 1);
  for (int i = 0; i < 3; i++)
    CHECK(go_fd_wait(x, 1) == 0);
  CHECK(go_fd_wait(x, 3) == -EINVAL);
  go_fd_set_deadline(x, 1, go_now());
  CHECK(go_fd_wait(x, 1) == -ETIMEDOUT);
  go_fd_free(x);
  close(fd[1]);
}

// One host name, two addresses, of which one answers; a listener for both families shows IPv4 peers as such.
static void families() {
  auto v4 = go::net::listen("tcp4", "127.0.0.1:0");
  std::string port = v4.address().substr(v4.address().rfind(':'));
  go::net::dial("tcp", "localhost" + port);
  auto both = go::net::listen("tcp", ":0");
  port = both.address().substr(both.address().rfind(':'));
  auto c = go::net::dial("tcp4", "127.0.0.1" + port);
  auto s = both.accept();
  CHECK(s.remote_address() == c.local_address());
  auto u = go::net::listen_packet("udp", ":0");
  auto v = go::net::listen_packet("udp4", "127.0.0.1:0");
  v.write_to("x", 1, "127.0.0.1" + u.address().substr(u.address().rfind(':')));
  char b[4];
  auto [n, from] = u.read_from(b, sizeof b);
  CHECK(n == 1 && from == v.address());
  u.write_to("yz", 2, from);
  CHECK(v.read_from(b, sizeof b).first == 2);
  CHECK(error_of([] { go::net::lookup_host("no-such-name.invalid"); }));
  CHECK(error_of([] { go::net::lookup_host(std::string(300, 'x')); }));
  CHECK(error_of([] { go::net::dial("tcp", "no-such-name.invalid:1"); }));
  CHECK(go::net::lookup_host("::1").at(0) == "::1");
}

// ---- channels ------------------------------------------------------------------------------------

template <std::size_t align> struct alignas(align) Strict {
  std::uintptr_t self = reinterpret_cast<std::uintptr_t>(this);
  long value = 0;
  Strict() = default;
  explicit Strict(long v) : value(v) {}
  Strict(Strict &&o) noexcept : value(o.value) { CHECK(reinterpret_cast<std::uintptr_t>(this) % align == 0); }
  ~Strict() { CHECK(self == reinterpret_cast<std::uintptr_t>(this)); }
};

template <std::size_t align> static void strict() {
  go::chan<Strict<align>> c(5), d;
  long sum = 0;
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 5; i++)
      c.send(Strict<align>(i));
    for (int i = 0; i < 5; i++)
      sum += c.recv().value().value;
  }
  go::go([d] { d.send(Strict<align>(100)); });
  go::select(go::on_recv(d, [&](std::optional<Strict<align>> v) { sum += v.value().value; }));
  CHECK(sum == 140);
  c.send(Strict<align>(1)); // destroyed with the channel
}

static void elements() {
  strict<16>(), strict<32>(), strict<64>(), strict<256>(), strict<4096>();
  // Large, not copyable, with an address of its own (a short string points into itself).
  struct Large {
    std::string s;
    std::unique_ptr<int> p;
    char room[5000];
  };
  go::chan<std::unique_ptr<Large>> boxed(2);
  go::chan<Large> c(1), d;
  c.send(Large{"short", std::make_unique<int>(3), {}});
  auto h = go::spawn([c, d] {
    auto v = c.recv();
    auto which = go::select(go::on_send(d, std::move(*v), [] {}), go::after(10s, [] {}));
    return which;
  });
  auto v = d.recv();
  CHECK(v->s == "short" && *v->p == 3 && h.join() == 0);
  // Cases live as long as they like, chosen or not.
  go::chan<std::string> full(1);
  full.send("a");
  {
    auto k = go::on_send(full, "not sent, and longer than what fits into a string itself");
    CHECK(go::select(k, go::otherwise([] {})) == 1);
    full.recv();
    auto moved = std::move(k);
    CHECK(go::select(moved, go::otherwise([] {})) == 0);
    auto never_used = go::on_send(full, "dropped");
  }
  CHECK(full.recv()->starts_with("not sent"));
}

static void many_cases() {
  for (int n : {64, 65, 100, 5000}) {
    std::vector<go::chan<int>> c(std::size_t(n), go::chan<int>(nullptr));
    std::vector<int> got(std::size_t(n), 0);
    std::vector<go_case> k(std::size_t(n), go_case{});
    for (auto &x : c)
      x = go::chan<int>();
    for (std::size_t i = 0; i < c.size(); i++) // in no order of addresses
      k[i].c = c[i * 7 % c.size()].native_handle(), k[i].elem = &got[i];
    std::size_t target = c.size() / 3;
    auto h = go::spawn([x = c[target * 7 % c.size()]] {
      go::sleep_for(1ms);
      x.send(42);
    });
    int hit = go_select(k.data(), n, INT64_MAX);
    CHECK(hit >= 0 && k[std::size_t(hit)].c == k[target].c && got[std::size_t(hit)] == 42);
    h.join();
    CHECK(go_select(k.data(), n, INT64_MIN) == -1);
    CHECK(go_select(k.data(), n, go_now() + 1000000) == -1);
  }
  go::select(go::otherwise([] {}));
}

// An exception of a case's function, with goroutines that switch while it is handled.
static void throwing_cases() {
  go::wait_group wg;
  for (int i = 0; i < 20; i++)
    wg.go([i] {
      go::chan<std::string> c(1);
      for (int k = 0; k < 20; k++) {
        c.send("x" + std::to_string(i));
        try {
          go::select(go::on_recv(c, [](std::optional<std::string> v) {
            go::yield();
            throw std::runtime_error(*v);
          }));
          CHECK(false);
        } catch (const std::runtime_error &e) {
          go::yield();
          CHECK(e.what() == "x" + std::to_string(i));
          CHECK(go::select(go::on_recv(c, [](auto) {}), go::otherwise([] {})) == 1);
        }
      }
    });
  wg.wait();
}

// ---- timers and contexts -------------------------------------------------------------------------

static void timers() {
  std::atomic<int> fired{0};
  go_timer *t = go_timer_start(
      go_now() + 3600000000000, 0, [](void *p) { ++*static_cast<std::atomic<int> *>(p); }, &fired);
  go::wait_group wg;
  for (int i = 0; i < 4; i++) // all of them reset one timer
    wg.go([t, i] {
      for (int k = 0; k < 3000; k++) {
        go_timer_reset(t, go_now() + (k % 3 ? 3600000000000 : i * 1000), 0);
        if (k % 16 == 0)
          go_timer_stop(t);
        if (k % 64 == 0)
          go::yield();
      }
    });
  wg.wait();
  go_timer_stop(t);
  go::sleep_for(10ms); // what fired before has run
  int before = fired;
  go_timer_reset(t, -5, 0); // long past: at once
  for (int i = 0; i < 1000 && fired == before; i++)
    go::sleep_for(1ms);
  CHECK(fired > before);
  CHECK(go_timer_stop(t) == 0);
  go_timer_free(t);
  // Times that nanoseconds can't express.
  go::chan<int> c;
  auto h = go::spawn(
      [c] { return go::select(go::on_recv(c, [](auto) {}), go::after(std::chrono::hours::max(), [] {})); });
  auto asleep = go::spawn([] { go::sleep_for(std::chrono::hours::min()); });
  asleep.join();
  c.send(1);
  CHECK(h.join() == 0);
  CHECK(!go::counting_semaphore<>(0).try_acquire_until(std::chrono::steady_clock::time_point::min()));
  CHECK(!go::counting_semaphore<>(0).try_acquire_until(std::chrono::system_clock::now() - 1h));
  go::sleep_for(std::chrono::duration<double>(0.0001));
  auto [far, cancel] = go::with_timeout(go::background(), std::chrono::hours::max());
  CHECK(!far.err());
  cancel();
}

static void deep_contexts() {
  go::spawn([] { // on a goroutine's small stack
    auto [root, cancel] = go::with_cancel(go::background());
    go::context at = root;
    for (int i = 0; i < 20000; i++)
      at = go::with_cancel(at).first;
    cancel();
    at.done().recv();
    CHECK(at.err() == std::errc::operation_canceled);
    auto [late, stop] = go::with_timeout(at, 1h); // a child of what has ended
    CHECK(late.err() == std::errc::operation_canceled);
    late.done().recv();
  })
      .join();
}

// ---- threads and forks ---------------------------------------------------------------------------

static std::atomic<int> made{0}, destroyed{0};
struct PerThread {
  int n = 0;
  PerThread() { made++; }
  ~PerThread() { destroyed++; }
};
static thread_local PerThread per_thread;

static long mappings() {
  long n = 0;
  if (std::FILE *f = std::fopen("/proc/self/maps", "r")) {
    for (int c; (c = std::getc(f)) != EOF;)
      n += c == '\n';
    std::fclose(f);
  }
  return n;
}

static void threads() {
#if !defined(__SANITIZE_THREAD__) // to it goroutines that take turns on a thread are strangers
  go::wait_group wg;
  for (int i = 0; i < 50; i++)
    wg.go([] {
      for (int k = 0; k < 20; k++) {
        per_thread.n++; // of whichever thread this is
        go::yield();
      }
    });
  wg.wait();
  CHECK(made > 0);
#endif
  // Threads that the runtime didn't make leave nothing behind, and take their goroutine-local values along.
  static std::atomic<int> locals{0};
  struct Counted {
    Counted() { locals++; }
    ~Counted() { locals--; }
  };
  static go::local<Counted> var;
  long before = 0;
  for (int round = 0; round < 60; round++) {
    std::vector<std::thread> t;
    for (int i = 0; i < 10; i++)
      t.emplace_back([] {
        (void)*var;
        go::chan<int> c(1);
        c.send(1);
        CHECK(c.recv() == 1);
      });
    for (auto &x : t)
      x.join();
    if (round == 10)
      before = mappings();
  }
  CHECK(locals == 0);
  CHECK(mappings() < before + 100);
}

// A destructor of a goroutine-local value that makes another one.
static void locals_make_locals() {
  static std::atomic<int> ended{0};
  struct Second {
    ~Second() { ended++; }
  };
  static std::vector<std::unique_ptr<go::local<Second>>> later;
  struct First {
    ~First() {
      for (auto &x : later)
        x->get();
      ended++;
    }
  };
  static go::local<First> first;
  go::wait_group wg;
  wg.go([] { first.get(); });
  wg.wait();
  wg.go([] {
    first.get();
    for (int i = 0; i < 40; i++)
      later.push_back(std::make_unique<go::local<Second>>());
  });
  wg.wait();
  for (int i = 0; i < 200 && ended < 42; i++)
    go::sleep_for(1ms);
  CHECK(ended >= 42);
}

// Runs f in a child of fork, in a goroutine: its exit code, and what it wrote to the standard error.
template <typename F> static std::pair<int, std::string> in_child(F f) {
  int p[2];
  CHECK(pipe(p) == 0);
  pid_t pid = go::spawn([&] {
                pid_t k = fork();
                if (k == 0) {
                  dup2(p[1], 2);
                  close(p[0]);
                  f();
                  _exit(0);
                }
                return k;
              }).join();
  close(p[1]);
  std::string text;
  char b[512];
  for (ssize_t n; (n = read(p[0], b, sizeof b)) > 0 || (n < 0 && errno == EINTR);)
    text.append(b, n > 0 ? std::size_t(n) : 0);
  close(p[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text};
}

static void forks() {
  go::go([] {
    for (;;)
      go::yield(); // others run meanwhile
  });
  auto [code, text] = in_child([] { execl("/bin/true", "true", static_cast<char *>(nullptr)); });
  CHECK(code == 0);
  CHECK(in_child([] { std::exit(5); }).first == 5);
  auto after = in_child([] { go::sleep_for(1ms); });
  CHECK(after.first == 2 && after.second.find("do not survive fork") != std::string::npos);
  after = in_child([] { go::go([] {}); });
  CHECK(after.first == 2 && after.second.find("do not survive fork") != std::string::npos);
  std::thread([&] { // by a thread that never saw the runtime
    pid_t pid = fork();
    if (pid == 0) {
      close(2);
      go::yield();
      _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
  })
      .join();
  CHECK(std::system("exit 9") >> 8 == 9);
}

// ---- limits, in processes of their own -----------------------------------------------------------

static int limited_memory() { // half a gigabyte of addresses, a million goroutines
  std::atomic<long> n{0};
  go::wait_group wg;
  for (int i = 0; i < 1000000; i++)
    wg.go([&] { n++; });
  wg.wait();
  go::chan<int> c; // some thousand on stacks of their own
  for (int i = 0; i < 3000; i++)
    wg.go([&, c] { n += c.recv().value_or(1); });
  go::sleep_for(10ms);
  c.close();
  wg.wait();
  return n == 1003000 ? 0 : 1;
}
static int too_many_stacks() {
  go::chan<int> c;
  for (int i = 0; i < 1000000; i++)
    go::go([c] { c.recv(); });
  go::sleep_for(100s);
  return 0;
}

static std::pair<int, std::string> again(const char *what, void (*limit)()) {
  const char *self = std::getenv("GO_RT_SELF"); // under an emulator /proc/self/exe is not we
  std::string path = self ? self : "/proc/self/exe";
  return in_child([&] {
    limit();
    execl(path.c_str(), "adverse_test", what, static_cast<char *>(nullptr));
    _exit(99);
  });
}

static void limits() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  auto less_memory = [] {
    struct rlimit l = {512 << 20, 512 << 20};
    setrlimit(RLIMIT_AS, &l);
  };
  auto r = again("memory", less_memory);
  std::fprintf(stderr, "%s", r.second.c_str());
  CHECK(r.first == 0);
  r = again("stacks", less_memory);
  // Mostly the stacks; a thread or a table may be what comes first.
  bool told = r.second.find("fatal error: out of memory") != r.second.npos ||
              r.second.find("fatal error: cannot create a thread") != r.second.npos;
  if (r.first != 2 || !told)
    std::fprintf(stderr, "stacks: code %d: %.300s\n", r.first, r.second.c_str());
  CHECK(r.first == 2 && told);
#endif
  auto one = again("procs", [] {
    cpu_set_t all, first;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&first);
    for (int i = 0; i < CPU_SETSIZE; i++)
      if (CPU_ISSET(i, &all)) {
        CPU_SET(i, &first);
        break;
      }
    sched_setaffinity(0, sizeof first, &first);
    unsetenv("GOMAXPROCS");
  });
  CHECK(one.first == 1);
  CHECK(again("procs", [] { setenv("GOMAXPROCS", "3", 1); }).first == 3);
}

int main(int argc, char **argv) {
  std::string what = argc > 1 ? argv[1] : "";
  if (what == "memory")
    return limited_memory();
  if (what == "stacks")
    return too_many_stacks();
  if (what == "procs")
    return int(go::max_procs());
  for (unsigned p : {1u, 2u, 4u}) {
    go::set_max_procs(p);
    std::fprintf(stderr, "P=%u:", p);
#define RUN(f) (std::fprintf(stderr, " " #f), f())
#if !defined(__SANITIZE_ADDRESS__) // with which goes UBSan, that makes pipes to look at objects
    RUN(no_descriptors_left);
#endif
    RUN(interrupted), RUN(short_reads), RUN(closing), RUN(families), RUN(elements);
    RUN(many_cases), RUN(throwing_cases), RUN(timers), RUN(deep_contexts), RUN(threads);
    std::fprintf(stderr, "\n");
  }
  RUN(locals_make_locals), RUN(forks);
  if (!std::getenv("GO_RT_EMULATED")) // an emulator has its own memory and threads
    RUN(limits);
  std::fprintf(stderr, "\n");
  return 0;
}
