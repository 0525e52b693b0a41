// Goroutines that were deep in calls before they parked lose the pages below their stack pointers, and
// nothing else. What goroutines leave when they end is given back, also when nothing runs any more.
#include <go/go.hpp>

#include <cstdio>
#include <cstring>

using namespace std::chrono_literals;

static long resident_kb() {
  long size = 0, resident = 0;
  if (std::FILE *f = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(f, "%ld %ld", &size, &resident) != 2)
      resident = 0;
    std::fclose(f);
  }
  return resident * 4;
}

[[gnu::noinline]] static int dive(int n) {
  char block[16384];
  std::memset(block, n, sizeof block);
  asm volatile("" ::"r"(block) : "memory");
  return n ? dive(n - 1) + block[n] : block[0];
}

int main() {
  constexpr int n = 3000;
  constexpr long enough = n * 12; // kB; two dives take 32 for each goroutine
  go::chan<int> gate;
  go::wait_group parked, done;
  std::atomic<int> wrong{0};
  long before = resident_kb();
  for (int i = 0; i < n; ++i) {
    parked.add(1);
    done.add(1);
    go::go([&, i] {
      char mine[512];
      std::memset(mine, i, sizeof mine);
      dive(1);
      asm volatile("" ::"r"(mine) : "memory");
      parked.done();
      gate.recv();
      for (char c : mine)
        wrong += c != char(i);
      dive(1);
      for (char c : mine)
        wrong += c != char(i);
      done.done();
    });
  }
  parked.wait();
  long deep = resident_kb() - before, left = deep;
  // Others go on meanwhile: each batch stops them for a moment only.
  go::chan<int> c;
  go::go([c] {
    for (int v : c)
      (void)v;
  });
  for (int i = 0; i < 600 && left > enough; ++i) {
    for (int k = 0; k < 1000; ++k)
      c.send(k);
    go::sleep_for(20ms);
    left = resident_kb() - before;
  }
  // For long enough that the monitor would go to sleep as soon as all are idle.
  for (auto until = go::now() + 3s; go::now() < until;)
    c.send(0);
  gate.close();
  done.wait();
  go::sleep_for(5s);
  long after = resident_kb() - before;
  std::printf("deep %ld kB, parked %ld kB, ended %ld kB, wrong %d\n", deep, left, after, wrong.load());
  return deep > enough && left <= enough && after <= enough && wrong == 0 ? 0 : 1;
}
