// engine.h - a bounded exhaustive checker for the runtime's own code.
//
// The runtime's sources are compiled with GO_RT_MODEL: every atomic operation, fence and system
// call comes here. A scenario's threads are contexts on one system thread; before each operation
// the engine decides who goes next, and for each load which value it gives. It runs the scenario
// again and again until every decision within the bounds has been taken (depth-first, by replaying
// a prefix of decisions; iterative context bounding as in CHESS, with a second bound on stale reads).
//
// Memory model: that of C++20 without load buffering, operationally (release/acquire views). Every
// location has the list of its stores; a thread has a view, the oldest store of each location that
// it may still read. A store carries the view of its thread if it is a release, else that of its
// last fence; an acquire load joins it. Sequentially consistent fences join a global view, and so
// does membarrier for all threads at once. Read-modify-writes read the newest store. seq_cst
// accesses count as acquire/release only, which allows more than C++ does. So store buffering,
// delayed messages and IRIW are covered, as x86-64 and AArch64 show them. Not covered: modification
// orders other than the order of execution (2+2W), loads that take values from the future, failing
// CASes that read old values. Plain (non-atomic) accesses are sequentially consistent here: data
// races are ThreadSanitizer's business.
//
// A mutation weakens the operations at one site: no fence, a relaxed order, a load that gives or
// a store that stores a constant (a re-check that is not made), a read-modify-write in two halves. The
// checker must then find a failure.
#pragma once
#include <stdint.h>

#include <functional>
#include <string>
#include <vector>

namespace model {

enum class Effect { none, drop, relax, give, split };
struct Mutation {
  const char *fn = nullptr; // the function, as __builtin_FUNCTION has it
  char op = 0;              // 'f' fence, 'l' load, 's' store, 'r' read-modify-write, 'm' membarrier
  Effect effect = Effect::none;
  uint64_t value = 0; // of `give`
  int line = 0;       // 0: all in the function
};

struct Bounds {
  int preemptions = 2, stale = 1;
  uint64_t executions = 3000000;
};

struct Result {
  uint64_t executions = 0, steps = 0;
  bool exhausted = false;
  std::string failure; // empty: none found
  std::vector<std::string> trace;
};

struct Scenario {
  const char *name, *about;
  std::function<void()> setup;                // alone, in order
  std::vector<std::function<void()>> threads; // these interleave
  std::function<void()> check;                // when none can go on
  Bounds bounds = {};
};

Result run(const Scenario &s, const Mutation &m, const Bounds &b);

/// Ends the execution as a failure.
[[noreturn]] void fail(const std::string &what);
inline void expect(bool ok, const char *what) {
  if (!ok)
    fail(what);
}
/// In setup: runs f as thread i (its M is remembered), without scheduling points.
void as_thread(int i, const std::function<void()> &f);
/// Zeroed memory that lives for one execution.
void *arena(size_t n);
/// The model's clock, in ns; it moves when no thread can run.
int64_t clock();
/// The kernel makes a descriptor readable (1) or writable (4).
void kernel_ready(int fd, unsigned events);
/// A decision among n for the scenario itself.
int choose(int n);

} // namespace model
