// net_test.cc - sockets, deadlines, pipes, look-up.
#include "check.h"

#include <go/go.hpp>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace std::chrono_literals;

static void echo(const char *network, const char *address) {
  auto ln = go::net::listen(network, address);
  go::wait_group wg;
  wg.go([&] {
    for (int i = 0; i < 20; i++) {
      auto s = ln.accept();
      wg.go([s]() mutable {
        char b[100];
        while (std::size_t k = s.read(b, sizeof b))
          s.write(b, k);
      });
    }
  });
  for (int i = 0; i < 20; i++)
    wg.go([&] {
      auto s = go::net::dial(network, ln.address());
      for (int k = 0; k < 50; k++) {
        char b[300], c[300];
        std::memset(b, k, sizeof b);
        s.write(b, sizeof b);
        s.read_full(c, sizeof c);
        CHECK(!std::memcmp(b, c, sizeof b));
      }
      s.close_write();
      char c;
      CHECK(s.read(&c, 1) == 0);
      CHECK(error_of([&] { s.read_full(&c, 1); }));
    });
  wg.wait();
}

static void deadlines() {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  auto a = go::net::dial("tcp", ln.address());
  auto b = ln.accept();
  char c[16];
  a.set_read_deadline(go::now() + 2ms);
  CHECK(error_of([&] { a.read(c, 1); }) == std::errc::timed_out);
  CHECK(error_of([&] { a.read(c, 1); }) == std::errc::timed_out); // it stays
  a.set_read_deadline(go::time_point::max());
  b.write("x", 1);
  CHECK(a.read(c, 16) == 1);
  a.set_read_deadline(go::now() + 1h); // moved closer while a read waits
  go::go([a]() mutable {
    go::sleep_for(1ms);
    a.set_read_deadline(go::now());
  });
  CHECK(error_of([&] { a.read(c, 1); }) == std::errc::timed_out);
  ln.set_deadline(go::now() + 1ms);
  CHECK(error_of([&] { ln.accept(); }) == std::errc::timed_out);
  a.set_deadline(go::time_point::max());
  go::go([a]() mutable {
    go::sleep_for(1ms);
    a.close();
  });
  CHECK(error_of([&] { a.read(c, 1); }) == std::errc::bad_file_descriptor);
  std::string gone = ln.address();
  ln.close();
  CHECK(error_of([&] { go::net::dial("tcp", gone); }) == std::errc::connection_refused);
  CHECK(error_of([&] { go::net::dial("tcp", "no-port"); }) == std::errc::invalid_argument);
  CHECK(error_of([&] {
    std::string big(1 << 16, 'x');
    for (int i = 0; i < 1000; i++) // the peer is closed: EPIPE or reset, no signal
      b.write(big);
  }));
}

static void others() {
  auto u = go::net::listen_packet("udp", "127.0.0.1:0"), v = go::net::listen_packet("udp", "127.0.0.1:0");
  go::go([&] {
    char b[32];
    auto [n, from] = v.read_from(b, sizeof b);
    v.write_to(b, n, from);
  });
  u.write_to("hello", 5, v.address());
  char b[32];
  auto [n, from] = u.read_from(b, sizeof b);
  CHECK(n == 5 && from == v.address() && !std::memcmp(b, "hello", 5));
  int p[2];
  CHECK(pipe(p) == 0);
  go::net::conn r(p[0]), w(p[1]);
  go::go([&] {
    go::sleep_for(1ms);
    w.write("pipe", 4);
  });
  r.read_full(b, 4);
  r = go::net::conn();
  CHECK(error_of([&] { w.write("x", 1); }) == std::errc::broken_pipe);
  auto l = go::net::lookup_host("localhost");
  CHECK(!l.empty() && (l[0] == "127.0.0.1" || l[0] == "::1"));
  CHECK(go::net::lookup_host("127.0.0.1").at(0) == "127.0.0.1");
}

// A hog on every processor, and blocking calls: sleepers still wake.
static void hogs() {
  std::atomic<bool> stop{false};
  go::wait_group wg;
  for (unsigned i = 0; i < go::max_procs(); i++)
    wg.go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  for (int i = 0; i < 4; i++)
    wg.go([] { usleep(20000); });
  for (int i = 0; i < 5; i++)
    go::sleep_for(1ms);
  stop = true;
  wg.wait();
}

int main() {
  for (unsigned p : {1u, 2u, 7u}) {
    go::set_max_procs(p);
    std::fprintf(stderr, "P=%u", p);
#define RUN(f) (std::fprintf(stderr, " " #f), f)
    RUN(echo("tcp", "127.0.0.1:0"));
    RUN(echo("unix", "@go-rt-net-test"));
    RUN(deadlines()), RUN(others()), RUN(hogs());
    std::fprintf(stderr, "\n");
  }
  return 0;
}
