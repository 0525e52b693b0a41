// bench.cc - the C++ side of the benchmarks; every part has a Go twin in this folder.
//
//   bench PART [-p PROCS] [-n N] [--model=mn|global|gpm]
//                                    prints lines "name value", in ns unless the name says else
//
// The models are how goroutines are queued: M:N with one lock, a global queue, queues per processor.
#include <go/go.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

using clk = std::chrono::steady_clock;
static double since(clk::time_point t) {
  return double(std::chrono::duration_cast<std::chrono::nanoseconds>(clk::now() - t).count());
}
static void need(bool ok) {
  if (!ok) {
    std::fprintf(stderr, "bench: wrong result\n");
    std::exit(1);
  }
}
static void put(const char *name, double v) {
  std::printf("%s %.1f\n", name, v);
}

static void spawn(long n) {
  go::wait_group wg;
  wg.add(int(n));
  auto t = clk::now();
  for (long i = 0; i < n; i++)
    go::go([&wg] { wg.done(); });
  wg.wait();
  put("batch", since(t) / double(n));
  go::chan<int> ch;
  long m = n / 4;
  t = clk::now();
  for (long i = 0; i < m; i++) {
    go::go([&ch] { ch.send(1); });
    ch.recv();
  }
  put("serial", since(t) / double(m));
  t = clk::now();
  for (long w = 0; w < n / 10000; w++) {
    go::wait_group g;
    g.add(10000);
    for (int j = 0; j < 10000; j++)
      go::go([&g] { g.done(); });
    g.wait();
  }
  put("waves", since(t) / double(n / 10000 * 10000));
}

static void yield(long g) {
  long k = g >= 100000 ? 20 : 2000000 / g;
  go::wait_group ready, done;
  go::chan<int> start;
  ready.add(int(g));
  done.add(int(g));
  for (long i = 0; i < g; i++)
    go::go([&, k] {
      ready.done();
      start.recv();
      for (long x = 0; x < k; x++)
        go::yield();
      done.done();
    });
  ready.wait();
  auto t = clk::now();
  start.close();
  done.wait();
  put("yield", since(t) / double(g * k));
}

static void pingpong(long n) {
  for (std::size_t buf : {0, 1}) {
    go::chan<long> a(buf), b(buf);
    go::go([a, b] {
      for (long v : a)
        b.send(v);
      b.close();
    });
    auto t = clk::now();
    for (long i = 0; i < n; i++) {
      a.send(i);
      need(*b.recv() == i);
    }
    put(buf ? "rtt1" : "rtt0", since(t) / double(n));
    a.close();
  }
  go::chan<long> c(128);
  auto t = clk::now();
  for (long i = 0; i < n; i++) {
    c.send(i);
    c.recv();
  }
  put("solo", since(t) / double(n));
  for (std::size_t buf : {0, 128}) {
    go::chan<long> q(buf), done;
    t = clk::now();
    go::go([q, done] {
      long s = 0;
      for (long v : q)
        s += v;
      done.send(s);
    });
    for (long i = 0; i < n; i++)
      q.send(i);
    q.close();
    need(*done.recv() == n * (n - 1) / 2);
    put(buf ? "prodcons128" : "prodcons0", since(t) / double(n));
  }
}

static void sky(const go::chan<long> &c, long num, long size) {
  if (size == 1) {
    c.send(num);
    return;
  }
  go::chan<long> rc;
  long sum = 0;
  for (long i = 0; i < 10; i++)
    go::go([&rc, n = num + i * (size / 10), size] { sky(rc, n, size / 10); });
  for (int i = 0; i < 10; i++)
    sum += *rc.recv();
  c.send(sum);
}
// With one queue for all the tree is walked breadth first: most of the n leaves then wait at once, each on a
// stack of its own, which takes 4 GB and millions of page faults for a million of them (-n 10000 shows it).
static void skynet(long n) {
  std::vector<double> v;
  for (int i = 0; i < 7; i++) { // as the twin does: the median of seven in one process
    go::chan<long> c;
    auto t = clk::now();
    go::go([&] { sky(c, 0, n); });
    need(*c.recv() == n * (n - 1) / 2);
    v.push_back(since(t) / 1e6);
  }
  std::sort(v.begin(), v.end());
  put("skynet_ms", v[3]);
}

static void ring(long n) {
  constexpr int k = 503;
  go::chan<long> first, done, in = first;
  for (int i = 1; i <= k; i++) {
    go::chan<long> out = i == k ? first : go::chan<long>();
    go::go([done, in, out, i] {
      while (auto v = in.recv()) {
        if (*v == 0) {
          done.send(i);
          return;
        }
        out.send(*v - 1);
      }
    });
    in = out;
  }
  auto t = clk::now();
  first.send(n);
  done.recv();
  put("hop", since(t) / double(n));
  go::chan<long> c[4], quit;
  for (auto &x : c)
    go::go([x, n] {
      for (long j = 0; j < n / 4; j++)
        x.send(j);
    });
  t = clk::now();
  auto nop = [](std::optional<long>) {};
  for (long i = 0; i < n / 4 * 4; i++)
    go::select(go::on_recv(c[0], nop), go::on_recv(c[1], nop), go::on_recv(c[2], nop), go::on_recv(c[3], nop),
               go::on_recv(quit, nop));
  put("fanin", since(t) / double(n));
}

