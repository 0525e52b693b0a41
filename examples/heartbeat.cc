// heartbeat - 320,000 connections, simulated: a goroutine each, parked on a timer between beats.
// Some thousands wait on an eventfd besides, as many as the limit on open files allows.
#include <cstdio>
#include <cstdlib>
#include <go/go.hpp>
#include <sys/eventfd.h>
#include <sys/resource.h>

int main(int argc, char **argv) {
  long n = argc > 1 ? std::atol(argv[1]) : 320000;
  rlimit r{};
  getrlimit(RLIMIT_NOFILE, &r);
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
  long files = std::min<long>(long(r.rlim_cur) - 100, 5000);
  std::atomic<long> beats{0}, events{0};
  go::wait_group wg;
  std::vector<go::net::conn> fds;
  for (long i = 0; i < files; i++) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
      break;
    fds.emplace_back(fd);
    wg.go([&events, c = fds.back()]() mutable {
      std::uint64_t v;
      c.read_full(&v, sizeof v);
      events++;
    });
  }
  for (long i = 0; i < n; i++)
    wg.go([&beats, i] {
      for (int k = 0; k < 2; k++) {
        go::sleep_for(std::chrono::milliseconds(500 + i % 500));
        beats++;
      }
    });
  std::printf("%zu goroutines, %zu of them on eventfds\n", go::goroutine_count(), fds.size());
  for (auto &c : fds) {
    std::uint64_t one = 1;
    c.write(&one, sizeof one);
  }
  wg.wait();
  std::printf("%ld beats, %ld events\n", beats.load(), events.load());
  return beats == 2 * n && events == long(fds.size()) ? 0 : 1;
}
