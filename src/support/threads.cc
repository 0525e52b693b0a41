#include "support/threads.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace gold {

static int g_threads = 1;
static u64 g_announced, g_parallel_from;
bool detail::pool_pays = false;
// Never freed: oneTBB's own statics are gone before ours would be.
static tbb::task_arena *g_arena;

// CPU quota of the cgroup (version 2) in whole processors, or 0 when there is none.
static int cgroup_cpus() {
  std::FILE *f = std::fopen("/sys/fs/cgroup/cpu.max", "r");
  if (!f)
    return 0;
  char quota[32];
  long period = 0;
  int n = std::fscanf(f, "%31s %ld", quota, &period);
  std::fclose(f);
  if (n != 2 || period <= 0 || quota[0] == 'm')
    return 0;
  long q = std::strtol(quota, nullptr, 10);
  return static_cast<int>(std::max<long>(1, (q + period - 1) / period));
}

void set_thread_count(int wanted) {
  int n = wanted;
  if (n <= 0) {
    cpu_set_t set;
    n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    if (int q = cgroup_cpus())
      n = std::min(n, q);
    n = std::min(n, 32);
  }
  g_threads = std::max(n, 1);
  announce_work(0);
}

int thread_count() {
  return detail::pool_pays ? g_threads : 1;
}

void announce_work(u64 bytes) {
  g_announced += bytes;
  detail::pool_pays = g_threads > 1 && g_announced >= g_parallel_from;
}

void set_parallel_from(u64 bytes) {
  g_parallel_from = bytes;
  announce_work(0);
}

static tbb::task_arena &arena() {
  if (!g_arena) {
    new tbb::global_control(tbb::global_control::max_allowed_parallelism,
                            static_cast<std::size_t>(g_threads));
    g_arena = new tbb::task_arena(g_threads);
  }
  return *g_arena;
}

namespace detail {
void run_parallel(std::size_t n, std::size_t grain, void (*body)(void *, std::size_t, std::size_t),
                  void *ctx) {
  arena().execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n, std::max<std::size_t>(grain, 1)),
        [&](const tbb::blocked_range<std::size_t> &r) { body(ctx, r.begin(), r.end()); },
        tbb::auto_partitioner());
  });
}
} // namespace detail

} // namespace gold
