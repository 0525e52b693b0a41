// net_bench.cc - the parts that need a process of their own, or report waiting times.
//
//   net_bench serve -p PROCS            HTTP/1.1 with keep-alive; prints its address
//   net_bench load ADDRESS -c N -t SEC  N connections, a request in flight on each: requests, p50, p99
//   net_bench hog -p PROCS              wake-ups beside CPU hogs and blocking calls
//   net_bench mutexwait -p PROCS        how long a waiter waits for a mutex
#include <go/go.hpp>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

using clk = std::chrono::steady_clock;
using namespace std::chrono_literals;

static double us_since(clk::time_point t) {
  return std::chrono::duration<double, std::micro>(clk::now() - t).count();
}
static void put(const char *name, double v) {
  std::printf("%s %.1f\n", name, v);
}
static void put_quantiles(const char *name, std::vector<double> &v) {
  if (v.empty())
    return;
  std::sort(v.begin(), v.end());
  for (auto [q, label] : {std::pair{0.5, "p50"}, {0.99, "p99"}, {1.0, "max"}}) {
    auto i = std::min(v.size() - 1, std::size_t(double(v.size()) * q));
    put((std::string(name) + "_" + label).c_str(), v[i]);
  }
}

// ---- HTTP --------------------------------------------------------------------------------------

// What a server has to look at: the method, the end of the header, whether to close.
static void handle(go::net::conn s) {
  char in[8192];
  std::size_t have = 0;
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 13\r\nDate: ";
  for (;;) {
    std::string_view text(in, have);
    std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) {
      if (have == sizeof in)
        return;
      std::size_t n = s.read(in + have, sizeof in - have);
      if (!n)
        return;
      have += n;
      continue;
    }
    bool get = text.starts_with("GET "), close = text.substr(0, end).find("Connection: close") != text.npos;
    char out[256], date[64];
    time_t now = time(nullptr);
    tm parts;
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    int n =
        get ? std::snprintf(out, sizeof out, "%s%s\r\n\r\nHello, world!", answer, date)
            : std::snprintf(out, sizeof out, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
    s.write(out, std::size_t(n));
    if (close)
      return;
    have -= end + 4;
    std::memmove(in, in + end + 4, have);
  }
}

static void serve() {
  auto ln = go::net::listen("tcp", "127.0.0.1:0");
  std::printf("%s\n", ln.address().c_str());
  std::fflush(stdout);
  for (;;)
    go::go([s = ln.accept()] {
      try {
        handle(s);
      } catch (const std::system_error &) { // reset by the client
      }
    });
}

static void load(const std::string &address, int connections, int seconds) {
  std::vector<std::vector<double>> times(static_cast<std::size_t>(connections));
  std::atomic<bool> stop{false};
  std::atomic<long> wrong{0};
  go::chan<int> start;
  go::wait_group up, done;
  up.add(connections);
  done.add(connections);
  for (int i = 0; i < connections; ++i) {
    go::go([&, i] {
      auto s = go::net::dial("tcp", address);
      up.done();
      start.recv();
      char b[1024];
      while (!stop.load(std::memory_order_relaxed)) {
        auto t = clk::now();
        s.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 36 - 1);
        std::size_t n = 0;
        while (std::string_view(b, n).find("world!") == std::string_view::npos) {
          std::size_t k = s.read(b + n, sizeof b - n);
          if (!k)
            break;
          n += k;
        }
        wrong += !std::string_view(b, n).starts_with("HTTP/1.1 200 OK");
        times[std::size_t(i)].push_back(us_since(t));
      }
      done.done();
    });
    if (i % 100 == 99)
      go::sleep_for(5ms); // the server's backlog is finite
  }
  up.wait();
  std::printf("up\n"); // whoever measures the server's CPU time starts now
  std::fflush(stdout);
  std::getchar();
  auto t = clk::now();
  start.close();
  go::sleep_for(std::chrono::seconds(seconds));
  stop = true;
  done.wait();
  put("seconds", us_since(t) / 1e6);
  std::vector<double> all;
  for (auto &v : times)
    all.insert(all.end(), v.begin(), v.end());
  put("requests", double(all.size()));
  put("wrong", double(wrong));
  put_quantiles("us", all);
}

// ---- waiting -----------------------------------------------------------------------------------

// Hogs on every P, a storm of blocking calls, and one goroutine that only wants to wake up.
static void hog(unsigned procs) {
  std::atomic<bool> stop{false};
  go::wait_group wg;
  for (unsigned i = 0; i < 2 * procs; ++i)
    wg.go([&] {
      for (unsigned long x = 1; !stop.load(std::memory_order_relaxed); x = x * 3 + 1)
        asm volatile("" ::"r"(x));
    });
  for (int i = 0; i < 16; ++i)
    wg.go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        timespec ts{0, 2000000};
        nanosleep(&ts, nullptr); // the runtime doesn't know of it
      }
    });
  std::vector<double> late;
  for (int i = 0; i < 400; ++i) {
    auto t = clk::now();
    go::sleep_for(5ms);
    late.push_back((us_since(t) - 5000) / 1000);
  }
  stop = true;
  wg.wait();
  put_quantiles("hog_ms", late);
}

static void mutexwait() {
  for (int g : {8, 1000}) {
    go::mutex mu;
    std::vector<double> worst(static_cast<std::size_t>(g));
    std::atomic<bool> stop{false};
    go::wait_group wg;
    for (int i = 0; i < g; ++i)
      wg.go([&, i] {
        while (!stop.load(std::memory_order_relaxed)) {
          auto t = clk::now();
          mu.lock();
          worst[std::size_t(i)] = std::max(worst[std::size_t(i)], us_since(t) / 1000);
          mu.unlock();
          if (g > 8)
            go::yield();
        }
      });
    go::sleep_for(2s);
    stop = true;
    wg.wait();
    put_quantiles(g == 8 ? "wait8_ms" : "wait1000_ms", worst);
  }
}

int main(int argc, char **argv) {
  std::string part = argc > 1 ? argv[1] : "";
  int connections = 100, seconds = 3, procs = 2;
  for (int i = 2; i + 1 < argc; ++i) {
    if (!std::strcmp(argv[i], "-c"))
      connections = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "-t"))
      seconds = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "-p"))
      procs = std::atoi(argv[i + 1]);
  }
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  go::set_max_procs(unsigned(procs));
  if (part == "serve")
    serve();
  else if (part == "load" && argc > 2)
    load(argv[2], connections, seconds);
  else if (part == "hog")
    hog(unsigned(procs));
  else if (part == "mutexwait")
    mutexwait();
  else
    return 2;
  return 0;
}
