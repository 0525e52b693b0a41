#include "support/stats.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace gold {

static double wall_us() {
  using namespace std::chrono;
  static const auto start = steady_clock::now();
  return duration<double, std::micro>(steady_clock::now() - start).count();
}
static double cpu_us() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

Pass::Pass(Stats &s, const char *name) : stats_(s) {
  if (!s.enabled)
    return;
  row_ = s.rows.size();
  double w = wall_us();
  s.rows.push_back({name, s.depth++, w, 0, cpu_us()});
}

Pass::~Pass() {
  if (!stats_.enabled)
    return;
  Stats::Row &r = stats_.rows[row_];
  r.wall_us = wall_us() - r.start_us;
  r.cpu_us = cpu_us() - r.cpu_us;
  --stats_.depth;
}

void Stats::print() const {
  std::fprintf(stderr, "%-36s %10s %10s\n", "pass", "wall ms", "cpu ms");
  for (const Row &r : rows)
    std::fprintf(stderr, "%*s%-*s %10.2f %10.2f\n", r.depth * 2, "", 36 - r.depth * 2, r.name,
                 r.wall_us / 1e3, r.cpu_us / 1e3);
  for (auto &[name, n] : counters)
    std::fprintf(stderr, "%-36s %10llu\n", name.c_str(), static_cast<unsigned long long>(n));
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  std::fprintf(stderr, "%-36s %10ld\n%-36s %10ld\n", "peak memory, KiB", u.ru_maxrss, "minor page faults",
               u.ru_minflt);
}

bool Stats::write_trace(const std::string &path) const {
  std::FILE *f = std::fopen(path.c_str(), "w");
  if (!f)
    return false;
  std::fprintf(f, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::fprintf(f, "{\"name\":\"%s\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%.1f,\"dur\":%.1f}%s\n",
                 rows[i].name, rows[i].start_us, rows[i].wall_us, i + 1 < rows.size() ? "," : "");
  std::fprintf(f, "]}\n");
  return std::fclose(f) == 0;
}

} // namespace gold
