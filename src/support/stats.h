// Where a link's time goes: --stats and --time-trace.
//
// A Pass on the stack measures wall and CPU time until it goes out of scope. Nothing is measured
// when neither option is given, except that the clock is not even read.
#pragma once

#include "support/types.h"

#include <string>
#include <vector>

namespace gold {

class Stats {
public:
  bool enabled = false;
  struct Row {
    const char *name;
    int depth;
    double start_us, wall_us, cpu_us;
  };
  std::vector<Row> rows;
  std::vector<std::pair<std::string, u64>> counters;
  int depth = 0;

  void count(const char *what, u64 n) {
    if (enabled)
      counters.emplace_back(what, n);
  }
  void print() const;                              // to standard error
  bool write_trace(const std::string &path) const; // Chrome trace format; false: can't write
};

class Pass {
public:
  Pass(Stats &s, const char *name);
  ~Pass();
  Pass(const Pass &) = delete;

private:
  Stats &stats_;
  std::size_t row_ = 0;
};

} // namespace gold