template <typename F> static double contend(long g, long n, F f) {
  go::wait_group wg;
  go::chan<int> st;
  wg.add(int(g));
  for (long i = 0; i < g; i++)
    go::go([&, per = n / g] {
      st.recv();
      for (long j = 0; j < per; j++)
        f();
      wg.done();
    });
  auto t = clk::now();
  st.close();
  wg.wait();
  return since(t) / double(n / g * g);
}
static void mutexes(long n) {
  for (long g : {1, 2, 8, 1000, 10000}) {
    go::mutex mu;
    long x = 0;
    char name[32];
    std::snprintf(name, sizeof name, "lock%ld", g);
    put(name, contend(g, n, [&] {
          mu.lock();
          ++x;
          mu.unlock();
        }));
    need(x == n / g * g);
    std::snprintf(name, sizeof name, "yieldcs%ld", g);
    put(name, contend(g, n / 20, [&] {
          mu.lock();
          ++x;
          go::yield();
          mu.unlock();
        }));
    go::shared_mutex rw;
    std::snprintf(name, sizeof name, "rlock%ld", g);
    put(name, contend(g, n, [&] {
          rw.lock_shared();
          rw.unlock_shared();
        }));
  }
}

static void timers(long n) {
  auto nop = [](void *) {};
  std::int64_t hour = 3600000000000;
  unsigned long seed = 88172645463325252ul;
  auto rnd = [&] {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return std::int64_t(seed % 1000000000);
  };
  auto t = clk::now();
  for (long i = 0; i < n; i++) {
    go_timer *x = go_timer_start(go_now() + hour + rnd(), 0, nop, nullptr);
    go_timer_stop(x);
    go_timer_free(x);
  }
  put("armstop", since(t) / double(n));
  std::vector<go_timer *> v(static_cast<std::size_t>(n));
  t = clk::now();
  for (auto &x : v)
    x = go_timer_start(go_now() + hour + rnd(), 0, nop, nullptr);
  put("arm_live", since(t) / double(n));
  t = clk::now();
  for (auto x : v)
    go_timer_stop(x);
  put("stop_live", since(t) / double(n));
  for (auto x : v)
    go_timer_free(x);
  std::vector<double> late;
  for (int i = 0; i < 300; i++) {
    t = clk::now();
    go::sleep_for(std::chrono::milliseconds(1));
    late.push_back((since(t) - 1e6) / 1e3);
  }
  std::sort(late.begin(), late.end());
  put("oversleep_p50_us", late[150]);
}

static std::map<std::string, long> status() {
  std::map<std::string, long> m;
  FILE *f = std::fopen("/proc/self/status", "r");
  char line[256], key[64];
  long v;
  while (std::fgets(line, sizeof line, f))
    if (std::sscanf(line, "%63[^:]: %ld kB", key, &v) == 2)
      m[key] = v;
  std::fclose(f);
  return m;
}
static void parked(long n) {
  go::chan<int> ch;
  go::wait_group wg, up;
  wg.add(int(n));
  up.add(int(n));
  auto t = clk::now();
  for (long i = 0; i < n; i++)
    go::go([&] {
      up.done();
      ch.recv();
      wg.done();
    });
  up.wait();
  put("cold_spawn", since(t) / double(n));
  auto m = status();
  put("resident_mb", double(m["VmRSS"] + m["VmPTE"]) * 1024 / 1e6);
  t = clk::now();
  ch.close();
  wg.wait();
  put("wake_exit", since(t) / double(n));
  go::sleep_for(std::chrono::seconds(2));
  m = status();
  put("after_mb", double(m["VmRSS"] + m["VmPTE"]) * 1024 / 1e6);
}

int main(int argc, char **argv) {
  std::string part = argc > 1 ? argv[1] : "";
  long n = 0;
  int procs = 0;
  for (int i = 2; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "-p" && i + 1 < argc)
      procs = std::atoi(argv[++i]);
    else if (word == "-n" && i + 1 < argc)
      n = std::atol(argv[++i]);
    else if (word == "--model=mn" || word == "--model=global" || word == "--model=gpm")
      setenv("GO_DEBUG",
             word == "--model=mn"       ? "model=2"
             : word == "--model=global" ? "model=1"
                                        : "model=0",
             1);
    else
      return 2;
  }
  if (procs)
    go::set_max_procs(unsigned(procs)); // the runtime starts here
  if (part == "spawn")
    spawn(n ? n : 1000000);
  else if (part == "yield")
    yield(n ? n : 10000);
  else if (part == "pingpong")
    pingpong(n ? n : 1000000);
  else if (part == "skynet")
    skynet(n ? n : 1000000);
  else if (part == "ring")
    ring(n ? n : 2000000);
  else if (part == "mutex")
    mutexes(n ? n : 4000000);
  else if (part == "timers")
    timers(n ? n : 1000000);
  else if (part == "parked")
    parked(n ? n : 320000);
  else
    return 2;
  return 0;
}
